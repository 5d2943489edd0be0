"""Names for constraints that nobody has named, in the manner of SQLAlchemy's example convention."""

from __future__ import annotations

from collections.abc import Iterable

# What PostgreSQL keeps of a name; MySQL keeps one more.
_LENGTH = 63


def foreign_key(table: str, columns: Iterable[str], referent: str) -> str:
    """The name of a foreign key from *columns* of *table* to the table *referent*."""
    return "_".join(["fk", table, *columns, referent])[:_LENGTH]


def unique(table: str, columns: Iterable[str]) -> str:
    """The name of a unique constraint over *columns* of *table*."""
    return "_".join(["uq", table, *columns])[:_LENGTH]


def check(table: str, column: str) -> str:
    """The name of the CHECK that gives *column* of *table* its values."""
    return f"ck_{table}_{column}"[:_LENGTH]


def primary_key(table: str) -> str:
    """The name of a primary key as PostgreSQL gives it."""
    return f"{table}_pkey"
