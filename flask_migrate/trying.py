"""A run that does everything, and keeps nothing of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

from .applying import ApplyingRun
from .refusals import UntriableError
from .undoing import DowngradeRun

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext


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
        yield from super().noted(steps, context)
        if context.dialect.name == "postgresql":
            # What is deferred would be found out by the COMMIT that does not come.
            connection: Any = context.connection
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

        event.listen(Engine, "commit", refuse)
        try:
            yield
        finally:
            event.remove(Engine, "commit", refuse)

    def _refuse(self) -> None:
        running = self.running.revision if self.running else None
        raise UntriableError(self.selection.entered, None, running)


class TryingDowngradeRun(TryingRun, DowngradeRun):
    """The same for a downgrade."""
