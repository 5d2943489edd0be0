"""Names that leave one table for another, where no two tables may have the same one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..differences.mariadb import NAMES
from .comparison import drop_empty, walk

#: A name with its schema, and the table that has it.
Named = tuple[tuple[Any, str], str]


def give_up(container: Any, dialect: str) -> list[Any]:
    """Take what drops such a name out of *container*, to be done before all else.

    Indexes are called differently in the whole schema, on PostgreSQL with the constraints
    that are indexes; foreign keys are on MySQL and MariaDB.
    """
    from alembic.operations import ops

    wanted = dict(_made(container, dialect))
    early: list[Any] = []
    found: list[tuple[Any, Any]] = list(walk(container))
    for holder, op in found:
        named = _dropped(op, dialect)
        if named is not None and wanted.get(named[0], named[1]) != named[1]:
            holder.ops[:] = [each for each in holder.ops if each is not op]
            early.append(ops.ModifyTableOps(op.table_name, [op], schema=op.schema))
        elif isinstance(op, ops.DropTableOp):
            # The table goes after the other one has come.
            for constraint in _parts(op, dialect):
                if wanted.get((op.schema, str(constraint.name)), op.table_name) != op.table_name:
                    drop = ops.DropConstraintOp.from_constraint(constraint)
                    early.append(ops.ModifyTableOps(op.table_name, [drop], schema=op.schema))
    if early:
        drop_empty(container)
    return early


def _made(container: Any, dialect: str) -> Iterator[Named]:
    from alembic.operations import ops

    for _, op in walk(container):
        if isinstance(op, ops.CreateTableOp):
            parts: list[Any] = list(op.columns)
            for part in parts:
                if _is_named(part, dialect):
                    yield (op.schema, str(part.name)), op.table_name
        elif isinstance(op, ops.CreateIndexOp) and dialect not in NAMES:
            yield (op.schema, str(op.index_name)), op.table_name
        elif isinstance(op, ops.CreateForeignKeyOp) and dialect in NAMES:
            yield (op.kw["source_schema"], str(op.constraint_name)), op.source_table
        elif isinstance(op, ops.CreateUniqueConstraintOp) and dialect == "postgresql":
            yield (op.schema, str(op.constraint_name)), op.table_name


def _dropped(op: Any, dialect: str) -> Named | None:
    """The name that *op* leaves free."""
    from alembic.operations import ops

    if isinstance(op, ops.DropIndexOp) and dialect not in NAMES:
        return (op.schema, str(op.index_name)), str(op.table_name)
    kind = {"postgresql": "unique"}.get(dialect, "foreignkey")
    is_such = isinstance(op, ops.DropConstraintOp) and op.constraint_type == kind
    if is_such and dialect != "sqlite":
        return (op.schema, str(op.constraint_name)), op.table_name
    return None


def _is_named(part: Any, dialect: str) -> bool:
    """Whether *part* of a table has a name that no other table may have."""
    import sqlalchemy as sa

    kinds: dict[str, tuple[type, ...]] = {
        "sqlite": (),
        "postgresql": (sa.UniqueConstraint, sa.PrimaryKeyConstraint),
    }
    is_such = isinstance(part, kinds.get(dialect, (sa.ForeignKeyConstraint,)))
    return is_such and getattr(part, "name", None) is not None


def _parts(op: Any, dialect: str) -> list[Any]:
    """The constraints with such names of a table that is dropped, if they are known."""
    try:
        return [each for each in op.to_table().constraints if _is_named(each, dialect)]
    except ValueError:
        return []
