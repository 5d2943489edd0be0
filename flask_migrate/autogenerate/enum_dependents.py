"""What compares a column with a label, while PostgreSQL makes the enum type of the column anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..differences import spelling
from ..differences.operations import ReplaceEnumOp
from .comparison import drop_empty, walk
from .written import StatementOp

if TYPE_CHECKING:
    from .comparison import Comparison

#: Checks, and indexes over expressions or some rows: name, how it goes and how it is made again.
_THERE = """
SELECT c.conname::text,
    format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname),
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname,
        pg_get_constraintdef(c.oid))
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
WHERE c.contype = 'c' AND c.conrelid = to_regclass(:table) AND a.attname = :column
UNION
SELECT r.relname::text, format('DROP INDEX %s', r.oid::regclass), pg_get_indexdef(r.oid)
FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
JOIN pg_depend d ON d.objid = r.oid AND d.classid = 'pg_class'::regclass AND d.refobjid = i.indrelid
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL)
    AND i.indrelid = to_regclass(:table) AND a.attname = :column
ORDER BY 1
"""


def step_aside(comparison: Comparison, container: Any) -> None:
    """Let what compares with a label of a type go before the type, and come after it."""
    replaced = [op for op in container.ops if isinstance(op, ReplaceEnumOp)]
    for type_ in replaced:
        goes, comes = _taken_out(container, type_)
        stays = list(_staying(comparison, type_))
        place = next(place for place, op in enumerate(container.ops) if op is type_)
        container.ops[place : place + 1] = [
            *goes,
            *(StatementOp(drop) for drop, _ in stays),
            type_,
            *(StatementOp(make) for _, make in stays),
            *comes,
        ]


def _taken_out(container: Any, type_: ReplaceEnumOp) -> tuple[list[Any], list[Any]]:
    """What the revision drops after *type_*, and what it makes before, without both."""
    from alembic.operations import ops

    place = next(place for place, op in enumerate(container.ops) if op is type_)
    goes: list[Any] = []
    comes: list[Any] = []
    for number, holder in enumerate(container.ops):
        found = goes if number > place else comes
        for op in tuple(getattr(holder, "ops", ())):
            if _is_drop(op) == (found is goes) and _compares(op, type_):
                holder.ops.remove(op)
                found.append(ops.ModifyTableOps(op.table_name, [op], schema=op.schema))
    drop_empty(container)
    return goes, comes


def _is_drop(op: Any) -> bool:
    from alembic.operations import ops

    return isinstance(op, (ops.DropConstraintOp, ops.DropIndexOp))


def _compares(op: Any, type_: ReplaceEnumOp) -> bool:
    """Whether *op* is about an index or a check in which a column of the type is compared."""
    columns = {
        user.column
        for user in type_.users
        if (user.schema, user.table) == (getattr(op, "schema", None), getattr(op, "table_name", ""))
    }
    made = getattr(op, "_reverse", None) or op
    if hasattr(made, "condition"):
        texts = [str(made.condition)]
    elif hasattr(made, "index_name"):
        index = made.to_index()
        plain = [each for each in index.expressions if getattr(each, "name", None) is None]
        texts = [str(each) for each in (*plain, index.kwargs.get("postgresql_where", ""))]
    else:
        return False
    return bool(columns & {word for text in texts for word in re.findall(r"\w+", text)})


def _staying(comparison: Comparison, type_: ReplaceEnumOp) -> Iterator[tuple[str, str]]:
    """The statements for what is there before and after the revision."""
    import sqlalchemy as sa

    changed = {
        str(name)
        for _, op in walk(comparison.upgrade)
        for name in (getattr(op, "constraint_name", None), getattr(op, "index_name", None))
    }
    touched = {(schema, new) for schema, _, new in comparison.touched}
    seen: set[str] = set()
    for user in type_.users:
        if (user.schema, user.table) in touched:
            continue  # The texts have the old names.
        names = {
            "table": spelling.name(comparison.dialect, user.schema, user.table),
            "column": user.column,
        }
        for name, drop, make in comparison.connection.execute(sa.text(_THERE), names):
            if name not in changed and drop not in seen:
                seen.add(drop)
                yield drop, make
