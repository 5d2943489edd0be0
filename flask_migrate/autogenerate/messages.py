"""A message for a revision, made of what it does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from .comparison import walk

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

# A longer message ends in "and more".
_LENGTH = 52

_MORE = " and more"


def message_of(script: MigrationScript) -> str | None:
    """What *script* does, in a few words; ``None`` if there are no words for it."""
    parts = list(dict.fromkeys(_parts(script)))
    if not parts:
        return None
    message = parts[0]
    for part in parts[1:]:
        longer = f"{message} and {part}"
        if (len(longer) > _LENGTH - len(_MORE) and part is not parts[-1]) or len(longer) > _LENGTH:
            return message + _MORE
        message = longer
    return message


def _parts(script: MigrationScript) -> Iterator[str]:
    for container in script.upgrade_ops_list:
        operations = [operation for _, operation in walk(container)]
        made = set(_made(operations))
        for operation in operations:
            # The indexes of a new table go without saying, as do later changes of a new column.
            names = _names(operation)
            is_detail = names[:1] in made or names[:2] in made
            words = _words(operation)
            if words and (not is_detail or words.startswith(("create ", "add column", "rename "))):
                yield words.replace("add column", "add", 1)


def _made(operations: Iterable[Any]) -> Iterator[tuple[str, ...]]:
    from alembic.operations import ops

    from .written import RelabelOp

    for operation in operations:
        if isinstance(operation, (ops.CreateTableOp, ops.DropTableOp)):
            yield (str(operation.table_name),)
        elif isinstance(operation, ops.AddColumnOp):
            yield (str(operation.table_name), str(operation.column.name))
        elif isinstance(operation, RelabelOp):
            yield (operation.table_name, operation.column_name)


def _names(operation: Any) -> tuple[str, ...]:
    table = getattr(operation, "table_name", None) or getattr(operation, "source_table", None)
    column = getattr(operation, "column_name", None)
    return tuple(str(each) for each in (table, column) if each is not None)


def _words(operation: Any) -> str | None:
    from alembic.operations import ops

    from ..differences.operations import ObjectOp
    from .written import BackfillOp, RelabelOp, RenameColumnOp, RenameLabelOp, RenameTableOp

    table = " ".join(_names(operation)[:1])
    column = str(getattr(operation, "column_name", ""))
    if isinstance(operation, (ObjectOp, RelabelOp, RenameLabelOp)):
        return operation.words
    if isinstance(operation, ops.AddColumnOp):
        return f"add column {table} {operation.column.name}"
    if isinstance(operation, RenameTableOp):
        return f"rename {table} to {operation.new_table_name}"
    if isinstance(operation, RenameColumnOp):
        return f"rename {table} {column} to {operation.modify_name}"
    if isinstance(operation, ops.CreateIndexOp):
        return f"add {operation.index_name or 'index'}"
    words: dict[type, str] = {
        ops.CreateTableOp: f"create {table}",
        ops.DropTableOp: f"drop {table}",
        ops.DropColumnOp: f"drop {table} {column}",
        ops.AlterColumnOp: f"alter {table} {column}",
        BackfillOp: f"alter {table} {column}",
        ops.DropIndexOp: f"drop {getattr(operation, 'index_name', None) or 'index'}",
    }
    found = [text for kind, text in words.items() if isinstance(operation, kind)]
    return found[0] if found else f"alter {table}" if table else None
