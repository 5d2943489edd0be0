"""The migration directory: what templates there are, and making one."""

from __future__ import annotations

import ntpath
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import alembic.command

from . import console, failures
from .alembic_config import for_directory
from .errors import TemplateError
from .runs import turn
from .state import state
from .template_folders import LAYERS, TEMPLATES

#: Without these a project cannot run.
_REQUIRED = ("env.py", "script.py.mako")


def create(
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
    with (
        turn(),
        failures.translated(),
        assembled(template_name(template, multidb)) as (root, name),
    ):
        config = for_directory(path)
        config.template_directory = root
        config = found.migrate.call_configure_callbacks(config)
        with redirect_stdout(StringIO()):
            alembic.command.init(config, path, template=name, package=package)
    for made in sorted(each for each in os.listdir(path)):
        console.result(f"Created {os.path.join(path, made)}")
    console.note(f"Put {path} under version control. Next: {console.prefix()} migrate")
    return path


def template_name(template: str | None, multidb: bool) -> str:
    """The template that the options of ``init`` ask for."""
    name = template or "flask"
    return f"{name}-multidb" if multidb and not is_path(name) else name


def is_path(template: str) -> bool:
    """Whether *template* is a folder of the user's rather than one of ours."""
    return "/" in template or "\\" in template


@contextmanager
def assembled(template: str) -> Iterator[tuple[str, str]]:
    """The folder and the name under which Alembic finds *template* inside this block.

    :raises TemplateError: There is no such template, or files are missing in it.
    """
    with tempfile.TemporaryDirectory(prefix="flask-migrate-") as root:
        name = ntpath.basename(template.rstrip("/\\"))
        target = Path(root, name)
        target.mkdir()
        for layer in _layers(template):
            for source in layer.iterdir():
                if source.is_file():
                    shutil.copyfile(source, target / source.name)
        yield root, name


def _layers(template: str) -> list[Path]:
    if not is_path(template):
        if template not in LAYERS:
            raise TemplateError(
                f"No such template {template!r}; there are {', '.join(LAYERS)}.",
                hint="For a folder of your own write its path: flask db init -t ./" + template,
            )
        return [TEMPLATES / name for name in LAYERS[template]]
    folder = Path(template.replace("\\", os.sep))
    missing = [name for name in _REQUIRED if not (folder / name).is_file()]
    if missing:
        raise TemplateError(
            f"The template {template!r} has no {' and no '.join(missing)}.",
            hint="See the templates there are with: flask db list-templates",
        )
    # A template that leaves the settings out gets ours.
    return [TEMPLATES / "shared", folder]
