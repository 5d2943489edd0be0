"""SQLAlchemy database migrations for Flask applications, with Alembic.

Every web worker imports this module, so it imports nothing: a name is looked
up in its module when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "5.0.0.dev0"

_COMMANDS = [
    "adopt",
    "branches",
    "check",
    "current",
    "doctor",
    "downgrade",
    "edit",
    "ensure_version",
    "heads",
    "history",
    "init",
    "list_templates",
    "merge",
    "migrate",
    "plan",
    "prepare",
    "redo",
    "repair",
    "revision",
    "show",
    "stamp",
    "status",
    "upgrade",
    "verify",
    "wait",
]

#: Where each public name lives: a module of ours, "module:name" of another, or "module:" itself.
_HOME = {
    **dict.fromkeys(_COMMANDS, ".commands"),
    "AppMigrations": ".app_migrations",
    "Migrate": ".extension",
    "MigrateCommand": ".script",
    "MigrateError": ".errors",
    "Config": ".alembic_config",
    "alembic_version": "._compat",
    "catch_errors": ".failures",
    "log": ".logs",
    "_get_config": ".extension",
    "AlembicConfig": "alembic.config:Config",
    "CommandError": "alembic.util:CommandError",
    "command": "alembic.command:",
}

if TYPE_CHECKING:
    from alembic import command as command
    from alembic.config import Config as AlembicConfig  # noqa: F401
    from alembic.util import CommandError as CommandError

    from ._compat import alembic_version as alembic_version
    from .alembic_config import Config as Config
    from .app_migrations import AppMigrations as AppMigrations
    from .commands import (
        adopt as adopt,
        branches as branches,
        check as check,
        current as current,
        downgrade as downgrade,
        edit as edit,
        ensure_version as ensure_version,
        heads as heads,
        history as history,
        init as init,
        list_templates as list_templates,
        merge as merge,
        migrate as migrate,
        plan as plan,
        prepare as prepare,
        redo as redo,
        repair as repair,
        revision as revision,
        show as show,
        stamp as stamp,
        status as status,
        upgrade as upgrade,
        verify as verify,
        wait as wait,
    )
    from .errors import MigrateError as MigrateError
    from .extension import Migrate as Migrate
    from .failures import catch_errors as catch_errors
    from .logs import log as log

    MigrateCommand: Any


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    place, colon, original = _HOME[name].partition(":")
    module = import_module(place, __name__)
    value = module if colon and not original else getattr(module, original or name)
    globals()[name] = value  # the next look-up does not come here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
