"""Alembic without Mako, which it imports at once and needs where a file is written."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

# What Alembic 1.19 and 1.20 import of it.
_MODULES = ("mako", "mako.exceptions", "mako.template", "mako.pygen")


def import_alembic() -> None:
    """Import Alembic; Mako is imported when Alembic first calls something of it."""
    if any(name in sys.modules for name in ("alembic", "mako")):
        return
    for name in _MODULES:
        sys.modules[name] = _Later(name)
    try:
        import alembic.command  # noqa: F401
    finally:
        for name in _MODULES:
            if isinstance(sys.modules.get(name), _Later):
                del sys.modules[name]


class _Later(ModuleType):
    """A module that stands for the real one until something of it is called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        whole = f"{self.__name__}.{name}"
        return _Later(whole) if whole in _MODULES else _Call(self.__name__, name)


class _Call:
    """A class or a function of a module that is imported with the call."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *args: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(self._module), self._name)(*args, **options)
