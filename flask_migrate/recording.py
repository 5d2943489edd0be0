"""What a revision does, found out by running it without a database."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import alembic.context
import alembic.op
from alembic.operations import Operations
from alembic.operations.base import AbstractOperations
from alembic.operations.batch import BatchOperationsImpl
from alembic.operations.ops import CreateTableOp
from alembic.runtime.migration import MigrationContext
from sqlalchemy import event
from sqlalchemy.engine import Engine

from . import logs
from .console import counted
from .passwords import redacted

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect


@dataclass(frozen=True)
class Record:
    """What one function of a revision did.

    ``operations`` are Alembic's, in order; ``statements`` the SQL of each, ``None`` where it
    was not asked for or depends on what is in the database. ``is_interrupted`` says that it
    leaves the transaction, ``uses_database`` that it stopped where it wanted to read or write
    the database itself, and ``error`` what it raised: what follows is not known then.
    """

    operations: tuple[Any, ...]
    statements: tuple[tuple[str, ...] | None, ...] = ()
    is_interrupted: bool = False
    uses_database: bool = False
    error: BaseException | None = None


class UsesDatabaseError(BaseException):
    """The revision asked for an answer of the database; its ``except Exception`` is passed by."""


class _NoConnection:
    """Stands for the connection of a revision: it has a dialect and answers nothing."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.name = dialect.name
        self.engine = self

    def __getattr__(self, name: str) -> Any:
        raise UsesDatabaseError(name)


def record(
    function: Callable[..., Any], dialect: Dialect, with_sql: bool = False, **names: Any
) -> Record:
    """Run *function* of a revision; nothing reaches a database.

    To be called while an ``env.py`` runs its migrations, so that revisions find
    ``alembic.op`` and ``alembic.context`` as they expect.

    :param with_sql: Whether to find out the SQL of each operation.
    :param names: What ``env.py`` passes to the function.
    """
    context = _context(dialect)
    notes = _Notes(with_sql)
    impl: Any = context.impl
    impl.static_output = notes.write
    interruptions: list[None] = []

    @contextmanager
    def noted_block() -> Iterator[None]:
        interruptions.append(None)
        yield

    context.autocommit_block = noted_block  # type: ignore[method-assign]
    caught: BaseException | None = None
    with in_place(context), _invoking(notes), _disconnected():
        try:
            function(**names)
        except (Exception, SystemExit, UsesDatabaseError) as error:
            caught = error
    uses_database = isinstance(caught, UsesDatabaseError)
    return Record(
        tuple(notes.operations),
        notes.sql(),
        bool(interruptions) or any(map(_is_concurrent, notes.operations)),
        uses_database,
        None if uses_database else caught,
    )


def _context(dialect: Dialect) -> MigrationContext:
    # It says that SQL is generated, which nobody sees.
    with logs.contexts_unsaid():
        context = MigrationContext.configure(
            dialect=dialect,
            opts={"as_sql": True, "output_buffer": io.StringIO(), "literal_binds": True},
        )
    connection: Any = _NoConnection(dialect)
    context.connection = context.impl.connection = connection
    return context


@contextmanager
def in_place(context: MigrationContext) -> Iterator[None]:
    """Let ``alembic.op`` and ``alembic.context`` lead to *context*."""
    op: Any = alembic.op
    usual, environment = op._proxy, alembic.context._proxy  # type: ignore[attr-defined]
    usual_context = environment._migration_context
    environment._migration_context = context
    Operations(context)._install_proxy()
    try:
        yield
    finally:
        usual._install_proxy()
        environment._migration_context = usual_context


class _Notes:
    """The operations of a revision, and the SQL of each."""

    def __init__(self, with_sql: bool) -> None:
        self.with_sql = with_sql
        self.operations: list[Any] = []
        self._sql: list[list[str] | None] = []
        self._is_inside = False
        self._batches: dict[Any, list[int]] = {}

    def sql(self) -> tuple[tuple[str, ...] | None, ...]:
        """The statements of each operation, without passwords."""
        known = (each if each is None else map(redacted, each) for each in self._sql)
        return tuple(each if each is None else tuple(each) for each in known)

    def write(self, statement: str) -> None:
        """Take a statement for one of the operation under way."""
        if self._sql and self._sql[-1] is not None:
            self._sql[-1].append(statement.strip())

    def invoke(self, usual: Callable[[Any, Any], Any], operations: Any, operation: Any) -> Any:
        """Note *operation*; a table is made, as a revision may use it."""
        if self._is_inside:  # it is how another one is done
            return usual(operations, operation)
        self.operations.append(operation)
        self._sql.append([] if self.with_sql else None)
        if isinstance(operations.impl, BatchOperationsImpl):
            self._batches.setdefault(operations.impl, []).append(len(self._sql) - 1)
        if self.with_sql:
            self._is_inside = True
            try:
                return usual(operations, operation)
            except Exception:  # it cannot be done without a database
                self._sql[-1] = None
            finally:
                self._is_inside = False
        if isinstance(operation, CreateTableOp):
            return operation.to_table(operations.migration_context)
        return None

    def flush(self, batch: BatchOperationsImpl) -> None:
        """Write the SQL of the operations of *batch*; a copy depends on the table."""
        noted = self._batches.pop(batch, [])
        if self.with_sql and not batch._should_recreate():
            for name, arguments, options in batch.batch:
                getattr(batch.operations.impl, name)(*arguments, **options)
            return
        for number in noted:
            self._sql[number] = None


