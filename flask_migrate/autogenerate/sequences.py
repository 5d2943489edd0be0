"""Sequences that models name and the database lacks, which Alembic leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ..differences import spelling
from ..differences.operations import ObjectOp
from ..logs import log
from .only_mine import excluded

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison


def create_sequences(comparison: Comparison, script: MigrationScript) -> None:
    """Make each one before what uses it. None is dropped: it may be of another program."""
    if not comparison.dialect.supports_sequences:
        return
    _count_elsewhere(comparison)
    found: list[Any] = [_created(comparison, each) for each in _missing(comparison)]
    if not found:
        return
    for op in found:
        log.info("Detected added sequence %r", op.key[1])
    comparison.begin_with(found)
    comparison.reverse()


def _missing(comparison: Comparison) -> list[Any]:
    dialect = comparison.dialect
    names: dict[str | None, set[str]] = {}
    found: dict[tuple[str | None, str], Any] = {}
    for sequence in _of_models(comparison):
        if sequence.optional and dialect.sequences_optional:
            continue
        key = spelling.key(dialect, sequence)
        if key[0] not in names:
            names[key[0]] = set(comparison.inspector.get_sequence_names(key[0]))
        if key[1] not in names[key[0]]:
            found.setdefault(key, sequence)
    return list(found.values())


def _of_models(comparison: Comparison) -> Iterator[Any]:
    """The sequences of the tables that are compared, and those of no table."""
    import sqlalchemy as sa

    metadata: Any = comparison.autogen.metadata
    several = metadata if isinstance(metadata, (list, tuple)) else [metadata]
    left = {one for each in several for one in each._sequences.values()}
    is_excluded, is_included = excluded(), comparison.autogen.run_object_filters
    for table in comparison.autogen.sorted_tables if left else ():
        own = [each.default for each in table.columns if isinstance(each.default, sa.Sequence)]
        left.difference_update(own)
        if (
            own
            and not is_excluded(table.schema, table.name)
            and is_included(table, table.name, "table", False, None)
        ):
            yield from own
    yield from sorted(left, key=lambda each: str(each.name))


def _created(comparison: Comparison, sequence: Any) -> ObjectOp:
    from sqlalchemy.schema import CreateSequence

    dialect = comparison.dialect
    key = spelling.key(dialect, sequence)
    create = spelling.undoubled(dialect, str(CreateSequence(sequence).compile(dialect=dialect)))
    is_counting_up = (sequence.increment or 1) > 0
    filled = list(_filled(comparison, key)) if is_counting_up else []
    used = [_next(comparison, column) for column in filled]
    advance = _advance(dialect, key, sequence, used) if used else []
    drop = f"DROP SEQUENCE {spelling.name(dialect, *key)}"
    return ObjectOp("sequence", key, [create, *advance], drop)


def _filled(comparison: Comparison, key: tuple[str | None, str]) -> Iterator[Any]:
    """The columns in the database that are to take their numbers from a sequence."""
    import sqlalchemy as sa

    for (schema, name), table in comparison.tables.items():
        columns = [
            column
            for column in table.columns
            if isinstance(column.default, sa.Sequence)
            and spelling.key(comparison.dialect, column.default) == key
        ]
        former = comparison.former(schema, name)
        if columns and comparison.inspector.has_table(former, schema):
            present = comparison.inspector.get_columns(former, schema)
            numbers = {each["name"] for each in present if isinstance(each["type"], sa.Integer)}
            for column in columns:
                if comparison.former_column(schema, name, column.name) in numbers:
                    yield column


def _next(comparison: Comparison, column: Any) -> str:
    dialect, table = comparison.dialect, column.table
    where = spelling.name(dialect, table.schema, table.name)
    name = spelling.name(dialect, column.name)
    return f"(SELECT COALESCE(max({name}), 0) + 1 FROM {where})"  # noqa: S608


def _advance(dialect: Any, key: Any, sequence: Any, used: list[str]) -> list[str]:
    """What lets a sequence begin after the greatest of some numbers."""
    name = spelling.name(dialect, *key)
    start = sequence.start or sequence.minvalue or 1
    most = f"GREATEST({', '.join([str(start), *used])})"
    if dialect.name == "postgresql":
        return [f"SELECT setval({spelling.quoted(name)}, {most}, false)"]
    # MariaDB wants a number there, and no query in what makes the text with it.
    run = f"EXECUTE IMMEDIATE CONCAT({spelling.quoted(f'DO SETVAL({name}, ')}, @next, ', 0)')"
    return [f"BEGIN NOT ATOMIC SET @next = (SELECT {most}); {run}; END"]


def _count_elsewhere(comparison: Comparison) -> None:
    """Let a key of a new table that takes its numbers from a sequence not count by itself."""
    import sqlalchemy as sa
    from alembic.operations import ops

    for op in comparison.upgrade.ops:
        if not isinstance(op, ops.CreateTableOp):
            continue
        for column in (each for each in op.columns if isinstance(each, sa.Column)):
            is_of_sequence = isinstance(column.default, sa.Sequence) and not column.default.optional
            if is_of_sequence and column.primary_key:
                column.autoincrement = False
