"""What both command lines do around a command."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from typing import Any

import click

from . import collector, console, documents
from .command_table import DISPLAY, SHARED, Command, Param, shared_variable
from .errors import MigrateError


def execute(
    command: Command, given: Mapping[str, Any], shared: Mapping[str, Any], prefix: str
) -> Any:
    """Call a command with what a parser collected.

    :param given: The command's own values.
    :param shared: Those that stood before its name; its own win.
    :param prefix: How this command line spells ``flask db``.
    """
    values = arguments(command, given, shared)
    display = console.Display(prefix, **{param.name: values[param.name] for param in DISPLAY})
    for param in command.params:
        if display.json and param.is_output and values[param.name]:
            raise click.UsageError(
                f"--json and {param.flags[-1]} both write to standard output; choose one."
            )
    own = {param.name: values[param.name] for param in command.params}
    collector.leave_quickly()
    with console.attached(display):
        return _as_document(command, own) if display.json else command.function(**own)


def _as_document(command: Command, values: Mapping[str, Any]) -> None:
    """Call *command* and write what became of it, and nothing else, to standard output."""
    try:
        with redirect_stdout(sys.stderr):
            result = command.function(**values)
    except MigrateError as error:
        click.echo(documents.of_error(command.name, error))
        raise
    click.echo(documents.of_result(command.name, result))


def arguments(
    command: Command, given: Mapping[str, Any], shared: Mapping[str, Any]
) -> dict[str, Any]:
    """What *command* is called with, and how it is shown.

    An option that was not given is looked for in its environment variable,
    then before the command's name, then in the shared variable.

    :raises click.UsageError: A variable holds no value for its option.
    """
    values = {}
    for param in command.options:
        value = given[param.name]
        if param.flags and _is_missing(value):
            value = _from_environment(command.variable(param), param)
        if param in _SHARED_ROWS and _is_missing(value):
            value = shared.get(param.name) or _from_environment(shared_variable(param), param)
        values[param.name] = param.value(value)
    return values


_SHARED_ROWS = set(SHARED)


def _is_missing(value: Any) -> bool:
    return value is None or value is False or value in ("", (), [])


# A value between quotes, or with quotes in it: user.name='a b'.
_WORD = re.compile(r"""\"([^"]*)\"(?!\S)|'([^']*)'(?!\S)|((?:[^\s"']|"[^"]*"|'[^']*'|["'])+)""")


def words(text: str) -> list[str]:
    """The values in the variable of an option that may be repeated.

    They are split at white space that is not between quotes. Quotes around a whole
    value are taken off; those inside it are a part of it, as SQL needs them.
    """
    return [match[match.lastindex or 0] for match in _WORD.finditer(text)]


def _from_environment(variable: str, param: Param) -> Any:
    text = os.environ.get(variable)
    if not text:
        return None
    if param.many:
        return words(text)
    kind = click.types.convert_type(bool if param.is_switch else param.kind)
    try:
        return kind.convert(text, None, None)
    except click.BadParameter as error:
        raise click.UsageError(
            f"The environment variable {variable} is of no use: {error.message}"
        ) from None
