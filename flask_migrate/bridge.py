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
from .runs import Run, observed, turn
from .state import state


def invoke(
    name: str,
    directory: str | None = None,
    x_arg: str | Sequence[str] | None = None,
    opts: Iterable[str] = (),
    **arguments: Any,
) -> Run:
    """Run a function of :mod:`alembic.command` for the current application.

    :param opts: Names that are true on ``config.cmd_opts``, where an
        ``env.py`` looks for them.
    :param arguments: What the function takes besides the configuration.
    :raises MigrateError: It did not succeed.
    """
    with turn():
        if not console.is_attached():
            opts = (*opts, "quiet")
        config = state().migrate.get_config(directory, x_arg=x_arg, opts=opts)
        run = Run(config)
        with logs.kept(), failures.translated(run), observed(run):
            run.result = getattr(alembic.command, name)(config, **arguments)
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
        with turn(), failures.translated(Run(config)), redirect_stdout(StringIO()):
            alembic.command.init(config, path, template=name, package=package)
    for made in sorted(each for each in os.listdir(path)):
        console.result(f"Created {os.path.join(path, made)}")
    console.note(f"Put {path} under version control. Next: {console.prefix()} migrate")
    return path
