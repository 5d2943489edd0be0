"""A run that does everything, and keeps nothing of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError

from .applying import ApplyingRun
from .refusals import KeptTrialError, UntriableError
from .undoing import DowngradeRun

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext


# What ends a transaction, and is no part of a function or a trigger.
_ENDS = re.compile(r"(?:\A|;)\s*COMMIT\b|\A\s*(?:END|ROLLBACK)\b(?!.*\bTO\b)", re.I | re.S)


class RolledBackError(BaseException):
    """A trial is over. Nothing else makes every ``env.py`` roll back what it began."""


class TryingRun(ApplyingRun):
    """An upgrade in a transaction that is rolled back."""

    def configuring(self, connection: Any, options: dict[str, Any]) -> None:
        super().configuring(connection, options)
        options["transaction_per_migration"] = False
        if connection is not None and connection.dialect.name == "sqlite":
            options["transactional_ddl"] = True

    def configured(self, context: MigrationContext, options: dict[str, Any]) -> None:
        connection: Any = context.connection
        if not context.impl.transactional_ddl:
            raise UntriableError(self.selection.entered, connection.dialect.name)
        super().configured(context, options)
        context.autocommit_block = self._refused_block  # type: ignore[method-assign]

    def visit(self, run_migrations: Callable[..., None], names: dict[str, Any]) -> None:
        with self._commits_refused():
            super().visit(run_migrations, names)

    def noted(self, steps: list[Any], context: MigrationContext) -> Iterator[Any]:
        connection: Any = context.connection
        begun = _transaction(connection)
        if begun is None or _transaction(connection) != begun:
            raise UntriableError(self.selection.entered, "its engine (AUTOCOMMIT)")
        mark = _Mark(connection)
        for step in super().noted(steps, context):
            yield step
            if _transaction(connection) != begun or not mark.is_there():
                raise KeptTrialError(self.selection.entered, step.info.up_revision_id)
        if context.dialect.name == "postgresql":
            # What is deferred would be found out by the COMMIT that does not come.
            connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
        raise RolledBackError

    @contextmanager
    def _refused_block(self) -> Iterator[None]:
        self._refuse()
        yield

    @contextmanager
    def _commits_refused(self) -> Iterator[None]:
        """Refuse the commits of the run, and those of a revision on other connections."""
        own = self._context.connection if self._context is not None else None
        thread = threading.get_ident()

        def refuse(connection: Any) -> None:
            # The lock has a session, which commits while no revision runs.
            is_of_revision = self.running is not None and threading.get_ident() == thread
            if connection is own or is_of_revision:
                self._refuse()

        def refuse_text(connection: Any, cursor: Any, statement: str, *others: Any) -> None:
            if _ENDS.search(statement):
                refuse(connection)

        event.listen(Engine, "commit", refuse)
        event.listen(Engine, "before_cursor_execute", refuse_text)
        try:
            yield
        finally:
            event.remove(Engine, "before_cursor_execute", refuse_text)
            event.remove(Engine, "commit", refuse)

    def _refuse(self) -> None:
        running = self.running.revision if self.running else None
        raise UntriableError(self.selection.entered, None, running)


def _transaction(connection: Any) -> Any:
    """What tells the transaction of *connection* from another one; ``None`` if there is none."""
    if connection.dialect.name == "postgresql":
        return connection.exec_driver_sql("SELECT txid_current()").scalar()
    if connection.dialect.name == "sqlite" and not _is_begun(connection):
        return None
    return connection.get_transaction()


class _Mark:
    """A savepoint of SQLite, which has no numbers for transactions; it goes with its own."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection if connection.dialect.name == "sqlite" else None
        self._execute("SAVEPOINT flask_migrate_trial")

    def is_there(self) -> bool:
        """Whether the transaction is still the one in which it was made."""
        try:
            self._execute("RELEASE flask_migrate_trial")
        except DBAPIError:
            return False
        self._execute("SAVEPOINT flask_migrate_trial")
        return True

    def _execute(self, sql: str) -> None:
        if self._connection is not None:
            self._connection.exec_driver_sql(sql)


def _is_begun(connection: Any) -> bool:
    return bool(connection.connection.driver_connection.in_transaction)


class TryingDowngradeRun(TryingRun, DowngradeRun):
    """The same for a downgrade."""
