"""New names that are old names of something else: no comparison sees who is who."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import TYPE_CHECKING, Any

from ..errors import UnknownColumnError
from .comparison import holds_operations, key

if TYPE_CHECKING:
    from .comparison import Comparison

_HINT = (
    "Take two revisions, or write one by hand over a third name: flask db revision -m names; "
    "then take renamed_from out of the models."
)


def refuse_crossed_tables(comparison: Comparison) -> None:
    """Refuse models of tables that were each other, or that are still there.

    :raises UnknownColumnError: Their ``info`` says so.
    """
    from alembic.operations import ops

    new = {
        (each.schema, each.table_name)
        for each in comparison.upgrade.ops
        if isinstance(each, ops.CreateTableOp)
    }
    for schema in {schema for schema, _ in comparison.tables}:
        tables = [table for table in comparison.tables.values() if table.schema == schema]
        _refuse("table ", _infos(tables), {name for place, name in new if place == schema})


def refuse_crossed_columns(comparison: Comparison) -> None:
    """Refuse columns of a table that were each other, or that are still there.

    :raises UnknownColumnError: Their ``info`` says so.
    """
    from alembic.operations import ops

    created: set[Any] = set()
    new: dict[Any, set[str]] = {}
    operations: list[Any] = comparison.upgrade.ops
    for each in operations:
        if isinstance(each, ops.CreateTableOp):
            created.add((each.schema, each.table_name))
        elif holds_operations(each):
            added = [op for op in each.ops if isinstance(op, ops.AddColumnOp)]
            new[each.schema, each.table_name] = {op.column.name for op in added}
    for place, table in comparison.tables.items():
        if place not in created:
            _refuse(f"{key(*place)}.", _infos(table.columns), new.get(place, set()))


def _infos(things: Iterable[Any]) -> dict[str, Mapping[Any, Any]]:
    """What models say of *things*; SQLAlchemy makes an empty dictionary for whoever asks."""
    return {str(each.name): vars(each).get("info") or {} for each in things}


def _refuse(where: str, names: Mapping[str, Mapping[Any, Any]], new: Set[str]) -> None:
    """Look at what *names* say; those of *new* are not in the database."""
    said = {
        name: str(info["renamed_from"]) for name, info in names.items() if info.get("renamed_from")
    }
    former = {name: old for name, old in said.items() if old in names and old not in new}
    for name, old in former.items():
        if name in new or _leads_back(name, former):
            raise UnknownColumnError(
                f"{where}{name} was {old}, its model says, and there is a {where}{old} before "
                "and after: nothing of it can be seen.",
                name,
                hint=_HINT,
            )


def _leads_back(name: str, former: Mapping[str, str]) -> bool:
    """Whether what *name* was was something else, and so on, up to *name*."""
    passed: list[str] = []
    while name in former and name not in passed:
        passed.append(name)
        name = former[name]
    return len(passed) > 1 and name == passed[0]
