"""Tables and columns that are dropped with what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..console import counted
from ..differences.operations import ChangeKeyOp
from ..errors import MigrateError
from .comparison import key
from .only_mine import is_named, sources

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

_OPTION = "--allow-drops"


def tell_drops(comparison: Comparison, script: MigrationScript) -> None:
    """Say which rows and values are gone afterwards, unless somebody was asked before."""
    if not comparison.writes_file or comparison.options.get("allow_drops"):
        return
    found = list(_found(comparison))
    questions = comparison.questions
    if not questions.are_possible:
        for operation, facts in found:
            hint = f"Say {_OPTION} if that is meant."
            questions.open(facts, hint)
            comparison.comment(operation, f"{facts} {hint}")
    elif found and questions.confirm("Drop them?", "\n".join(facts for _, facts in found)):
        questions.repeated(_OPTION)
    elif found:
        raise MigrateError("Stopped: nothing was written.")


def _found(comparison: Comparison) -> Iterator[tuple[Any, str]]:
    """What is dropped and not empty, with how it is told."""
    from alembic.operations import ops

    operations: list[Any] = [each for _, each in comparison.operations()]
    for operation in operations:
        if any(operation is each for each in comparison.settled):
            continue
        if isinstance(operation, ops.DropTableOp):
            rows = comparison.rows(operation.schema, operation.table_name)
            facts = _of_table(comparison, operation, rows)
            if rows:
                yield operation, facts
        for column in _columns(operation):
            rows = _values(comparison, operation, column)
            name = f"{key(operation.schema, operation.table_name)}.{column}"
            if rows:
                yield operation, f"{name} is dropped with its values in {counted(rows, 'row')}."


def _columns(operation: Any) -> Sequence[str]:
    """The columns that *operation* drops from a table that stays."""
    from alembic.operations import ops

    if isinstance(operation, ops.DropColumnOp):
        return [operation.column_name]
    return operation.dropped if isinstance(operation, ChangeKeyOp) else ()


def _of_table(comparison: Comparison, operation: Any, rows: int) -> str:
    name = operation.table_name
    facts = f"Table {key(operation.schema, name)} is dropped with {counted(rows, 'row')}"
    if rows and not is_named(name, sources(comparison)):
        return f"{facts}; no revision has made it, so it may be of another program."
    return f"{facts}."


def _values(comparison: Comparison, operation: Any, name: str) -> int:
    """How many rows have a value in a column that is not computed."""
    import sqlalchemy as sa

    again = getattr(operation, "_reverse", None)
    if again is not None and again.column.computed is not None:
        return 0
    column: Any = sa.column(name)
    return comparison.rows(operation.schema, operation.table_name, column.isnot(None))
