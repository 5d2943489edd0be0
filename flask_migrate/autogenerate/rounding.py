"""Types that keep less of a value than the ones before them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..console import counted
from ..differences.generated import GeneratedOp
from ..errors import MigrateError
from .casts import kind_of

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

_OPTION = "--allow-rounding"


def tell_rounding(comparison: Comparison, script: MigrationScript) -> None:
    """Say which rows lose a part of a value, which no database does."""
    from alembic.operations.ops import AlterColumnOp

    if not comparison.writes_file or comparison.options.get("allow_rounding"):
        return
    for _, operation in list(comparison.operations()):
        if isinstance(operation, AlterColumnOp) and operation.modify_type is not None:
            rows = _rows(comparison, operation)
            if rows:
                _settle(comparison, operation, rows)


def _settle(comparison: Comparison, operation: Any, rows: int) -> None:
    name = f"{operation.table_name}.{operation.column_name}"
    type_ = operation.modify_type.compile(dialect=comparison.dialect)
    if isinstance(operation, GeneratedOp):
        type_ = "generated"
    facts = (
        f"{name} becomes {type_}, which does not keep the whole value of {counted(rows, 'row')}."
    )
    questions = comparison.questions
    if not questions.are_possible:
        hint = f"Say {_OPTION} if that is meant."
        questions.open(facts, hint)
        comparison.comment(operation, f"{facts} {hint}")
    elif questions.confirm("Write it all the same?", facts):
        questions.repeated(_OPTION)
    else:
        raise MigrateError("Stopped: nothing was written.")


def _rows(comparison: Comparison, operation: Any) -> int:
    """How many rows have more in the column than its new type keeps."""
    import sqlalchemy as sa

    schema, table = operation.schema, operation.table_name
    column: Any = sa.column(comparison.former_column(schema, table, operation.column_name))
    condition = _is_cut(operation, column, comparison.dialect)
    return 0 if condition is None else comparison.rows(schema, table, condition)


def _is_cut(operation: Any, column: Any, dialect: Any) -> Any:
    """Whether a value is another one in the new type; ``None`` where none can be."""
    import sqlalchemy as sa

    if isinstance(operation, GeneratedOp):
        return column.isnot(None) if operation.loses_values else None
    if operation.existing_type is None:
        return None
    old, new = (kind_of(each, dialect) for each in (operation.existing_type, operation.modify_type))
    is_sqlite = dialect.name == "sqlite"
    if old == new == "text" and not is_sqlite:
        return _is_longer(column, operation.existing_type, operation.modify_type)
    if new == "integer" and old in ("numeric", "float"):
        return column != sa.func.round(column)
    # SQLite keeps all the digits that it has.
    if (old, new) == ("numeric", "numeric") and not is_sqlite:
        before, after = (_scale(each) for each in (operation.existing_type, operation.modify_type))
        is_less = after is not None and (before is None or after < before)
        return column != sa.func.round(column, after) if is_less else None
    if old == new and new in ("timestamp", "time") and not is_sqlite:
        is_precise = any(
            getattr(operation.modify_type, each, None) is not None for each in _PRECISE
        )
        return column != sa.cast(column, operation.modify_type) if is_precise else None
    if (old, new) == ("timestamp", "date"):
        if is_sqlite:
            return sa.func.time(column) != "00:00:00"
        return column != sa.cast(column, sa.Date)
    return None


#: How types call the digits of a second; without any of these PostgreSQL keeps all.
_PRECISE = ("precision", "fsp")


def _scale(type_: Any) -> int | None:
    """The digits after the point; ``None`` for as many as there are."""
    scale: int | None = type_.scale
    return 0 if scale is None and type_.precision is not None else scale


def _is_longer(column: Any, old: Any, new: Any) -> Any:
    """Whether a text has more characters than it may; SQLite lets it."""
    import sqlalchemy as sa

    before, after = (getattr(each, "length", None) for each in (old, new))
    is_less = after is not None and (before is None or after < before)
    return sa.func.char_length(column) > after if is_less else None
