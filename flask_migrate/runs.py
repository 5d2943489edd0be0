"""One run of an Alembic command: its turn, and what it did.

Alembic keeps the environment of the running command in module globals, so two
runs in one process would see each other's database. They take turns.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .errors import ReentrantRunError
from .history_check import check_versions, checked
from .selection import Selection, accepting
from .sqlite import foreign_keys_restorer, without_foreign_keys

if TYPE_CHECKING:
    from pathlib import Path

    from alembic.operations.ops import MigrationScript
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from sqlalchemy.engine import Connection

    from .alembic_config import Config

_turn = threading.Lock()
_owner: int | None = None


@dataclass(frozen=True)
class Step:
    """One revision that was applied, undone or stamped.

    ``revision`` is ``None`` where a stamp moved to the base; ``database`` is a
    bind, or ``"default"``.
    """

    revision: str | None
    is_upgrade: bool
    is_stamp: bool
    message: str
    path: str
    database: str


class Run:
    """What became of one Alembic command.

    .. attribute:: arguments

        What the function of :mod:`alembic.command` is called with.

    .. attribute:: selection

        The databases it goes to.

    .. attribute:: script

        The history that the command read.

    .. attribute:: revisions

        The revisions that were read from files, by id.

    .. attribute:: heads

        The revisions that the databases had when it began.

    .. attribute:: steps

        The steps it completed, as :class:`Step`.

    .. attribute:: running

        The step under way; the one that failed if the command failed in one.

    .. attribute:: withdrawn

        The revision files that it wrote and removed, because they cannot be read.

    .. attribute:: result

        What Alembic returned.
    """

    def __init__(
        self, config: Config, arguments: dict[str, Any], selection: Selection | None = None
    ) -> None:
        self.config = config
        self.arguments = arguments
        self.selection = selection or Selection()
        self.script: ScriptDirectory | None = None
        self.revisions: dict[str, Any] = {}
        self.heads: tuple[str, ...] = ()
        self.steps: tuple[Step, ...] = ()
        self.running: Step | None = None
        self.withdrawn: tuple[Path, ...] = ()
        self.result: Any = None
        self._names: dict[str, Any] = {}
        self._at_end: list[Callable[[], None]] = []

    def loaded(self, script: Any) -> None:
        """The history is known, and its files are about to be read."""
        check_versions(script)
        script.revision_map._generator = checked(script.revision_map._generator, self.revisions)
        self.script = script

    def compared(self, directives: list[MigrationScript]) -> None:
        """All databases were compared with the models; *directives* become files."""

    def failed(self, error: BaseException) -> None:
        """The command raised *error*."""

    def ended(self) -> None:
        """The command is over, and ``env.py`` has let go of its connections."""
        for restore in self._at_end:
            restore()

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
            steps = list(function(heads, context))
            connection = None if context.as_sql else context.connection
            if steps and connection is not None and connection.dialect.name == "sqlite":
                return self._without_foreign_keys(steps, connection)
            return self._noted(steps)

        return followed

    def _without_foreign_keys(self, steps: list[Any], connection: Connection) -> Iterator[Any]:
        self._at_end.append(foreign_keys_restorer(connection))
        with without_foreign_keys(connection):
            yield from self._noted(steps)

    def _noted(self, steps: list[Any]) -> Iterator[Any]:
        for step in steps:
            self.running = _step(step, self.selection.entered)
            step.migration_fn = accepting(step.migration_fn, self._names)
            yield step
            # Alembic asks for the next step when this one is in the database.
            self.steps += (self.running,)
            self.running = None


class DowngradeRun(Run):
    """A run that undoes revisions."""

    def loaded(self, script: Any) -> None:
        super().loaded(script)
        # Alembic goes nowhere, without a word, on a branch that is not there.
        target = self.arguments["revision"].rpartition(":")[2]
        branch, at, _ = target.partition("@")
        if at:
            script.get_revisions(branch)


def _step(step: Any, database: str) -> Step:
    info = step.info
    revision = info.up_revision
    return Step(
        revision=info.up_revision_id,
        is_upgrade=info.is_upgrade,
        is_stamp=info.is_stamp,
        message=(revision.doc or "") if revision else "",
        path=revision.path if revision else "",
        database=database,
    )


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other thread of this process runs an Alembic command.

    :raises ReentrantRunError: This thread is inside a command already.
    """
    global _owner
    if _owner == threading.get_ident():
        raise ReentrantRunError(
            "A migration command was called from inside a running migration command.",
            hint="Call it before or after, not from env.py, a revision or a callback.",
        )
    with _turn:
        _owner = threading.get_ident()
        try:
            yield
        finally:
            _owner = None
