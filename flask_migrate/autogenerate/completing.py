"""Making what was found run, there and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..differences import collations, enums, mariadb, postgresql_uniques, search, sqlite_indexes
from . import casts, enum_dependents, filling, key_indexes, ordering

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison


def complete(comparison: Comparison, script: MigrationScript) -> None:
    """Order the operations, and add what each database needs to run and to undo them."""
    found = search.of(comparison.context)
    if found is None:
        return
    there, wanted = found.enums
    dialect = comparison.dialect
    filling.fill(comparison.downgrade, dialect)
    for container, before in ((comparison.upgrade, there), (comparison.downgrade, wanted)):
        ordering.order(container, dialect.name)
        if container is comparison.upgrade and dialect.name != "sqlite":
            collations.keep(container, comparison.tables, dialect)
        casts.add_casts(container, dialect)
        if dialect.name == "sqlite":
            sqlite_indexes.outside_batch(container)
        elif dialect.name in mariadb.NAMES:
            mariadb.drop_with_tables(container)
            key_indexes.keep_indexes(comparison, found, container)
        elif dialect.name == "postgresql":
            enums.settle(comparison.context, container, set(before))
            enum_dependents.step_aside(comparison, container)
            postgresql_uniques.spell(container)
