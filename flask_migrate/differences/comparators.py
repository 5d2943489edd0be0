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

_registered: list[bool] = []


def register() -> None:
    """Let Alembic call these; where it runs without us they do nothing."""
    from alembic.autogenerate import comparators
    from alembic.util import DispatchPriority

    if _registered:
        return
    _registered.append(True)
    for compare in (
        *_FOR_EVERY_TABLE,
        collations.compare,
        checks.compare,
        compare_key,
        generated.compare,
        identities.compare,
        counters.compare,
        foreign_keys.compare,
        postgresql_indexes.compare,
        mariadb_indexes.compare,
        sqlite_uniques.compare,
    ):
        comparators.dispatch_for("table", priority=DispatchPriority.LAST)(_guarded(compare))
    comparators.dispatch_for("autogenerate", priority=DispatchPriority.LAST)(
        _guarded_script(enums.compare)
    )


#: Those that look at tables that come or go as well.
_FOR_EVERY_TABLE = (
    mariadb.reflect_json,
    generated.reflect,
    sqlite_indexes.compare,
    postgresql_uniques.compare,
)


def _guarded(compare: Callable[..., None]) -> Callable[..., Any]:
    def guarded(
        context: AutogenContext,
        ops: ModifyTableOps,
        schema: str | None,
        name: str,
        there: Any,
        model: Any,
    ) -> Any:
        from alembic.util import PriorityDispatchResult

        found = search.of(context.migration_context)
        both = there is not None and model is not None
        if found is not None and (both or compare in _FOR_EVERY_TABLE):
            compare(found, context, ops, there, model)
        return PriorityDispatchResult.CONTINUE

    return guarded


def _guarded_script(compare: Callable[..., None]) -> Callable[..., Any]:
    def guarded(context: AutogenContext, upgrade_ops: Any) -> Any:
        from alembic.util import PriorityDispatchResult

        found = search.of(context.migration_context)
        if found is not None:
            compare(found, context, upgrade_ops)
        return PriorityDispatchResult.CONTINUE

    return guarded


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
