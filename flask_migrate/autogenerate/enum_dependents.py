"""What compares a column with a label, while PostgreSQL makes the enum type of the column anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from ..differences import spelling
from ..differences.generated import has_in_it
from ..differences.operations import Key, ReplaceEnumOp, User
from .comparison import drop_empty
from .followers import Names
from .written import StatementOp

if TYPE_CHECKING:
    from .comparison import Comparison

#: Checks, and indexes over expressions or some rows: name, kind and definition. Of a generated
#: column, which goes meanwhile, also those that are about nothing but columns.
_THERE = """
SELECT c.conname::text, 'CONSTRAINT', pg_get_constraintdef(c.oid)
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
WHERE (c.contype = 'c' OR c.contype = 'u' AND a.attgenerated <> '')
    AND c.conrelid = to_regclass(:table) AND a.attname = :column
UNION
SELECT r.relname::text, CASE WHEN i.indisunique THEN 'UNIQUE INDEX' ELSE 'INDEX' END,
    substring(pg_get_indexdef(r.oid) FROM ' USING .*')
FROM pg_index i JOIN pg_class r ON r.oid = i.indexrelid
JOIN pg_depend d ON d.objid = r.oid AND d.classid = 'pg_class'::regclass AND d.refobjid = i.indrelid
JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE (i.indpred IS NOT NULL OR i.indexprs IS NOT NULL OR a.attgenerated <> '')
    AND i.indrelid = to_regclass(:table) AND a.attname = :column
