"""The only door to :mod:`alembic.command`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import alembic.command

from . import console, failures, logs
from .history_check import check_directory
from .observation import observed
from .offline import sql_files
from .retrying import retried
from .runs import ComparingRun, Run, turn
from .selection import ATTRIBUTE, Selection
from .state import state


def invoke(
    name: str,
    directory: str | os.PathLike[str] | None = None,
    x_arg: str | Sequence[str] | None = None,
    bind: str | Sequence[str] | None = None,
    opts: Iterable[str] = (),
    options: Mapping[str, Any] | None = None,
    kind: type[Run] | None = None,
    end: type[BaseException] | None = None,
    **arguments: Any,
) -> Run:
    """Run a function of :mod:`alembic.command` for the current application.

    :param bind: The databases to go to; all, if none is named.
    :param opts: Names that are true on ``config.cmd_opts``, where an
        ``env.py`` looks for them.
    :param options: What is for the run rather than for Alembic.
    :param kind: What watches the command, instead of the usual.
    :param end: What *kind* raises to end the command, and is no error.
    :param arguments: What the function takes besides the configuration.
    :raises MigrateError: It did not succeed.
    """
    options = options or {}

    def attempt() -> Run:
        found = state()
        config = found.migrate.get_config(directory, x_arg=x_arg, opts=named)
        check_directory(config.get_main_option("script_location") or "")
        chosen = [bind] if isinstance(bind, str) else list(bind or ())
        selection = Selection(lambda: found.databases.engines, chosen)
        config.attributes[ATTRIBUTE] = selection
        run = (kind or _kind(name))(config, arguments, selection, options)
        with (
            suppress(*filter(None, [end])),
            failures.translated(run),
            sql_files(chosen),
            observed(run),
        ):
            run.result = getattr(alembic.command, name)(config, **run.arguments)
        return run

    named = opts if console.shows_results() else (*opts, "quiet")
    with turn(), logs.kept(), failures.translated():
        return retried(attempt, options.get("retries", 0))


def _kind(name: str) -> type[Run]:
    """What watches a command; its module is imported for that command alone."""
    if name in ("stamp", "upgrade"):
        from .applying import ApplyingRun

        return ApplyingRun
    if name in ("merge", "revision"):
        from .revision_files import RevisionRun

        return RevisionRun
    return ComparingRun if name == "check" else Run
