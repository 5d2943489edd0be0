"""The only door to :mod:`alembic.command`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from io import StringIO
from typing import Any

import alembic.command

from . import console, failures, logs, repository
from .alembic_config import for_directory
from .history_check import check_directory
from .observation import observed
from .offline import sql_files
from .revision_files import RevisionRun
from .runs import Run, turn
from .selection import ATTRIBUTE, Selection
from .state import state

#: The commands that need more than being watched.
_RUNS: dict[str, type[Run]] = {"revision": RevisionRun, "merge": RevisionRun}


def invoke(
    name: str,
    directory: str | os.PathLike[str] | None = None,
    x_arg: str | Sequence[str] | None = None,
    bind: str | Sequence[str] | None = None,
    opts: Iterable[str] = (),
    **arguments: Any,
) -> Run:
    """Run a function of :mod:`alembic.command` for the current application.

    :param bind: The databases to go to; all, if none is named.
    :param opts: Names that are true on ``config.cmd_opts``, where an
        ``env.py`` looks for them.
    :param arguments: What the function takes besides the configuration.
    :raises MigrateError: It did not succeed.
    """
    with turn(), logs.kept(), failures.translated():
        if not console.is_attached():
            opts = (*opts, "quiet")
        found = state()
        config = found.migrate.get_config(directory, x_arg=x_arg, opts=opts)
        check_directory(config.get_main_option("script_location") or "")
        chosen = [bind] if isinstance(bind, str) else list(bind or ())
        selection = Selection(lambda: found.databases.engines, chosen)
        config.attributes[ATTRIBUTE] = selection
        run = _RUNS.get(name, Run)(config, arguments, selection)
        with failures.translated(run), sql_files(chosen), observed(run):
            run.result = getattr(alembic.command, name)(config, **run.arguments)
    return run


def create_repository(
    directory: str | os.PathLike[str] | None,
    multidb: bool = False,
    template: str | None = None,
    package: bool = False,
) -> str:
    """Make a migration directory and return its path.

    :raises TemplateError: The template is not there or not complete.
    :raises MigrateError: The directory is not empty or cannot be written.
    """
    found = state()
    path = found.directory if directory is None else os.fspath(directory)
    with repository.assembled(repository.template_name(template, multidb)) as (root, name):
        config = for_directory(path)
        config.template_directory = root
        config = found.migrate.call_configure_callbacks(config)
        with turn(), failures.translated(), redirect_stdout(StringIO()):
            alembic.command.init(config, path, template=name, package=package)
    for made in sorted(each for each in os.listdir(path)):
        console.result(f"Created {os.path.join(path, made)}")
    console.note(f"Put {path} under version control. Next: {console.prefix()} migrate")
    return path
