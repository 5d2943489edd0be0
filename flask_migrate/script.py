"""The Flask-Script front end: ``manage.py db``."""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import click

from . import commands  # noqa: F401  (fills the table)
from .command_table import COMMANDS, SHARED, Command, Param
from .front_end import execute

# What begins like an option and is a revision or a range of them; argparse's own
# pattern knows "-1" but not "-3:current".
_RELATIVE = re.compile(r"-\d+(:.*)?$")

#: The toolkits whose ``Manager`` is known, the one for today's Flask first.
TOOLKITS = ("flask_script_ng", "flask_script")


def _toolkit() -> Any:
    """The toolkit that the application has imported, else the one that is installed."""
    for name in sorted(TOOLKITS, key=lambda name: name not in sys.modules):
        try:
            return import_module(name)
        except ImportError:  # absent, or not for this version of Flask
            continue
    raise ImportError(
        "MigrateCommand needs Flask-Script-NG, or Flask-Script on Flask 1: "
        'pip install "Flask-Migrate[script]"'
    )


def make_manager(toolkit: Any) -> Any:
    """A sub-manager with every command, of the ``Manager`` class of *toolkit*."""

    class TableManager(toolkit.Manager):  # type: ignore[misc]
        shared: dict[str, Any] = {}

        def __call__(self, app: Any = None, **given: Any) -> Any:
            # Flask-Script would drop options that stand before a command.
            self.shared = {param.name: given.pop(_group_dest(param)) for param in SHARED}
            return super().__call__(app, **given)

        def create_parser(self, *args: Any, **kwargs: Any) -> argparse.ArgumentParser:
            parser: argparse.ArgumentParser = super().create_parser(*args, **kwargs)
            for action in parser._actions:
                if isinstance(action, argparse._SubParsersAction):
                    for each in action.choices.values():
                        each._negative_number_matcher = _RELATIVE
            return parser

    class TableCommand(toolkit.Command):  # type: ignore[misc]
        def __init__(self, row: Command) -> None:
            # Never Command(function): Flask-Script 2.0.6 then calls
            # inspect.getargspec, which Python 3.11 removed.
            super().__init__()
            self.row = row
            self.__doc__ = row.help
            self.option_list = [_option(toolkit, param) for param in row.options]

        # Flask-Script's own word for what is left over is "too many arguments".
        capture_all_args = True

        def run(self, left_over: list[str], **given: Any) -> None:
            if left_over:
                self.parser.error(f"unrecognized arguments: {' '.join(left_over)}")
            prefix = f"python {os.path.basename(sys.argv[0])} {self.parent_name()}"
            try:
                execute(self.row, given, manager.shared, prefix)
            except click.ClickException as error:
                error.show()
                sys.exit(error.exit_code)

        def parent_name(self) -> str:
            """The name under which the application mounted the manager."""
            mounted = getattr(manager.parent, "_commands", {})
            return next((name for name, each in mounted.items() if each is manager), "db")

    about = "Perform database migrations."
    manager = TableManager(help=about, description=about)
    for param in SHARED:
        option = _option(toolkit, param, dest=_group_dest(param))
        manager.add_option(*option.args, **option.kwargs)
    for name in sorted(COMMANDS):
        manager.add_command(name, TableCommand(COMMANDS[name]))
    return manager


def _group_dest(param: Param) -> str:
    # Not the command's own: argparse keeps all values in one namespace.
    return f"shared_{param.name}"


def _option(toolkit: Any, param: Param, dest: str | None = None) -> Any:
    if not param.flags:
        return toolkit.Option(param.name, nargs="*" if param.many else "?", help=param.help)
    settings: dict[str, Any] = {"action": "store_true"}
    if not param.is_switch:
        action = "append" if param.many else "store"
        settings = {"action": action, "metavar": param.name.upper(), "type": _reader(param)}
    return toolkit.Option(*param.flags, dest=dest or param.name, help=param.help, **settings)


def _reader(param: Param) -> Callable[[str], Any]:
    """What turns the text of an option into its value."""

    def read(text: str) -> Any:
        try:
            return param.kind(text)
        except ValueError as error:
            # argparse keeps the words of this error alone.
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


def __getattr__(name: str) -> Any:
    if name != "MigrateCommand":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = manager = make_manager(_toolkit())
    return manager
