"""One order for what is dropped: Alembic finds it in sets, which have another one in each run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .comparison import holds_operations
from .pairing import position

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison


def order_drops(comparison: Comparison, script: MigrationScript) -> None:
    """Drop tables by name, and the last column of one first, which comes back last."""
    from alembic.operations import ops

    operations: list[Any] = comparison.upgrade.ops
    gone = {_table(op) for op in operations if isinstance(op, ops.DropTableOp)}
    # With the indexes that go before.
    changed = _ordered(operations, lambda op: _table(op) in gone, _table)
    for holder in filter(holds_operations, operations):
        changed |= _ordered(holder.ops, lambda op: isinstance(op, ops.DropColumnOp), _from_the_end)
    if changed:
        comparison.reverse()


def _ordered(
    operations: list[Any], is_such: Callable[[Any], bool], key: Callable[[Any], Any]
) -> bool:
    """Let some *operations* change places; whether there are several."""
    places = [place for place, op in enumerate(operations) if is_such(op)]
    ordered = sorted((operations[place] for place in places), key=key)
    for place, op in zip(places, ordered, strict=True):
        operations[place] = op
    return len(places) > 1


def _table(op: Any) -> tuple[str, str]:
    return getattr(op, "schema", None) or "", getattr(op, "table_name", "")


def _from_the_end(op: Any) -> int:
    return -position(op._reverse.column)
