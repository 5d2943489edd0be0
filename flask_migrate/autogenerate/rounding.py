"""Types that keep less of a value than the ones before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..console import counted
from ..differences.generated import GeneratedOp
from ..errors import MigrateError
from . import kept_values
from .casts import changes_zone

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

_OPTION = "--allow-rounding"


def tell_rounding(comparison: Comparison, script: MigrationScript) -> None:
    """Say which rows lose a part of a value, which no database does."""
    from alembic.operations.ops import AlterColumnOp

    if not comparison.writes_file:
        return
    for _, operation in list(comparison.operations()):
        if isinstance(operation, AlterColumnOp) and operation.modify_type is not None:
            _tell_zone(comparison, operation)
            if not comparison.options.get("allow_rounding"):
                rows = _rows(comparison, operation)
                _settle(comparison, operation, rows)


def _settle(comparison: Comparison, operation: Any, rows: int | None) -> None:
    if rows == 0:
        return
    name = f"{operation.table_name}.{operation.column_name}"
    type_ = operation.modify_type.compile(dialect=comparison.dialect)
    if isinstance(operation, GeneratedOp):
        type_ = "generated"
    which = "each row" if rows is None else counted(rows, "row")
    facts = f"{name} becomes {type_}, which does not keep the whole value of {which}."
    questions = comparison.questions
    if not questions.are_possible:
        hint = f"Say {_OPTION} if that is meant."
        questions.open(facts, hint)
        comparison.comment(operation, f"{facts} {hint}")
    elif questions.confirm("Write it all the same?", facts):
        questions.repeated(_OPTION)
    else:
        raise MigrateError("Stopped: nothing was written.")


def _tell_zone(comparison: Comparison, operation: Any) -> None:
    """Say which time zone is meant by times of which none is known."""
    types = operation.existing_type, operation.modify_type
    if comparison.dialect.name != "postgresql" or not changes_zone(*types, comparison.dialect):
        return
    comparison.comment(operation, _ZONE)
    zone = comparison.connection.exec_driver_sql("SHOW TimeZone").scalar()
    if zone not in _UTC and _values(comparison, operation):
        name = f"{operation.table_name}.{operation.column_name}"
        said = f"{name}: the times without a time zone are taken for UTC, not for {zone}."
        if not comparison.options.get("allow_rounding"):
            comparison.questions.open(said, f"Say {_OPTION} if that is meant.")


#: What stands above the line.
_ZONE = (
    "The times without a time zone are taken for UTC, whatever the session has; if they are of "
    "another one, name it."
)
_UTC = ("UTC", "Etc/UTC", "GMT", "Etc/GMT", "Universal", "Zulu")


def _rows(comparison: Comparison, operation: Any) -> int | None:
    """How many rows have more in the column than is kept of it; ``None`` for some."""
    if isinstance(operation, GeneratedOp):
        return _values(comparison, operation) if operation.loses_values else 0
    return kept_values.lost(comparison, operation)


def _values(comparison: Comparison, operation: Any) -> int:
    """How many rows have a value in the column."""
    import sqlalchemy as sa

    names = operation.schema, operation.table_name, operation.column_name
    column: Any = sa.column(comparison.former_column(*names))
    return comparison.rows(operation.schema, operation.table_name, column.isnot(None))
