"""Names for the constraints that ``migrate`` adds to existing tables.

Without one the downgrade cannot say what it drops, and SQLite's table copy
refuses the upgrade as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import conventional_names
from .comparison import walk

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison


def name_constraints(comparison: Comparison, script: MigrationScript) -> None:
    """Name each unnamed constraint, in the upgrade and the downgrade alike.

    A naming convention of the metadata has named its constraints before.
    """
    for container in (comparison.upgrade, comparison.downgrade):
        for _, operation in walk(container):
            found: Any = operation
            if getattr(found, "constraint_name", "") is None:
                found.constraint_name = made_name(found)


def made_name(operation: Any) -> str | None:
    """A name made of the tables and columns; ``None`` for what has no columns to be named after."""
    added = getattr(operation, "_reverse", None) or operation
    if hasattr(added, "local_cols"):
        columns = map(str, added.local_cols)
        return conventional_names.foreign_key(added.source_table, columns, added.referent_table)
    if hasattr(added, "columns"):
        return conventional_names.unique(added.table_name, map(str, added.columns))
    return None
