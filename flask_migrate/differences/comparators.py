"""What Alembic does not compare, where it can be told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..logs import log
from . import (
    checks,
    collations,
    counters,
    enums,
    foreign_keys,
    generated,
    identities,
    mariadb,
    mariadb_indexes,
    postgresql_indexes,
    postgresql_uniques,
    search,
    sqlite_indexes,
    sqlite_uniques,
)
from .operations import ChangeKeyOp

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

Compare = Callable[[search.Search, Any, Any, Any, Any], None]

_registered: list[bool] = []


def register() -> None:
    """Let Alembic call these; where it runs without us they do nothing."""
    from alembic.autogenerate import comparators
    from alembic.util import DispatchPriority, PriorityDispatchResult

    def compare_table(
        context: AutogenContext,
        ops: ModifyTableOps,
        schema: str | None,
        name: str,
        there: Any,
        model: Any,
    ) -> Any:
        found = search.of(context.migration_context)
        if found is not None:
            both = there is not None and model is not None
            for compare in (*_FOR_EVERY_TABLE, *(_FOR_THOSE_IN_BOTH if both else ())):
                compare(found, context, ops, there, model)
        return PriorityDispatchResult.CONTINUE

    def compare_enums(context: AutogenContext, upgrade_ops: Any) -> Any:
        found = search.of(context.migration_context)
        if found is not None:
            enums.compare(found, context, upgrade_ops)
        return PriorityDispatchResult.CONTINUE

    if not _registered:
        _registered.append(True)
        last = DispatchPriority.LAST
        comparators.dispatch_for("table", priority=last)(compare_table)
        comparators.dispatch_for("autogenerate", priority=last)(compare_enums)


def compare_key(
    found: search.Search,
    context: AutogenContext,
    ops: ModifyTableOps,
    there: Any,
    model: Any,
) -> None:
    """Find a primary key over other columns."""
    was = [column.name for column in there.primary_key.columns]
    now = [column.name for column in model.primary_key.columns]
    if was == now or (set(was) == set(now) and context.dialect.name == "sqlite"):
        return
    log.info("Detected changed primary key of %r: %s to %s", there.name, was, now)
    names = there.primary_key.name, model.primary_key.name
    ops.ops.append(ChangeKeyOp(there.name, was, now, there.schema, *names))


#: Those that look at tables that come or go as well.
_FOR_EVERY_TABLE: tuple[Compare, ...] = (
    mariadb.reflect_json,
    generated.reflect,
    sqlite_indexes.compare,
    postgresql_uniques.compare,
)

_FOR_THOSE_IN_BOTH: tuple[Compare, ...] = (
    collations.compare,
    checks.compare,
    compare_key,
    postgresql_indexes.compare,
    mariadb_indexes.compare,
    # It takes what is around a column along: after those that look for indexes.
    generated.compare,
    identities.compare,
    counters.compare,
    foreign_keys.compare,
    sqlite_uniques.compare,
)
