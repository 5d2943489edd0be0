"""Indexes that PostgreSQL builds without locking the table, wherever a revision asks for one."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

_INVALID = """
SELECT 1 FROM pg_index JOIN pg_class ON pg_class.oid = pg_index.indexrelid
WHERE NOT indisvalid AND relname = :name
AND relnamespace = COALESCE(CAST(:schema AS regnamespace), CAST(current_schema() AS regnamespace))
"""


def allow(context: MigrationContext) -> None:
    """Let ``postgresql_concurrently=True`` work in the revisions that *context* runs.

    PostgreSQL refuses ``CREATE INDEX CONCURRENTLY`` inside a transaction, and a
    run is one; so it is interrupted for the index, as if the author had opened
    an ``autocommit_block()``. What a killed build has left is dropped first.
    """
    impl: Any = context.impl
    create, drop = impl.create_index, impl.drop_index

    def create_index(index: Any, **options: Any) -> None:
        if not _is_concurrent(index):
            create(index, **options)
            return

        def replace() -> None:
            if not context.as_sql and _is_invalid(context.connection, index):
                _drop(context.connection, index)
            create(index, **options)

        _outside(context, replace)

    def drop_index(index: Any, **options: Any) -> None:
        if _is_concurrent(index):
            _outside(context, lambda: drop(index, **options))
        else:
            drop(index, **options)

    impl.create_index, impl.drop_index = create_index, drop_index


def _drop(connection: Any, index: Any) -> None:
    """Drop *index* past SQLAlchemy and the journal of what the revision has done."""
    from sqlalchemy.schema import DropIndex

    cursor = connection.connection.cursor()
    cursor.execute(str(DropIndex(index).compile(dialect=connection.dialect)))
    cursor.close()


def _outside(context: MigrationContext, work: Callable[[], None]) -> None:
    """Call *work* outside any transaction."""
    with ExitStack() as stack:
        if not _is_autocommit(context):
            stack.enter_context(context.autocommit_block())
        work()


def _is_autocommit(context: MigrationContext) -> bool:
    connection = context.connection
    if connection is None or context.as_sql:
        return False
    return connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


def _is_concurrent(index: Any) -> bool:
    return bool(index.dialect_options["postgresql"]["concurrently"])


def _is_invalid(connection: Any, index: Any) -> bool:
    from sqlalchemy import text

    names = {"name": index.name, "schema": index.table.schema}
    return connection.execute(text(_INVALID), names).first() is not None
