"""Character sets and collations of MySQL and MariaDB, where the models name them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import renderers
from alembic.operations.ops import MigrateOperation

from ..logs import log
from . import spelling
from .mariadb import NAMES
from .operations import execute

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import UpgradeOps

    from .search import Search

_COLUMNS = """
SELECT NULLIF(table_schema, DATABASE()), table_name, column_name, collation_name
FROM information_schema.columns WHERE collation_name IS NOT NULL
UNION ALL
SELECT NULLIF(table_schema, DATABASE()), table_name, '', table_collation
FROM information_schema.tables WHERE table_collation IS NOT NULL
"""

#: How a table of a model says its character set.
_CHARSETS = ("default_charset", "charset", "default_character_set", "character_set")

Key = tuple[str | None, str, str]


@dataclass(frozen=True)
class Wanted:
    """What a model says; ``None`` is whatever there is."""

    charset: str | None = None
    collation: str | None = None

    def __bool__(self) -> bool:
        return bool(self.charset or self.collation)

    def is_met(self, collation: str) -> bool:
        """Whether a column or a table with *collation* is as it should be."""
        if self.collation:
            # MariaDB takes uca1400_ai_ci for one of any character set.
            return self.collation in (collation, collation.partition("_")[2])
        return self.charset in (None, charset_of(collation))


@dataclass(eq=False, repr=False)
class DefaultCharsetOp(MigrateOperation):
    """Another character set and collation for the columns of a table that name none."""

    schema: str | None
    table_name: str
    was: Wanted
    now: Wanted

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What ``check`` prints."""
        now = self.now.charset, self.now.collation
        return ("table_charset", self.schema, self.table_name, *now)

    def reverse(self) -> DefaultCharsetOp:
        """The operation that undoes this one."""
        return replace(self, was=self.now, now=self.was)


def compare(found: Search, context: AutogenContext, upgrade_ops: UpgradeOps) -> None:
    """Find tables and text columns that have another collation than their model names.

    A model that names none has no opinion: a database is often made with others.
    """
    if context.dialect.name not in NAMES:
        return
    there: dict[Key, str] = {}
    for (schema, name), (table, model) in found.tables.items():
        if model is None or not _names_any(model, context.dialect):
            continue
        there = there or _there(context)
        if (schema, name, "") in there:
            _compare_table(context, upgrade_ops, there, table, model)


def without(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """*compare*, which compares the types of columns, without what :func:`compare` looks at.

    To Alembic ``utf8`` and ``utf8mb3`` are two.
    """
    return lambda there, model: compare(there, model) and compare(_bare(there), _bare(model))


def _bare(column: Any) -> Any:
    if not _of_column(column):
        return column
    copy = column._copy()
    copy.type = column.type.copy()
    for name in ("charset", "collation"):
        if hasattr(copy.type, name):
            setattr(copy.type, name, None)
    return copy


def _names_any(model: Any, dialect: Any) -> bool:
    return bool(_of_table(model, dialect)) or any(map(_of_column, model.columns))


def _there(context: AutogenContext) -> dict[Key, str]:
    connection: Any = context.connection
    rows = connection.exec_driver_sql(_COLUMNS)
    return {(row[0], row[1], row[2]): _spelled(row[3]) for row in rows}


def _compare_table(
    context: AutogenContext, upgrade_ops: Any, there: dict[Key, str], table: Any, model: Any
) -> None:
    wanted = _of_table(model, context.dialect)
    present = there[table.schema, table.name, ""]
    if not wanted.is_met(present):
        log.info("Detected changed character set or collation of %r", table.name)
        was = Wanted(charset_of(present), present)
        upgrade_ops.ops.insert(0, DefaultCharsetOp(table.schema, table.name, was, wanted))
    for column in model.columns:
        collation = there.get((table.schema, table.name, column.name))
        own = _of_column(column) or wanted
        if collation and not own.is_met(collation) and _can_change(column):
            log.info("Detected changed collation of '%s.%s'", table.name, column.name)
            _alter(context, upgrade_ops, table.columns[column.name], column, collation)


def _can_change(column: Any) -> bool:
    import sqlalchemy as sa

    # MariaDB's JSON is a text with a collation of its own.
    return column.computed is None and not isinstance(column.type, sa.JSON)


def _alter(
    context: AutogenContext, upgrade_ops: Any, there: Any, model: Any, collation: str
) -> None:
    op = _operation(context, upgrade_ops, there, model)
    if op.modify_type is None:
        op.modify_type = model.type
    was = (op.existing_type or there.type).copy()
    if hasattr(was, "charset"):
        was.charset, was.collation = charset_of(collation), collation
    op.existing_type = was


def _operation(context: AutogenContext, upgrade_ops: Any, there: Any, model: Any) -> Any:
    """The change of a column; a new one says all that is to stay."""
    from alembic.operations import ops

    table = there.table
    holder = None
    for each in upgrade_ops.ops:
        is_its = isinstance(each, ops.ModifyTableOps) and each.table_name == table.name
        if not is_its or each.schema != table.schema:
            continue
        holder = each
        for op in each.ops:
            if isinstance(op, ops.AlterColumnOp) and op.column_name == model.name:
                return op
    if holder is None:
        holder = ops.ModifyTableOps(table.name, [], schema=table.schema)
        upgrade_ops.ops.append(holder)
    made = ops.AlterColumnOp(table.name, model.name, schema=table.schema)
    comparators: Any = context.comparators
    compared = comparators.dispatch("column", qualifier=context.dialect.name)
    compared(context, made, table.schema, table.name, model.name, there, model)
    holder.ops.append(made)
    return made


def _of_table(model: Any, dialect: Any) -> Wanted:
    options = {
        name.partition("_")[2].lower(): str(value)
        for name, value in model.kwargs.items()
        if name.startswith(f"{dialect.name}_")
    }
    charset = next((options[name] for name in _CHARSETS if name in options), None)
    return _wanted(charset, options.get("collate"))


def _of_column(column: Any) -> Wanted:
    type_ = column.type
    if hasattr(type_, "enums"):
        # SQLAlchemy forgets both whenever it copies an ENUM, as for a new table.
        return Wanted()
    return _wanted(getattr(type_, "charset", None), getattr(type_, "collation", None))


def _wanted(charset: str | None, collation: str | None) -> Wanted:
    return Wanted(
        _spelled(charset) if charset else None, _spelled(collation) if collation else None
    )


def _spelled(name: str) -> str:
    """A character set or a collation, as the newer servers call it."""
    name = name.lower()
    return f"utf8mb3{name[4:]}" if name == "utf8" or name.startswith("utf8_") else name


def charset_of(collation: str) -> str:
    """The character set that a collation is of."""
    return collation.partition("_")[0]


def _words(op: DefaultCharsetOp) -> Iterator[str]:
    """The words of ``ALTER TABLE`` for an operation."""
    charset = op.now.charset or charset_of(op.now.collation or "")
    yield f"CHARACTER SET {charset}"
    if op.now.collation:
        yield f"COLLATE {op.now.collation}"


@renderers.dispatch_for(DefaultCharsetOp)
def _render(context: Any, op: DefaultCharsetOp) -> str:
    table = spelling.name(context.dialect, op.schema, op.table_name)
    return execute(f"ALTER TABLE {table} DEFAULT {' '.join(_words(op))}")
