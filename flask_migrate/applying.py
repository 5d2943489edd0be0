"""A run that changes databases: one at a time, and whole where the database can."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event

from . import collector, concurrent_indexes, mariadb_columns, sqlite, table_copies, version_moves
from .limits import Limits
from .locking import Lock, lock_for
from .logs import log
from .resuming import JOURNALED, Journal
from .runs import Run, Step
from .state import state
from .watching import watched

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext


class ApplyingRun(Run):
    """A run of ``upgrade``, ``downgrade`` or ``stamp``.

    It works with any ``env.py``: the lock is taken when that has configured a
    connection, which is before Alembic reads where the database is.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._locks: dict[tuple[Any, str], Lock] = {}
        self._at_end: list[Callable[[], None]] = []
        self._is_transactional = False
        self._interrupted: Step | None = None
        self._journal: Journal | None = None
        self._statements = 0
        self._context: MigrationContext | None = None

    def configuring(self, connection: Any, options: dict[str, Any]) -> None:
        if connection is None:
            # The env.py of Flask-Migrate 0.1 to 4.1 passes none of them for SQL.
            options.update({**state().configure_args, **options})
        sqlite.make_transactional(connection, options)

    def configured(self, context: MigrationContext, options: dict[str, Any]) -> None:
        self._context = context
        self._at_end.append(version_moves.quicken())
        self._note_interruptions(context)
        if context.dialect.name == "postgresql":
            concurrent_indexes.allow(context)
        if context.as_sql or context.connection is None:
            return
        mariadb_columns.keep(context)
        if not self.options.get("no_lock"):
            self._lock(context)
        if state().history:
            # Alembic calls these inside the transaction of the step.
            context.on_version_apply_callbacks = (
                *context.on_version_apply_callbacks,
                self._write_history,
            )
        limits = Limits(self.options.get("lock_timeout"), self.options.get("statement_timeout"))
        self._at_end.append(limits.apply(context.connection))
        self._at_end.append(mariadb_columns.stay_strict(context.connection))
        self._at_end.append(_without_words_for_mysql())
        event.listen(context.connection, "after_cursor_execute", self._count)
        if context.dialect.name == "sqlite":
            self._at_end.append(table_copies.keep())
        if context.dialect.name == "sqlite" and context.impl.transactional_ddl:
            self._at_end.append(sqlite.begin_as_one(context.connection))

    def visit(self, run_migrations: Callable[..., None], names: dict[str, Any]) -> None:
        starts = self.options.get("starts")

        def started(**given: Any) -> None:
            if starts is not None and self._context is not None:
                start: Any = starts.get(self.selection.entered, ())
                self.heads = self._context._start_from_rev = start
            run_migrations(**given)

        super().visit(started, names)

    def _note_interruptions(self, context: MigrationContext) -> None:
        """Remember what was done when a revision leaves the transaction."""
        block = context.autocommit_block

        @contextmanager
        def noted_block() -> Iterator[None]:
            self.committed = tuple(self.steps)
            self._interrupted = self.running
            with ExitStack() as stack:
                if self._journal is not None:
                    stack.enter_context(self._journal.outside())
                stack.enter_context(_paused(context))
                stack.enter_context(block())
                yield

        context.autocommit_block = noted_block  # type: ignore[method-assign]

    def noted(self, steps: list[Any], context: MigrationContext) -> Iterator[Any]:
        self._is_transactional = bool(context.impl.transactional_ddl)
        with ExitStack() as stack:
            self._at_end.append(collector.set_aside())
            if steps and not context.as_sql:
                stack.enter_context(watched(context.connection))
            if steps and context.dialect.name == "sqlite" and not context.as_sql:
                for name in sqlite.drop_orphans(context.connection):
                    log.warning("Dropped %s, which a failed run had left behind.", name)
                stack.enter_context(sqlite.foreign_keys_checked(context.connection))
            if steps and state().history and not context.as_sql:
                from .applied_history import AppliedHistory

                AppliedHistory(context).create()
            self._journal = journal = self._journal_of(steps, context)
            if journal is not None:
                stack.enter_context(journal.kept())
            for step in super().noted(steps, context):
                for lock in self._locks.values():
                    lock.check()
                self._statements = 0
                if journal is not None and self.running is not None:
                    step.migration_fn = journal.around(
                        step.migration_fn, self.running.revision or "base", step.info.is_upgrade
                    )
                yield step

    def _write_history(self, *, ctx: MigrationContext, step: Any, **others: Any) -> None:
        """Write down the step that Alembic has just recorded."""
        running = self.running
        if running is None:
            return
        from .applied_history import AppliedHistory

        direction = "upgrade" if running.is_upgrade else "downgrade"
        AppliedHistory(ctx).write(
            running.revision or "base",
            "stamp" if running.is_stamp else direction,
            running.path,
            time.monotonic() - self.began,
            state().release,
        )

    def _journal_of(self, steps: list[Any], context: MigrationContext) -> Journal | None:
        """The journal of what cannot be undone; a stamp does nothing of that kind."""
        if context.as_sql:
            return None
        if not steps and self._locks and context.dialect.name in JOURNALED:
            Journal(context.connection, resume=False).drop_leftover()
        if not steps or steps[0].info.is_stamp:
            return None
        is_lazy = context.dialect.name not in JOURNALED
        # What a transaction has committed is passed over without being asked for.
        resume = is_lazy or bool(self.options.get("resume"))
        return Journal(context.connection, resume, is_lazy)

    @property
    def resume_option(self) -> str | None:
        if self._journal is None or not self._journal.is_open:
            return None
        return "" if self._journal.resume else " --resume"

    def leaves_nothing(self) -> bool:
        is_whole = self._is_transactional and self._interrupted is not self.running
        return is_whole or self._statements == 0

    def _count(self, *executed: Any) -> None:
        self._statements += 1

    def ended(self) -> None:
        # Nothing of them is left for the end of the process, where each would be looked for.
        while self._locks:
            self._locks.popitem()[1].release()
        while self._at_end:
            self._at_end.pop()()

    def _lock(self, context: MigrationContext) -> None:
        connection: Any = context.connection
        table = ".".join(filter(None, (context.version_table_schema, context.version_table)))
        # Two binds may lead to one database.
        key = (connection.engine.url, table)
        if key in self._locks:
            return
        lock = lock_for(connection, table)
        if lock is not None:
            self._locks[key] = lock
            if connection.dialect.is_async:
                self._release_with(connection, key)
            lock.acquire(self.options["lock_wait"])

    def _release_with(self, connection: Any, key: tuple[Any, str]) -> None:
        """Let go of a lock with the connection: the event loop of both ends before the run."""
        driver, pool = connection.connection.dbapi_connection, connection.engine.pool

        def returned(dbapi_connection: Any, record: Any) -> None:
            if dbapi_connection is driver and key in self._locks:
                self._locks.pop(key).release()

        # The engine has another pool after the run.
        event.listen(pool, "checkin", returned)
        self._at_end.append(lambda: event.remove(pool, "checkin", returned))


def _without_words_for_mysql() -> Callable[[], None]:
    """Keep a warning away until the function that comes back is called.

    A file may be for several databases; ``autoincrement`` of a column that is altered is for one.
    """
    stack = ExitStack()
    stack.enter_context(warnings.catch_warnings())
    warnings.filterwarnings("ignore", message="autoincrement and existing_autoincrement only")
    return stack.close


@contextmanager
def _paused(context: MigrationContext) -> Iterator[None]:
    """Commit the transaction that an ``env.py`` has begun, and begin it again afterwards.

    The one of Flask-Migrate 1.5 to 4.1 for several databases begins one on each
    and commits them at its end, so it must be the same object as before.
    """
    connection: Any = context.connection
    transaction = connection.get_transaction() if context._in_external_transaction else None
    if transaction is not None:
        transaction.commit()
    yield
    if transaction is not None:
        type(transaction).__init__(transaction, connection)
