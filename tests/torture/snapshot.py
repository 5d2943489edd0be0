"""Everything in a database, to be compared with another."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL


def snapshot(url: URL) -> dict[str, Any]:
    """The tables of a database with what they consist of and hold."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.connect() as connection:
        inspector = sa.inspect(connection)
        return {
            name: _table(connection, inspector, name)
            for name in sorted(inspector.get_table_names())
        }


def _table(connection: sa.engine.Connection, inspector: Any, name: str) -> dict[str, Any]:
    quoted = connection.dialect.identifier_preparer.quote(name)
    rows = connection.exec_driver_sql(f"SELECT * FROM {quoted}").all()
    return {
        "columns": [
            {**column, "type": str(column["type"])} for column in inspector.get_columns(name)
        ],
        "primary key": inspector.get_pk_constraint(name),
        "foreign keys": _sorted(inspector.get_foreign_keys(name)),
        "unique": _sorted(inspector.get_unique_constraints(name)),
        "checks": _sorted(inspector.get_check_constraints(name)),
        "indexes": _sorted(inspector.get_indexes(name)),
        "rows": sorted(map(repr, map(tuple, rows))),
    }


def _sorted(found: list[Any]) -> list[str]:
    return sorted(str(sorted(each.items(), key=str)) for each in found)


def differences(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """What *found* has otherwise than *expected*, in a line each."""
    lines = []
    for table in sorted({*found, *expected}):
        if table not in found or table not in expected:
            lines.append(f"table {table} {'missing' if table not in found else 'too many'}")
            continue
        lines += [
            f"{part} of {table}: {found[table][part]} instead of {expected[table][part]}"
            for part in expected[table]
            if found[table][part] != expected[table][part]
        ]
    return lines
