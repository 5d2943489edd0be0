"""Random schemas."""

from __future__ import annotations

from random import Random
from typing import Any

from . import types
from .schema import Check, Column, Foreign, Index, Schema, Table, Unique

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

TABLES = ("alpha", "beta", "order", "Mixed", "delta", "epsilon")

#: A schema besides the usual one.
SCHEMA = "Extra"

#: Of tables on MariaDB.
COLLATIONS = ("utf8mb4_bin", "utf8mb4_unicode_ci", "utf8mb3_general_ci")

_NUMBERS = ("small", "integer", "numeric8")
STRINGS = ("string20", "string50")
COMMENTS = (None, "plain", 'it\'s 100% "quoted"', "two\nlines", "back\\slash :name %s")


class Maker:
    """Makes what a random generator says, for one dialect."""

    def __init__(self, random: Random, dialect: str) -> None:
        self.random = random
        self.dialect = dialect
        self._number = 0
        self._names: set[str] = set()
        #: What a foreign key does; the last two are the same on MariaDB.
        self.actions = ["CASCADE", "SET NULL", "NO ACTION", "RESTRICT"][
            : 3 if dialect == "mysql" else 4
        ]

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
        for name in self.random.sample(TABLES, self.random.randint(1, 4)):
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
            table.options["mysql_collate"] = self.random.choice(COLLATIONS)
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
        return self.random.choice(COMMENTS)

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
        if kind in ("integer", *STRINGS) and self.chance(0.2):
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
        found = self.columns(table, "integer", "big", *STRINGS)
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
            table.uniques.append(Unique(columns, name, self.unique_options(table, columns)))

    def unique_options(self, table: Table, columns: list[str]) -> dict[str, Any]:
        """What a unique constraint over some columns says besides."""
        if self.dialect != "postgresql" or self.chance(0.7):
            return {}
        choices: list[dict[str, Any]] = [
            {"deferrable": True},
            {"deferrable": True, "initially": "DEFERRED"},
            {"postgresql_include": [table.id]},
        ]
        # Several rows refer to nothing.
        if not {each.column for each in table.foreigns} & set(columns):
            choices.append({"postgresql_nulls_not_distinct": True})
        return self.random.choice(choices)

    def add_index(self, schema: Schema, table: Table) -> None:
        """Add an index: plain, unique, over an expression, partial."""
        found = self.columns(table, "integer", "big", *STRINGS, "datetime")
        if not found:
            return
        parts = self.random.sample(found, min(len(found), self.random.randint(1, 2)))
        index = Index(self.name("ix"), parts, unique=self.chance(0.2))
        strings = self.columns(table, *STRINGS)
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
        strings = self.columns(table, *STRINGS)
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
        column = Column(
            self.name("f"), schema.tables[target].columns[schema.tables[target].id].type
        )
        table.columns[column.name] = column
        options = {}
        for key in ("ondelete", "onupdate"):
            if self.chance(0.4):
                options[key] = self.random.choice(self.actions)
        if self.dialect != "mysql" and self.chance(0.2):
            options.update(deferrable=True, initially="DEFERRED")
        if self.dialect == "postgresql" and self.chance(0.1):
            options["match"] = "FULL"
        name = self.name("fk") if self.chance(0.5) else None
        table.foreigns.append(Foreign(column.name, target, name, options))
