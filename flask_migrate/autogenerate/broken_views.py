"""Views that could not be read any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..differences import spelling
from .comparison import key

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

_ON_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'view'"

_ON_MARIADB = """
SELECT table_name, view_definition FROM information_schema.views WHERE table_schema = DATABASE()
"""

#: The views over a table, or over one of its columns.
_ON_POSTGRESQL = """
SELECT DISTINCT r.ev_class::regclass::text
FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
AND d.refobjid = to_regclass(:name) AND r.ev_class <> d.refobjid
AND (CAST(:column AS text) IS NULL OR a.attname = :column) ORDER BY 1
"""


@dataclass
class _Gone:
    """A table, or one of its columns, that is dropped."""

    operation: Any
    schema: str | None
    table: str
    column: str | None = None

    @property
    def name(self) -> str:
        table = key(self.schema, self.table)
        return f"{table}.{self.column}" if self.column else table


def tell_broken_views(comparison: Comparison, script: MigrationScript) -> None:
    """Say which views read what is dropped; those over new names are a step of their own."""
    if not comparison.writes_file:
        return
    for gone in list(_gone(comparison)):
        for view in _over(comparison, gone):
            facts = f"The view {view} reads {gone.name}, which is dropped."
            hint = "Drop it before, and make it again afterwards without that."
            comparison.questions.open(facts, hint)
            comparison.comment(gone.operation, f"{facts} {hint}")


def _gone(comparison: Comparison) -> Iterator[_Gone]:
    from alembic.operations import ops

    for _, each in comparison.operations():
        operation: Any = each
        if isinstance(operation, ops.DropTableOp):
            yield _Gone(operation, operation.schema, operation.table_name)
        elif isinstance(operation, ops.DropColumnOp):
            table = comparison.former(operation.schema, operation.table_name)
            yield _Gone(operation, operation.schema, table, operation.column_name)


def _over(comparison: Comparison, gone: _Gone) -> list[str]:
    """The names of the views over it."""
    import sqlalchemy as sa

    dialect, connection = comparison.dialect, comparison.connection
    if dialect.name == "postgresql":
        given = {"name": spelling.name(dialect, gone.schema, gone.table), "column": gone.column}
        return list(connection.execute(sa.text(_ON_POSTGRESQL), given).scalars())
    text = _ON_SQLITE if dialect.name == "sqlite" else _ON_MARIADB
    wanted = {gone.table.lower(), *([gone.column.lower()] if gone.column else [])}
    found = connection.exec_driver_sql(text)
    return [name for name, sql in found if wanted <= _names(sql or "")]


def _names(sql: str) -> set[str]:
    """What may be a name in the text of a view, in lower case."""
    bare = re.sub(r"'(?:[^']|'')*'", "", sql).lower()
    quoted = re.findall(r"`([^`]+)`|\"([^\"]+)\"|\[([^\]]+)\]", bare)
    return {*re.findall(r"\w+", bare), *(name for each in quoted for name in each if name)}
