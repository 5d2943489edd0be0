"""Random schemas, and random changes of them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random

from . import types
from .schema import Check, Column, Foreign, Index, Schema, Table, Unique

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_TABLES = ("alpha", "beta", "order", "Mixed", "delta", "epsilon")
_NEW_TABLES = ("omega", "group", "Other")

#: A schema besides the usual one.
SCHEMA = "Extra"

#: Of tables on MariaDB.
_COLLATIONS = ("utf8mb4_bin", "utf8mb4_unicode_ci", "utf8mb3_general_ci")

_NUMBERS = ("small", "integer", "numeric8")
_STRINGS = ("string20", "string50")
_COMMENTS = (None, "plain", 'it\'s 100% "quoted"', "two\nlines", "back\\slash :name %s")


def pair(seed: int, dialect: str) -> tuple[Schema, Schema]:
    """Two schemas, the second a few changes away from the first."""
    random = Random(f"{dialect} {seed}")
    maker = Maker(random, dialect)
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


class Maker:
    """Makes what a random generator says, for one dialect."""

    def __init__(self, random: Random, dialect: str) -> None:
        self.random = random
        self.dialect = dialect
        self._number = 0
        self._names: set[str] = set()

    def chance(self, share: float) -> bool:
        """True in that share of the calls."""
        return self.random.random() < share

    def name(self, prefix: str) -> str:
        """A name that is new in this pair."""
        self._number += 1
        return f"{prefix}_{self._number}"

    def schema(self) -> Schema:
        """A schema of one to four tables."""
        schema = Schema(convention=CONVENTION if self.chance(0.5) else None)
        schema.enums = {
            name: labels[: self.random.randint(1, len(labels))]
            for name, labels in types.LABELS.items()
        }
        for name in self.random.sample(_TABLES, self.random.randint(1, 4)):
            self.add_table(schema, name)
        return schema

    def add_table(self, schema: Schema, name: str) -> None:
        """Add a table with columns and everything that hangs on them."""
        self._names.add(name)
        identity = {"start": 5} if self.dialect == "postgresql" and self.chance(0.2) else None
        key = Column("id", "integer", nullable=False, identity=identity)
        columns = {"id": key, "n": Column("n", "integer")}
        table = Table(name, columns, comment=self.comment())
        if self.dialect == "postgresql" and self.chance(0.15):
            table.schema = SCHEMA
        if self.dialect == "sqlite" and self.chance(0.15):
            table.options["sqlite_autoincrement"] = True
        if self.dialect == "mysql" and self.chance(0.2):
            table.options["mysql_collate"] = self.random.choice(_COLLATIONS)
        schema.tables[name] = table
        for _ in range(self.random.randint(1, 6)):
            self.add_column(schema, table)
        for add in (self.add_unique, self.add_index, self.add_check, self.add_foreign):
            if self.chance(0.4):
                add(schema, table)
        if self.chance(0.15):
            self.add_computed(schema, table)

    def comment(self) -> str | None:
        """A comment, where the dialect has them."""
        if self.dialect == "sqlite" or self.chance(0.7):
            return None
        return self.random.choice(_COMMENTS)

    def add_column(self, schema: Schema, table: Table) -> None:
        """Add a column of a random type."""
        kind = self.random.choice(types.names(self.dialect))
        defaults = types.TYPES[kind].defaults
        if kind in types.LABELS:
            defaults = (types.literal(schema.enums[kind][0]),)
        default = self.random.choice(defaults) if defaults and self.chance(0.4) else None
        column = Column(
            self.name("c"),
            kind,
            nullable=self.chance(0.6),
            default=default,
            comment=self.comment(),
        )
        if kind in ("integer", *_STRINGS) and self.chance(0.2):
            column.index = True
        table.columns[column.name] = column

    def add_computed(self, schema: Schema, table: Table) -> None:
        """Add a generated column."""
        column = Column(self.name("g"), "integer", computed="n + 1")
        table.columns[column.name] = column

    def columns(self, table: Table, *kinds: str) -> list[str]:
        """The ordinary columns of some types."""
        return [
            column.name
            for column in table.columns.values()
            if column.type in kinds and column.origin not in ("id", "n") and not column.computed
        ]

    def add_unique(self, schema: Schema, table: Table) -> None:
        """Add a unique constraint, which may have no name."""
        found = self.columns(table, "integer", "big", *_STRINGS)
        if found:
            columns = self.random.sample(found, min(len(found), self.random.randint(1, 2)))
            if any(set(each.columns) == set(columns) for each in table.uniques):
                return
            name = self.name("uq") if self.chance(0.5) else None
            if (
                name is None
                and schema.convention
                and any(each.columns[0] == columns[0] for each in table.uniques)
            ):
                return
            table.uniques.append(Unique(columns, name))

    def add_index(self, schema: Schema, table: Table) -> None:
        """Add an index: plain, unique, over an expression, partial."""
        found = self.columns(table, "integer", "big", *_STRINGS, "datetime")
        if not found:
            return
        parts = self.random.sample(found, min(len(found), self.random.randint(1, 2)))
        index = Index(self.name("ix"), parts, unique=self.chance(0.2))
        strings = self.columns(table, *_STRINGS)
        if self.dialect != "mysql":
            if strings and self.chance(0.25):
                index.parts = [f"lower({self.random.choice(strings)})"]
            elif self.chance(0.15):
                index.parts = [f"{parts[0]} DESC"]
            if self.chance(0.25):
                where = f"{self.dialect}_where"
                index.options[where] = self.random.choice(
                    [f"{found[0]} IS NOT NULL", f"{table.id} > 5"]
                )
        if self.dialect == "postgresql":
            self._postgresql_index(table, index, strings)
        table.indexes.append(index)

    def _postgresql_index(self, table: Table, index: Index, strings: list[str]) -> None:
        if index.parts[0] in strings and self.chance(0.3):
            index.options["postgresql_ops"] = {index.parts[0]: "varchar_pattern_ops"}
        elif self.chance(0.2) and table.id not in index.parts:
            index.options["postgresql_include"] = [table.id]
        elif (
            not index.unique
            and len(index.parts) == 1
            and "DESC" not in index.parts[0]
            and self.chance(0.2)
        ):
            index.options["postgresql_using"] = "hash"

    def add_check(self, schema: Schema, table: Table) -> None:
        """Add a CHECK constraint that the rows pass."""
        referring = {each.column for each in table.foreigns}
        numbers = [name for name in self.columns(table, *_NUMBERS) if name not in referring]
        strings = self.columns(table, *_STRINGS)
        choices = ["n > 0", "n >= 0 AND n < 100000"]
        choices += [f"{name} > -3000000000 OR {name} IS NULL" for name in numbers]
        choices += [f"{name} <> 'zz''z'" for name in strings]
        choices += [f"{name} NOT IN ('q', 'r')" for name in strings]
        table.checks.append(Check(self.name("ck"), self.random.choice(choices)))

    def add_foreign(self, schema: Schema, table: Table) -> None:
        """Add a nullable column that refers to a table, which may be its own."""
        target = self.random.choice(list(schema.tables))
        if len(schema.tables[target].key) > 1:
            return  # its id is not unique any more
        column = Column(self.name("f"), "integer")
        table.columns[column.name] = column
        options = {}
        for key in ("ondelete", "onupdate"):
            if self.chance(0.4):
                options[key] = self.random.choice(["CASCADE", "SET NULL", "NO ACTION"])
        if self.dialect != "mysql" and self.chance(0.2):
            options.update(deferrable=True, initially="DEFERRED")
        if self.dialect == "postgresql" and self.chance(0.1):
            options["match"] = "FULL"
        name = self.name("fk") if self.chance(0.5) else None
        table.foreigns.append(Foreign(column.name, target, name, options))

    # Changes

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
        left = [name for name in _TABLES if name not in self._names]
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
        left = [name for name in _TABLES if name not in self._names][:2]
        if len(left) == 2:
            for name in left:
                self.add_table(schema, name)
            for name, other in (left, left[::-1]):
                column = self.name("f")
                schema.tables[name].columns[column] = Column(column, "integer")
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
            keeps = column.type in (*_STRINGS, "text", "unbounded") and self.chance(0.5)
            if column.default is not None and not keeps:
                column.default = self.random.choice(defaults) if defaults else None
            if column.type not in ("integer", *_STRINGS):
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
            thing.comment = self.random.choice(_COMMENTS)

    def change_something(self, schema: Schema, table: Table) -> None:
        """Change a constraint, an index or a generated column, and keep its name."""
        if table.checks and self.chance(0.5):
            check = self.random.choice(table.checks)
            check.sql = self.random.choice(["n > -1", "n BETWEEN 0 AND 5000"])
        elif table.foreigns and self.chance(0.5):
            foreign = self.random.choice(table.foreigns)
            foreign.options["ondelete"] = self.random.choice(["CASCADE", "SET NULL"])
            if self.dialect == "postgresql" and self.chance(0.3):
                foreign.options["match"] = "FULL"
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

    def change_collation(self, schema: Schema, table: Table) -> None:
        """Change the collation of a table, which its texts follow that name none."""
        if self.dialect == "mysql":
            table.options["mysql_collate"] = self.random.choice(_COLLATIONS)

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
