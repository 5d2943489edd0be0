"""The click front end: ``flask db``.

The module stands for its group as well, so that an application can write
``from flask_migrate import cli as migrate_cli`` and then
``app.cli.add_command(migrate_cli, "db")``.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click
from flask.cli import with_appcontext

if TYPE_CHECKING:
    from .command_table import Command, Param


class TableCommand(click.Command):
    """A row of the command table as a click command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take ``-1`` for the revision it is, not for an option."""
        valued = {flag for each in self.params for flag in _flags_with_value(each)}
        relative = [
            index
            for index, arg in enumerate(args)
            if re.fullmatch(r"-\d+", arg) and (index == 0 or args[index - 1] not in valued)
        ]
        if relative and "--" not in args:
            others = [arg for index, arg in enumerate(args) if index not in relative]
            args = [*others, "--", *(args[index] for index in relative)]
        return super().parse_args(ctx, args)


def _flags_with_value(parameter: click.Parameter) -> list[str]:
    is_switch = getattr(parameter, "is_flag", True)  # an argument is neither
    return [] if is_switch else list(parameter.opts)


class _Words(click.types.StringParamType):
    """Text, of which a variable may hold several."""

    def split_envvar_value(self, rv: str) -> list[str]:
        from .front_end import words

        return words(rv)


def _parameter(param: Param) -> click.Parameter:
    if not param.flags:
        return click.Argument([param.name], nargs=-1 if param.many else 1, required=False)
    kind = _Words() if param.many else param.kind
    settings = {"is_flag": True} if param.is_switch else {"multiple": param.many, "type": kind}
    return click.Option([param.name, *param.flags], help=param.help, **settings)


def _command(row: Command) -> click.Command:
    @with_appcontext
    def callback(**given: Any) -> None:
        from .front_end import execute

        # No callback of a parent is relied on: applications put these
        # commands into groups of their own.
        parent = click.get_current_context().parent
        shared = parent.params if parent is not None and parent.command is db else {}
        execute(row, given, shared, prefix=parent.command_path if parent else "flask db")

    return TableCommand(
        row.name,
        callback=callback,
        params=[_parameter(param) for param in row.options],
        help=row.help,
    )


class TableGroup(click.Group):
    """The command table as a click group, which is read when something of it is needed.

    Every web worker has the group, and none asks it for a command.
    """

    def __init__(self) -> None:
        super().__init__("db", help="Perform database migrations.")
        del self.commands, self.params

    @cached_property
    def commands(self) -> dict[str, click.Command]:  # type: ignore[override]
        """The commands by name; applications add their own."""
        from . import commands  # noqa: F401  (fills the table)
        from .command_table import COMMANDS

        return {row.name: _command(row) for row in COMMANDS.values()}

    @cached_property
    def params(self) -> list[click.Parameter]:  # type: ignore[override]
        """The options that may stand before a command."""
        from .command_table import SHARED

        return [_parameter(param) for param in SHARED]


#: The one group; applications add commands of their own to it.
db = TableGroup()


def __getattr__(name: str) -> Any:
    """A command by the name of its function; else what the group has."""
    found = None if name.startswith("__") else db.commands.get(name.replace("_", "-"))
    return getattr(db, name) if found is None else found
