"""What compares a column with values, while PostgreSQL gives the column another kind of type.

The values stay of the old type otherwise, and no text is greater than a date.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..differences import spelling
from ..differences.checks import sql_of
from ..differences.generated import GeneratedOp
from ..differences.operations import User
from .casts import becomes_another_kind
from .enum_dependents import over, statements
from .written import StatementOp

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison


def compare_anew(comparison: Comparison, script: MigrationScript) -> None:
    """Drop what stays over such a column before it changes, and make it of the new type."""
    if comparison.dialect.name != "postgresql" or not comparison.writes_file:
        return
    changed = comparison.changed_parts()
    operations: list[Any] = []
    for holder in comparison.upgrade.ops:
        found = list(_staying(comparison, holder, changed))
        operations += [StatementOp(drop, old) for drop, old, _ in found]
        operations.append(holder)
        operations += [StatementOp(new, drop) for drop, _, new in found]
    if len(operations) > len(comparison.upgrade.ops):
        comparison.upgrade.ops[:] = operations
        comparison.reverse()


def _staying(
    comparison: Comparison, holder: Any, changed: set[str]
) -> Iterator[tuple[str, str, str]]:
    """How each one goes, and is made of the old type and of the new one."""
    from alembic.operations import ops

    seen: set[str] = set()
    for op in getattr(holder, "ops", ()):
        is_alter = isinstance(op, ops.AlterColumnOp) and not isinstance(op, GeneratedOp)
        if not is_alter or not becomes_another_kind(op, comparison.dialect):
            continue
        user = User(op.schema, op.table_name, op.column_name)
        for name, kind, text in over(comparison, user):
            drop, old = statements(comparison, None, user, (name, kind, text))
            called = comparison.renamed_parts.get((op.schema, name), name)
            new = _of_model(comparison, op, called, old)
            if new is not None and name not in changed and drop not in seen:
                seen.add(drop)
                yield drop, old, new


def _of_model(comparison: Comparison, op: Any, name: str, old: str) -> str | None:
    """The statement that makes what is called *name* as the model has it, if it has it."""
    import sqlalchemy as sa

    dialect = comparison.dialect
    model = comparison.tables[op.schema, op.table_name]
    start, _, said = old.partition(" CHECK ")
    for each in model.constraints:
        if isinstance(each, sa.CheckConstraint):
            sql = sql_of(each.sqltext, dialect)
            is_unnamed = not isinstance(each.name, str)
            if each.name == name or (is_unnamed and spelling.plain(sql) == spelling.plain(said)):
                return f"{start} CHECK ({sql})"
    for index in model.indexes:
        if index.name == name:
            made = sa.schema.CreateIndex(index).compile(dialect=dialect)
            return spelling.undoubled(dialect, str(made))
    return None
