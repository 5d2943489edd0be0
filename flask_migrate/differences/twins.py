"""What a database makes of a model: a temporary table, read back."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from ..logs import log

#: The name of the temporary table.
NAME = "flask_migrate_twin"

#: Databases that rewrite the expressions they are given; SQLite keeps them as they are.
REWRITING = ("postgresql", "mysql", "mariadb")


_INDEX_TEXTS = """
SELECT c.relname::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass(:table)
"""


class Twin:
    """A model as its database spells it.

    .. attribute:: columns

        What SQLAlchemy reflects of each column, by name.

    .. attribute:: checks

        The same of the CHECK constraints, as a list.

    .. attribute:: indexes

        The same of the indexes, by name.

    .. attribute:: index_texts

        The ``CREATE INDEX`` of each of PostgreSQL's, after ``USING``, by name.
    """

    def __init__(self, inspector: Any) -> None:
        self.columns = {each["name"]: each for each in inspector.get_columns(NAME)}
        self.checks = inspector.get_check_constraints(NAME)
        self.indexes = {each["name"]: each for each in inspector.get_indexes(NAME)}
        self.index_texts: dict[str, str] = {}


def make(connection: Any, table: Any) -> Twin | None:
    """The twin of a model; ``None`` where the database cannot make one.

    An expression that was written ``a IN (1)`` comes back as ``a = ANY
    (ARRAY[1])``: only the database knows whether two spellings are the same.
    """
    if connection.dialect.name not in REWRITING:
        return None
    for with_enums in (True, False):
        try:
            return _made(connection, table, with_enums)
        except Exception as error:  # whatever a driver raises: an enum that is not there, no right
            log.debug("No temporary copy of %s to compare with: %s", table.name, error)
    return None


def _made(connection: Any, table: Any, with_enums: bool) -> Twin:
    import sqlalchemy as sa

    copy = table.to_metadata(sa.MetaData(), name=NAME, schema=None)
    replaced = []
    for column in copy.columns if not with_enums else ():
        if isinstance(getattr(column.type, "item_type", column.type), sa.Enum):
            is_array = isinstance(column.type, sa.ARRAY)
            column.type = sa.ARRAY(sa.Text()) if is_array else sa.Text()
            replaced.append(column.name)
    for constraint in list(copy.constraints):
        if isinstance(constraint, sa.ForeignKeyConstraint):
            copy.constraints.discard(constraint)
    copy._prefixes.append("TEMPORARY")
    with ExitStack() as stack:
        stack.callback(_drop, connection, _savepoint(connection))
        # Not copy.create(): that would make enum types as well.
        connection.execute(sa.schema.CreateTable(copy))
        for index in copy.indexes if connection.dialect.name == "postgresql" else ():
            connection.execute(sa.schema.CreateIndex(index))
        made = Twin(sa.inspect(connection))
        for name in replaced:
            made.columns[name]["type"] = sa.types.NullType()
        if any(is_collated(each) for each in copy.indexes):
            made.index_texts = index_texts(connection, NAME)
        return made


def is_collated(index: Any) -> bool:
    """Whether a part of an index has a collation of its own."""
    return any("collate" in str(each).lower() for each in index.expressions)


def index_texts(connection: Any, table: str) -> dict[str, str]:
    """How PostgreSQL spells the indexes of a table, after ``USING``, by name."""
    import sqlalchemy as sa

    if connection.dialect.name != "postgresql":
        return {}
    found = connection.execute(sa.text(_INDEX_TEXTS), {"table": table})
    return {name: text.partition(" USING ")[2] for name, text in found}


def _savepoint(connection: Any) -> Any:
    # MySQL has no transaction for tables, and a temporary one ends none.
    return connection.begin_nested() if connection.dialect.name == "postgresql" else None


def _drop(connection: Any, savepoint: Any) -> None:
    if savepoint is None:
        connection.exec_driver_sql(f"DROP TEMPORARY TABLE IF EXISTS {NAME}")
    else:
        savepoint.rollback()
