"""A schema as plain values, and the ``MetaData`` it stands for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from . import types

#: Rows by table.
Rows = dict[str, list[dict[str, Any]]]


@dataclass
class Column:
    """A column; ``default`` and ``computed`` are SQL."""

    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    comment: str | None = None
    computed: str | None = None
    identity: dict[str, Any] | None = None
    unique: bool = False
    index: bool = False
    #: Its first name, by which it is known again, and its first type.
    origin: str = ""
    first_type: str = ""

    def __post_init__(self) -> None:
        self.origin = self.origin or self.name
        self.first_type = self.first_type or self.type

    def build(self, dialect: str, enums: dict[str, list[str]]) -> sa.Column[Any]:
        """The column for a dialect."""
        extra: list[Any] = []
        if self.computed:
            extra.append(sa.Computed(self.computed, persisted=True))
        if self.identity is not None:
            extra.append(sa.Identity(**self.identity))
        return sa.Column(
            self.name,
            types.build(self.type, dialect, enums),
            *extra,
            nullable=self.nullable,
            server_default=None if self.default is None else sa.text(self.default),
            comment=self.comment,
            unique=self.unique or None,
            index=self.index or None,
        )


@dataclass
class Unique:
    """A unique constraint; a name is optional."""

    columns: list[str]
    name: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Index:
    """An index over ``parts``, which are columns or SQL."""

    name: str
    parts: list[str]
    unique: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    def build(self, table: sa.Table) -> None:
        """Put the index on *table*."""
        parts = [table.c[part] if part in table.c else sa.text(part) for part in self.parts]
        options = {
            key: sa.text(value) if key.endswith("where") else value
            for key, value in self.options.items()
        }
        sa.Index(self.name, *parts, unique=self.unique, _table=table, **options)


@dataclass
class Foreign:
    """A foreign key to the first column of the key of another table."""

    column: str
    table: str
    name: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Check:
    """A named CHECK constraint."""

    name: str
    sql: str


@dataclass
class Table:
    """A table; the key is ``id`` unless ``key`` says otherwise."""

    name: str
    columns: dict[str, Column]
    key: list[str] = field(default_factory=lambda: ["id"])
    uniques: list[Unique] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    foreigns: list[Foreign] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    comment: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    schema: str | None = None
    #: Its first name, by which it is known again.
    origin: str = ""

    def __post_init__(self) -> None:
        self.origin = self.origin or self.name

    @property
    def full_name(self) -> str:
        """With the schema."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def id(self) -> str:
        """What the first column of the key is called."""
        return next(each.name for each in self.columns.values() if each.origin == "id")

    def again(self, column: Column) -> Column | None:
        """What has become of a column of the same table in another schema, or was it before."""
        return next((each for each in self.columns.values() if each.origin == column.origin), None)

    def rename(self, old: str, new: str) -> None:
        """Call a column *new*, wherever it is named."""
        self.columns[old].name = new
        self.columns = {each.name: each for each in self.columns.values()}
        for each in (*self.uniques, *self.indexes, *self.foreigns, *self.checks):
            vars(each).update(_replaced(vars(each), old, new))
        self.key = _replaced(self.key, old, new)

    def used(self) -> set[str]:
        """The columns that something other than themselves names."""
        words = [
            *self.key,
            *(name for each in self.uniques for name in each.columns),
            *(part for each in self.indexes for part in each.parts),
            *(str(each.options) for each in (*self.indexes, *self.uniques)),
            *(each.column for each in self.foreigns),
            *(each.sql for each in self.checks),
            *(each.computed for each in self.columns.values() if each.computed),
        ]
        found = set(re.findall(r"\w+", " ".join(words)))
        return found & set(self.columns)

    def unique_columns(self) -> set[str]:
        """The columns that need another value in each row."""
        words = [
            *self.key,
            *(name for each in self.uniques for name in each.columns),
            *(part for each in self.indexes if each.unique for part in each.parts),
        ]
        return set(re.findall(r"\w+", " ".join(words))) & set(self.columns)

    def build(self, metadata: sa.MetaData, dialect: str, schema: Schema) -> sa.Table:
        """The table of *schema* in *metadata*."""
        table = sa.Table(
            self.name,
            metadata,
            *(column.build(dialect, schema.enums) for column in self.columns.values()),
            sa.PrimaryKeyConstraint(*self.key),
            *(
                sa.UniqueConstraint(*each.columns, name=each.name, **each.options)
                for each in self.uniques
            ),
            *(
                sa.ForeignKeyConstraint(
                    [each.column],
                    [f"{schema.tables[each.table].full_name}.{schema.tables[each.table].id}"],
                    name=each.name,
                    # A circle of foreign keys is for SQLAlchemy to break up.
                    **each.options,
                )
                for each in self.foreigns
            ),
            *(sa.CheckConstraint(each.sql, name=each.name) for each in self.checks),
            comment=self.comment,
            schema=self.schema,
            **self.options,
        )
        for index in self.indexes:
            index.build(table)
        return table


@dataclass
class Schema:
    """All tables; a naming convention is optional."""

    tables: dict[str, Table] = field(default_factory=dict)
    enums: dict[str, list[str]] = field(default_factory=dict)
    convention: dict[str, str] | None = None
    #: New labels of enums by the first ones.
    relabelled: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Rows besides those that are made for the tables.
    rows: Rows = field(default_factory=dict)

    def again(self, table: Table) -> Table | None:
        """What has become of a table of another schema, or was it before."""
        return next((each for each in self.tables.values() if each.origin == table.origin), None)

    def rename(self, old: str, new: str) -> None:
        """Call a table *new*, wherever it is named."""
        self.tables[old].name = new
        self.tables = {each.name: each for each in self.tables.values()}
        for table in self.tables.values():
            for foreign in table.foreigns:
                foreign.table = new if foreign.table == old else foreign.table

    def build(self, dialect: str) -> sa.MetaData:
        """The ``MetaData`` for a dialect."""
        metadata = sa.MetaData(naming_convention=self.convention)
        for table in self.tables.values():
            table.build(metadata, dialect, self)
        return metadata


def _replaced(value: Any, old: str, new: str) -> Any:
    """*value* with another name of a column in all its texts."""
    if isinstance(value, str):
        return re.sub(rf"\b{old}\b", new, value)
    if isinstance(value, dict):
        return {_replaced(key, old, new): _replaced(each, old, new) for key, each in value.items()}
    return [_replaced(each, old, new) for each in value] if isinstance(value, list) else value
