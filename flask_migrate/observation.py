"""Seeing, and steering, what :mod:`alembic.command` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import alembic.command

from . import asynchronous
from .connecting import limited
from .runs import Run
from .state import state


@contextmanager
def observed(run: Run) -> Iterator[None]:
    """Let *run* see what ``alembic.command`` does inside this block.

    It works with any ``env.py``, because nothing is asked of it. The names are
    looked up in ``alembic.command`` each time, so an application that assigned
    a ``ScriptDirectory`` of its own there keeps it.
    """
    module: Any = alembic.command
    environment, script = module.EnvironmentContext, module.ScriptDirectory

    # A function: Alembic finds the proxies in alembic.context by the exact class.
    @contextmanager
    def observed_environment(config: Any, script: Any, **options: Any) -> Iterator[Any]:
        options["fn"] = run.follow(options["fn"])
        if "revision_context" in options:
            run.comparing(options["revision_context"])
        engines = state().databases.engines
        with (
            limited(engines, run.selection.approach, run.options.get("connect_timeout")),
            environment(config, script, **options) as context,
        ):
            _watch(context, run)
            yield context
        run.selection.check_visited(script.env_py_location)
        if "revision_context" in options:
            run.compared(options["revision_context"].generated_revisions)

    class ObservedScript(script):  # type: ignore[misc, valid-type]
        @classmethod
        def from_config(cls, config: Any) -> Any:
            found = script.from_config(config)
            run.loaded(found)
            found.run_env = partial(_run_env, found.run_env, found.env_py_location)
            return found

    module.EnvironmentContext, module.ScriptDirectory = observed_environment, ObservedScript
    try:
        yield
    except BaseException as error:
        run.failed(error)
        raise
    finally:
        module.EnvironmentContext, module.ScriptDirectory = environment, script
        run.ended()


def _run_env(run_env: Callable[[], None], path: str) -> None:
    """Run the ``env.py`` at *path*; it may use asynchronous engines, knowing it or not."""
    starts_loop = "asyncio" in Path(path).read_text(encoding="utf-8", errors="replace")
    call = asynchronous.call_with_loop if starts_loop else asynchronous.call
    engines = state().databases.engines.values()
    call(run_env, [each for each in engines if asynchronous.is_asynchronous(each)])


def _watch(context: Any, run: Run) -> None:
    """Let *run* decide on each database that the ``env.py`` of *context* goes to."""
    configure, run_migrations = context.configure, context.run_migrations

    def configured(*args: Any, **options: Any) -> None:
        if run.selection.chosen and context.is_offline_mode():
            # SQL of the databases that were named goes to standard output.
            options.pop("output_buffer", None)
        run.configuring(args[0] if args else options.get("connection"), options)
        configure(*args, **options)
        run.configured(context.get_context(), options)

    context.configure = configured
    context.run_migrations = lambda **names: run.visit(run_migrations, names)
