"""Identity columns whose options changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..logs import log

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search

_BITS = {"SMALLINT": 15, "INTEGER": 31, "BIGINT": 63}

_OPTIONS = ("always", "start", "increment", "minvalue", "maxvalue", "cycle", "cache")


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find changed options, also those that went back to what they are by themselves."""
    from alembic.operations import ops as operations

    if not context.dialect.supports_identity_columns:
        leave_out(ops.ops)
        return
    for column in model.columns:
        old = there.columns.get(column.name)
        now = None if old is None else changed(old, column, context.dialect)
        if now is None:
            continue
        for op in ops.ops:
            if isinstance(op, operations.AlterColumnOp) and op.column_name == column.name:
                op.modify_server_default = now
                break
        else:
            log.info("Detected changed identity of %s.%s", there.name, column.name)
            ops.ops.append(
                operations.AlterColumnOp(
                    there.name,
                    column.name,
                    schema=there.schema,
                    existing_type=old.type,
                    existing_nullable=False,
                    existing_server_default=old.identity,
                    modify_server_default=now,
                )
            )


def leave_out(operations: list[Any]) -> None:
    """Take out of *operations* the identities that a database without them is to have."""
    import sqlalchemy as sa

    for op in [op for op in operations if hasattr(op, "modify_server_default")]:
        if isinstance(op.modify_server_default, sa.Identity):
            op.modify_server_default = False
            if not op.has_changes():
                operations.remove(op)


def changed(old: Any, new: Any, dialect: Any) -> Any:
    """The identity of a column with all its options; ``None`` if it is as it was, or none."""
    import sqlalchemy as sa

    if dialect.name != "postgresql" or None in (old.identity, new.identity):
        return None
    was, now = _options(old, dialect), _options(new, dialect)
    return None if was == now else sa.Identity(**now)


def _options(column: Any, dialect: Any) -> dict[str, Any]:
    """The options of an identity column, with what PostgreSQL takes where one is not given."""
    identity = column.identity
    given = {name: getattr(identity, name, None) for name in _OPTIONS}
    increment = given["increment"] or 1
    most = 2 ** _BITS.get(column.type.compile(dialect=dialect), 31)
    defaults = {
        "always": False,
        "increment": 1,
        "minvalue": 1 if increment > 0 else -most,
        "maxvalue": most - 1 if increment > 0 else -1,
        "cycle": False,
        "cache": 1,
    }
    full = {name: defaults.get(name) if value is None else value for name, value in given.items()}
    if full["start"] is None:
        full["start"] = full["minvalue"] if increment > 0 else full["maxvalue"]
    return full
