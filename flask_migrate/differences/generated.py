"""Generated columns: what they are computed from, whether it is stored, and if they are any."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from alembic.autogenerate import renderers
from alembic.autogenerate.render import render_op
from alembic.operations.ops import (
    AddColumnOp,
    AddConstraintOp,
    AlterColumnOp,
    CreateCheckConstraintOp,
    CreateIndexOp,
    CreateUniqueConstraintOp,
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    MigrateOperation,
)

from ..logs import log
from ..sqlite_definitions import mend_generated
from . import checks, mariadb, spelling
from .operations import execute

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search


class GeneratedOp(AlterColumnOp):
    """A column that is computed in another way, or begins or ceases to be computed.

    ``was`` and ``now`` are the columns.
    """

    def __init__(self, schema: str | None, table: str, was: Any, now: Any) -> None:
        # To all who look for it this is a new type.
        types = {"existing_type": was.type, "modify_type": now.type}
        super().__init__(table, now.name, schema=schema, **types)
        self.was, self.now = was, now

    def reverse(self) -> GeneratedOp:
        """The operation that undoes this one."""
        return GeneratedOp(self.schema, self.table_name, self.now, self.was)

    def to_diff_tuple(self) -> Any:
        """What ``check`` prints."""
        texts = [each.computed and str(each.computed.sqltext) for each in (self.was, self.now)]
        return [("modify_generated", self.schema, self.table_name, self.column_name, *texts)]

    def halves(self) -> list[MigrateOperation]:
        """The column that goes and the one that comes; itself if it is plain before or after."""
        if self.was.computed is None or self.now.computed is None:
            return [self]
        names = self.schema, self.table_name
        return [
            DropColumnOp.from_column_and_tablename(*names, self.was),
            AddColumnOp.from_column_and_tablename(*names, self.now),
        ]

    @property
    def loses_values(self) -> bool:
        """Whether the column has values of its own, which are computed from then on."""
        return self.was.computed is None and self.now.computed is not None


def reflect(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Know the expressions of generated columns on SQLite."""
    if context.dialect.name == "sqlite" and there is not None:
        mend_generated(there)


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find generated columns that changed, and those that were or will be plain ones."""
    for column in model.columns:
        old = there.columns.get(column.name)
        if old is None or (column.computed is None and old.computed is None):
            continue
        operations: list[Any] = ops.ops
        altered = [
            op
            for op in operations
            if isinstance(op, AlterColumnOp) and op.column_name == column.name
        ]
        # Alembic has no way to say MODIFY of a generated column.
        is_stuck = bool(altered) and context.dialect.name in mariadb.NAMES
        is_away = context.dialect.name == "postgresql" and changes_source(operations, old)
        if not (is_stuck or is_away) and is_same(found, context, column, old):
            continue
        log.info("Detected changed generated column %s.%s", there.name, column.name)
        before, after = _around(context, operations, there, model, column)
        changed = GeneratedOp(there.schema, there.name, old, column)
        gone = [*altered, *before, *after]
        rest = [op for op in operations if not any(op is each for each in gone)]
        # What it was computed from may be dropped after that, not before.
        drops = [place for place, op in enumerate(rest) if isinstance(op, DropColumnOp)]
        place = drops[0] if drops else len(rest)
        ops.ops[:] = [*rest[:place], *before, changed, *after, *rest[place:]]


def changes_source(operations: list[Any], column: Any) -> bool:
    """Whether something gets another type that *column* is computed from.

    PostgreSQL does not allow it while the column is there.
    """
    names = re.findall(r"\w+", str(column.computed.sqltext)) if column.computed else []
    return any(
        isinstance(op, AlterColumnOp) and op.modify_type is not None and op.column_name in names
        for op in operations
    )


def is_same(found: Search, context: AutogenContext, column: Any, old: Any) -> bool:
    """Whether two columns are computed from the same, and both stored or both not."""
    if column.computed is None or old.computed is None:
        return False
    was = spelling.plain(str(old.computed.sqltext)), bool(old.computed.persisted)
    sql = spelling.plain(checks.sql_of(column.computed.sqltext, context.dialect))
    is_stored = column.computed.persisted
    if is_stored is None:
        is_stored = context.dialect.name == "postgresql"
    if was == (sql, bool(is_stored)):
        return True
    # GeoAlchemy2 lets no model make a stored column on MariaDB.
    twin = found.twin(column.table)
    made: Any = twin.columns.get(column.name, {}).get("computed") if twin else None
    return bool(made) and was == (spelling.plain(made["sqltext"]), bool(made.get("persisted")))


def _around(
    context: AutogenContext, operations: list[Any], there: Any, model: Any, column: Any
) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
    """What has the column in it goes before that and is made again; a copy on SQLite does it."""
    if context.dialect.name == "sqlite":
        return [], []
    before = [op for op in operations if _drops(op) and has_in_it(op, column)]
    after = [op for op in operations if _makes(op) and has_in_it(op, column)]
    seen = {_name(op) for op in (*before, *after)}
    for index in model.indexes:
        made = CreateIndexOp.from_index(index)
        if has_in_it(made, column) and _is_there(there, index.name) and index.name not in seen:
            before.append(DropIndexOp.from_index(index))
            after.append(made)
    for check in _checks(model):
        dropped = DropConstraintOp.from_constraint(check)
        if has_in_it(dropped, column) and _name(dropped) not in seen:
            before.append(dropped)
            after.append(AddConstraintOp.from_constraint(check))
    for constraint, name in _uniques(there, model):
        if column.name in constraint.columns and name not in seen:
            unique = CreateUniqueConstraintOp.from_constraint(constraint)
            unique.constraint_name = name
            table = there.name
            dropped = DropConstraintOp(name, table, "unique", schema=there.schema, _reverse=unique)
            before.append(dropped)
            after.append(unique)
    return before, after


def _drops(op: Any) -> bool:
    return isinstance(op, (DropIndexOp, DropConstraintOp)) and op._reverse is not None


def _makes(op: Any) -> bool:
    return isinstance(op, (CreateIndexOp, CreateUniqueConstraintOp, CreateCheckConstraintOp))


def has_in_it(op: Any, column: Any) -> bool:
    """Whether an operation is about an index, a unique constraint or a check with *column*."""
    made = getattr(op, "_reverse", None) or op
    if isinstance(made, CreateIndexOp):
        index = made.to_index()
        parts = [*index.expressions, *index.dialect_kwargs.values()]
    elif isinstance(made, CreateUniqueConstraintOp):
        parts = list(made.columns)
    else:
        parts = [made.condition] if isinstance(made, CreateCheckConstraintOp) else []
    texts = [str(getattr(each, "name", None) or each) for each in parts]
    return any(column.name == text or column.name in re.findall(r"\w+", text) for text in texts)


def _checks(model: Any) -> Iterator[Any]:
    """The named checks of a model that do not come with a type."""
    import sqlalchemy as sa

    for each in model.constraints:
        if isinstance(each, sa.CheckConstraint) and each.name and not each._type_bound:
            yield each


def _name(op: Any) -> str:
    return str(getattr(op, "index_name", None) or op.constraint_name)


def _is_there(there: Any, name: Any) -> bool:
    return any(each.name == name for each in there.indexes)


def _uniques(there: Any, model: Any) -> Iterator[tuple[Any, str]]:
    """The unique constraints that are there and stay, with the names that they have there."""
    import sqlalchemy as sa

    names = {
        frozenset(column.name for column in each.columns): str(each.name)
        for each in (*there.indexes, *there.constraints)
        if isinstance(each, sa.UniqueConstraint) or getattr(each, "unique", False)
    }
    for each in model.constraints:
        name = names.get(frozenset(column.name for column in each.columns))
        if isinstance(each, sa.UniqueConstraint) and name is not None:
            yield each, name


@renderers.dispatch_for(GeneratedOp)
def _render(context: Any, op: GeneratedOp) -> list[str]:
    if op.now.computed is not None:
        return [*_dropped(context, op), *_added(context, op, op.now)]
    if context.dialect.name == "postgresql":
        return _without_expression(context, op)
    if context.dialect.name in mariadb.NAMES:
        return _modified(context, op) if _is_stored(context, op.was) else _moved(context, op)
    rest = _rest(op, context.dialect)
    rest.modify_server_default = op.now.server_default
    return render_op(context, rest)


def _dropped(context: Any, op: GeneratedOp) -> list[str]:
    drop = DropColumnOp.from_column_and_tablename(op.schema, op.table_name, op.was)
    return render_op(context, drop)


def _added(context: Any, op: GeneratedOp, column: Any) -> list[str]:
    return render_op(context, AddColumnOp(op.table_name, column, schema=op.schema))


def _without_expression(context: Any, op: GeneratedOp) -> list[str]:
    table, column = _names(context, op, op.column_name)
    rest = _rest(op, context.dialect)
    plain = execute(f"ALTER TABLE {table} ALTER COLUMN {column} DROP EXPRESSION")
    return [plain, *(render_op(context, rest) if rest.has_changes() else ())]


def _modified(context: Any, op: GeneratedOp) -> list[str]:
    (table,) = _names(context, op)
    return [execute(f"ALTER TABLE {table} MODIFY {_definition(context, op)}")]


def _is_stored(context: Any, column: Any) -> bool:
    """Whether that is what is written for a generated column."""
    compiler = context.dialect.ddl_compiler(context.dialect, None)
    return bool(compiler.process(column.computed).upper().endswith("STORED"))


def _moved(context: Any, op: GeneratedOp) -> list[str]:
    """MariaDB makes nothing else of a virtual column; its values go into another one."""
    import sqlalchemy as sa

    aside = f"{op.column_name}_values"
    table, column, kept = _names(context, op, op.column_name, aside)
    return [
        *_added(context, op, sa.Column(aside, op.now.type)),
        execute(f"UPDATE {table} SET {kept} = {column}"),  # noqa: S608
        *_dropped(context, op),
        execute(f"ALTER TABLE {table} CHANGE {kept} {_definition(context, op)}"),
    ]


def _names(context: Any, op: GeneratedOp, *columns: str) -> list[str]:
    """The table and columns, in quotes where they need them."""
    dialect = context.dialect
    table = spelling.name(dialect, op.schema, op.table_name)
    return [table, *(spelling.name(dialect, each) for each in columns)]


def _definition(context: Any, op: GeneratedOp) -> str:
    from sqlalchemy.schema import CreateColumn

    return str(CreateColumn(op.now).compile(dialect=context.dialect))


def _rest(op: GeneratedOp, dialect: Any) -> AlterColumnOp:
    """What else is different about a column that is not generated any more."""
    was, now = op.was, op.now
    known = {"existing_type": was.type, "existing_nullable": was.nullable}
    rest = AlterColumnOp(op.table_name, op.column_name, schema=op.schema, **known)
    if was.type.compile(dialect=dialect) != now.type.compile(dialect=dialect):
        rest.modify_type = now.type
    if was.nullable != now.nullable:
        rest.modify_nullable = now.nullable
    if now.server_default is not None:
        rest.modify_server_default = now.server_default
    if was.comment != now.comment:
        rest.modify_comment = now.comment
    return rest
