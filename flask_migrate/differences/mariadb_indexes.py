"""What Alembic leaves out of the comparison of MariaDB's and MySQL's indexes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..logs import log
from .mariadb import NAMES

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search

_SQL = """
SELECT NULLIF(table_schema, DATABASE()), table_name, index_name, column_name,
    COALESCE(collation, '') = 'D', sub_part, index_type, non_unique
FROM information_schema.statistics WHERE index_name <> 'PRIMARY'
ORDER BY table_schema, table_name, index_name, seq_in_index
"""

#: A column in an index that is written as a text.
_PART = re.compile(r"`?(\w+)`?(\s+(?:asc|desc))?", re.I)

_KINDS = ("FULLTEXT", "SPATIAL")

#: How many characters of one, two, three or four bytes InnoDB takes into an index at most.
_MOST = {bytes_ // each for bytes_ in (767, 3072) for each in (1, 2, 3, 4)}


@dataclass
class Facts:
    """An index: its columns, which of them descend, and how many characters of them count."""

    parts: list[tuple[str, bool, int | None]] = field(default_factory=list)
    kind: str = ""
    unique: bool = False


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find indexes of another kind, direction or length, and none where all is the same."""
    from alembic.operations import ops as operations

    if context.dialect.name not in NAMES or not model.indexes:
        return
    old = _there(found).get((there.schema, there.name), {})
    for index in model.indexes:
        wanted = _wanted(index, context.dialect)
        if index.name not in old or wanted is None:
            continue
        is_same = _is_same(wanted, old[index.name])
        is_seen = [
            op
            for op in ops.ops
            if isinstance(op, (operations.CreateIndexOp, operations.DropIndexOp))
            and op.index_name == index.name
        ]
        if is_same:
            ops.ops[:] = [op for op in ops.ops if not any(op is each for each in is_seen)]
        elif context.run_object_filters(index, index.name, "index", False, None):
            ops.ops[:] = [op for op in ops.ops if not any(op is each for each in is_seen)]
            log.info("Detected changed index %r on %r", index.name, there.name)
            before = _index(str(index.name), old[index.name], there)
            ops.ops.insert(0, operations.DropIndexOp.from_index(before))
            ops.ops.append(operations.CreateIndexOp.from_index(index))


def _there(found: Search) -> dict[Any, dict[str, Facts]]:
    """The indexes by table, read once."""
    if found.mariadb_indexes is None:
        found.mariadb_indexes = {}
        connection: Any = found.context.connection
        for (
            schema,
            table,
            name,
            column,
            descends,
            length,
            kind,
            is_free,
        ) in connection.exec_driver_sql(_SQL.replace("%", "%%")):
            facts = found.mariadb_indexes.setdefault((schema, table), {}).setdefault(name, Facts())
            facts.kind = kind if kind in _KINDS else ""
            facts.unique = not is_free
            facts.parts.append((column, bool(descends), None if facts.kind else length))
    return found.mariadb_indexes


def _is_same(wanted: Facts, there: Facts) -> bool:
    """Whether two are the same but for what the server has cut, where the model does not say."""
    if wanted.unique:  # with these it refuses to
        return wanted == there
    parts = [
        (*was[:2], None) if now[2] is None and was[2] in _MOST else was
        for now, was in zip(wanted.parts, there.parts, strict=False)
    ]
    return wanted == Facts([*parts, *there.parts[len(parts) :]], there.kind, there.unique)


def _wanted(index: Any, dialect: Any) -> Facts | None:
    """What a model says; ``None`` for an index over an expression."""
    options = index.dialect_options
    given = {**options["mysql"], **options.get(dialect.name, {})}
    kind = (given.get("prefix") or "").upper()
    facts = Facts(kind=kind if kind in _KINDS else "", unique=bool(index.unique))
    for each in index.expressions:
        match = _PART.fullmatch(str(getattr(each, "name", None) or each).rpartition(".")[2])
        if match is None or match[1] not in index.table.columns:
            return None
        column = index.table.columns[match[1]]
        length = given.get("length")
        length = length.get(column.name) if isinstance(length, dict) else length
        whole = getattr(column.type, "length", None)
        is_part = length is not None and not facts.kind and (whole is None or length < whole)
        descends = (match[2] or "").strip().lower() == "desc"
        facts.parts.append((column.name, descends, length if is_part else None))
    return facts


def _index(name: str, facts: Facts, table: Any) -> Any:
    """The index that is there."""
    import sqlalchemy as sa

    columns = [
        table.columns[column].desc() if descends else table.columns[column]
        for column, descends, _ in facts.parts
    ]
    lengths = {column: length for column, _, length in facts.parts if length is not None}
    options: dict[str, Any] = {"mysql_length": lengths} if lengths else {}
    if facts.kind:
        options["mysql_prefix"] = facts.kind
    made = sa.Index(name, *columns, unique=facts.unique, _table=table, **options)
    table.indexes.discard(made)
    return made
