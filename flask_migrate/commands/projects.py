"""The project itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import console
from ..command_table import command

if TYPE_CHECKING:
    from ..finding import Finding
    from .calls import Directory, OneOrMore


@command()
def list_templates() -> dict[str, str]:
    """List the templates that a project can be made from.

    :returns: The name of each, with one line about it.
    """
    from .. import template_folders

    templates = template_folders.synopses()
    console.result("Available templates:\n")
    for name, synopsis in templates.items():
        console.result(f"{name} - {synopsis}")
    console.result(f"\nChoose one with: {console.prefix()} init -t NAME")
    return templates


@command()
def init(
    directory: Directory = None,
    multidb: bool = False,
    template: str | None = None,
    package: bool = False,
) -> str:
    """Create a new migration repository.

    :param multidb: Make it for several databases.
    :param template: A name from :func:`list_templates`, or the path of a folder.
    :param package: Write ``__init__.py`` files as well.
    :returns: The directory.
    """
    from .. import repository

    return repository.create(directory, multidb=multidb, template=template, package=package)


@command()
def doctor(
    directory: Directory = None, fix: bool = False, x_arg: OneOrMore = None
) -> tuple[Finding, ...]:
    """Say what keeps the project from working as expected.

    :param fix: Replace an ``env.py`` that is as an earlier release wrote it; the
        old one is kept beside it as ``env.py.old``.
    :returns: What is worth knowing.
    :raises ProblemsFoundError: There are problems among it.
    """
    from ..diagnosis import diagnose

    return diagnose(directory, x_arg, fix=fix)
