"""What a command line shows while a command runs; a library call shows nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import click

# A context variable, because two threads may run two commands for two callers.
_prefix: ContextVar[str | None] = ContextVar("flask_migrate_console", default=None)


@contextmanager
def attached(prefix: str = "flask db") -> Iterator[None]:
    """Show what commands report inside this block.

    :param prefix: How this command line starts, for hints: ``python manage.py db``.
    """
    token = _prefix.set(prefix)
    try:
        yield
    finally:
        _prefix.reset(token)


def is_attached() -> bool:
    """Whether a command line is there to be written to."""
    return _prefix.get() is not None


def prefix() -> str:
    """How the command line that is running spells ``flask db``."""
    return _prefix.get() or "flask db"


def result(text: str) -> None:
    """Show *text* on standard output: it is what the user asked for."""
    if is_attached():
        click.echo(text)


def note(text: str) -> None:
    """Show *text* on standard error: it is about the work, not its result."""
    if is_attached():
        click.echo(text, err=True)
