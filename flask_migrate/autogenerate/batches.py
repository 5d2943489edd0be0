"""Statements between batches: ``batch_alter_table`` does what is in it when it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..differences.collations import DefaultCharsetOp
from ..differences.counters import AutoIncrementOp, CounterOp
from ..differences.generated import GeneratedOp
from ..differences.operations import ChangeKeyOp, IncludingUniqueOp
from .written import CommentOp, StatementOp

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

#: What is written as SQL, which does not wait for the end of a batch.
_MARIADB = (AutoIncrementOp, ChangeKeyOp, DefaultCharsetOp, GeneratedOp)
_STATEMENTS: dict[str, tuple[type, ...]] = {
    "mysql": _MARIADB,
    "mariadb": _MARIADB,
    "postgresql": (CounterOp, GeneratedOp, IncludingUniqueOp, StatementOp),
}


def set_apart(comparison: Comparison, script: MigrationScript) -> None:
    """Let each statement run where it stands: after what is before it, before what is after it."""
    kinds = _STATEMENTS.get(comparison.dialect.name)
    if kinds and comparison.renders_batch:
        for container in (comparison.upgrade, comparison.downgrade):
            operations: list[Any] = list(container.ops)
            container.ops[:] = [part for each in operations for part in _parts(each, kinds)]


def _parts(holder: Any, kinds: tuple[type, ...]) -> list[Any]:
    """The changes of a table as several, with the statements between them."""
    from alembic.operations import ops

    if not isinstance(holder, ops.ModifyTableOps):
        return [holder]
    parts: list[Any] = []
    some: list[Any] = []
    for each in holder.ops:
        # With the comments above it.
        some.append(each)
        if isinstance(each, CommentOp):
            continue
        if isinstance(each, kinds):
            parts += some
        elif parts and isinstance(parts[-1], ops.ModifyTableOps):
            parts[-1].ops += some
        else:
            parts.append(ops.ModifyTableOps(holder.table_name, some, schema=holder.schema))
        some = []
    return parts + some
