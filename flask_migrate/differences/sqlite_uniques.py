"""Unique constraints on SQLite that Alembic overlooks: without a name, or in a column."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import conventional_names
from ..logs import log

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find those that went, and those that Alembic would make a second time.

    One without a name is not given one: it would take a copy of the table.
    """
    if context.dialect.name != "sqlite" or there.schema:
        return
    from alembic.operations import ops as operations

    reflected, wanted = _uniques(there), _uniques(model)
    overlooked = {
        columns: name
        for columns, name in _written(found, there, len(reflected)).items()
        if columns not in reflected
    }
    nameless: dict[tuple[str, ...], str] = {
        **{columns: "" for columns, name in reflected.items() if name is None},
        **overlooked,
    }
    there_already = set(map(frozenset, nameless))
    ops.ops[:] = [
        op
        for op in ops.ops
        if not (
            isinstance(op, operations.CreateUniqueConstraintOp) and _columns(op) in there_already
        )
    ]
    same = {frozenset(columns) for columns in wanted}
    for columns, name in nameless.items():
        if frozenset(columns) in same:
            continue
        known = name or conventional_names.unique(there.name, columns)
        log.info("Detected removed unique constraint over %s of %r", ", ".join(columns), there.name)
        made = operations.CreateUniqueConstraintOp(known, there.name, columns)
        ops.ops.append(
            operations.DropConstraintOp(known, there.name, type_="unique", _reverse=made)
        )


def _uniques(table: Any) -> dict[tuple[str, ...], Any]:
    """The name of each, by its columns."""
    import sqlalchemy as sa

    return {
        tuple(column.name for column in each.columns): each.name
        for each in table.constraints
        if isinstance(each, sa.UniqueConstraint)
    }


def _columns(operation: Any) -> frozenset[str]:
    return frozenset(map(str, operation.columns))


def _written(found: Search, table: Any, reflected: int) -> dict[tuple[str, ...], str]:
    """The names of those that the definition of a table has, by their columns.

    SQLAlchemy reads no column that is unique by itself if its type has parentheses, and no
    column whose name has some, or a quote, or is written in another case.
    """
    if found.table_text(table.name).upper().count("UNIQUE") <= reflected:
        return {}
    definition = found.definition(table.name)
    names = {column.name.lower(): column.name for column in table.columns}
    there = definition.uniques if definition else {}
    return {tuple(names[each.lower()] for each in columns): there[columns] for columns in there}
