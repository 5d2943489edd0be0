"""What reflection finds, in a form that can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

METHODS = (
    "get_columns",
    "get_pk_constraint",
    "get_foreign_keys",
    "get_indexes",
    "get_unique_constraints",
    "get_check_constraints",
    "get_table_comment",
    "get_table_options",
    "has_table",
)


def everything(connection: sa.Connection, schemas: Sequence[str | None]) -> dict[Any, Any]:
    """What each method says of each table, view and temporary table; or the error."""
    found = {}
    for schema in schemas:
        inspector = sa.inspect(connection)
        names = [
            *asked(inspector.get_table_names, schema),
            *asked(inspector.get_view_names, schema),
        ]
        if connection.dialect.name == "sqlite":
            names += inspector.get_temp_table_names() + inspector.get_temp_view_names()
        for name in [*names, "gone", *(name.upper() for name in names[:1])]:
            for method in METHODS:
                found[schema, name, method] = outcome(getattr(inspector, method), name, schema)
    return found


def asked(method: Any, schema: str | None) -> list[str]:
    try:
        return list(method(schema=schema))
    except sa.exc.DBAPIError:
        return []


def outcome(method: Any, name: str, schema: str | None) -> str:
    try:
        return spelled(method(name, schema=schema))
    except (
        sa.exc.SQLAlchemyError,
        NotImplementedError,
        AssertionError,
        TypeError,
        AttributeError,
    ) as error:
        return f"{type(error).__name__}: {str(error)[:60]}"


def spelled(value: Any) -> str:
    """*value* as text; two expressions of one text are the same."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {spelled(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(spelled(each) for each in value) + "]"
    return str(value) if isinstance(value, sa.sql.ClauseElement) else repr(value)


@contextmanager
def counted(connection: Any) -> Iterator[list[str]]:
    """The statements of *connection* inside this block."""
    statements: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    sa.event.listen(connection, "before_cursor_execute", note)
    yield statements
    sa.event.remove(connection, "before_cursor_execute", note)
