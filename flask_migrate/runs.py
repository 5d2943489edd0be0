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

import alembic.command

from .errors import ReentrantRunError

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    from .alembic_config import Config

_turn = threading.Lock()
_owner: int | None = None


@dataclass(frozen=True)
class Step:
    """One revision that was applied, undone or stamped.

    ``revision`` is ``None`` where a stamp moved to the base.
    """

    revision: str | None
    is_upgrade: bool
    is_stamp: bool
    message: str
    path: str
    database: str


class Run:
    """What became of one Alembic command.

    .. attribute:: script

        The history that the command read.

    .. attribute:: heads

        The revisions that the databases had when it began.

    .. attribute:: steps

        The steps it completed, as :class:`Step`.

    .. attribute:: running

        The step under way; the one that failed if the command failed in one.

    .. attribute:: result

        What Alembic returned.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.script: ScriptDirectory | None = None
        self.heads: tuple[str, ...] = ()
        self.steps: tuple[Step, ...] = ()
        self.running: Step | None = None
        self.result: Any = None

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        """*function*, which yields migration steps, with each noted down."""

        def followed(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            self.heads = tuple(dict.fromkeys((*self.heads, *heads)))
            steps = list(function(heads, context))
            return self._noted(steps, context)

        return followed

    def _noted(self, steps: list[Any], context: MigrationContext) -> Iterator[Any]:
        for step in steps:
            self.running = _step(step, context)
            yield step
            # Alembic asks for the next step when this one is in the database.
            self.steps += (self.running,)
            self.running = None


def _step(step: Any, context: MigrationContext) -> Step:
    info = step.info
    revision = info.up_revision
    return Step(
        revision=info.up_revision_id,
        is_upgrade=info.is_upgrade,
        is_stamp=info.is_stamp,
        message=(revision.doc or "") if revision else "",
        path=revision.path if revision else "",
        database=_database_name(context),
    )


def _database_name(context: MigrationContext) -> str:
    """Where a context writes, without the password."""
    if context.connection is None or context.as_sql:
        return context.dialect.name
    return context.connection.engine.url.render_as_string(hide_password=True)


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


@contextmanager
def observed(run: Run) -> Iterator[None]:
    """Let *run* see what ``alembic.command`` does inside this block.

    The names are looked up in ``alembic.command`` each time, so an application
    that assigned a ``ScriptDirectory`` of its own there keeps it.
    """
    module: Any = alembic.command
    environment, script = module.EnvironmentContext, module.ScriptDirectory

    # A function: Alembic finds the proxies in alembic.context by the exact class.
    def observed_environment(config: Any, script: Any, **options: Any) -> Any:
        options["fn"] = run.follow(options["fn"])
        return environment(config, script, **options)

    class ObservedScript(script):  # type: ignore[misc, valid-type]
        @classmethod
        def from_config(cls, config: Any) -> Any:
            run.script = script.from_config(config)
            return run.script

    module.EnvironmentContext, module.ScriptDirectory = observed_environment, ObservedScript
    try:
        yield
    finally:
        module.EnvironmentContext, module.ScriptDirectory = environment, script
