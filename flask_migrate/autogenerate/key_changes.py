"""Another primary key, with the columns that count in it or did."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from alembic.operations.ops import DropColumnOp

from ..differences import search, spelling
from ..differences.counters import AutoIncrementOp, counts, definition, is_made_to_count
from ..differences.mariadb import NAMES
from ..differences.operations import ChangeKeyOp
from .comparison import holds_operations
from .written import StatementOp

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison


class DropCounterOp(DropColumnOp):
    """A column that counts, and does so again when it comes back."""

    made: StatementOp

    @classmethod
    def of(cls, op: DropColumnOp, made: StatementOp) -> DropCounterOp:
        """*op*, which *made* undoes."""
        again = cls.__new__(cls)
        again.__dict__.update(op.__dict__, made=made)
        return again

    def reverse(self) -> Any:
        return self.made


def change_keys(comparison: Comparison, script: MigrationScript) -> None:
    """Give the rows that are there a number where a new column of a key counts.

    Alembic adds a column that has none, and no column can be a key then.
    """
    dialect = comparison.dialect
    if not comparison.writes_file:
        return
    if dialect.name == "sqlite":
        _tell_what_ceases_to_count(comparison)
    if dialect.name not in ("postgresql", *NAMES):
        return
    holders: list[Any] = [each for each in comparison.upgrade.ops if holds_operations(each)]
    is_changed = False
    for holder in holders:
        if dialect.name == "postgresql":
            done = [part for op in holder.ops for part in _with_serial(op, dialect)]
        else:
            done = _with_clauses(comparison, holder)
        is_changed = is_changed or any(each not in holder.ops for each in done)
        holder.ops[:] = done
    if is_changed:
        comparison.reverse()


def _tell_what_ceases_to_count(comparison: Comparison) -> None:
    """SQLite gives a number to a row without one in an ``INTEGER PRIMARY KEY``, and in no other."""
    from alembic.operations import ops

    for _, op in comparison.operations():
        if not isinstance(op, ops.AlterColumnOp) or op.modify_type is None:
            continue
        column = comparison.tables[op.schema, op.table_name].autoincrement_column
        type_ = op.modify_type.compile(dialect=comparison.dialect)
        if column is not None and column.name == op.column_name and type_ != "INTEGER":
            comparison.questions.warn(
                f"{op.table_name}.{column.name} becomes {type_}: SQLite counts in an INTEGER only, "
                "and a row without a number is refused then. A model for several databases has "
                f"sa.{type(column.type).__name__}().with_variant(sa.Integer(), 'sqlite')."
            )


def _with_serial(op: Any, dialect: Any) -> list[Any]:
    """*op*; if it adds or drops a column that counts, as a statement that says so."""
    from alembic.operations import ops

    column = _counting(op, dialect)
    if column is None:
        return [op]
    alter = f"ALTER TABLE {spelling.name(dialect, op.schema, op.table_name)}"
    add = f"{alter} ADD COLUMN {definition(column, column.type, dialect)}"
    drop = f"{alter} DROP COLUMN {spelling.name(dialect, column.name)}"
    if isinstance(op, DropColumnOp):
        return [DropCounterOp.of(op, StatementOp(add, drop))]
    if column.comment is None:
        return [StatementOp(add, drop)]
    comment = ops.AlterColumnOp(
        op.table_name,
        column.name,
        schema=op.schema,
        existing_type=column.type,
        existing_nullable=False,
        modify_comment=column.comment,
    )
    return [StatementOp(add, drop), comment]


def _counting(op: Any, dialect: Any) -> Any:
    """The column that *op* adds or drops, if it counts."""
    from alembic.operations import ops

    if isinstance(op, ops.AddColumnOp):
        column = op.column
        is_key = column.table is not None and column is column.table._autoincrement_column
        return column if is_key and is_made_to_count(column, dialect) else None
    if isinstance(op, DropColumnOp) and op._reverse is not None:
        column = op._reverse.column
        is_own = column.server_default is None and column.identity is None
        return column if is_own and counts(column) else None
    return None


def _with_clauses(comparison: Comparison, holder: Any) -> list[Any]:
    """The operations of a table; what makes a column count is a part of the change of the key."""
    key = next((op for op in holder.ops if isinstance(op, ChangeKeyOp)), None)
    if key is None:
        return list(holder.ops)
    clauses = [_clause(comparison, op) for op in holder.ops]
    rest = [op for op, clause in zip(holder.ops, clauses, strict=True) if clause is None]
    found = [clause for clause in (*clauses, _ceasing(comparison, key)) if clause is not None]
    if not found:
        return rest
    there, back = zip(*found, strict=True)
    names = key.schema, key.was_name, key.now_name
    made = ChangeKeyOp(key.table_name, key.was, key.now, *names, there, back)
    left = [op for op in holder.ops if op not in rest and isinstance(op, DropColumnOp)]
    made.dropped = [op.column_name for op in left]
    return [made if op is key else op for op in rest]


def _clause(comparison: Comparison, op: Any) -> tuple[str, str] | None:
    """What *op* adds to the statement that changes the key, and what undoes that."""
    dialect = comparison.dialect
    if isinstance(op, AutoIncrementOp):
        return f"MODIFY {op.now}", f"MODIFY {op.was}"
    column = _counting(op, dialect)
    if column is None:
        return None
    add = f"ADD COLUMN {definition(column, column.type, dialect)}"
    drop = f"DROP COLUMN {spelling.name(dialect, column.name)}"
    return (drop, add) if isinstance(op, DropColumnOp) else (add, drop)


def _ceasing(comparison: Comparison, key: ChangeKeyOp) -> tuple[str, str] | None:
    """What lets a column stay that is in no key any more, and so cannot count."""
    found = search.of(comparison.context)
    table = comparison.former(key.schema, key.table_name)
    there, model = found.tables.get((key.schema, table), (None, None)) if found else (None, None)
    if there is None or model is None:
        return None
    spelled = partial(definition, dialect=comparison.dialect)
    for column in there.columns:
        name = column.name
        if column.autoincrement is True and name not in key.now and name in model.columns:
            plain, counting = (
                spelled(column, column.type, is_counting=is_) for is_ in (False, True)
            )
            return f"MODIFY {plain}", f"MODIFY {counting}"
    return None
