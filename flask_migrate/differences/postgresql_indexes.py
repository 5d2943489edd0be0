"""What Alembic leaves out of the comparison of PostgreSQL's indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..logs import log
from . import spelling

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find indexes whose condition, method, operator classes or included columns changed."""
    from alembic.autogenerate.compare.util import _InspectorConv
    from alembic.operations import ops as operations

    if context.dialect.name != "postgresql" or not model.indexes:
        return
    seen = {
        op.index_name
        for op in ops.ops
        if isinstance(op, (operations.CreateIndexOp, operations.DropIndexOp))
    }
    inspector: Any = _InspectorConv(context.inspector)
    old = {each["name"]: each for each in inspector.get_indexes(there.name, schema=there.schema)}
    for index in model.indexes:
        if index.name not in old or index.name in seen or _is_plain(index, old[index.name]):
            continue
        twin = found.twin(model)
        made = twin.indexes.get(index.name) if twin else None
        if made is None or _facts(made) == _facts(old[index.name]):
            continue
        there_index = _reflected(there, index.name)
        if there_index is None:
            continue
        if context.run_object_filters(index, index.name, "index", False, there_index):
            log.info("Detected changed index %r on %r", index.name, there.name)
            ops.ops.append(operations.DropIndexOp.from_index(there_index))
            ops.ops.append(operations.CreateIndexOp.from_index(index))


def _is_plain(index: Any, old: dict[str, Any]) -> bool:
    """Whether neither has more than columns: Alembic compares these."""
    given = [*index.dialect_kwargs.values(), *(old.get("dialect_options") or {}).values()]
    # An expression of SQLAlchemy is neither true nor false.
    return all(value is None or value is False or _is_empty(value) for value in given)


def _is_empty(value: Any) -> bool:
    return isinstance(value, (list, tuple, dict, str)) and not value


def _facts(index: dict[str, Any]) -> dict[str, Any]:
    options = {
        name: spelling.plain(str(value)) if name.endswith("where") else value
        for name, value in (index.get("dialect_options") or {}).items()
        if value
    }
    return {
        "parts": index.get("expressions") or index["column_names"],
        "unique": bool(index["unique"]),
        "sorting": index.get("column_sorting") or {},
        **options,
    }


def _reflected(there: Any, name: str) -> Any:
    return next((index for index in there.indexes if index.name == name), None)
