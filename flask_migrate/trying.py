"""A run that does everything, and keeps nothing of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from .applying import ApplyingRun
from .refusals import UntriableError

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
        event.listen(connection, "commit", self._refuse)

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

    def _refuse(self, *committing: Any) -> None:
        running = self.running.revision if self.running else None
        raise UntriableError(self.selection.entered, None, running)
