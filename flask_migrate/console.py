"""What a command line shows while a command runs; a library call shows nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import click


@dataclass(frozen=True)
class Display:
    """How a command line wants to be written to.

    ``prefix`` is how it starts, for hints: ``python manage.py db``.
    """

    prefix: str = "flask db"
    json: bool = False
    quiet: bool = False
    verbose: bool = False


# A context variable, because two threads may run two commands for two callers.
_display: ContextVar[Display | None] = ContextVar("flask_migrate_console", default=None)


@contextmanager
def attached(display: Display) -> Iterator[None]:
    """Show what commands report inside this block."""
    token = _display.set(display)
    try:
        yield
    finally:
        _display.reset(token)


def is_attached() -> bool:
    """Whether a command line is there to be written to."""
    return _display.get() is not None


def prefix() -> str:
    """How the command line that is running spells ``flask db``."""
    return (_display.get() or Display()).prefix


def shows_results() -> bool:
    """Whether results are text for people, rather than a value or a document."""
    display = _display.get()
    return display is not None and not display.json


def shows_notes() -> bool:
    """Whether the work is told about, besides its result."""
    display = _display.get()
    return display is not None and not display.quiet


def counted(number: int, noun: str) -> str:
    """*number* with *noun*, in the plural if it is not one."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def result(text: str) -> None:
    """Show *text* on standard output: it is what the user asked for."""
    if shows_results():
        click.echo(text)


def note(text: str) -> None:
    """Show *text* on standard error: it is about the work, not its result."""
    if shows_notes():
        click.echo(text, err=True)


def detail(text: str) -> None:
    """Show *text* on standard error where more was asked for with ``--verbose``."""
    display = _display.get()
    if display is not None and display.verbose:
        click.echo(text, err=True)
