"""Whether the values of a column come through a change of its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..differences import mariadb, spelling
from ..logs import log
from .casts import conversion, kind_of

if TYPE_CHECKING:
    from .comparison import Comparison

_NUMBERS = ("integer", "numeric", "float")

#: What a text is when it becomes a moment, on PostgreSQL and on MariaDB.
_MOMENTS = {
    "date": ("timestamptz", "DATETIME(6)"),
    "timestamp": ("timestamptz", "DATETIME(6)"),
    "time": ("timetz", "TIME(6)"),
}

#: What PostgreSQL writes in its own words when a text becomes it.
_SPELLED_ANEW = ("boolean", "cidr", "inet", "interval", "json", "macaddr", "macaddr8", "uuid")

#: A temporary table of MariaDB and MySQL.
_VALUES = "flask_migrate_values"


def lost(comparison: Comparison, operation: Any) -> int | None:
    """How many rows do not have their whole value afterwards; ``None`` where nobody knows.

    A value that becomes the new type and the old one again is the same, or a part of it is gone.
    What a database refuses is no loss.
    """
    count = _COUNTS.get(comparison.dialect.name)
    if operation.existing_type is None or count is None:
        return 0
    kinds = [kind_of(each, comparison.dialect) for each in _types(operation)]
    return count(comparison, operation, *kinds)


def _types(operation: Any) -> tuple[Any, Any]:
    return operation.existing_type, operation.modify_type


def _column(comparison: Comparison, operation: Any) -> str:
    names = operation.schema, operation.table_name, operation.column_name
    return spelling.name(comparison.dialect, comparison.former_column(*names))


def _rows(comparison: Comparison, operation: Any, condition: str) -> int:
    import sqlalchemy as sa

    text = sa.text(spelling.without_parameters(condition))
    return comparison.rows(operation.schema, operation.table_name, text)


def _on_postgresql(comparison: Comparison, operation: Any, was: str, now: str) -> int | None:
    import sqlalchemy as sa

    column = _column(comparison, operation)
    old, new = _types(operation)
    there = conversion(column, old, new, comparison.dialect)
    back = conversion(f"({there})", new, old, comparison.dialect)
    is_other = f"({back}) IS DISTINCT FROM {column}"
    if was == "text" and now in _NUMBERS:
        is_other = f"{column}::numeric <> ({there})::numeric OR {column} ~ '^\\s*[-+]?0[0-9]'"
    elif was == "text" and now in _MOMENTS:
        wide = _MOMENTS[now][0]
        is_other = f"{column}::{wide} <> ({there})::{wide}"
    elif (was, now) == ("json", "jsonb"):
        # Blanks and escapes are no part of a value; the order of its keys and what they repeat are.
        is_other = f"{_bare_json(column)} <> {_bare_json(f'{column}::jsonb::json')}"
    elif (was, now) == ("text", "jsonb"):
        is_other = f"{column}::jsonb::text <> {column}::text"
    elif was == "text" and now in _SPELLED_ANEW:
        return 0  # in other words the same, or refused
    elif was == "json":
        is_other = f"({back})::text IS DISTINCT FROM {column}::text"
    for condition, result in ((is_other, True), (f"({there}) IS NOT NULL", False)):
        try:
            with comparison.connection.begin_nested():
                rows = _rows(comparison, operation, condition)
        except sa.exc.DBAPIError as error:
            log.debug("Not seen what %s becomes: %s", column, error.orig)
        else:
            # What becomes the new type and not the old one again is another value.
            return rows if result else None
    return 0


def _bare_json(value: str) -> str:
    return f"json_strip_nulls({value})::text"


def _on_sqlite(comparison: Comparison, operation: Any, was: str, now: str) -> int:
    column = _column(comparison, operation)
    spelled = (each.compile(dialect=comparison.dialect) for each in _types(operation))
    old, new = (each.partition(" COLLATE ")[0] for each in spelled)
    zero = f"ltrim({column}, ' +-') GLOB '0[0-9]*'"
    if was == "text" and now == "boolean":
        is_other = f"CAST({column} AS REAL) NOT IN (0, 1) OR {zero}"
    elif was == "text" and now in _NUMBERS:
        is_other = f"CAST({column} AS REAL) <> CAST({column} AS {new}) OR {zero}"
    elif was in ("text", "timestamp") and now == "date":
        is_other = f"length({column}) > 10 AND COALESCE(time({column}), '') <> '00:00:00'"
    elif was in _NUMBERS and now in (*_NUMBERS, "text") and was != now:
        is_other = f"CAST(CAST({column} AS {new}) AS {old}) <> {column}"
    else:
        return 0  # kept as it is, or refused by the copy of the table
    return _rows(comparison, operation, is_other)


def _on_mariadb(comparison: Comparison, operation: Any, was: str, now: str) -> int | None:
    import sqlalchemy as sa

    if any(map(_has_labels, _types(operation))):
        # A label is a number to the server, and a number one of the labels.
        is_number = bool({was, now} & {*_NUMBERS, "boolean"})
        column = _column(comparison, operation)
        return _rows(comparison, operation, f"{column} IS NOT NULL") if is_number else 0
    if (was == "text" and now == "json") or was == "json":
        return 0
    try:
        return _tried(comparison, operation, _is_other(was, now))
    except sa.exc.DBAPIError as error:  # no right to make a temporary table
        log.debug("Not seen what %s becomes: %s", operation.column_name, error.orig)
        return None


def _is_other(was: str, now: str) -> str:
    """Whether a value of the temporary table is not what it was."""
    if was == "text" and now in _NUMBERS:
        return "CAST(was AS DECIMAL(65, 30)) <> now OR was REGEXP '^ *[-+]?0[0-9]'"
    if was == "text" and now in _MOMENTS:
        wide = _MOMENTS[now][1]
        return f"CAST(was AS {wide}) <> CAST(now AS {wide})"
    if was == "text":
        return "NOT (CAST(was AS BINARY) <=> CAST(back AS BINARY))"
    # A number that does not fit back is cut there, which can make it what it was.
    is_other = "NOT (was <=> now) OR " if was == "integer" and now in _NUMBERS else ""
    return f"{is_other}NOT (was <=> back)"


def _tried(comparison: Comparison, operation: Any, is_other: str) -> int:
    """How many values are others in a temporary table with columns of both types."""
    import sqlalchemy as sa

    dialect, connection = comparison.dialect, comparison.connection
    column = _column(comparison, operation)
    former = comparison.former(operation.schema, operation.table_name)
    table = spelling.name(dialect, operation.schema, former)
    old, new = (each.compile(dialect=dialect) for each in _types(operation))
    create = f"CREATE TEMPORARY TABLE {_VALUES} (was {old} NULL, now {new} NULL, back {old} NULL)"
    fill = f"INSERT IGNORE INTO {_VALUES} (was, now) SELECT {column}, {column} FROM {table}"  # noqa: S608
    turn = f"UPDATE IGNORE {_VALUES} SET back = now"  # noqa: S608
    try:
        for statement in (create, fill, turn):
            connection.execute(sa.text(spelling.without_parameters(statement)))
        counted = f"SELECT count(*) FROM {_VALUES} WHERE {is_other}"  # noqa: S608
        return int(connection.execute(sa.text(counted)).scalar())
    finally:
        connection.exec_driver_sql(f"DROP TEMPORARY TABLE IF EXISTS {_VALUES}")


def _has_labels(type_: Any) -> bool:
    return hasattr(type_, "enums") or type_.__visit_name__ == "SET"


_COUNTS = {
    "postgresql": _on_postgresql,
    "sqlite": _on_sqlite,
    **dict.fromkeys(mariadb.NAMES, _on_mariadb),
}
