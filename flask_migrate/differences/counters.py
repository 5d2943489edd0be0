"""Columns that count by themselves."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import renderers
from alembic.operations.ops import MigrateOperation

from ..logs import log
from . import mariadb, spelling

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search

# What an identity says of itself.
_START = re.compile(r"START WITH (-?\d+)")
_DESCENDING = re.compile(r"INCREMENT BY -")

#: How SQLAlchemy makes a column that counts, by the type of the column.
_TYPES = {"SMALLINT": "smallint", "BIGINT": "bigint"}

#: How a column is made that counts.
_COUNTING = re.compile(r" (SMALL|BIG)?SERIAL\b| AUTO_INCREMENT\b")


@dataclass(eq=False, repr=False)
class CounterOp(MigrateOperation):
    """Another way of counting in a column, from where it is.

    ``sequence`` is what the sequence is called where its next value is the default.
    ``was`` and ``now`` are the type of such a sequence, or ``GENERATED ...``, or
    ``None`` where the column does not count.
    """

    schema: str | None
    table_name: str
    column_name: str
    sequence: str
    was: str | None
    now: str | None

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("counter", self.schema, self.table_name, self.column_name, self.was, self.now)

    def reverse(self) -> CounterOp:
        return replace(self, was=self.now, now=self.was)


@dataclass(eq=False, repr=False)
class AutoIncrementOp(MigrateOperation):
    """A column of MySQL or MariaDB that begins, or ceases, to count; by its definitions."""

    schema: str | None
    table_name: str
    column_name: str
    was: str
    now: str

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("autoincrement", self.schema, self.table_name, self.column_name)

    def reverse(self) -> AutoIncrementOp:
        return replace(self, was=self.now, now=self.was)


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find a column of the key that is to count and does not."""
    if context.dialect.name not in ("postgresql", *mariadb.NAMES):
        return
    column = model._autoincrement_column
    old = there.columns.get(column.name) if column is not None else None
    if old is None or counts(old) or not is_made_to_count(column, context.dialect):
        return
    log.info("Detected that %s.%s is to count", ops.table_name, column.name)
    names = ops.schema, ops.table_name, column.name
    if context.dialect.name in mariadb.NAMES:
        type_ = _type_of(old, ops)
        ways = [definition(column, type_, context.dialect, each) for each in (False, True)]
        ops.ops.append(AutoIncrementOp(*names, *ways))
    else:
        sequence = f"{ops.table_name}_{column.name}_seq"
        serial = serial_type(column.type, context.dialect)
        ops.ops.append(CounterOp(*names, sequence, None, serial))


def counts(reflected: Any) -> bool:
    """Whether a column of the database counts, or gets its values in another way."""
    is_made = reflected.server_default is not None or reflected.identity is not None
    return is_made or reflected.autoincrement is True


def is_made_to_count(column: Any, dialect: Any) -> bool:
    """Whether the column of a model counts if it is made, other than as an identity."""
    made = dialect.ddl_compiler(dialect, None).get_column_specification(column)
    return _COUNTING.search(made) is not None


def definition(column: Any, type_: Any, dialect: Any, is_counting: bool = True) -> str:
    """How ``ALTER TABLE`` defines a column of a key, which counts or does not."""
    import sqlalchemy as sa

    made: sa.Column[Any] = sa.Column(
        column.name, type_, primary_key=True, autoincrement=is_counting, comment=column.comment
    )
    sa.Table(column.table.name, sa.MetaData(), made)
    text = str(dialect.ddl_compiler(dialect, None).get_column_specification(made))
    return spelling.undoubled(dialect, text)


def serial_type(type_: Any, dialect: Any) -> str:
    """The type of the sequence of a column."""
    return _TYPES.get(str(type_.compile(dialect=dialect)), "integer")


def _type_of(column: Any, table: ModifyTableOps) -> Any:
    """The type that a column has when all else is done."""
    for op in table.ops:
        if getattr(op, "column_name", None) == column.name and getattr(op, "modify_type", None):
            return op.modify_type  # type: ignore[attr-defined]
    return column.type


@renderers.dispatch_for(AutoIncrementOp)
def _render_auto_increment(context: Any, operation: AutoIncrementOp) -> list[str]:
    table = spelling.name(context.dialect, operation.schema, operation.table_name)
    return _executed(context, [f"ALTER TABLE {table} MODIFY {operation.now}"])


def _executed(context: Any, statements: list[str]) -> list[str]:
    op = context.opts["alembic_module_prefix"]
    return [f"{op}execute({spelling.without_parameters(each)!r})" for each in statements]


@renderers.dispatch_for(CounterOp)
def _render(context: Any, operation: CounterOp) -> list[str]:
    quote = partial(spelling.name, context.dialect)
    return _executed(context, _statements(operation, quote))


def _statements(operation: CounterOp, quote: Callable[[str], str]) -> list[str]:
    """What changes the column. A new sequence has its value before the old one goes."""
    place = f"{quote(operation.schema)}." if operation.schema else ""
    table, column = place + quote(operation.table_name), quote(operation.column_name)
    sequence, other = (quote(operation.sequence + each) for each in ("", "_other"))
    alter = f"ALTER TABLE {table} ALTER COLUMN {column}"
    names = ", ".join(map(spelling.quoted, (table, operation.column_name)))
    own = f"pg_get_serial_sequence({names})"
    was, now = operation.was, operation.now
    serial = [
        f"ALTER SEQUENCE {place}{sequence} OWNED BY {table}.{column}",
        f"{alter} SET DEFAULT nextval({spelling.quoted(place + sequence)})",
    ]
    if now is None:
        if was is not None and not was.startswith("GENERATED"):
            return [f"{alter} DROP DEFAULT", f"DROP SEQUENCE {place}{sequence}"]
        return [f"{alter} DROP IDENTITY"]
    values = [f"COALESCE(max({column}), 0) + 1", *_START.findall(now)]
    if not now.startswith("GENERATED") and was is None:
        made = _set(spelling.quoted(place + sequence), values, table)
        return [f"CREATE SEQUENCE {place}{sequence} AS {now}", made, *serial]
    if not now.startswith("GENERATED"):
        values.append(f"COALESCE(pg_sequence_last_value({own}::regclass), 0) + 1")
        return [
            f"CREATE SEQUENCE {place}{other} AS {now}",
            _set(spelling.quoted(place + other), values, table),
            f"{alter} DROP IDENTITY",
            f"ALTER SEQUENCE {place}{other} RENAME TO {sequence}",
            *serial,
        ]
    if was is not None:
        last = f"SELECT last_value + is_called::integer FROM {place}{other}"  # noqa: S608
        values.append(f"({last})")
    added = [f"{alter} ADD {now}", *([] if _DESCENDING.search(now) else [_set(own, values, table)])]
    if was is None:
        return added
    return [
        f"{alter} DROP DEFAULT",
        f"ALTER SEQUENCE {place}{sequence} OWNED BY NONE",
        f"ALTER SEQUENCE {place}{sequence} RENAME TO {other}",
        *added,
        f"DROP SEQUENCE {place}{other}",
    ]


def _set(sequence: str, values: list[str], table: str) -> str:
    """Let a sequence go on with the greatest of *values*."""
    value = f"GREATEST({', '.join(values)})" if len(values) > 1 else values[0]
    return f"SELECT setval({sequence}, {value}, false) FROM {table}"  # noqa: S608
