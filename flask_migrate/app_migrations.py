"""The commands of one application, for code that runs outside its context."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from . import commands  # noqa: F401  (fills the table)
from .command_table import COMMANDS

if TYPE_CHECKING:
    from flask import Flask


class AppMigrations:
    """Each command as a method: ``AppMigrations(app).upgrade()``.

    A method takes what the function in :mod:`flask_migrate` of its name takes,
    and runs it inside the context of *app*.
    """

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __getattr__(self, name: str) -> Callable[..., Any]:
        row = COMMANDS.get(name.replace("_", "-"))
        if row is None or row.function.__name__ != name:
            raise AttributeError(f"There is no command {name!r}.")

        @wraps(row.function)
        def method(*args: Any, **kwargs: Any) -> Any:
            with self.app.app_context():
                return row.function(*args, **kwargs)

        return method

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(row.function.__name__ for row in COMMANDS.values())]
