"""Differences that a database cannot express; see docs/reference/known-differences.rst."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

from .trial import Result

Fact = tuple[Any, ...]


def known(dialect: str, result: Result) -> str | None:
    """The name of the entry that explains all that is wrong with a pair."""
    return next((name for name, explains in KNOWN.items() if explains(dialect, result)), None)


def _key_that_counted(dialect: str, result: Result) -> bool:
    """A key of one integer counts by itself, one of two columns does not."""
    both = [(each, result.after.again(each)) for each in result.before.tables.values()]
    counting = {
        name
        for before, after in both
        if after is not None and len(before.key) != len(after.key)
        for table in (before, after)
        for name in (f"{table.name}.{table.id}", f"{table.name}_{table.id}_seq")
    }
    return bool(result.facts) and all(_counted(fact) in counting for fact in result.facts)


def _counted(fact: Fact) -> str:
    """The sequence that a fact is of, or the column with its table."""
    name = str(fact[2].rpartition(".")[2])
    return f"{name}.{fact[3]}" if fact[1] == "column" else name if fact[1] == "sequence" else ""


def _check_spelled_anew(dialect: str, result: Result) -> bool:
    """PostgreSQL spells an expression that it has spelled before in another way."""
    return (
        dialect == "postgresql"
        and bool(result.facts)
        and all(fact[1] == "constraint" and fact[3] == "c" for fact in result.facts)
        and _bare(result.facts, "missing") == _bare(result.facts, "extra")
    )


def _bare(facts: Iterable[Fact], kind: str) -> list[str]:
    return sorted(_without_casts(fact[4]) for fact in facts if fact[0] == kind)


def _without_casts(sql: str) -> str:
    return re.sub(r"::(text|character varying)(\[\])?|[() ]", "", sql)


def _default_with_cast(dialect: str, result: Result) -> bool:
    """A text that becomes another kind of text keeps the cast in its default."""
    if dialect != "postgresql" or any(fact[1] != "column" or not fact[6] for fact in result.facts):
        return False
    sides = [
        {
            (*fact[2:6], _without_casts(fact[6]), *fact[7:])
            for fact in result.facts
            if fact[0] == kind
        }
        for kind in ("missing", "extra")
    ]
    return bool(sides[0]) and sides[0] == sides[1]


def _parent_without_rows(dialect: str, result: Result) -> bool:
    """A dropped table comes back without its rows, and a foreign key needs them."""
    before, after = result.before.tables, result.after
    gone = {name for name, table in before.items() if after.again(table) is None}
    refers = any(
        each.table in gone and name not in gone
        for name, table in before.items()
        for each in table.foreigns
    )
    words = ("foreign key constraint fails", "violates foreign key", "refer to rows that are gone")
    return (
        refers
        and result.problem == "downgrade fails"
        and any(each in result.detail for each in words)
    )


def _unique_without_values(dialect: str, result: Result) -> bool:
    """A dropped column that was unique cannot come back with one value for all."""
    dropped = any(
        not (column.nullable and column.default is None) and column.name in table.unique_columns()
        for table in result.before.tables.values()
        if (later := result.after.again(table)) is not None
        for column in table.columns.values()
        if later.again(column) is None
    )
    words = ("Duplicate entry", "could not create unique index", "UNIQUE constraint failed")
    return (
        dropped
        and result.problem == "downgrade fails"
        and any(each in result.detail for each in words)
    )


#: The entries of the page, by their titles.
KNOWN: dict[str, Callable[[str, Result], bool]] = {
    "A key that stops counting": _key_that_counted,
    "A CHECK that comes back": _check_spelled_anew,
    "The cast in a default": _default_with_cast,
    "A foreign key to a table that was dropped": _parent_without_rows,
    "A unique column that was dropped": _unique_without_values,
}
