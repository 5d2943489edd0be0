"""What Alembic leaves out of the comparison of PostgreSQL's indexes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..logs import log
from ..sqlite_definitions import tokens
from . import spelling
from .twins import index_texts, is_collated

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
    _pass_by_collated(found, context, ops, there, model)
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


def _pass_by_collated(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Take out indexes that are as they should be: SQLAlchemy reads no collation of a part."""
    from alembic.operations import ops as operations

    twin = found.twin(model) if any(map(is_collated, model.indexes)) else None
    if twin is None:
        return
    name = spelling.name(context.dialect, there.schema, there.name)
    old = index_texts(found.context.connection, name)
    same = {each for each, text in twin.index_texts.items() if old.get(each) == text}
    ops.ops[:] = [
        op
        for op in ops.ops
        if not isinstance(op, (operations.CreateIndexOp, operations.DropIndexOp))
        or op.index_name not in same
    ]
    for place, op in enumerate(ops.ops):
        text = old.get(getattr(op, "index_name", ""), "")
        if isinstance(op, operations.DropIndexOp) and " COLLATE " in text:
            index = _as_it_is(_reflected(there, str(op.index_name)), text)
            ops.ops[place] = operations.DropIndexOp.from_index(index)


def _as_it_is(index: Any, text: str) -> Any:
    """A reflected index with what its parts are in *text*, which is the whole of them."""
    import sqlalchemy as sa

    found, depth = tokens(text), 0
    for place, piece in enumerate(found):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if depth == 0 and piece == ")":
            found = found[found.index("(") + 1 : place]
            break
    # The classes of operators are in the text.
    options = {
        name: value
        for name, value in index.dialect_kwargs.items()
        if value is not None and name != "postgresql_ops"
    }
    parts = sa.text("".join(found))
    made = sa.Index(index.name, parts, unique=index.unique, _table=index.table, **options)
    index.table.indexes.discard(made)
    return made


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
