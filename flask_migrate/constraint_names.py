"""Names for the constraints that ``migrate`` adds to existing tables.

Without one the downgrade cannot say what it drops, and SQLite's table copy
refuses the upgrade as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript, OpContainer

# What PostgreSQL keeps of a name; MySQL keeps one more.
_LENGTH = 63


def name_constraints(context: Any, revision: Any, directives: list[MigrationScript]) -> None:
    """Name each unnamed constraint in *directives*, in the upgrade and the downgrade alike.

    A hook for ``process_revision_directives``. A naming convention of the
    metadata has named its constraints before.
    """
    for script in directives:
        for container in (*script.upgrade_ops_list, *script.downgrade_ops_list):
            for operation in _operations(container):
                if getattr(operation, "constraint_name", "") is None:
                    operation.constraint_name = _name(operation)


def _operations(container: OpContainer | Any) -> Iterator[Any]:
    for operation in container.ops:
        if hasattr(operation, "ops") and not hasattr(operation, "columns"):
            yield from _operations(operation)
        else:
            yield operation


def _name(operation: Any) -> str | None:
    """A name made of the tables and columns, in the manner of SQLAlchemy's example convention.

    ``None`` for what has no columns to be named after.
    """
    added = getattr(operation, "_reverse", None) or operation
    if hasattr(added, "local_cols"):
        parts = ["fk", added.source_table, *added.local_cols, added.referent_table]
    elif hasattr(added, "columns"):
        parts = ["uq", added.table_name, *added.columns]
    else:
        return None
    return "_".join(str(part) for part in parts)[:_LENGTH]
