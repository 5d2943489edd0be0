"""Columns of PostgreSQL that begin, or cease, to be ``GENERATED AS IDENTITY``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alembic.autogenerate.render import renderers
from alembic.operations.ops import MigrateOperation

from ..differences import spelling
from .comparison import holds_operations
from .written import literal, sql_text

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

_SEQUENCE = """
    SELECT n.nspname, s.relname
    FROM pg_class AS s JOIN pg_namespace AS n ON n.oid = s.relnamespace
    WHERE s.oid = to_regclass(pg_get_serial_sequence(:table, :column))
"""

# What an identity says of itself.
_START = re.compile(r"START WITH (-?\d+)")
_DESCENDING = re.compile(r"INCREMENT BY -")

#: How SQLAlchemy makes a column that counts, by the type of the column.
_TYPES = {"SMALLINT": "smallint", "BIGINT": "bigint"}


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


@dataclass
class _Column:
    """A column that counts in another way, with what Alembic found."""

    holder: Any
    operation: Any
    was: Any
    now: Any


def change_counters(comparison: Comparison, script: MigrationScript) -> None:
    """Let a column go on where it was when it gets, or loses, an identity.

    Alembic adds one to a column that has a default, which PostgreSQL refuses, and
    begins at 1 in any case.
    """
    if comparison.dialect.name != "postgresql" or not comparison.writes_file:
        return
    found = list(_changing(comparison))
    for column in found:
        _write(comparison, column)
    if found:
        operations: list[Any] = comparison.upgrade.ops
        operations[:] = [op for op in operations if not holds_operations(op) or op.ops]
        comparison.reverse()


def _changing(comparison: Comparison) -> Iterator[_Column]:
    import sqlalchemy as sa
    from alembic.operations import ops

    holders: list[Any] = [each for each in comparison.upgrade.ops if holds_operations(each)]
    for holder in holders:
        for op in holder.ops:
            if not isinstance(op, ops.AlterColumnOp) or op.modify_server_default is False:
                continue
            was, now = op.existing_server_default, op.modify_server_default
            if isinstance(was, sa.Identity) != isinstance(now, sa.Identity):
                yield _Column(holder, op, was or None, now)


def _write(comparison: Comparison, column: _Column) -> None:
    op = column.operation
    operations: list[Any] = comparison.upgrade.ops
    model = comparison.tables[op.schema, op.table_name].columns[op.column_name]
    name = _sequence(comparison, op)
    ways = [_way(each, comparison.dialect) for each in (column.was, column.now)]
    if ways[0] is None and name is not None:
        ways[0] = _serial(op.existing_type, comparison.dialect)
    elif ways[1] is None and model is model.table._autoincrement_column:
        ways[1] = _serial(model.type, comparison.dialect)
    sequence = name or f"{op.table_name}_{op.column_name}_seq"
    op.modify_server_default = op.existing_server_default = False
    op.kw.pop("autoincrement", None)
    if not op.has_changes():
        column.holder.ops.remove(op)
    place = next(place for place, each in enumerate(operations) if each is column.holder)
    counter = CounterOp(op.schema, op.table_name, op.column_name, sequence, *ways)
    operations.insert(place + 1, counter)


def _sequence(comparison: Comparison, op: Any) -> str | None:
    """What the sequence of a column is called when the renames are done; ``None`` without one."""
    import sqlalchemy as sa

    quote = comparison.dialect.identifier_preparer.quote
    table = comparison.former(op.schema, op.table_name)
    column = comparison.former_column(op.schema, op.table_name, op.column_name)
    names = {"table": ".".join(quote(each) for each in (op.schema, table) if each)}
    row = comparison.connection.execute(sa.text(_SEQUENCE), {**names, "column": column}).first()
    if row is None:
        return None
    is_made = row[1] == f"{table}_{column}_seq"
    return f"{op.table_name}_{op.column_name}_seq" if is_made else str(row[1])


def _way(default: Any, dialect: Any) -> str | None:
    """How a column is generated, as ``ALTER TABLE`` says it."""
    import sqlalchemy as sa

    if not isinstance(default, sa.Identity):
        return None
    return str(dialect.ddl_compiler(dialect, None).visit_identity_column(default))


def _serial(type_: Any, dialect: Any) -> str:
    return _TYPES.get(str(type_.compile(dialect=dialect)), "integer")


@renderers.dispatch_for(CounterOp)
def _render(context: Any, operation: CounterOp) -> list[str]:
    op = context.opts["alembic_module_prefix"]

    def quote(name: str) -> str:
        return spelling.name(context.dialect, name)

    return [f"{op}execute({literal(each)!r})" for each in _statements(operation, quote)]


def _statements(operation: CounterOp, quote: Callable[[str], str]) -> list[str]:
    """What changes the column. A new sequence has its value before the old one goes."""
    place = f"{quote(operation.schema)}." if operation.schema else ""
    table, column = place + quote(operation.table_name), quote(operation.column_name)
    sequence, other = (quote(operation.sequence + each) for each in ("", "_other"))
    alter = f"ALTER TABLE {table} ALTER COLUMN {column}"
    own = f"pg_get_serial_sequence({sql_text(table)}, {sql_text(operation.column_name)})"
    was, now = operation.was, operation.now
    if now is None:
        return [f"{alter} DROP IDENTITY"]
    values = [f"COALESCE(max({column}), 0) + 1", *_START.findall(now)]
    if not now.startswith("GENERATED"):
        values.append(f"COALESCE(pg_sequence_last_value({own}::regclass), 0) + 1")
        return [
            f"CREATE SEQUENCE {place}{other} AS {now}",
            _set(sql_text(place + other), values, table),
            f"{alter} DROP IDENTITY",
            f"ALTER SEQUENCE {place}{other} RENAME TO {sequence}",
            f"ALTER SEQUENCE {place}{sequence} OWNED BY {table}.{column}",
            f"{alter} SET DEFAULT nextval({sql_text(place + sequence)})",
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
