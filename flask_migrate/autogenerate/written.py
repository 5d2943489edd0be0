"""What is written into a revision besides Alembic's operations."""

from __future__ import annotations

import textwrap
from functools import partial
from itertools import pairwise
from typing import Any

from alembic.autogenerate.render import render_op, renderers
from alembic.operations import ops
from alembic.operations.ops import MigrateOperation

from ..differences import spelling

_WIDTH = 88


class CommentOp(MigrateOperation):
    """A comment. It is no difference, and does nothing."""

    def __init__(self, text: str) -> None:
        self.text = text

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("comment", self.text)

    def reverse(self) -> CommentOp:
        return CommentOp(self.text)


class CodeOp(MigrateOperation):
    """Lines of Python.

    Values belong into them as ``repr()``. After a line that ends with a colon the
    next are indented, up to an empty one.
    """

    def __init__(self, *lines: str) -> None:
        self.lines = lines

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("code", *self.lines)


class StatementOp(ops.ExecuteSQLOp):
    """A statement of SQL, and the one that undoes it.

    What looks like a parameter in them is none.
    """

    def __init__(self, up: str, down: str | None = None) -> None:
        super().__init__(literal(up))
        self.up, self.down = up, down

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("execute", self.up)

    def reverse(self) -> MigrateOperation:
        if self.down is None:
            return CommentOp(f"Not undone: {self.up}")
        return StatementOp(self.down, self.up)


class RenameLabelOp(StatementOp):
    """A label of an enum type of PostgreSQL under a new name; no row is touched."""

    def __init__(self, dialect: Any, type_: tuple[str | None, str], old: str, new: str) -> None:
        name = type_[1]
        whole = spelling.name(dialect, *type_)
        there, back = (
            f"ALTER TYPE {whole} RENAME VALUE {spelling.quoted(one)} TO {spelling.quoted(other)}"
            for one, other in ((old, new), (new, old))
        )
        super().__init__(there, back)
        self.words = f"rename {name} {old} to {new}"


class RelabelOp(MigrateOperation):
    """Another label for the rows that have one, in a column that has both."""

    def __init__(self, schema: str | None, table: str, column: str, old: str, new: str) -> None:
        self.schema = schema
        self.table_name = table
        self.column_name = column
        self.old, self.new = old, new
        self.words = f"rename {table} {column} {old} to {new}"

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("relabel", self.schema, self.table_name, self.column_name, self.old, self.new)

    def reverse(self) -> RelabelOp:
        return RelabelOp(self.schema, self.table_name, self.column_name, self.new, self.old)


class RenamesOp(ops.OpContainer, MigrateOperation):
    """What gives other names to things, in this order, before or after all else."""

    def reverse(self) -> RenamesOp:
        found: list[Any] = list(reversed(self.ops))
        return RenamesOp([each.reverse() for each in found])


class RenameTableOp(ops.RenameTableOp):
    """A table under a new name, written and undone, which Alembic's is not."""

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("rename_table", self.schema, self.table_name, self.new_table_name)

    def reverse(self) -> RenameTableOp:
        return RenameTableOp(self.new_table_name, self.table_name, schema=self.schema)


class RenameColumnOp(ops.AlterColumnOp):
    """A column under a new name; undone by the old one, which Alembic forgets."""

    def reverse(self) -> RenameColumnOp:
        return RenameColumnOp(
            self.table_name,
            str(self.modify_name),
            schema=self.schema,
            modify_name=self.column_name,
            existing_type=self.existing_type,
            existing_nullable=self.existing_nullable,
            existing_server_default=self.existing_server_default,
            existing_comment=self.existing_comment,
            **self.kw,
        )


class BackfillOp(MigrateOperation):
    """A value for the rows that have none in a column.

    :param value: SQL, as somebody typed it; in the file it is text between quotes.
    """

    def __init__(
        self, schema: str | None, table: str, column: str, value: str, is_batched: bool = False
    ) -> None:
        self.schema = schema
        self.table_name = table
        self.column_name = column
        self.value = value
        self.is_batched = is_batched

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("backfill", self.schema, self.table_name, self.column_name, self.value)

    def reverse(self) -> MigrateOperation:
        return CommentOp(f"The values that {self.table_name}.{self.column_name} was given stay.")


def literal(statement: str) -> str:
    """*statement* so that ``op.execute()`` finds no parameters in it."""
    return spelling.without_parameters(statement)


@renderers.dispatch_for(RenamesOp)
def _render_renames(context: Any, operation: RenamesOp) -> list[str]:
    return [line for each in operation.ops for line in render_op(context, each)]


