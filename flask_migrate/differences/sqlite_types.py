"""Types that SQLAlchemy does not know on SQLite, which keeps any name that it is given."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

_TYPE = "SELECT type FROM pragma_table_info(?) WHERE name = ?"


def without_unknown(
    compare: Callable[[Any, Any], bool], context: MigrationContext
) -> Callable[[Any, Any], bool]:
    """*compare*, which compares the types of columns, without those that are called the same.

    ``BINARY(16)`` or ``VECTOR(3)`` are reflected as numbers.
    """
    connection: Any = context.connection

    def compared(there: Any, model: Any) -> bool:
        if not compare(there, model):
            return False
        if there.table is None or there.table.schema:
            return True
        names = (there.table.name, there.name)
        declared = connection.exec_driver_sql(_TYPE, names).scalar()
        wanted = model.type.compile(dialect=context.dialect)
        return bool(_plain(declared or "") != _plain(wanted))

    return compared


def _plain(type_: str) -> str:
    return "".join(type_.split()).lower()
