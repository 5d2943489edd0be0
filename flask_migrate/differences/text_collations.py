"""Collations of columns on SQLite and PostgreSQL, where the models name them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .search import Search

#: What a column has for which nothing is said.
_USUAL = {"sqlite": "BINARY", "postgresql": "default"}

_COLUMNS = r"""
SELECT s.nspname, t.relname, a.attname, c.collname FROM pg_attribute a
JOIN pg_collation c ON c.oid = a.attcollation
JOIN pg_class t ON t.oid = a.attrelid AND t.relkind IN ('r', 'p')
JOIN pg_namespace s ON s.oid = t.relnamespace AND s.nspname !~ '^pg_|^information_schema$'
"""


def compared(compare: Callable[[Any, Any], bool], found: Search) -> Callable[[Any, Any], bool]:
    """*compare*, which compares the types of columns, with the collations that models name.

    A model that names none has no opinion: a database is often made with others.
    """

    def differ(there: Any, model: Any) -> bool:
        return _is_other(found, there, model) or compare(there, model)

    return differ


def _is_other(found: Search, there: Any, model: Any) -> bool:
    """Whether a column has another collation than its model names; it knows it then."""
    wanted = getattr(model.type, "collation", None)
    if not wanted or model.computed is not None or not hasattr(there.type, "collation"):
        return False
    present = _present(found, there)
    # On PostgreSQL a type that names none goes back to it; SQLite's copy keeps another.
    there.type.collation = None if present == _USUAL["postgresql"] else present
    return bool(wanted.lower() != present.lower())


def _present(found: Search, column: Any) -> str:
    """The collation of a column in the database."""
    table, dialect = column.table, found.context.dialect
    usual = _USUAL[dialect.name]
    if dialect.name == "sqlite":
        definition = None if table.schema else found.definition(table.name)
        return definition.collations.get(column.name, usual) if definition else usual
    if found.collations is None:
        connection: Any = found.context.connection
        rows = connection.exec_driver_sql(_COLUMNS)
        found.collations = {(row[0], row[1], row[2]): row[3] for row in rows}
    schema = table.schema or dialect.default_schema_name
    return found.collations.get((schema, table.name, column.name), usual)
