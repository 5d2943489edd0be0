"""Tables of other programs, which are left alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..differences.schemas import KEY
from ..errors import DropAllError
from ..logs import log
from ..state import state

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

#: Those of PostGIS and SpatiaLite, and Celery's results.
OTHERS = (
    "spatial_ref_sys",
    "spatial_ref_sys_aux",
    "geometry_columns*",
    "views_geometry_columns*",
    "virts_geometry_columns*",
    "spatialite_history",
    "spatialindex",
    "elementarygeometries",
    "sql_statements_log",
    "celery_taskmeta",
    "celery_tasksetmeta",
    "kombu_message",
    "kombu_queue",
)

# Partitions come and go with their table, and what an extension made belongs to it.
_DEPENDENT = """
SELECT NULLIF(n.nspname, current_schema()), c.relname::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f') AND (
    c.relispartition
    OR EXISTS (SELECT 1 FROM pg_inherits i WHERE i.inhrelid = c.oid)
    OR EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e'
               AND d.classid = 'pg_class'::regclass)
)
"""

# A virtual table, such as one for full text search, and the tables that it keeps its data in.
_VIRTUAL = """
SELECT NULL, t.name FROM sqlite_master t JOIN sqlite_master v
ON v.sql LIKE 'CREATE VIRTUAL TABLE%' AND (t.name = v.name OR t.name IN ({}))
WHERE t.type = 'table'
"""
_SHADOWS = (
    *("config", "content", "data", "docsize", "idx"),
    *("node", "parent", "rowid", "segdir", "segments", "stat"),
)


def only_mine(comparison: Comparison, script: MigrationScript) -> None:
    """Take out what would change tables of other programs."""
    from alembic.operations.ops import DropTableOp

    drops = {
        (op.schema, op.table_name) for op in comparison.upgrade.ops if isinstance(op, DropTableOp)
    }
    settings = state().configure_args
    is_excluded = excluded()
    is_other = matcher(OTHERS)
    dependent = _dependent(comparison) if drops else set()
    # In a schema that nobody told us to look at, a table is of this project if it made it.
    schemas = comparison.context.opts.get(KEY, ())
    managed = {key for key in drops if settings.get("managed_only") or key[0] in schemas}
    texts = sources(comparison) if managed else ""

    def is_left_alone(schema: str | None, name: str) -> bool:
        if is_excluded(schema, name):
            return True
        is_foreign = is_other(schema, name) or (schema, name) in dependent
        is_unmanaged = (schema, name) in managed and not is_named(name, texts)
        return (schema, name) in drops and (is_foreign or is_unmanaged)

    _take_out(comparison.upgrade, is_left_alone)
    _take_out(comparison.downgrade, is_left_alone)
    left = {key for key in drops if not is_left_alone(*key)}
    for _, name in sorted(drops - left, key=str):
        log.info("The table %s is of another program and stays.", name)


def some_stay(comparison: Comparison, script: MigrationScript) -> None:
    """Refuse to drop every table.

    :raises DropAllError: Nobody said ``--allow-drop-all``.
    """
    from alembic.operations.ops import DropTableOp

    dropped = {
        (op.schema, op.table_name) for op in comparison.upgrade.ops if isinstance(op, DropTableOp)
    }
    is_allowed = comparison.options.get("allow_drop_all") or comparison.touched
    if dropped and comparison.writes_file and not is_allowed:
        _check_some_stay(comparison, dropped)


def excluded() -> Callable[[str | None, str], bool]:
    """Whether the project leaves a table alone, by its schema and name."""
    return matcher(state().configure_args.get("exclude_tables") or ())


def matcher(patterns: Iterable[str]) -> Callable[[str | None, str], bool]:
    """Whether a table has one of some names; ``schema.name`` is of that schema alone."""
    wanted = [patterns] if isinstance(patterns, str) else list(patterns)

    def matches(schema: str | None, name: str) -> bool:
        names = [name, f"{schema}.{name}"] if schema else [name]
        return any(fnmatchcase(each, pattern) for each in names for pattern in wanted)

    return matches


def _take_out(container: Any, is_left_alone: Callable[[str | None, str], bool]) -> None:
    container.ops[:] = [
        op
        for op in container.ops
        if not hasattr(op, "table_name") or not is_left_alone(op.schema, op.table_name)
    ]


def _dependent(comparison: Comparison) -> set[tuple[str | None, str]]:
    shadows = ", ".join(f"v.name || '_{each}'" for each in _SHADOWS)
    queries = {"postgresql": _DEPENDENT, "sqlite": _VIRTUAL.format(shadows)}
    if comparison.dialect.name not in queries:
        return set()
    rows = comparison.connection.exec_driver_sql(queries[comparison.dialect.name])
    return {(row[0], row[1]) for row in rows}


def sources(comparison: Comparison) -> str:
    """The texts of all revisions."""
    history = comparison.context.environment_context.script
    return "".join(
        Path(each.path).read_text("utf-8", "replace") for each in history.walk_revisions()
    )


def is_named(table: str, texts: str) -> bool:
    """Whether the texts of revisions name a table."""
    return re.search(rf"['\"]{re.escape(table)}['\"]", texts) is not None


def _check_some_stay(comparison: Comparison, dropped: set[tuple[str | None, str]]) -> None:
    default = comparison.dialect.default_schema_name
    models = {(None if schema == default else schema, name) for schema, name in comparison.tables}
    there = {
        (schema, name)
        for schema in {schema for schema, _ in dropped | models}
        for name in comparison.inspector.get_table_names(schema=schema)
    }
    if not models & there:
        raise DropAllError(comparison.database, sorted(name for _, name in dropped), bool(models))
