"""What ``MODIFY`` and ``CHANGE`` would take from a column of MariaDB: its CHECK, and values."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import limits

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

# A CHECK that stands in the definition of a column has its name.
_CHECK = """
SELECT CHECK_CLAUSE FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA = COALESCE(%s, DATABASE()) AND TABLE_NAME = %s AND CONSTRAINT_NAME = %s
AND LEVEL = 'Column'
"""


def keep(context: MigrationContext) -> None:
    """Let columns keep their CHECK when revisions that *context* runs change them."""
    dialect: Any = context.dialect
    if not getattr(dialect, "is_mariadb", False):
        return
    from alembic.ddl.mysql import MySQLChangeColumn

    impl: Any = context.impl
    execute: Callable[..., Any] = impl._exec

    def checked(construct: Any, *args: Any, **options: Any) -> Any:
        if isinstance(construct, MySQLChangeColumn):
            check = _check(context.connection, construct)
            if check is not None:
                definition = construct.compile(dialect=dialect)
                text = f"{definition} CHECK ({check.replace('%', '%%')})"
                return context.connection.exec_driver_sql(text)  # type: ignore[union-attr]
        return execute(construct, *args, **options)

    impl._exec = checked


_STRICT = "SET SESSION sql_mode = CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_TRANS_TABLES')"


def stay_strict(connection: Any) -> Callable[[], None]:
    """Let what does not fit into a column stop a run, until the function that comes back is called.

    A server that is not strict would cut it, or take 0 for it.
    """
    if connection.dialect.name not in ("mysql", "mariadb"):
        return lambda: None
    mode = str(limits.run(connection, ["SELECT @@sql_mode"]) or "")
    if "STRICT_" in mode:
        return lambda: None
    limits.run(connection, [_STRICT])
    return limits.undoing(connection, [f"SET SESSION sql_mode = '{mode}'"])


def _check(connection: Any, construct: Any) -> str | None:
    """The CHECK of a column, with its new name."""
    import sqlalchemy as sa

    old = str(construct.column_name)
    names = (construct.schema, str(construct.table_name), old)
    try:
        found = connection.exec_driver_sql(_CHECK, names).scalar()
    except sa.exc.DBAPIError:  # a server of before 10.5 does not say where a CHECK stands
        return None
    # What MariaDB adds to a JSON column by itself goes with the type.
    if found is None or found == f"json_valid(`{old}`)":
        return None
    quote = connection.dialect.identifier_preparer.quote_identifier
    new = construct.newname if construct.newname is not None else old
    return str(found).replace(quote(old), quote(str(new)))
