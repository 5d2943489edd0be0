"""Chosen pairs about enum types of PostgreSQL and what hangs on a column that has one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from .chosen import Chosen, Make, Part, both, check, column, index, unique
from .chosen_keys import ID, of

STORED = {"persisted": True}
ROWS = {"t": [{"id": 1, "value": "b"}]}


def _mood(labels: str, name: str = "mood") -> sa.Enum:
    return sa.Enum(*labels, name=name)


def _again(labels: str, *parts: Part) -> Make:
    return of("t", ID, column("value", _mood(labels)), *parts)


def _table(labels: str, *parts: Part) -> Make:
    info = {"renamed_from": "t"}
    return of("u", ID, column("value", _mood(labels)), *parts, info=info)


def _column(labels: str, *parts: Part) -> Make:
    info = {"renamed_from": "value"}
    return of("t", ID, column("now", _mood(labels), info=info), *parts)


def _computed(sql: str) -> Part:
    return lambda: sa.Column("g", sa.Boolean, sa.Computed(sql, **STORED))


#: What compares the column ``value`` or ``now``.
COMPARES = {
    "a check": lambda name: check(f"{name} <> 'a'", name="ck"),
    "an index of some rows": lambda name: index(
        "i", "id", unique=True, postgresql_where=sa.text(f"{name} <> 'a'")
    ),
    "a generated column": lambda name: _computed(f"{name} = 'a'"),
}


def _valued(type_: Any, *parts: Part) -> Make:
    return of("t", ID, column("value", type_), *parts)


def _called_now(type_: Any, *parts: Part) -> Make:
    return of("t", ID, column("now", type_, info={"renamed_from": "value"}), *parts)


def _says(name: str, value: str, called: str | None = "ck") -> Part:
    return check(f"{name} <> '{value}'", name=called)


def _some(name: str, value: str) -> Part:
    return index("i", "id", postgresql_where=sa.text(f"{name} <> '{value}'"))


def _refers(labels: str) -> Make:
    return both(
        of("t", column("value", _mood(labels), primary_key=True)),
        of("w", ID, lambda: sa.Column("value", _mood(labels), sa.ForeignKey("t.value"))),
    )


ENUMS: dict[str, Chosen] = {
    **{
        f"label {change} {what} with another name of {name}": Chosen(
            ("postgresql",), _again(before, part("value")), after(labels, part(called)), rows
        )
        for change, before, labels in (("goes", "abc", "ab"), ("comes", "ab", "abc"))
        for what, part in COMPARES.items()
        for name, after, called, rows in (
            # Rows are looked for below the name that their table had.
            ("the table", _table, "value", {}),
            ("the column", _column, "now", ROWS),
        )
    },
    **{
        f"label {change} a generated column {how}": Chosen(
            ("postgresql",), _again(before, *parts), _again(labels, *later), ROWS
        )
        for change, before, labels in (("goes", "abc", "ab"), ("comes", "ab", "abc"))
        for how, parts, later in (
            ("that stays", *[[_computed("value = 'a'")]] * 2),
            ("that changes", [_computed("value = 'a'")], [_computed("value = 'b'")]),
            (
                "with an index and a unique constraint",
                *[[_computed("value = 'a'"), index("i", "g"), unique("id", "g", name="uq")]] * 2,
            ),
        )
    },
    "label goes a foreign key": Chosen(("postgresql",), _refers("abc"), _refers("ab")),
    "label comes a foreign key": Chosen(("postgresql",), _refers("ab"), _refers("abc")),
    **{
        f"{what} while its column becomes {kind}": Chosen(
            ("postgresql",), _valued(first, *parts), after(then, *later)
        )
        for kind, first, then, value in (
            ("a date", sa.Text(), sa.Date(), "2021-01-01"),
            ("a text", sa.Date(), sa.Text(), "2021-01-01"),
            ("another enum", _mood("ab"), _mood("ab", "other"), "a"),
            ("a text without labels", _mood("ab"), sa.String(9), "a"),
        )
        for what, parts, after, later in (
            ("a check", [_says("value", value)], _valued, [_says("value", value)]),
            (
                "a check without a name",
                [_says("value", value, None)],
                _valued,
                [_says("value", value, None)],
            ),
            ("an index", [_some("value", value)], _valued, [_some("value", value)]),
            (
                "a check over another name",
                [_says("value", value)],
                _called_now,
                [_says("now", value)],
            ),
            (
                "an index over another name",
                [_some("value", value)],
                _called_now,
                [_some("now", value)],
            ),
        )
    },
    "text becomes an enum": Chosen(
        ("postgresql",),
        of("t", ID, column("value", sa.Text, server_default="a")),
        of("t", ID, column("value", _mood("ab"), server_default="a")),
        ROWS,
    ),
    "texts become enums": Chosen(
        ("postgresql",),
        of("t", ID, column("value", postgresql.ARRAY(sa.Text))),
        of("t", ID, column("value", postgresql.ARRAY(_mood("ab")))),
        {"t": [{"id": 1, "value": ["a", "b"]}]},
    ),
}
