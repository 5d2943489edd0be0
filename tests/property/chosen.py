"""Pairs of schemas that random ones are not: rare things, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from .schema import Rows, Schema

Make = Callable[[sa.MetaData], Any]


class MadeSchema(Schema):
    """A schema that a function makes."""

    def __init__(self, make: Make, rows: Rows | None = None) -> None:
        super().__init__({}, {}, rows=rows or {})
        self._make = make

    def build(self, dialect: str) -> sa.MetaData:
        metadata = sa.MetaData()
        self._make(metadata)
        return metadata


class Chosen(NamedTuple):
    """Where a pair is tried, the pair, and rows of the first, which the second has as well."""

    backends: tuple[str, ...]
    before: Make
    after: Make
    rows: Rows = {}


EVERY = ("sqlite", "postgresql", "mariadb")

#: A part of a table is made anew each time: it is of one table.
Part = Callable[[], Any]


def table(*parts: Part, name: str = "t", **options: Any) -> Make:
    """A table with a key and *parts*."""
    key = column("id", sa.Integer, primary_key=True)
    return lambda metadata: sa.Table(name, metadata, *[each() for each in (key, *parts)], **options)


def column(*args: Any, **options: Any) -> Part:
    return lambda: sa.Column(*args, **options)


def unique(*columns: str, **options: Any) -> Part:
    return lambda: sa.UniqueConstraint(*columns, **options)


def index(name: str, *parts: Any, **options: Any) -> Part:
    return lambda: sa.Index(name, *parts, **options)


def check(sql: str, **options: Any) -> Part:
    return lambda: sa.CheckConstraint(sql, **options)


def foreign(columns: list[str], targets: list[str], **options: Any) -> Part:
    return lambda: sa.ForeignKeyConstraint(columns, targets, name="fk", **options)


def computed(sql: str, *parts: Part, type_: Any = sa.Integer, **options: Any) -> Make:
    """A table with a generated column."""
    generated = lambda: sa.Column("g", type_, sa.Computed(sql, **options))  # noqa: E731
    return table(N, generated, *parts)


def keyed(*names: str) -> Make:
    """A table with a primary key over its columns."""

    def make(metadata: sa.MetaData) -> None:
        columns = [
            sa.Column(each, sa.Integer, server_default=sa.text("0"), nullable=False)
            for each in names
        ]
        sa.Table("t", metadata, *columns, sa.PrimaryKeyConstraint(*names))

    return make


def both(*makes: Make) -> Make:
    """Several tables."""
    return lambda metadata: [each(metadata) for each in makes]


NAME, TEXT = column("name", sa.String(50)), column("name", sa.Text)
N, G = column("n", sa.Integer), column("g", sa.Integer)
X, Y = column("x", sa.Integer), column("y", sa.String(20))

PARENT = table(
    column("a", sa.Integer, nullable=False),
    column("b", sa.String(20), nullable=False),
    column("c", sa.Integer, unique=True),
    unique("a", "b", name="ab"),
    name="p",
)
STORED = {"persisted": True}
RENAMED = column("m", sa.BigInteger, info={"renamed_from": "n"})
GENERATED = column("g", sa.Integer, sa.Computed("m + 1", **STORED))
FIVE = {"t": [{"id": 6, "n": 5}]}
VIRTUAL = {"persisted": False}
ENUM = {"name": "e", "native_enum": False, "create_constraint": True}


def _value(type_: Any, **options: Any) -> Make:
    return table(column("value", type_, **options))


def _moody(*labels_and_parts: Any) -> Make:
    """A table with an enum of some labels, and what compares it with one."""
    labels = [each for each in labels_and_parts if isinstance(each, str)]
    parts = [each for each in labels_and_parts if not isinstance(each, str)]
    return table(column("value", sa.Enum(*labels, name="mood")), *parts)


def some_rows(where: str) -> Part:
    return index("i", "id", postgresql_where=sa.text(where))


PAIRS: dict[str, Chosen] = {
    # Unique constraints
    "deferrable": Chosen(
        ("postgresql",),
        table(NAME),
        table(NAME, unique("name", name="u", deferrable=True, initially="DEFERRED")),
    ),
    "becomes deferrable": Chosen(
        ("postgresql",),
        table(NAME, unique("name", name="u")),
        table(NAME, unique("name", name="u", deferrable=True)),
    ),
    "becomes deferrable without a name": Chosen(
        ("postgresql",), table(NAME, unique("name")), table(NAME, unique("name", deferrable=True))
    ),
    "deferrable goes": Chosen(
        ("postgresql",), table(NAME, unique("name", name="u", deferrable=True)), table(NAME)
    ),
    "deferrable goes with its table": Chosen(
        ("postgresql",),
        both(table(NAME, unique("name", name="u", deferrable=True)), table(name="other")),
        table(name="other"),
    ),
    "nulls not distinct": Chosen(
        ("postgresql",),
        table(NAME, unique("name", name="u")),
        table(NAME, unique("name", name="u", postgresql_nulls_not_distinct=True)),
    ),
    "unique includes": Chosen(
        ("postgresql",),
        table(NAME, N, unique("name", name="u")),
        table(NAME, N, unique("name", name="u", postgresql_include=["n"])),
    ),
    "unique that includes goes": Chosen(
        ("postgresql",),
        table(NAME, N, unique("name", name="u", postgresql_include=["n"])),
        table(NAME, N),
    ),
    # Indexes
    "longer prefix": Chosen(
        ("mariadb",),
        table(NAME, index("i", "name", mysql_length=5)),
        table(NAME, index("i", "name", mysql_length=10)),
    ),
    "index over a prefix goes": Chosen(
        ("mariadb",), table(TEXT, index("i", "name", mysql_length=5)), table(TEXT)
    ),
    "fulltext": Chosen(
        ("mariadb",),
        table(NAME, index("i", "name")),
        table(NAME, index("i", "name", mysql_prefix="FULLTEXT")),
    ),
    "fulltext goes": Chosen(
        ("mariadb",), table(NAME, index("i", "name", mysql_prefix="FULLTEXT")), table(NAME)
    ),
    "nulls last": Chosen(
        ("postgresql",),
        table(NAME, index("i", sa.text("name"))),
        table(NAME, index("i", sa.text("name DESC NULLS LAST"))),
    ),
    # Keys
    "composite foreign key": Chosen(
        EVERY,
        both(PARENT, table(X, Y)),
        both(PARENT, table(X, Y, foreign(["x", "y"], ["p.a", "p.b"], ondelete="CASCADE"))),
    ),
    "composite foreign key goes": Chosen(
        EVERY,
        both(PARENT, table(X, Y, foreign(["x", "y"], ["p.a", "p.b"], ondelete="CASCADE"))),
        both(PARENT, table(X, Y)),
    ),
    "foreign key to what is unique": Chosen(
        EVERY, both(PARENT, table(X)), both(PARENT, table(X, foreign(["x"], ["p.c"])))
    ),
    "foreign key to another table": Chosen(
        EVERY,
        both(PARENT, table(X, foreign(["x"], ["p.c"]))),
        both(PARENT, table(X, foreign(["x"], ["t.id"]))),
    ),
    "key over a new column": Chosen(EVERY, keyed("id"), keyed("id", "x")),
    "column of the key goes": Chosen(EVERY, keyed("id", "x"), keyed("id")),
    # Generated columns
    "stored": Chosen(
        (
            "sqlite",
            "mariadb",
        ),
        computed("n + 1", **VIRTUAL),
        computed("n + 1", **STORED),
    ),
    "virtual": Chosen(
        (
            "sqlite",
            "mariadb",
        ),
        computed("n + 1", **STORED),
        computed("n + 1", **VIRTUAL),
    ),
    "generated column with another type": Chosen(
        EVERY, computed("n + 1", **STORED), computed("n + 1", type_=sa.BigInteger, **STORED)
    ),
    "generated column becomes plain": Chosen(EVERY, computed("n + 1", **STORED), table(N, G)),
    "virtual column becomes plain": Chosen(
        (
            "sqlite",
            "mariadb",
        ),
        computed("n + 1", **VIRTUAL),
        table(N, column("g", sa.Integer, server_default=sa.text("7"))),
    ),
    "generated column becomes plain and another": Chosen(
        EVERY,
        computed("n + 1", **STORED),
        table(N, column("g", sa.BigInteger, nullable=False, server_default=sa.text("7"))),
    ),
    "plain column becomes generated": Chosen(EVERY, table(N, G), computed("n + 1", **STORED)),
    "indexed generated column": Chosen(
        EVERY,
        computed("n + 1", index("i", "g"), unique("n", "g", name="u"), **STORED),
        computed("n + 2", index("i", "g"), unique("n", "g", name="u"), **STORED),
    ),
    "checked generated column": Chosen(
        EVERY,
        computed("n + 1", check("g > 0 AND n > 1", name="ck"), **STORED),
        computed("n + 2", check("g > 0 AND n > 1", name="ck"), **STORED),
    ),
    "generated column in expressions": Chosen(
        ("postgresql",),
        computed(
            "n + 1",
            index("i", sa.text("abs(g)")),
            index("j", "n", postgresql_where=sa.text("g > 0")),
            **STORED,
        ),
        computed(
            "n + 2",
            index("i", sa.text("abs(g)")),
            index("j", "n", postgresql_where=sa.text("g > 0")),
            **STORED,
        ),
    ),
    **{
        f"what a generated column is computed from has another name and type: {what}": Chosen(
            ("postgresql",), computed("n + 1", *parts, **STORED), table(RENAMED, *after), FIVE
        )
        for what, parts, after in (
            ("it stays", (), (GENERATED,)),
            ("it is computed anew", (), (column("g", sa.Integer, sa.Computed("m + 2", **STORED)),)),
            ("it goes", (), ()),
            ("it becomes plain", (), (G,)),
            ("it is indexed", (index("i", "g", "n"),), (GENERATED, index("i", "g", "m"))),
            ("it has another name", (), (column("h", sa.Integer, sa.Computed("m + 1", **STORED)),)),
        )
    },
    **{
        f"what a generated column is computed from has another type: {what}": Chosen(
            ("postgresql",),
            computed("n + 1", *parts, **STORED),
            table(column("n", sa.BigInteger), *after),
            FIVE,
        )
        for what, parts, after in (
            ("it goes", (), ()),
            ("it becomes plain", (), (G,)),
            (
                "it is of another",
                (X,),
                (X, column("g", sa.Integer, sa.Computed("x + 1", **STORED))),
            ),
            (
                "it refers",
                (foreign(["g"], ["t.id"]),),
                (column("g", sa.Integer, sa.Computed("n + 1", **STORED)), foreign(["g"], ["t.id"])),
            ),
        )
    },
    # Types
    "enum without a type": Chosen(EVERY, table(), _value(sa.Enum("a", "b", **ENUM))),
    "enum without a type with other labels": Chosen(
        (
            "sqlite",
            "mariadb",
        ),
        _value(sa.Enum("a", "b", **ENUM)),
        _value(sa.Enum("a", "b", "ccc", **ENUM)),
    ),
    "boolean with a check": Chosen(
        EVERY, table(), _value(sa.Boolean(create_constraint=True, name="ck"))
    ),
    "boolean with a check goes": Chosen(
        EVERY, _value(sa.Boolean(create_constraint=True, name="ck")), table()
    ),
    **{
        f"{change} {what}": Chosen(("postgresql",), _moody(*before, part), _moody(*after, again))
        for change, before, after in (
            ("label goes beside", "abc", "ab"),
            ("label comes beside", "ab", "abc"),
            ("labels in another order beside", "abc", "cab"),
        )
        for what, part, again in (
            ("a check", *[check("value <> 'a'", name="ck")] * 2),
            ("an index of some rows", *[some_rows("value = 'a'")] * 2),
            ("an index over an expression", *[index("i", sa.text("(value = 'a')"))] * 2),
            ("another check", check("value <> 'a'", name="ck"), check("value <> 'b'", name="ck")),
            ("an index of other rows", some_rows("value = 'a'"), some_rows("value = 'b'")),
        )
    },
    "label goes with a check that names it": Chosen(
        ("postgresql",),
        _moody("a", "b", check("value IN ('a', 'b')", name="ck")),
        _moody("a", check("value = 'a'", name="ck")),
    ),
    "label comes with a check that names it": Chosen(
        ("postgresql",),
        _moody("a", check("value = 'a'", name="ck")),
        _moody("a", "b", check("value IN ('a', 'b')", name="ck")),
    ),
    "a label goes where a new table has the enum": Chosen(
        ("postgresql",),
        _moody("a", "b"),
        both(_moody("a"), table(column("value", sa.Enum("a", name="mood")), name="u")),
    ),
    "array of an enum": Chosen(
        ("postgresql",), table(), _value(postgresql.ARRAY(sa.Enum("a", "b", name="e")))
    ),
    "unsigned": Chosen(("mariadb",), _value(sa.Integer), _value(mysql.INTEGER(unsigned=True))),
    "signed": Chosen(("mariadb",), _value(mysql.INTEGER(unsigned=True)), _value(mysql.INTEGER)),
    "zerofill": Chosen(
        ("mariadb",),
        _value(mysql.INTEGER(unsigned=True)),
        _value(mysql.INTEGER(unsigned=True, zerofill=True)),
    ),
    "labels of a set": Chosen(
        ("mariadb",), _value(mysql.SET("a", "b")), _value(mysql.SET("a", "b", "c"))
    ),
    "column goes while its table gets another character set": Chosen(
        ("mariadb",),
        table(N, column("name", sa.String(50), nullable=False), mysql_charset="latin1"),
        table(N, mysql_charset="utf8mb4"),
    ),
    # Clauses of tables on SQLite
    "without rowid": Chosen(
        ("sqlite",), table(NAME, sqlite_with_rowid=False), table(NAME, N, sqlite_with_rowid=False)
    ),
    "strict": Chosen(
        ("sqlite",),
        table(TEXT, sqlite_strict=True),
        table(TEXT, N, unique("n", name="u"), sqlite_strict=True),
    ),
}
