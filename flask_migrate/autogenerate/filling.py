"""Values for NOT NULL columns that a downgrade brings back."""

from __future__ import annotations

from typing import Any


def fill(container: Any, dialect: Any) -> None:
    """Let the rows have something in a NOT NULL column without a default.

    What they had is gone. The default is taken away again at once.
    """
    from alembic.operations import ops

    filled: list[Any] = []
    for op in container.ops:
        filled.append(op)
        if isinstance(op, ops.ModifyTableOps):
            filled += _fill_table(op, dialect)
        if not isinstance(op, ops.AddColumnOp) or not _needs_value(op.column):
            continue
        value = _value(op.column.type, dialect)
        if value is None:
            continue
        bare = op.column
        op.column = _with_default(bare, value)
        filled.append(
            ops.AlterColumnOp(
                op.table_name,
                bare.name,
                schema=op.schema,
                existing_type=bare.type,
                existing_nullable=False,
                existing_server_default=op.column.server_default,
                existing_comment=bare.comment,
                modify_server_default=None,
            )
        )
    container.ops[:] = filled


def _fill_table(table: Any, dialect: Any) -> list[Any]:
    """Fill the columns of one table; return what has to wait until they are there."""
    from alembic.operations import ops

    before = list(table.ops)
    fill(table, dialect)
    if dialect.name != "sqlite":
        return []
    # One copy of the table would take the default away before the rows are in it.
    late = [op for op in table.ops if not any(op is each for each in before)]
    table.ops[:] = [op for op in table.ops if op not in late]
    return [ops.ModifyTableOps(table.table_name, late, schema=table.schema)] if late else []


def _needs_value(column: Any) -> bool:
    return not column.nullable and column.server_default is None and not column.primary_key


def _with_default(column: Any, value: str) -> Any:
    import sqlalchemy as sa

    copy = column._copy()
    copy.server_default = sa.DefaultClause(sa.text(value))
    copy.table = column.table
    return copy


def _value(type_: Any, dialect: Any) -> str | None:
    """The emptiest value of a type, as SQL; ``None`` where there is no telling."""
    import sqlalchemy as sa
    from sqlalchemy.dialects import mysql, postgresql

    found = type_.dialect_impl(dialect)
    found = getattr(found, "impl_instance", None) or found
    name = dialect.name
    values: list[tuple[Any, str]] = [
        (postgresql.ARRAY, "'{}'"),
        (postgresql.INET, "'0.0.0.0'"),
        (sa.Enum, _first_label(found)),
        (mysql.YEAR, "1970"),
        (sa.Boolean, "0" if name == "sqlite" else "false"),
        (sa.Integer, "0"),
        (sa.Float, "0"),
        (sa.Numeric, "0"),
        (sa.DateTime, "'1970-01-01 00:00:01'"),
        (sa.Date, "'1970-01-01'"),
        (sa.Time, "'00:00:00'"),
        (sa.JSON, "'{}'"),
        (sa.LargeBinary, "''"),
        (sa.String, "''"),
    ]
    if hasattr(sa, "Uuid"):
        values.insert(0, (sa.Uuid, "'00000000-0000-0000-0000-000000000000'"))
    return next((value for kind, value in values if isinstance(found, kind)), None)


def _first_label(type_: Any) -> str:
    labels: list[str] = getattr(type_, "enums", None) or [""]
    return "'" + labels[0].replace("'", "''") + "'"
