"""Values for NOT NULL columns that a downgrade brings back."""

from __future__ import annotations

from typing import Any

from .empty_values import empty_value


def fill(container: Any, dialect: Any) -> None:
    """Let the rows have something in a NOT NULL column without a default.

    What they had is gone. The default is taken away again at once.
    """
    from alembic.operations import ops

    filled: list[Any] = []
    for op in container.ops:
        filled.append(op)
        if isinstance(op, ops.ModifyTableOps):
            filled += _fill_table(op, dialect)
        if not isinstance(op, ops.AddColumnOp) or not _needs_value(op.column):
            continue
        value = empty_value(op.column.type, dialect)
        if value is None:
            continue
        bare = op.column
        op.column = _with_default(bare, value)
        filled.append(
            ops.AlterColumnOp(
                op.table_name,
                bare.name,
                schema=op.schema,
                existing_type=bare.type,
                existing_nullable=False,
                existing_server_default=op.column.server_default,
                existing_comment=bare.comment,
                modify_server_default=None,
            )
        )
    container.ops[:] = filled


def _fill_table(table: Any, dialect: Any) -> list[Any]:
    """Fill the columns of one table; return what has to wait until they are there."""
    from alembic.operations import ops

    before = list(table.ops)
    fill(table, dialect)
    if dialect.name != "sqlite":
        return []
    # One copy of the table would take the default away before the rows are in it.
    late = [op for op in table.ops if not any(op is each for each in before)]
    table.ops[:] = [op for op in table.ops if op not in late]
    return [ops.ModifyTableOps(table.table_name, late, schema=table.schema)] if late else []


def _needs_value(column: Any) -> bool:
    return not column.nullable and column.server_default is None and not column.primary_key


def _with_default(column: Any, value: str) -> Any:
    import sqlalchemy as sa

    copy = column._copy()
    copy.server_default = sa.DefaultClause(sa.text(value))
    copy.table = column.table
    return copy
