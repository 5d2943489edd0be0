"""Indexes that SQLAlchemy cannot reflect on SQLite: over expressions, partial, descending."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from ..logs import log
from . import spelling

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search

_SQL = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT NULL"

_PARTS = re.compile(
    r"CREATE\s+(?P<unique>UNIQUE\s+)?INDEX\s+.*?\sON\s+(?:\"(?:[^\"]|\"\")*\"|\S+?)\s*\((?P<rest>.*)$",
    re.I | re.S,
)

# As most are, which need not be taken apart.
_PLAIN = re.compile(
    r"CREATE (?:UNIQUE )?INDEX (?:\w+|\"\w+\") ON (?:\w+|\"\w+\") "
    r"\((?:\w+|\"\w+\")(?:, (?:\w+|\"\w+\"))*\)"
)


# A text or a name.
_QUOTED = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[[^\]]*\]")


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find indexes that came, went or changed, where Alembic does not see them."""
    table = model if there is None else there
    if context.dialect.name != "sqlite" or table.schema:
        return
    from alembic.operations import ops as operations
    from sqlalchemy.schema import CreateIndex

    old = _texts(found).get(there.name, {}) if there is not None else {}
    special = {name for name, sql in old.items() if is_special(sql)}
    # Most indexes are over columns; making their texts takes longer than all the rest.
    new = {
        index.name: str(CreateIndex(index).compile(dialect=context.dialect))
        for index in (model.indexes if model is not None else ())
        if index.name in special or not _is_plain(index)
    }
    # Alembic takes a text for an expression, also where it is a column.
    special |= new.keys()
    ops.ops[:] = [
        op
        for op in ops.ops
        if not (
            isinstance(op, (operations.CreateIndexOp, operations.DropIndexOp))
            and op.index_name in special
        )
    ]
    for name in sorted(special):
        if name in old and name in new and spelling.plain(old[name]) == spelling.plain(new[name]):
            continue
        if name in old:
            index = _index(name, old[name], there)
            if context.run_object_filters(index, name, "index", True, None):
                log.info("Detected removed index %r on %r", name, table.name)
                ops.ops.insert(0, operations.DropIndexOp.from_index(index))
        if name in new:
            index = next(each for each in model.indexes if each.name == name)
            if context.run_object_filters(index, name, "index", False, None):
                log.info("Detected added index %r on %r", name, table.name)
                ops.ops.append(operations.CreateIndexOp.from_index(index))


def _texts(found: Search) -> dict[str, dict[str, str]]:
    """The text of each index by table and name, read once."""
    if found.index_texts is None:
        found.index_texts = {}
        connection: Any = found.context.connection
        for table, name, sql in connection.exec_driver_sql(_SQL):
            found.index_texts.setdefault(table, {})[name] = sql
    return found.index_texts


def is_special(sql: str) -> bool:
    """Whether ``CREATE INDEX`` says more than columns."""
    if _PLAIN.fullmatch(sql):
        return False
    match = _PARTS.match(sql)
    if match is None:
        return True
    columns, where = _split(match["rest"])
    return bool(where) or not all(
        re.fullmatch(r"\s*(\w+|\"(?:[^\"]|\"\")*\")\s*", each) for each in columns
    )


def _split(rest: str) -> tuple[list[str], str]:
    """The parts between the parentheses, and what stands behind ``WHERE``."""
    parts, depth, start = [], 0, 0
    bare = _QUOTED.sub(lambda match: "." * len(match.group()), rest)
    for place, char in enumerate(bare):
        if char == "(":
            depth += 1
        elif char == ")" and depth == 0:
            parts.append(rest[start:place].strip())
            return parts, re.sub(r"^\s*WHERE\s+", "", rest[place + 1 :], flags=re.I).strip()
        elif char == ")":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(rest[start:place].strip())
            start = place + 1
    return parts, ""


def _index(name: str, sql: str, table: Any) -> Any:
    """The index that a ``CREATE INDEX`` makes."""
    import sqlalchemy as sa

    match = _PARTS.match(sql)
    columns, where = _split(match["rest"]) if match else ([], "")
    parts = [
        table.columns[each.strip('"')] if each.strip('"') in table.columns else sa.text(each)
        for each in columns
    ]
    options: dict[str, Any] = {"sqlite_where": sa.text(where)} if where else {}
    is_unique = bool(match and match["unique"])
    return sa.Index(name, *parts, unique=is_unique, _table=table, **options)


def outside_batch(container: Any) -> None:
    """Make and drop these indexes outside the copy of a table, which knows only columns."""
    from alembic.operations import ops

    done: list[Any] = []
    for op in container.ops:
        if not isinstance(op, ops.ModifyTableOps):
            done.append(op)
            continue
        special = [each for each in op.ops if _is_special_op(each)]
        op.ops[:] = [each for each in op.ops if each not in special]
        done += [each for each in special if isinstance(each, ops.DropIndexOp)]
        done += [op] if op.ops else []
        done += [each for each in special if isinstance(each, ops.CreateIndexOp)]
    container.ops[:] = done


def _is_special_op(op: Any) -> bool:
    from alembic.operations import ops

    return isinstance(op, (ops.CreateIndexOp, ops.DropIndexOp)) and not _is_plain(op.to_index())


def _is_plain(index: Any) -> bool:
    """Whether an index is of columns and of all rows."""
    from sqlalchemy import Column

    is_of_columns = all(isinstance(each, Column) for each in index.expressions)
    return is_of_columns and index.dialect_options["sqlite"]["where"] is None
