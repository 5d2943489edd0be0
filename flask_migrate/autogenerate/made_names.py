"""Names that servers made of those of tables and columns, made anew when these change."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from ..differences import spelling
from .comparison import key, walk
from .followers import name_of
from .written import StatementOp

if TYPE_CHECKING:
    from .comparison import Comparison

# Length of names on PostgreSQL; it makes longer ones in ways of its own.
_LENGTH = 63

_CONSTRAINTS = """
    SELECT c.conname, c.contype, ARRAY(
        SELECT a.attname FROM unnest(c.conkey) WITH ORDINALITY AS k(number, place)
        JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = k.number
        ORDER BY k.place)
    FROM pg_constraint AS c WHERE c.conrelid = to_regclass(:name)
"""

_SEQUENCES = """
    SELECT s.relname, a.attname
    FROM pg_depend AS d
    JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S'
    JOIN pg_attribute AS a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    WHERE d.classid = CAST('pg_class' AS regclass) AND d.refobjid = to_regclass(:name)
"""

_ENDINGS = {"p": "pkey", "u": "key", "f": "fkey", "c": "check", "x": "excl"}


def postgresql_names(comparison: Comparison) -> list[Any]:
    """Statements for the names that PostgreSQL made of those that changed.

    A new table ``user`` would stumble over the ``user_pkey`` of the renamed one.
    """
    if comparison.dialect.name != "postgresql":
        return []
    return [
        _renaming(comparison, schema, new, present, made)
        for schema, old, new in comparison.touched
        for present, made in _made_names(comparison, schema, old, new)
    ]


def mysql_names(comparison: Comparison, others: Collection[str]) -> list[Any]:
    """Statements for the indexes that MySQL and MariaDB made and called as a column.

    Under the old name they look like ones that the models do not have.

    :param others: The statements that give an index the name that its model has.
    """
    if comparison.dialect.name not in ("mysql", "mariadb"):
        return []
    quote = partial(spelling.name, comparison.dialect)
    statements = []
    for schema, old, new in comparison.touched:
        start = f"ALTER TABLE {quote(schema, new)} RENAME INDEX"
        for present, made in _called_as_columns(comparison, schema, old, new):
            up = f"{start} {quote(present)} TO "
            if not any(each.startswith(up) for each in others):
                down = f"{start} {quote(made)} TO {quote(present)}"
                statements.append(StatementOp(up + quote(made), down))
    return statements


def _called_as_columns(
    comparison: Comparison, schema: str | None, old: str, new: str
) -> Iterator[tuple[str, str]]:
    """The indexes that have the name of their first column, and its new one."""
    columns = comparison.renamed_columns.get(key(schema, new), {})
    wanted = _names_in_models(comparison, schema, new) | set(_dropped(comparison, schema, new))
    for index in comparison.inspector.get_indexes(old, schema=schema):
        name, indexed = index["name"], index["column_names"]
        is_called_so = name in columns and indexed[:1] == [name] and name not in wanted
        is_own = not index["unique"]
        if is_called_so and not (is_own and _goes(comparison, schema, new, indexed)):
            yield name, columns[name]


def _goes(comparison: Comparison, schema: str | None, table: str, indexed: list[str]) -> bool:
    """Whether an index that was made for a foreign key goes with it, or for a better one."""
    from alembic.operations import ops

    columns = comparison.renamed_columns.get(key(schema, table), {})
    wanted = [columns.get(each, each) for each in indexed]
    model = comparison.tables[schema, table]
    is_needed = any(_columns(each) == wanted for each in model.foreign_key_constraints)
    for _, operation in walk(comparison.upgrade):
        where = getattr(operation, "schema", None), getattr(operation, "table_name", None)
        if where != (schema, table):
            continue
        if isinstance(operation, (ops.CreateIndexOp, ops.CreateUniqueConstraintOp)):
            made = [str(getattr(each, "name", each)) for each in operation.columns]
            if made[: len(wanted)] == wanted:
                return True
        elif isinstance(operation, ops.DropConstraintOp) and not is_needed:
            is_key = operation.constraint_type == "foreignkey"
            if is_key and _columns(operation.to_constraint()) == indexed:
                return True
    return False


def _columns(constraint: Any) -> list[str]:
    return [column.name for column in constraint.columns]


def _renaming(
    comparison: Comparison, schema: str | None, table: str, present: str, made: str
) -> StatementOp:
    quote = partial(spelling.name, comparison.dialect)

    comparison.renamed_parts[schema, present] = made

    def statement(one: str, other: str) -> str:
        if present.endswith("_seq"):
            return f"ALTER SEQUENCE {quote(schema, one)} RENAME TO {quote(other)}"
        start = f"ALTER TABLE {quote(schema, table)} RENAME CONSTRAINT"
        return f"{start} {quote(one)} TO {quote(other)}"

    return StatementOp(statement(present, made), statement(made, present))


def _made_names(
    comparison: Comparison, schema: str | None, old: str, new: str
) -> Iterator[tuple[str, str]]:
    """Names that PostgreSQL made, and what it would make of the new ones."""
    from sqlalchemy import text

    name = {"name": spelling.name(comparison.dialect, schema, old)}
    found = [
        (constraint, [] if kind == "p" else list(names), _ENDINGS[kind])
        for constraint, kind, names in comparison.connection.execute(text(_CONSTRAINTS), name)
        if kind in _ENDINGS
    ]
    found += [
        (sequence, [column], "seq")
        for sequence, column in comparison.connection.execute(text(_SEQUENCES), name)
    ]
    columns = comparison.renamed_columns.get(key(schema, new), {})
    wanted = _names_in_models(comparison, schema, new) | set(_dropped(comparison, schema, new))
    for present, names, ending in found:
        made = "_".join([new, *(columns.get(each, each) for each in names), ending])
        is_made = present == "_".join([old, *names, ending]) and len(made.encode()) <= _LENGTH
        if is_made and made != present and not wanted & {made, present}:
            yield present, made


def _dropped(comparison: Comparison, schema: str | None, table: str) -> Iterator[str]:
    """The names of what is dropped from a table."""
    for _, operation in walk(comparison.upgrade):
        where = getattr(operation, "schema", None), getattr(operation, "table_name", None)
        if getattr(operation, "_reverse", None) is not None and where == (schema, table):
            yield str(name_of(operation))


def _names_in_models(comparison: Comparison, schema: str | None, name: str) -> set[str]:
    table = comparison.tables.get((schema, name))
    if table is None:
        return set()
    return {str(each.name) for each in (*table.constraints, *table.indexes)}