ORDER BY 1
"""


def step_aside(comparison: Comparison, container: Any) -> None:
    """Let what compares with a label of a type go before the type, and come after it."""
    from alembic.operations import ops

    replaced = [op for op in container.ops if isinstance(op, ReplaceEnumOp)]
    for type_ in replaced:
        computed = list(_computed(comparison, type_, container is comparison.upgrade))
        goes, comes = _taken_out(container, type_, computed)
        stays = list(_staying(comparison, type_, computed))
        place = next(place for place, op in enumerate(container.ops) if op is type_)
        container.ops[place : place + 1] = [
            *goes,
            *(StatementOp(drop) for drop, _ in stays),
            *(_column(ops.DropColumnOp, *each) for each in computed),
            type_,
            *(_column(ops.AddColumnOp, *each) for each in computed),
            *(StatementOp(make) for _, make in stays),
            *comes,
        ]


def _computed(comparison: Comparison, type_: ReplaceEnumOp, is_upgrade: bool) -> Iterator[Any]:
    """The generated columns, with their tables, that stand in the way of a type made anew."""
    seen: set[Any] = set()
    for user in type_.users:
        found = _of_model if is_upgrade else _of_database
        for column in found(comparison, type_, user):
            words = re.findall(r"\w+", str(column.computed.sqltext))
            place = user.schema, user.table, column.name
            if user.column in words and place not in seen:
                seen.add(place)
                yield user, column


def _of_model(comparison: Comparison, type_: ReplaceEnumOp, user: User) -> list[Any]:
    table = comparison.tables[user.schema, user.table]
    return [each for each in table.columns if each.computed is not None]


def _of_database(comparison: Comparison, type_: ReplaceEnumOp, user: User) -> Iterator[Any]:
    """Those that a downgrade comes back to, under their new names."""
    import sqlalchemy as sa

    former = comparison.former(user.schema, user.table)
    names = Names(comparison, user.schema, former)
    for each in comparison.inspector.get_columns(former, schema=user.schema):
        if each.get("computed"):
            (name,) = names.columns([each["name"]])
            sql = names.expression(
                comparison.with_new_labels(type_.key, each["computed"]["sqltext"])
            )
            computed = sa.Computed(spelling.without_parameters(sql), persisted=True)
            options = {"nullable": each["nullable"], "comment": each.get("comment")}
            yield sa.Column(name, each["type"], computed, **options)


def _column(kind: Any, user: User, column: Any) -> Any:
    from alembic.operations import ops

    made = kind.from_column_and_tablename(user.schema, user.table, column)
    return ops.ModifyTableOps(user.table, [made], schema=user.schema)


def _taken_out(
    container: Any, type_: ReplaceEnumOp, computed: list[Any]
) -> tuple[list[Any], list[Any]]:
    """What the revision drops after *type_*, and what it makes before, without both."""
    from alembic.operations import ops

    place = next(place for place, op in enumerate(container.ops) if op is type_)
    goes: list[Any] = []
    comes: list[Any] = []
    for number, holder in enumerate(container.ops):
        found = goes if number > place else comes
        for op in tuple(getattr(holder, "ops", ())):
            is_its = _is_drop(op) if found is goes else _is_made(op)
            if is_its and (_compares(op, type_) or _has_in_it(op, computed)):
                holder.ops.remove(op)
                found.append(ops.ModifyTableOps(op.table_name, [op], schema=op.schema))
    drop_empty(container)
    return goes, comes


def _is_drop(op: Any) -> bool:
    from alembic.operations import ops

    return isinstance(op, (ops.DropConstraintOp, ops.DropIndexOp))


def _is_made(op: Any) -> bool:
    from alembic.operations import ops

    return isinstance(op, (ops.AddConstraintOp, ops.CreateIndexOp))


def _has_in_it(op: Any, computed: list[Any]) -> bool:
    """Whether *op* is about an index or a constraint with a column that is away meanwhile."""
    place = getattr(op, "schema", None), getattr(op, "table_name", "")
    return any(
        (user.schema, user.table) == place and has_in_it(op, column) for user, column in computed
    )


def _compares(op: Any, type_: ReplaceEnumOp) -> bool:
    """Whether *op* is about an index or a check in which a column of the type is compared."""
    columns = {
        user.column
        for user in type_.users
        if (user.schema, user.table) == (getattr(op, "schema", None), getattr(op, "table_name", ""))
    }
    made = getattr(op, "_reverse", None) or op
    if hasattr(made, "condition"):
        texts = [str(made.condition)]
    elif hasattr(made, "index_name"):
        index = made.to_index()
        plain = [each for each in index.expressions if getattr(each, "name", None) is None]
        texts = [str(each) for each in (*plain, index.kwargs.get("postgresql_where", ""))]
    else:
        return False
    return bool(columns & {word for text in texts for word in re.findall(r"\w+", text)})


def _staying(
    comparison: Comparison, type_: ReplaceEnumOp, computed: list[Any]
) -> Iterator[tuple[str, str]]:
    """The statements for what is there before and after the revision."""
    changed = comparison.changed_parts()
    columns = [*type_.users, *(replace(user, column=column.name) for user, column in computed)]
    seen: set[str] = set()
    for user in columns:
        for name, kind, text in over(comparison, user):
            drop, make = statements(comparison, type_.key, user, (name, kind, text))
            if name not in changed and drop not in seen:
                seen.add(drop)
                yield drop, make


def over(comparison: Comparison, user: User) -> list[Any]:
    """The checks and indexes that compare a column with something: name, kind and definition."""
    import sqlalchemy as sa

    former = comparison.former(user.schema, user.table)
    given = {
        "table": spelling.name(comparison.dialect, user.schema, former),
        "column": comparison.former_column(user.schema, user.table, user.column),
    }
    return list(comparison.connection.execute(sa.text(_THERE), given).all())


def statements(
    comparison: Comparison, enum: Key | None, user: User, part: tuple[str, str, str]
) -> tuple[str, str]:
    """How a constraint or an index goes and is made again, with all names as they become."""
    name, kind, text = part
    quote = partial(spelling.name, comparison.dialect)
    names = Names(comparison, user.schema, comparison.former(user.schema, user.table))
    name = comparison.renamed_parts.get((user.schema, name), name)
    table = quote(user.schema, user.table)
    text = names.expression(comparison.with_new_labels(enum, text))
    if kind == "CONSTRAINT":
        start = f"ALTER TABLE {table}"
        return (
            f"{start} DROP CONSTRAINT {quote(name)}",
            f"{start} ADD CONSTRAINT {quote(name)} {text}",
        )
    return f"DROP INDEX {quote(user.schema, name)}", f"CREATE {kind} {quote(name)} ON {table}{text}"
