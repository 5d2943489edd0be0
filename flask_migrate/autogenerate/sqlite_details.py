"""What SQLAlchemy does not reflect of a table on SQLite, for a downgrade that makes it again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..sqlite_definitions import Definition, mend_conflicts
from .comparison import walk

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

_SQL = "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?"


def restore_details(comparison: Comparison, script: MigrationScript) -> None:
    """Give the tables and columns of the downgrade the collations and options that they have.

    So do its unique constraints get their ``ON CONFLICT``.
    """
    from alembic.operations.ops import AddColumnOp, CreateTableOp, CreateUniqueConstraintOp

    if comparison.dialect.name != "sqlite":
        return
    for _, op in walk(comparison.downgrade):
        if isinstance(op, CreateTableOp) and op.schema is None:
            definition = _definition(comparison, op.table_name)
            if definition is not None:
                _mend(definition, op.columns)
                op.kw.update(_options(definition))
        elif isinstance(op, AddColumnOp) and op.schema is None:
            definition = _definition(comparison, comparison.former(None, op.table_name))
            if definition is not None:
                _mend(definition, [op.column])
        elif isinstance(op, CreateUniqueConstraintOp) and op.schema is None:
            definition = _definition(comparison, comparison.former(None, op.table_name))
            clause = definition and definition.conflict("UNIQUE", op.columns)
            if clause:
                op.kw["sqlite_on_conflict"] = clause


def _definition(comparison: Comparison, table: str) -> Definition | None:
    sql = comparison.connection.exec_driver_sql(_SQL, (table,)).scalar()
    return Definition(sql) if sql else None


def _mend(definition: Definition, parts: Any) -> None:
    from sqlalchemy import Column, String

    columns = [each for each in parts if isinstance(each, Column)]
    mend_conflicts(definition, columns, [each for each in parts if not isinstance(each, Column)])
    for column in columns:
        collation = definition.collations.get(column.name)
        if collation and isinstance(column.type, String):
            column.type = column.type.copy()
            column.type.collation = collation


def _options(definition: Definition) -> dict[str, bool]:
    options = {
        "sqlite_autoincrement": (definition.is_autoincrement, True),
        "sqlite_with_rowid": (not definition.has_rowid, False),
        "sqlite_strict": (definition.is_strict, True),
    }
    return {name: value for name, (is_so, value) in options.items() if is_so}
