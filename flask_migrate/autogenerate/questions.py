"""What is asked of, and told to, whoever makes a revision."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from .. import console
from ..errors import MigrateError, QuestionNotAskedError

log = logging.getLogger("flask_migrate")


class Questions:
    """The questions of one command. A library call asks none.

    :param options: Those of the command: ``no_input`` and ``strict``.
    :param can_ask: Whether this command asks at all.
    """

    def __init__(self, options: Mapping[str, Any], can_ask: bool = True) -> None:
        self._can_ask = can_ask
        self._options = options
        self._repeated: set[str] = set()
        self._held: list[str] = []

    @property
    def are_possible(self) -> bool:
        """Whether somebody sits at a terminal and wants to be asked."""
        return (
            self._can_ask
            and console.shows_notes()
            and not self._options.get("no_input")
            and _is_terminal(sys.stdin)
            and (_is_terminal(sys.stdout) or _is_terminal(sys.stderr))
        )

    def confirm(self, question: str, facts: str = "") -> bool:
        """Whether the answer is yes. Ask only where :attr:`are_possible`."""
        if facts:
            console.note(facts)
        with _stoppable():
            return click.confirm(question, default=False, err=True)

    def choose(self, question: str, choices: Mapping[str, str], default: str) -> str:
        """One of the keys of *choices*, whose values say what they mean."""
        console.note(question)
        for key, meaning in choices.items():
            console.note(f"  {key}) {meaning}")
        kind = click.Choice(list(choices))
        with _stoppable():
            return str(click.prompt("  Choice", type=kind, default=default, err=True))

    def text(self, question: str, default: str | None = None) -> str:
        """What was typed."""
        with _stoppable():
            return str(click.prompt(question, default=default, err=True))

    def repeated(self, option: str) -> None:
        """Tell which *option* gives the same answer without the question, once."""
        if option not in self._repeated:
            self.tell(f"The same without a question: {option}")
        self._repeated.add(option)

    def open(self, problem: str, hint: str) -> None:
        """Something should have been asked and could not be.

        :param problem: One sentence for whoever reads it.
        :param hint: Which options answer it.
        :raises QuestionNotAskedError: ``--strict``.
        """
        if not self._can_ask:
            return
        if self._options.get("strict"):
            raise QuestionNotAskedError(problem, hint)
        self.warn(f"{problem} {hint}")

    def warn(self, text: str) -> None:
        """Say that something needs a look.

        It stands beside the questions where there are some. Else it comes when all has been
        looked at: an option that is refused then is all that somebody has to read.
        """
        if self.are_possible:
            _warn(text)
        else:
            self._held.append(text)

    def finish(self) -> None:
        """All databases were compared, and nothing was refused."""
        for text in self._held:
            _warn(text)
        self._held.clear()

    def tell(self, text: str) -> None:
        """Say something about the work."""
        console.note(text)


def _warn(text: str) -> None:
    """Write a warning to standard error, or to the log of a program."""
    if console.is_attached():
        console.note(f"Warning: {text}")
    else:
        log.warning(text)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let Ctrl-C and the end of the input stop the command like any other answer that does."""
    try:
        yield
    except click.Abort as error:
        # The question is still on the line.
        console.note("")
        raise MigrateError("Stopped: nothing was written.") from error


def _is_terminal(stream: Any) -> bool:
    try:
        return bool(stream.isatty())
    except (AttributeError, ValueError):
        return False
