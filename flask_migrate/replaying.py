"""The revisions, run one after the other on a scratch database."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from alembic.runtime.migration import MigrationContext
from sqlalchemy import event
from sqlalchemy.engine import Engine

from . import concurrent_indexes, logs, schema_facts, sqlite
from .recording import in_place
from .selection import accepting

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from .schema_facts import Facts

T = TypeVar("T")

# What changes no table.
_ROWS = re.compile(
    r"\s*(SELECT|SHOW|DESCRIBE|EXPLAIN|SET|PRAGMA|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE"
    r"|INSERT|UPDATE|DELETE|REPLACE|WITH)\b",
    re.IGNORECASE,
)

# What reaches beyond the database.
_BEYOND = re.compile(
    r"\s*((CREATE|ALTER|DROP)\s+(OR\s+REPLACE\s+)?"
    r"(DATABASE|SCHEMA\s+AUTHORIZATION|ROLE|USER|GROUP|TABLESPACE|SERVER|SYSTEM)|ATTACH|USE)\b",
    re.IGNORECASE,
)

_LITERAL = re.compile(r"'(?:[^'\\]|\\.|'')*'", re.DOTALL)


class NotReplayedError(Exception):
    """A revision raised.

    .. attribute:: revision

    .. attribute:: why

        What it raised, or a text.
    """

    def __init__(self, revision: str, why: BaseException | str) -> None:
        self.revision = revision
        self.why = why
        super().__init__(str(why))


class ReachesBeyondError(NotReplayedError):
    """A revision wanted to use another database than the one it was given."""


class Replay:
    """Revisions on a database that is thrown away.

    :param context: Alembic's context of the database that is looked at, which no revision
        reaches.
    :param connection: One to the scratch database.
    :param names: What ``env.py`` passes to the revisions.
    """

    def __init__(
        self, context: MigrationContext, connection: Connection, names: Mapping[str, Any]
    ) -> None:
        self._connection: Any = connection
        self._names = dict(names)
        self._databases = _others(connection)
        options = {**context.opts, "transaction_per_migration": True}
        with logs.contexts_unsaid():
            self._context = MigrationContext.configure(
                connection=connection,
                environment_context=context.environment_context,
                opts=options,
            )

    def states(self, steps: Iterable[Any]) -> Iterator[tuple[tuple[str, ...], bool]]:
        """Where the database is after each of *steps*, and whether tables may have changed.

        :raises NotReplayedError: A revision raised, or wanted more than this database.
        """
        with ExitStack() as stack:
            if self._connection.dialect.name == "sqlite":
                stack.callback(sqlite.begin_as_one(self._connection))
            if self._connection.dialect.name == "postgresql":
                concurrent_indexes.allow(self._context)
            heads: dict[str, None] = {}
            for step in steps:
                revision = step.revision
                is_changed = self._run(step.migration_fn, revision.revision) or not heads
                for parent in revision._all_down_revisions:
                    heads.pop(parent, None)
                heads[revision.revision] = None
                yield tuple(heads), is_changed

    def facts(self) -> Facts:
        """What the database holds now."""
        return self._asked(schema_facts.read)

    def tables(self) -> set[tuple[str, str]]:
        """The tables that it has now."""
        return self._asked(schema_facts.read_tables)

    def _asked(self, ask: Callable[[Any], T]) -> T:
        try:
            return ask(self._connection)
        finally:
            self._end_transaction()

    def _run(self, function: Callable[..., Any], revision: str) -> bool:
        """Run a revision; whether it may have changed a table."""
        changes: list[str] = []
        refusals: list[str] = []
        try:
            with (
                in_place(self._context),
                self._guarded(changes, refusals),
                self._context.begin_transaction(_per_migration=True),
            ):
                accepting(function, self._names)(**self._names)
        except (Exception, SystemExit) as error:
            self._end_transaction()
            if not refusals:
                raise NotReplayedError(revision, error) from error
        if refusals:  # the revision may have gone on
            raise ReachesBeyondError(revision, refusals[0])
        return bool(changes)

    @contextmanager
    def _guarded(self, changes: list[str], refusals: list[str]) -> Iterator[None]:
        """Let no statement of this thread reach another database; collect what changes tables."""
        thread = threading.get_ident()

        def look(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if threading.get_ident() != thread:
                return
            if connection.engine is not self._connection.engine:
                refusals.append("it uses a connection of its own")
            elif _BEYOND.match(statement) or self._names_another(statement):
                refusals.append(f"it reaches beyond its database: {statement.strip()[:70]}")
            if refusals:
                raise RuntimeError(refusals[-1])
            if not _ROWS.match(statement):
                changes.append(statement)

        event.listen(Engine, "before_cursor_execute", look)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", look)

    def _names_another(self, statement: str) -> bool:
        if self._databases is None:
            return False
        return self._databases.search(_LITERAL.sub("''", statement)) is not None

    def _end_transaction(self) -> None:
        if self._connection.in_transaction():
            self._connection.get_transaction().rollback()


def _others(connection: Any) -> re.Pattern[str] | None:
    """What names another database: on MariaDB a statement can reach each of the server."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return None
    rows = connection.exec_driver_sql(
        "SELECT schema_name FROM information_schema.schemata WHERE schema_name <> DATABASE()"
    )
    system = ("information_schema", "performance_schema", "sys")
    names = "|".join(re.escape(name) for (name,) in rows if name not in system)
    if connection.in_transaction():
        connection.get_transaction().rollback()
    return (
        re.compile(rf"(?<![\w.`'])(`(?:{names})`|(?:{names}))\s*\.", re.IGNORECASE)
        if names
        else None
    )
