"""One run of an Alembic command: its turn, and what it did.

Alembic keeps the environment of the running command in module globals, so two
runs in one process would see each other's database. They take turns.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alembic.script.revision import Revision, RevisionError
from alembic.util import CommandError

from . import progress
from .errors import ReentrantRunError
from .history_check import check_versions, checked
from .revision_graph import quicken
from .selection import Selection, accepting
from .state import state

if TYPE_CHECKING:
    from pathlib import Path

    from alembic.operations.ops import MigrationScript
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from .alembic_config import Config
    from .applied_history import Entry

_turn = threading.Lock()

# A context variable, because an asynchronous engine may need a thread of its own.
_is_running: ContextVar[bool] = ContextVar("flask_migrate_running", default=False)


@dataclass(frozen=True)
class Step:
    """One revision that was applied, undone or stamped.

    ``revision`` is ``None`` where a stamp moved to the base; ``database`` is a
    bind, or ``"default"``; ``seconds`` is how long it took.
    """

    revision: str | None
    is_upgrade: bool
    is_stamp: bool
    message: str
    path: str
    database: str
    seconds: float = 0.0


class Run:
    """What became of one Alembic command.

    .. attribute:: arguments

        What the function of :mod:`alembic.command` is called with.

    .. attribute:: options

        What is for us rather than for Alembic.

    .. attribute:: selection

        The databases it goes to.

    .. attribute:: script

        The history that the command read.

    .. attribute:: revisions

        The revisions that were read from files, by id.

    .. attribute:: heads

        The revisions that the databases had when it began.

    .. attribute:: applied

        What the database knows of its revisions, where Alembic could not use them.

    .. attribute:: steps

        The steps it completed, as :class:`Step`.

    .. attribute:: running

        The step under way; the one that failed if the command failed in one.

    .. attribute:: left

        The steps that come after it on the same database.

    .. attribute:: began

        When that step began, on the monotonic clock.

    .. attribute:: is_one_transaction

        Whether the steps on the database under way are undone together.

    .. attribute:: committed

        The steps that stay all the same, because the transaction was left in
        between; ``None`` where it was not.

    .. attribute:: withdrawn

        The revision files that it wrote and removed, because they cannot be read.

    .. attribute:: result

        What Alembic returned.
    """

    #: The files that it wrote to be shown, and did not keep.
    texts: tuple[str, ...] = ()

    def __init__(
        self,
        config: Config,
        arguments: dict[str, Any],
        selection: Selection | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.config = config
        self.arguments = arguments
        self.options = options or {}
        self.selection = selection or Selection()
        self.script: ScriptDirectory | None = None
        self.revisions: dict[str, Any] = {}
        self.heads: tuple[str, ...] = ()
        self.applied: Mapping[str, Entry] = {}
        self.steps: list[Step] = []
        self.running: Step | None = None
        self.began = 0.0
        self.left: deque[Step] = deque()
        self.is_one_transaction = False
        self.committed: tuple[Step, ...] | None = None
        self.withdrawn: tuple[Path, ...] = ()
        self.result: Any = None
        self._names: dict[str, Any] = {}

    def loaded(self, script: Any) -> None:
        """The history is known, and its files are about to be read."""
        check_versions(script)
        quicken(script)
        script.revision_map._generator = checked(script.revision_map._generator, self.revisions)
        self.script = script
        for target in _named(self.arguments):
            _check_steps(script, target)

    def comparing(self, revision_context: Any) -> None:
        """Databases are about to be compared with the models, or a file to be written."""

    def compared(self, directives: list[MigrationScript]) -> None:
        """All databases were compared with the models; *directives* become files."""

    @property
    def resume_option(self) -> str | None:
        """What a command needs to go on with the step under way; ``None`` if it cannot."""
        return None

    def leaves_nothing(self) -> bool:
        """Whether the step under way left nothing behind when it failed."""
        return self.is_one_transaction and self.committed is None

    def failed(self, error: BaseException) -> None:
        """The command raised *error*."""

    def ended(self) -> None:
        """The command is over, and ``env.py`` has let go of its connections."""

    def configuring(self, connection: Any, options: dict[str, Any]) -> None:
        """``env.py`` is about to pass *options* to ``context.configure()``, which may be changed.

        :param connection: The one that it passes with them, if any.
        """

    def configured(self, context: MigrationContext, options: dict[str, Any]) -> None:
        """``env.py`` has a connection, and has asked nothing of it yet.

        :param options: What it passed to ``context.configure()``.
        """

    def visit(self, run_migrations: Callable[..., None], names: dict[str, Any]) -> None:
        """Let ``env.py`` run on a database, if it is one of those that are meant.

        :param names: What ``env.py`` passes on to the revisions.
        """
        if self.selection.enter(names.get("engine_name")):
            self._names = names
            run_migrations(**names)

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        """*function*, which yields migration steps, with each noted down."""

        def followed(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            self.heads = tuple(dict.fromkeys((*self.heads, *heads)))
            self.is_one_transaction = context.impl.transactional_ddl and not context.opts.get(
                "transaction_per_migration"
            )
            try:
                steps = list(function(heads, context))
            except CommandError:  # it may be about a revision that other code has applied
                from .applied_history import latest

                self.applied = (
                    {} if context.as_sql or context.connection is None else latest(context)
                )
                raise
            return self.noted(steps, context)

        return followed

    def noted(self, steps: list[Any], context: MigrationContext) -> Iterator[Any]:
        """*steps*, each noted down before and after it runs."""
        self.left = deque(_step(step, self.selection.entered) for step in steps)
        with progress.shown(len(steps)) as shown:
            for step in steps:
                self.running = self.left.popleft()
                step.migration_fn = accepting(step.migration_fn, self._names)
                shown.began(self.running)
                self.began = time.monotonic()
                yield step
                # Alembic asks for the next step when this one is in the database.
                done = replace(self.running, seconds=time.monotonic() - self.began)
                shown.done(done)
                self.steps.append(done)
                self.running = None


class ComparingRun(Run):
    """A run that compares databases with the models."""

    is_comparing = True
    _context: MigrationContext | None = None

    #: Whether what it finds becomes a file.
    writes_file = False

    def comparing(self, revision_context: Any) -> None:
        from .autogenerate import Pipeline

        if self.is_comparing:
            self._pipeline = Pipeline(
                revision_context, self.options, lambda: self.selection.entered, self.writes_file
            )
            revision_context.process_revision_directives = self._pipeline

    def compared(self, directives: list[MigrationScript]) -> None:
        if self.is_comparing:
            self._pipeline.finish()

    def configuring(self, connection: Any, options: dict[str, Any]) -> None:
        if connection is not None and connection.dialect.name == "sqlite":
            # The env.py of Flask-Migrate 0.1 to 1.1 does not pass it; SQLite can do without for
            # new columns only.
            batch = state().configure_args.get("render_as_batch", True)
            options.setdefault("render_as_batch", batch)

    def configured(self, context: MigrationContext, options: dict[str, Any]) -> None:
        from .differences import prepare

        self._context = context
        if self.is_comparing:
            prepare(context, options)

    def visit(self, run_migrations: Callable[..., None], names: dict[str, Any]) -> None:
        from .comparing import comparison
        from .differences import without_known_warnings

        context, self._context = self._context, None
        compared = comparison(context) if context and self.is_comparing else nullcontext()
        with compared, without_known_warnings():
            super().visit(run_migrations, names)


def _step(step: Any, database: str) -> Step:
    info = step.info
    ids = info.destination_revision_ids if info.is_stamp else info.up_revision_ids
    revision = info.revision_map.get_revision(ids[0]) if ids else None
    return Step(
        revision=ids[0] if ids else None,
        is_upgrade=info.is_upgrade,
        is_stamp=info.is_stamp,
        message=(revision.doc or "") if revision else "",
        path=revision.path if revision else "",
        database=database,
    )


def check_branch(script: Any, target: str) -> None:
    """Refuse a *target* on a branch that is not there: Alembic goes nowhere, without a word.

    :raises CommandError: It is not.
    """
    branch, at, _ = target.rpartition(":")[2].partition("@")
    if at:
        script.get_revisions(branch)


def _named(arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """What ``show``, ``edit`` and ``stamp`` are given; they ask no database where it is."""
    given = arguments["revision"] if "purge" in arguments else arguments.get("rev", ())
    return (given,) if isinstance(given, str) else tuple(given)


def _check_steps(script: Any, target: str) -> None:
    """Refuse a *target* below the first revision, for which Alembic finds what is no revision.

    :raises RevisionError: It is.
    """
    if "-" in target and not all(
        isinstance(each, Revision) for each in script.get_revisions(target)
    ):
        raise RevisionError(f"Relative revision {target} leads below the first revision")


def is_busy() -> bool:
    """Whether a command runs in this process."""
    return _turn.locked()


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other thread of this process runs an Alembic command.

    :raises ReentrantRunError: This thread is inside a command already.
    """
    if _is_running.get():
        raise ReentrantRunError(
            "A migration command was called from inside a running migration command.",
            hint="Call it before or after, not from env.py, a revision or a callback.",
        )
    with _turn:
        token = _is_running.set(True)
        try:
            yield
        finally:
            _is_running.reset(token)
