"""The click front end: ``flask db``.

The module stands for its group as well, so that an application can write
``from flask_migrate import cli as migrate_cli`` and then
``app.cli.add_command(migrate_cli, "db")``.
"""

from __future__ import annotations

import re
from typing import Any

import click
from flask.cli import with_appcontext

from . import commands  # noqa: F401  (fills the table)
from .command_table import COMMANDS, SHARED, Command, Param
from .front_end import execute

_RELATIVE = re.compile(r"-\d+")


class TableCommand(click.Command):
    """A row of the command table as a click command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take ``-1`` for the revision it is, not for an option."""
        valued = {flag for each in self.params for flag in _flags_with_value(each)}
        relative = [
            index
            for index, arg in enumerate(args)
            if _RELATIVE.fullmatch(arg) and (index == 0 or args[index - 1] not in valued)
        ]
        if relative and "--" not in args:
            others = [arg for index, arg in enumerate(args) if index not in relative]
            args = [*others, "--", *(args[index] for index in relative)]
        return super().parse_args(ctx, args)


def _flags_with_value(parameter: click.Parameter) -> list[str]:
    is_switch = getattr(parameter, "is_flag", True)  # an argument is neither
    return [] if is_switch else list(parameter.opts)


def _parameter(param: Param) -> click.Parameter:
    if not param.flags:
        return click.Argument([param.name], nargs=-1 if param.many else 1, required=False)
    settings = (
        {"is_flag": True} if param.is_switch else {"multiple": param.many, "type": param.kind}
    )
    return click.Option([param.name, *param.flags], help=param.help, **settings)


def _command(row: Command) -> click.Command:
    @with_appcontext
    def callback(**given: Any) -> None:
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


#: The one group; applications add commands of their own to it.
db = click.Group(
    "db",
    params=[_parameter(param) for param in SHARED],
    help="Perform database migrations.",
)

for _row in COMMANDS.values():
    _made = _command(_row)
    db.add_command(_made)
    globals()[_row.function.__name__] = _made


def __getattr__(name: str) -> Any:
    return getattr(db, name)
