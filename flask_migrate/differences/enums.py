"""The enum types of PostgreSQL, compared with those of the models."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..logs import log
from . import spelling
from .operations import (
    AddLabelsOp,
    CreateEnumOp,
    DropEnumOp,
    Key,
    ReplaceEnumOp,
    User,
    merged,
)

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import UpgradeOps

    from .search import Search

_LABELS = """
SELECT NULLIF(n.nspname, current_schema()), t.typname::text,
       array_agg(e.enumlabel::text ORDER BY e.enumsortorder)
FROM pg_enum e JOIN pg_type t ON t.oid = e.enumtypid JOIN pg_namespace n ON n.oid = t.typnamespace
GROUP BY 1, 2
"""

_USERS = """
SELECT NULLIF(tn.nspname, current_schema()), t.typname::text,
       NULLIF(n.nspname, current_schema()), c.relname::text, a.attname::text,
       a.atttypid = t.typarray, pg_get_expr(d.adbin, d.adrelid)
FROM pg_attribute a
JOIN pg_type t ON t.typtype = 'e' AND a.atttypid IN (t.oid, t.typarray)
JOIN pg_namespace tn ON tn.oid = t.typnamespace
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE NOT a.attisdropped ORDER BY 3, 4, 5
"""


def compare(found: Search, context: AutogenContext, upgrade_ops: UpgradeOps) -> None:
    """Find enum types that come, go or get other labels."""
    if context.dialect.name != "postgresql":
        return
    connection: Any = context.connection
    there = {(row[0], row[1]): list(row[2]) for row in connection.exec_driver_sql(_LABELS)}
    wanted, model_users = _of_models(context)
    found.enums = (there, wanted)
    if not there and not wanted:
        return
    users: dict[Key, list[User]] = {}
    for row in connection.exec_driver_sql(_USERS) if there else ():
        users.setdefault((row[0], row[1]), []).append(
            User(row[2], row[3], row[4], row[5], row[6] and bare(row[6]))
        )
    start: list[Any] = []
    end: list[Any] = []
    for key, labels in wanted.items():
        if key not in there:
            log.info("Detected added enum %s", key[1])
            start.append(CreateEnumOp(key, labels))
        elif there[key] != labels:
            log.info("Detected changed labels of the enum %s", key[1])
            both = merged(there[key], labels)
            if both != there[key]:
                start.append(AddLabelsOp(key, there[key], both, users.get(key, [])))
            if both != labels:
                end.append(ReplaceEnumOp(key, both, labels, model_users[key]))
    gone = set(_gone(upgrade_ops))
    for key, labels in there.items():
        names = {(user.schema, user.table, user.column) for user in users.get(key, ())}
        if key not in wanted and names and names <= gone:
            log.info("Detected removed enum %s", key[1])
            end.append(DropEnumOp(key, labels))
    upgrade_ops.ops[:] = [*start, *upgrade_ops.ops, *end]


def bare(default: str) -> str:
    """A default without the cast to the type that it is about to lose."""
    match = re.match(r"('(?:[^']|'')*')::", default)
    return match[1] if match else default


def _of_models(context: AutogenContext) -> tuple[dict[Key, list[str]], dict[Key, list[User]]]:
    labels: dict[Key, list[str]] = {}
    users: dict[Key, list[User]] = {}
    for table in context.sorted_tables:
        for column in table.columns:
            enum = enum_of(column.type, context.dialect)
            if enum is None or enum.name is None:
                continue
            key = spelling.key(context.dialect, enum)
            labels.setdefault(key, list(enum.enums))
            is_array = enum_of(column.type, context.dialect, in_array=False) is None
            default = _default(column, context)
            users.setdefault(key, []).append(
                User(table.schema, table.name, column.name, is_array, default)
            )
    return labels, users


def _default(column: Any, context: AutogenContext) -> str | None:
    argument = getattr(column.server_default, "arg", None)
    if argument is None or isinstance(argument, str):
        return None if argument is None else spelling.quoted(argument)
    options = {"literal_binds": True}
    return bare(str(argument.compile(dialect=context.dialect, compile_kwargs=options)))


def enum_of(type_: Any, dialect: Any, in_array: bool = True) -> Any:
    """The native enum that a column type is, or is an array of; else ``None``."""
    from sqlalchemy import ARRAY
    from sqlalchemy.dialects.postgresql import ENUM

    found = type_.dialect_impl(dialect)
    found = getattr(found, "impl_instance", None) or getattr(found, "impl", None) or found
    if isinstance(found, ARRAY):
        return enum_of(found.item_type, dialect) if in_array else None
    return found if isinstance(found, ENUM) and found.native_enum else None


def _gone(upgrade_ops: Any) -> Iterator[tuple[str | None, str, str]]:
    """The columns that have another type after the upgrade, or are not there."""
    from alembic.operations import ops

    for op in upgrade_ops.ops:
        if isinstance(op, ops.ModifyTableOps):
            yield from _gone(op)
        elif isinstance(op, ops.DropTableOp):
            for column in op.to_table().columns:
                yield op.schema, op.table_name, column.name
        elif isinstance(op, ops.DropColumnOp) or (
            isinstance(op, ops.AlterColumnOp) and op.modify_type is not None
        ):
            yield op.schema, op.table_name, op.column_name


def settle(context: Any, container: Any, there: set[Key]) -> None:
    """Let tables make the types that come with them, and no others.

    :param there: The types that there are before *container* runs.
    """
    from alembic.operations import ops

    tables = [op for op in container.ops if isinstance(op, ops.CreateTableOp)]
    new = {op.key for op in container.ops if isinstance(op, CreateEnumOp)}
    made: set[Key] = set()
    for table in tables:
        columns: list[Any] = list(table.columns)
        for place, column in enumerate(columns):
            enum = enum_of(column.type, context.dialect) if hasattr(column, "type") else None
            if enum is None:
                continue
            key = spelling.key(context.dialect, enum)
            if key in new and key not in made and enum_of(column.type, context.dialect, False):
                made.add(key)
            elif key in new | there:
                columns[place] = _existing(column, context.dialect)
        table.columns = columns
    container.ops[:] = [
        op for op in container.ops if not (isinstance(op, CreateEnumOp) and op.key in made)
    ]


def _existing(column: Any, dialect: Any) -> Any:
    """*column* with an enum type that its table does not make."""
    from sqlalchemy import ARRAY
    from sqlalchemy.dialects.postgresql import ENUM

    enum = enum_of(column.type, dialect)
    type_: Any = ENUM(*enum.enums, name=enum.name, schema=enum.schema, create_type=False)
    if enum_of(column.type, dialect, in_array=False) is None:
        type_ = ARRAY(type_)
    copy = column._copy()
    copy.type = type_
    copy.table = column.table
    return copy
