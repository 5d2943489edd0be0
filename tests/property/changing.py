"""Pairs of random schemas: the second is the first after random changes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random

from . import types
from .making import COLLATIONS, COMMENTS, STRINGS, TABLES, Maker
from .schema import Column, Foreign, Schema, Table

_NEW_TABLES = ("omega", "group", "Other")


def pair(seed: int, dialect: str) -> tuple[Schema, Schema]:
    """Two schemas, the second a few changes away from the first."""
    random = Random(f"{dialect} {seed}")
    maker = Changer(random, dialect)
    before = maker.schema()
    after = copy.deepcopy(before)
    changes = maker.changes()
    for _ in range(random.randint(1, 5)):
        random.choice(changes)(after)
    _make_possible(before, after)
    return before, after


def _make_possible(before: Schema, after: Schema) -> None:
    """Take out of *after* what no database could do to the rows of *before*."""
    for table in after.tables.values():
        old = before.again(table)
        few = [
            column.name
            for column in table.columns.values()
            if old and (was := old.again(column)) and was.type in ("boolean", *types.LABELS)
        ]
        table.key = [name for name in table.key if name not in few]
        table.uniques = [each for each in table.uniques if not set(few) & set(each.columns)]
        for index in table.indexes:
            index.unique = index.unique and not set(few) & set(" ".join(index.parts).split())
        for column in table.columns.values() if old else ():
            if old.again(column) is None:
                not_all_alike = {*table.unique_columns(), *(each.column for each in table.foreigns)}
                if column.name in not_all_alike or (column.default is None and not column.computed):
                    column.nullable, column.default = True, None
                if column.name in table.key:
                    table.key.remove(column.name)


class Changer(Maker):
    """Changes what it has made, too."""

    def changes(self) -> list[Callable[[Schema], None]]:
        """What may happen to a schema; the frequent ones are there more than once."""
        on_table = {
            self.add_column: 3,
            self.add_unique: 1,
            self.add_index: 1,
            self.add_check: 1,
            self.add_foreign: 1,
            self.add_computed: 1,
            self.drop_column: 3,
            self.drop_something: 3,
            self.change_type: 4,
            self.change_nullable: 2,
            self.change_default: 3,
            self.change_comment: 2,
            self.change_something: 3,
            self.change_key: 1,
            self.enlarge_key: 1,
            self.change_identity: 1,
            self.change_collation: 1,
            self.rename_column: 2,
        }
        on_schema = {
            self.add_another: 2,
            self.drop_table: 1,
            self.rename_table: 1,
            self.change_enum: 2,
            self.rename_label: 1,
            self.circle: 1,
        }
        bound = [self._on_table(change) for change, times in on_table.items() for _ in range(times)]
        return bound + [change for change, times in on_schema.items() for _ in range(times)]

    def _on_table(self, change: Callable[[Schema, Table], None]) -> Callable[[Schema], None]:
        def changed(schema: Schema) -> None:
            if schema.tables:
                change(schema, self.random.choice(list(schema.tables.values())))

        return changed

    def add_another(self, schema: Schema) -> None:
        """Add a table."""
        left = [name for name in TABLES if name not in self._names]
        if left:
            self.add_table(schema, self.random.choice(left))

    def drop_table(self, schema: Schema) -> None:
        """Drop a table, and what refers to it."""
        if len(schema.tables) < 2:
            return
        name = self.random.choice(list(schema.tables))
        del schema.tables[name]
        for table in schema.tables.values():
            table.foreigns = [each for each in table.foreigns if each.table != name]

    def circle(self, schema: Schema) -> None:
        """Add two tables that refer to each other."""
        left = [name for name in TABLES if name not in self._names][:2]
        if len(left) == 2:
            for name in left:
                self.add_table(schema, name)
            for name, other in (left, left[::-1]):
                column = self.name("f")
                key = schema.tables[other].columns["id"].type
                schema.tables[name].columns[column] = Column(column, key)
                schema.tables[name].foreigns.append(Foreign(column, other, self.name("fk")))

    def change_enum(self, schema: Schema) -> None:
        """Add a label at the end or in between, or take one away."""
        name = self.random.choice(list(schema.enums))
        labels = schema.enums[name]
        renamed = schema.relabelled.get(name, {})
        left = [each for each in types.LABELS[name] if each not in {*labels, *renamed}]
        if left and self.chance(0.8):
            labels.insert(self.random.choice([len(labels), 1]), left[0])
        elif len(labels) > 1 and labels[-1] not in renamed.values():
            labels.pop()

    def rename_label(self, schema: Schema) -> None:
        """Give a label of an enum another name, and the defaults that name it."""
        name = self.random.choice(list(schema.enums))
        labels = schema.enums[name]
        renamed = schema.relabelled.setdefault(name, {})
        old, new = self.random.choice(labels), self.random.choice(types.NEW_LABELS)
        if new in labels or old in renamed.values():
            return
        labels[labels.index(old)] = renamed[old] = new
        for table in schema.tables.values():
            for column in table.columns.values():
                if column.type == name and column.default == types.literal(old):
                    column.default = types.literal(new)

    def rename_table(self, schema: Schema) -> None:
        """Give a table another name."""
        left = [name for name in _NEW_TABLES if name not in self._names]
        if left:
            self._names.add(left[0])
            schema.rename(self.random.choice(list(schema.tables)), left[0])

    def rename_column(self, schema: Schema, table: Table) -> None:
        """Give a column another name, wherever it is named."""
        free = [name for name in table.columns if name != "n"]
        if free:
            table.rename(self.random.choice(free), self.name("r"))

    def drop_column(self, schema: Schema, table: Table) -> None:
        """Drop a column that nothing else uses."""
        left = [name for name in table.columns if name not in {*table.used(), "n"}]
        if left:
            del table.columns[self.random.choice(left)]

    def drop_something(self, schema: Schema, table: Table) -> None:
        """Drop a constraint or an index."""
        lists = [table.uniques, table.indexes, table.foreigns, table.checks]
        full = [each for each in lists if each]
        if full:
            some = self.random.choice(full)
            some.remove(self.random.choice(some))  # type: ignore[attr-defined]

    def change_type(self, schema: Schema, table: Table) -> None:
        """Give a column another type that its values fit or can be cast to."""
        free = [
            column
            for column in table.columns.values()
            if not column.computed and column.name not in {*table.used(), "n"}
        ]
        if not free:
            return
        column = self.random.choice(free)
        # From the one that its values are of: two changes are one for the rows.
        kind = types.TYPES[column.first_type]
        there = types.names(self.dialect)
        into = [each for each in (*kind.wider, *dict(kind.casts)) if each in there]
        into = [each for each in into if each != column.type]
        if into:
            column.type = self.random.choice(into)
            defaults = types.TYPES[column.type].defaults
            if column.type == "mood":
                defaults = (types.literal(schema.enums["mood"][0]),)
            # A text may go on having the default that it had as something else.
            keeps = column.type in (*STRINGS, "text", "unbounded") and self.chance(0.5)
            if column.default is not None and not keeps:
                column.default = self.random.choice(defaults) if defaults else None
            if column.type not in ("integer", *STRINGS):
                column.index = False

    def change_nullable(self, schema: Schema, table: Table) -> None:
        """Allow or forbid NULL."""
        free = [
            column
            for column in table.columns.values()
            if column.name not in (*table.key, "n") and not column.computed
        ]
        named = {each.column for each in table.foreigns}
        free = [column for column in free if column.name not in named]
        if free:
            column = self.random.choice(free)
            column.nullable = not column.nullable

    def change_default(self, schema: Schema, table: Table) -> None:
        """Give a column a default, another one, or none."""
        free = [
            column
            for column in table.columns.values()
            if (types.TYPES[column.type].defaults or column.type in types.LABELS)
            and not column.computed
            and column.origin not in ("id", "n")
        ]
        if free:
            column = self.random.choice(free)
            defaults = types.TYPES[column.type].defaults
            if column.type in types.LABELS:
                defaults = (types.literal(schema.enums[column.type][0]),)
            column.default = self.random.choice([None, *defaults])

    def change_comment(self, schema: Schema, table: Table) -> None:
        """Change the comment of a table or a column."""
        if self.dialect != "sqlite":
            thing = self.random.choice([table, *table.columns.values()])
            thing.comment = self.random.choice(COMMENTS)

    def change_something(self, schema: Schema, table: Table) -> None:
        """Change a constraint, an index or a generated column, and keep its name."""
        if table.checks and self.chance(0.5):
            check = self.random.choice(table.checks)
            check.sql = self.random.choice(["n > -1", "n BETWEEN 0 AND 5000"])
        elif table.foreigns and self.chance(0.5):
            foreign = self.random.choice(table.foreigns)
            foreign.options["ondelete"] = self.random.choice(self.actions)
            if self.dialect == "postgresql" and self.chance(0.3):
                foreign.options["match"] = "FULL"
        elif table.uniques and self.chance(0.5):
            unique = self.random.choice(table.uniques)
            unique.options = self.unique_options(table, unique.columns)
        elif table.indexes:
            index = self.random.choice(table.indexes)
            if self.chance(0.5):
                index.unique = not index.unique and "postgresql_using" not in index.options
            else:
                name = index.name
                table.indexes.remove(index)
                count = len(table.indexes)
                self.add_index(schema, table)
                if len(table.indexes) > count:
                    table.indexes[-1].name = name
        else:
            for column in table.columns.values():
                if column.computed:
                    column.computed = self.random.choice(["n + 2", None])

    def change_key(self, schema: Schema, table: Table) -> None:
        """Let another column join the primary key."""
        is_target = any(
            each.table == table.name for other in schema.tables.values() for each in other.foreigns
        )
        found = [
            name
            for name in self.columns(table, "integer", "string20")
            if not table.columns[name].nullable
        ]
        has_identity = table.columns[table.id].identity is not None
        if found and not is_target and not has_identity and not table.options:
            table.key = [table.id, found[0]] if len(table.key) == 1 else [table.id]

    def enlarge_key(self, schema: Schema, table: Table) -> None:
        """Give the key a larger type, with what refers to it."""
        # SQLite counts in an INTEGER only.
        if table.options.get("sqlite_autoincrement"):
            return
        table.columns[table.id].type = "big"
        for other in schema.tables.values():
            for foreign in other.foreigns:
                if foreign.table == table.name:
                    other.columns[foreign.column].type = "big"

    def change_collation(self, schema: Schema, table: Table) -> None:
        """Change the collation of a table, which its texts follow that name none."""
        if self.dialect == "mysql":
            table.options["mysql_collate"] = self.random.choice(COLLATIONS)

    def change_identity(self, schema: Schema, table: Table) -> None:
        """Make an identity column of a serial one, the other way, or change its options."""
        if self.dialect == "postgresql" and len(table.key) == 1:
            table.columns[table.id].identity = self.random.choice(
                [
                    None,
                    {"start": 5, "increment": 10},
                    {"always": True},
                    {"start": 5, "maxvalue": 90000},
                ]
            )