@renderers.dispatch_for(RenameTableOp)
def _render_rename_table(context: Any, operation: RenameTableOp) -> list[str]:
    schema = f", schema={str(operation.schema)!r}" if operation.schema else ""
    prefix = context.opts["alembic_module_prefix"]
    names = [str(operation.table_name), str(operation.new_table_name)]
    if context.dialect.name == "sqlite" and names[0].lower() == names[1].lower():
        # The same name to SQLite, which refuses a table that is there.
        names.insert(1, f"_renamed_{names[1]}")
    return [f"{prefix}rename_table({one!r}, {other!r}{schema})" for one, other in pairwise(names)]


@renderers.dispatch_for(RenameColumnOp)
def _render_rename_column(context: Any, operation: RenameColumnOp) -> Any:
    if not _has_rename_column(context.dialect):
        return renderers.dispatch(ops.AlterColumnOp)(context, operation)
    # MySQL's CHANGE, which Alembic writes, forgets checks and ON UPDATE.
    quote = partial(spelling.name, context.dialect)
    table = quote(operation.schema, operation.table_name)
    old, new = quote(operation.column_name), quote(operation.modify_name)
    statement = StatementOp(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    return renderers.dispatch(ops.ExecuteSQLOp)(context, statement)


@renderers.dispatch_for(BackfillOp)
def _render_backfill(context: Any, operation: BackfillOp) -> list[str]:
    op, sa = context.opts["alembic_module_prefix"], context.opts["sqlalchemy_module_prefix"]
    table, column, value = str(operation.table_name), str(operation.column_name), operation.value
    schema = f", schema={str(operation.schema)!r}" if operation.schema else ""
    return [
        *(_batches(context, operation, op, sa) if operation.is_batched else ()),
        f"{op}execute(",
        f"    {sa}table({table!r}, {sa}column({column!r}){schema})",
        f"    .update().where({sa}column({column!r}).is_(None))",
        f"    .values({{{column!r}: {sa}literal_column({value!r})}})",
        ")",
    ]


@renderers.dispatch_for(RelabelOp)
def _render_relabel(context: Any, operation: RelabelOp) -> list[str]:
    op, sa = context.opts["alembic_module_prefix"], context.opts["sqlalchemy_module_prefix"]
    table, column = str(operation.table_name), str(operation.column_name)
    schema = f", schema={str(operation.schema)!r}" if operation.schema else ""
    return [
        f"{op}execute(",
        f"    {sa}table({table!r}, {sa}column({column!r}){schema})",
        f"    .update().where({sa}column({column!r}) == {operation.old!r})",
        f"    .values({{{column!r}: {operation.new!r}}})",
        ")",
    ]


def _batches(context: Any, operation: BackfillOp, op: str, sa: str) -> list[str]:
    """Lines that fill ten thousand rows at a time, where the database can."""
    quote = partial(spelling.name, context.dialect)
    table, column = quote(operation.schema, operation.table_name), quote(operation.column_name)
    value, where = operation.value, f"{column} IS NULL AND ({operation.value}) IS NOT NULL"
    update = f"UPDATE {table} SET {column} = {value} WHERE"  # noqa: S608
    if context.dialect.name == "postgresql":
        chosen = f"SELECT ctid FROM {table} WHERE {where} LIMIT 10000"  # noqa: S608
        statement = f"{update} ctid = ANY (ARRAY({chosen}))"
    elif context.dialect.name in ("mysql", "mariadb"):
        statement = f"{update} {where} LIMIT 10000"
    else:
        return []
    return [
        f"batch = {sa}text({literal(statement)!r})",
        f"while not {op}get_context().as_sql and {op}get_bind().execute(batch).rowcount:",
        "pass",
        "",
    ]


def _has_rename_column(dialect: Any) -> bool:
    version = dialect.server_version_info or (0,)
    if dialect.name not in ("mysql", "mariadb"):
        return False
    return bool(version >= ((10, 5, 2) if dialect.is_mariadb else (8, 0)))


@renderers.dispatch_for(CommentOp)
def _render_comment(context: Any, operation: CommentOp) -> list[str]:
    # Whatever a name holds, it stays in the comment.
    text = "".join(char if char.isprintable() else " " for char in operation.text)
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return [f"# {line}" for line in lines]


@renderers.dispatch_for(CodeOp)
def _render_code(context: Any, operation: CodeOp) -> list[str]:
    return list(operation.lines)