@contextmanager
def _invoking(notes: _Notes) -> Iterator[None]:
    """Write down in *notes* what would be invoked."""
    invoke, flush = AbstractOperations.invoke, BatchOperationsImpl.flush
    AbstractOperations.invoke = lambda self, operation: notes.invoke(  # type: ignore[method-assign]
        lambda *given: invoke(*given), self, operation
    )
    BatchOperationsImpl.flush = lambda self: notes.flush(self)  # type: ignore[method-assign]
    try:
        yield
    finally:
        AbstractOperations.invoke, BatchOperationsImpl.flush = invoke, flush  # type: ignore[method-assign]


@contextmanager
def _disconnected() -> Iterator[None]:
    """Let no statement of this thread reach a database: revisions may know other engines."""
    thread = threading.get_ident()

    def refuse(*executed: Any) -> None:
        if threading.get_ident() == thread:
            raise UsesDatabaseError(str(executed[2]))

    event.listen(Engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", refuse)


def _is_concurrent(operation: Any) -> bool:
    return bool((getattr(operation, "kw", None) or {}).get("postgresql_concurrently"))


# Telling operations


#: How an operation is told, by the name of its class: a symbol, and its text.
_TOLD: dict[str, tuple[str, str]] = {
    "CreateTableOp": ("+", "table {table_name}"),
    "DropTableOp": ("-", "table {table_name}"),
    "RenameTableOp": ("~", "table {table_name} -> {new_table_name}"),
    "DropColumnOp": ("-", "column {table_name}.{column_name}"),
    "CreateIndexOp": ("+", "index {index_name} on {table_name}"),
    "DropIndexOp": ("-", "index {index_name}"),
    "DropConstraintOp": ("-", "constraint {constraint_name} on {table_name}"),
    "CreatePrimaryKeyOp": ("+", "primary key {constraint_name} on {table_name}"),
    "CreateUniqueConstraintOp": ("+", "unique constraint {constraint_name} on {table_name}"),
    "CreateForeignKeyOp": (
        "+",
        "foreign key {constraint_name} on {source_table} to {referent_table}",
    ),
    "CreateCheckConstraintOp": ("+", "check constraint {constraint_name} on {table_name}"),
    "CreateExcludeConstraintOp": ("+", "exclude constraint {constraint_name} on {table_name}"),
    "CreateTableCommentOp": ("~", "comment of table {table_name}"),
    "DropTableCommentOp": ("-", "comment of table {table_name}"),
}

#: As much of a statement as a line has.
_LENGTH = 70


def told(operation: Any, dialect: Dialect) -> tuple[str, str]:
    """The symbol and the text of one of Alembic's operations."""
    kind = type(operation).__name__
    own = _OWN.get(kind)
    if own is not None:
        return own(operation, dialect)
    if kind in _TOLD:
        symbol, text = _TOLD[kind]
        return symbol, text.format_map(_Attributes(operation))
    return "?", kind.removesuffix("Op")


class _Attributes(dict[str, Any]):
    """The attributes of an operation, for a format; a constraint may have no name."""

    def __init__(self, operation: Any) -> None:
        super().__init__()
        self.operation = operation

    def __missing__(self, name: str) -> Any:
        return getattr(self.operation, name, None) or "(no name)"


def _added_column(operation: Any, dialect: Dialect) -> tuple[str, str]:
    column = operation.column
    words = [f"column {operation.table_name}.{column.name}", _type(column.type, dialect)]
    words += [] if column.nullable else ["NOT NULL"]
    return "+", " ".join(words)


def _altered_column(operation: Any, dialect: Dialect) -> tuple[str, str]:
    words = [f"column {operation.table_name}.{operation.column_name}"]
    if operation.modify_name is not None:
        words.append(f"-> {operation.modify_name}")
    if operation.modify_type is not None:
        before = operation.existing_type
        words += [_type(before, dialect)] if before is not None else []
        words.append(f"-> {_type(operation.modify_type, dialect)}")
    if operation.modify_nullable is not None:
        words.append("NULL" if operation.modify_nullable else "NOT NULL")
    if operation.modify_server_default is not False:
        words.append("server default")
    return "~", " ".join(words)


def _executed(operation: Any, dialect: Dialect) -> tuple[str, str]:
    text = redacted(" ".join(str(operation.sqltext).split()))
    return "s", f"SQL: {text if len(text) <= _LENGTH else text[: _LENGTH - 3] + '...'}"


def _inserted(operation: Any, dialect: Dialect) -> tuple[str, str]:
    return "+", f"{counted(len(operation.rows), 'row')} in {operation.table.name}"


def _type(type_: Any, dialect: Dialect) -> str:
    from sqlalchemy.types import to_instance

    try:
        return str(to_instance(type_).compile(dialect=dialect))
    except Exception:  # a type of another database, or of a package
        return type(type_).__name__


_OWN: dict[str, Callable[[Any, Any], tuple[str, str]]] = {
    "AddColumnOp": _added_column,
    "AlterColumnOp": _altered_column,
    "ExecuteSQLOp": _executed,
    "BulkInsertOp": _inserted,
}
