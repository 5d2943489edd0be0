"""Columns of PostgreSQL that begin, or cease, to be ``GENERATED AS IDENTITY``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..differences import spelling
from ..differences.counters import CounterOp, serial_type
from .comparison import drop_empty, holds_operations
from .written import StatementOp

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

_SEQUENCE = """
    SELECT n.nspname, s.relname
    FROM pg_class AS s JOIN pg_namespace AS n ON n.oid = s.relnamespace
    WHERE s.oid = to_regclass(pg_get_serial_sequence(:table, :column))
"""


@dataclass
class _Column:
    """A column that counts in another way, with what Alembic found."""

    holder: Any
    operation: Any
    was: Any
    now: Any


def change_counters(comparison: Comparison, script: MigrationScript) -> None:
    """Let a column go on where it was when it gets, or loses, an identity.

    Alembic adds one to a column that has a default, which PostgreSQL refuses, and
    begins at 1 in any case.
    """
    if comparison.dialect.name != "postgresql" or not comparison.writes_file:
        return
    found = list(_changing(comparison))
    for column in found:
        _write(comparison, column)
    is_resized = _resize(comparison)
    if found or is_resized:
        drop_empty(comparison.upgrade)
        comparison.reverse()


def _changing(comparison: Comparison) -> Iterator[_Column]:
    import sqlalchemy as sa
    from alembic.operations import ops

    holders: list[Any] = [each for each in comparison.upgrade.ops if holds_operations(each)]
    for holder in holders:
        for op in holder.ops:
            if not isinstance(op, ops.AlterColumnOp) or op.modify_server_default is False:
                continue
            was, now = op.existing_server_default, op.modify_server_default
            if isinstance(was, sa.Identity) != isinstance(now, sa.Identity):
                yield _Column(holder, op, was or None, now)


def _resize(comparison: Comparison) -> bool:
    """Let the sequence of a column that gets a larger type count as far; whether there is one."""
    from alembic.operations import ops

    dialect, is_any = comparison.dialect, False
    holders: list[Any] = [each for each in comparison.upgrade.ops if holds_operations(each)]
    for holder in holders:
        for op in tuple(holder.ops):
            if not isinstance(op, ops.AlterColumnOp) or op.modify_type is None:
                continue
            model = comparison.tables[op.schema, op.table_name]
            column = model._autoincrement_column
            if column is None or column.name != op.column_name or column.identity is not None:
                continue
            name = _sequence(comparison, op)
            was, now = (serial_type(each, dialect) for each in (op.existing_type, op.modify_type))
            if name is not None and was != now:
                alter = f"ALTER SEQUENCE {spelling.name(dialect, op.schema, name)} AS"
                holder.ops.append(StatementOp(f"{alter} {now}", f"{alter} {was}"))
                is_any = True
    return is_any


def _write(comparison: Comparison, column: _Column) -> None:
    op = column.operation
    operations: list[Any] = comparison.upgrade.ops
    model = comparison.tables[op.schema, op.table_name].columns[op.column_name]
    name = _sequence(comparison, op)
    ways = [_way(each, comparison.dialect) for each in (column.was, column.now)]
    if ways[0] is None and name is not None:
        ways[0] = serial_type(op.existing_type, comparison.dialect)
    elif ways[1] is None and model is model.table._autoincrement_column:
        ways[1] = serial_type(model.type, comparison.dialect)
    sequence = name or f"{op.table_name}_{op.column_name}_seq"
    op.modify_server_default = op.existing_server_default = False
    op.kw.pop("autoincrement", None)
    if not op.has_changes():
        column.holder.ops.remove(op)
    place = next(place for place, each in enumerate(operations) if each is column.holder)
    counter = CounterOp(op.schema, op.table_name, op.column_name, sequence, *ways)
    operations.insert(place + 1, counter)


def _sequence(comparison: Comparison, op: Any) -> str | None:
    """What the sequence of a column is called when the renames are done; ``None`` without one."""
    import sqlalchemy as sa

    table = comparison.former(op.schema, op.table_name)
    column = comparison.former_column(op.schema, op.table_name, op.column_name)
    given = {"table": spelling.name(comparison.dialect, op.schema, table), "column": column}
    row = comparison.connection.execute(sa.text(_SEQUENCE), given).first()
    if row is None:
        return None
    is_made = row[1] == f"{table}_{column}_seq"
    return f"{op.table_name}_{op.column_name}_seq" if is_made else str(row[1])


def _way(default: Any, dialect: Any) -> str | None:
    """How a column is generated, as ``ALTER TABLE`` says it."""
    import sqlalchemy as sa

    if not isinstance(default, sa.Identity):
        return None
    return str(dialect.ddl_compiler(dialect, None).visit_identity_column(default))
