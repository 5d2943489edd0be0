"""Schemas of PostgreSQL that models name and the database lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..differences import spelling
from ..differences.operations import CreateEnumOp, ObjectOp
from ..logs import log

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison


def create_schemas(comparison: Comparison, script: MigrationScript) -> None:
    """Make each one before what is in it.

    The downgrade drops it, which PostgreSQL refuses where something else is in it.
    """
    if comparison.dialect.name != "postgresql":
        return
    missing = {_schema(each) for each in comparison.upgrade.ops} - {None}
    if missing:
        missing -= set(comparison.inspector.get_schema_names())
    found: list[Any] = []
    for schema in sorted(missing):
        log.info("Detected added schema %r", schema)
        name = spelling.name(comparison.dialect, schema)
        found.append(
            ObjectOp("schema", (None, schema), [f"CREATE SCHEMA {name}"], f"DROP SCHEMA {name}")
        )
    if found:
        comparison.begin_with(found)
        comparison.reverse()


def _schema(operation: Any) -> Any:
    """Where an operation makes something."""
    from alembic.operations import ops

    if isinstance(operation, ops.CreateTableOp):
        return operation.schema
    return operation.key[0] if isinstance(operation, (CreateEnumOp, ObjectOp)) else None
