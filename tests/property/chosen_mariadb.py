"""Chosen pairs for MariaDB: what its tables have and others have not."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from .chosen import Chosen, Make, N, Part, X, both, column, foreign, index, table, unique

ONLY = ("mariadb",)


def _long(charset: str, **options: object) -> Make:
    """An index over a column that has more bytes than an index may have."""
    return table(
        column("name", sa.String(1000)), index("i", "name", **options), mysql_charset=charset
    )


def _refers(*parts: Part) -> Make:
    """A table with a foreign key that leans on an index."""
    key = foreign(["x"], ["p.id"])
    return both(table(name="p"), table(X, N, *parts, key))


def _value(type_: object, default: str, **options: object) -> Make:
    return table(column("value", type_, server_default=sa.text(default), **options))


#: Defaults that SQLAlchemy does not read, or only the beginning of.
DEFAULTS = {
    "text with a quote": (sa.Text, "'it''s'", "'its'"),
    "bit": (mysql.BIT(1), "b'0'", "b'1'"),
    "sum": (sa.Integer, "(floor(rand() * 10))", "(floor(rand() * 20))"),
    "function of functions": (sa.String(40), "(replace(uuid(), '-', ''))", "(concat(1, '(', 2))"),
    "moment": (sa.DateTime, "(now() + interval 1 day)", "(now() + interval 2 day)"),
}


MARIADB: dict[str, Chosen] = {
    "index that the server cuts": Chosen(ONLY, _long("utf8mb3"), _long("utf8mb4")),
    "index that the server no longer cuts": Chosen(ONLY, _long("utf8mb4"), _long("utf8mb3")),
    "index that the server cuts gets a length": Chosen(
        ONLY, _long("utf8mb4"), _long("utf8mb4", mysql_length=20)
    ),
    **{
        f"{what} as a default {how}": Chosen(ONLY, before, after)
        for what, (type_, one, other) in DEFAULTS.items()
        for how, before, after in (
            ("goes", _value(type_, one), table(column("value", type_))),
            ("changes", _value(type_, one), _value(type_, other)),
            ("stays with a comment", _value(type_, one), _value(type_, one, comment="c")),
        )
    },
    # An index that a foreign key leans on makes room for another one
    **{
        f"{what} for a foreign key": Chosen(ONLY, _refers(was), _refers(*now))
        for what, was, now in (
            ("longer index", index("i", "x"), [index("j", "x", "n")]),
            ("shorter index", index("i", "x", "n"), [index("j", "x")]),
            ("longer index of the same name", index("i", "x"), [index("i", "x", "n")]),
            ("unique constraint", index("i", "x"), [unique("x", name="u")]),
            ("index", unique("x", name="u"), [index("i", "x")]),
            (
                "index over a new column",
                index("i", "x"),
                [column("m", sa.Integer), index("j", "x", "m")],
            ),
        )
    },
}
