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
    from alembic.operations.ops import ModifyTableOps

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


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find a table with another collation or character set than its model names.

    A model that names none has no opinion: a database is often made with others.
    """
    wanted = _of_table(model, context.dialect) if context.dialect.name in NAMES else None
    present = _present(found).get((there.schema, there.name, "")) if wanted else None
    if wanted and present and not wanted.is_met(present):
        log.info("Detected changed character set or collation of %r", there.name)
        was = Wanted(charset_of(present), present)
        # Before columns that are given the one of their table.
        ops.ops.insert(0, DefaultCharsetOp(there.schema, there.name, was, wanted))


def compared(compare: Callable[[Any, Any], bool], found: Search) -> Callable[[Any, Any], bool]:
    """*compare*, which compares the types of columns, with collations and character sets.

    To Alembic ``utf8`` and ``utf8mb3`` are two.
    """

    def differ(there: Any, model: Any) -> bool:
        if _is_other(found, there, model):
            return True
        return compare(there, model) and compare(_bare(there), _bare(model))

    return differ


def _is_other(found: Search, there: Any, model: Any) -> bool:
    """Whether a column has others than its model names, or else its table; it knows them then."""
    of_table = _of_table(model.table, found.context.dialect)
    wanted = _of_column(model) or of_table
    if not wanted or not _can_change(model):
        return False
    table = there.table.schema, there.table.name
    present = _present(found).get((*table, there.name))
    if not present:
        return False
    is_other = not wanted.is_met(present)
    # A column that changes for another reason would take those of its table, which are new.
    is_new_usual = not of_table.is_met(_present(found).get((*table, ""), present))
    if (is_other or is_new_usual) and hasattr(there.type, "charset"):
        there.type.charset, there.type.collation = charset_of(present), present
    return is_other


def keep(container: Any, tables: Any, dialect: Any) -> None:
    """Let columns that get another type have the collation they have, if no model names one.

    MariaDB would give them that of their table, and PostgreSQL the usual one.
    """
    import sqlalchemy as sa
    from alembic.operations import ops

    for op in container.ops:
        if isinstance(op, ops.ModifyTableOps):
            keep(op, tables, dialect)
        collation = getattr(getattr(op, "existing_type", None), "collation", None)
        type_ = getattr(op, "modify_type", None)
        if not collation or not isinstance(type_, sa.String) or hasattr(type_, "enums"):
            continue
        model = tables.get((op.schema, op.table_name))
        column = None if model is None else model.columns.get(op.column_name)
        if column is not None and not (_of_column(column) or _of_table(model, dialect)):
            changed: Any = op
            changed.modify_type = type_.copy()
            changed.modify_type.collation = collation


def _bare(column: Any) -> Any:
    if not _of_column(column):
        return column
    copy = column._copy()
    copy.table = column.table
    copy.type = column.type.copy()
    for name in ("charset", "collation"):
        if hasattr(copy.type, name):
            setattr(copy.type, name, None)
    return copy


def _present(found: Search) -> dict[Any, str]:
    """The collation of each column, and the one for new columns of each table."""
    if found.collations is None:
        connection: Any = found.context.connection
        rows = connection.exec_driver_sql(_COLUMNS)
        found.collations = {(row[0], row[1], row[2]): _spelled(row[3]) for row in rows}
    return found.collations


def _can_change(column: Any) -> bool:
    import sqlalchemy as sa

    # MariaDB's JSON is a text with a collation of its own.
    return column.computed is None and not isinstance(column.type, sa.JSON)


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
