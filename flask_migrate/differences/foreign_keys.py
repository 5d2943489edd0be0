"""``MATCH`` of foreign keys on PostgreSQL, which Alembic does not compare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..logs import log

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find foreign keys that match rows with a NULL in another way; they are made again."""
    from alembic.operations import ops as operations

    if context.dialect.name != "postgresql":
        return
    # Alembic adds each to what was reflected once more, without the option.
    old = {_signature(key): key for key in there.foreign_key_constraints if key.match}
    matches = {key.name: key.match for key in old.values()}
    changed = set()
    for op in ops.ops:
        if isinstance(op, operations.DropConstraintOp):
            changed.add(op.constraint_name)
            again = op._reverse
            if isinstance(again, operations.CreateForeignKeyOp) and op.constraint_name in matches:
                again.kw["match"] = matches[op.constraint_name]
    names = {_signature(key): key.name for key in there.foreign_key_constraints}
    for key in model.foreign_key_constraints:
        present = old.get(_signature(key))
        was = present.match if present is not None else None
        name = names.get(_signature(key))
        if name is None or name in changed or _same(was, key.match):
            continue
        if context.run_object_filters(key, name, "foreign_key_constraint", False, present):
            log.info("Detected changed MATCH of the foreign key %r on %r", name, there.name)
            drop = present if present is not None else _without_match(there, _signature(key))
            ops.ops.append(operations.DropConstraintOp.from_constraint(drop))
            ops.ops.append(operations.CreateForeignKeyOp.from_constraint(key))


def _signature(key: Any) -> tuple[Any, ...]:
    return tuple(key.column_keys), tuple(each.target_fullname for each in key.elements)


def _without_match(there: Any, signature: tuple[Any, ...]) -> Any:
    return next(key for key in there.foreign_key_constraints if _signature(key) == signature)


def _same(one: str | None, other: str | None) -> bool:
    return (one or "SIMPLE").upper() == (other or "SIMPLE").upper()
