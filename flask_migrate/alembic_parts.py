"""Alembic without the parts that few commands need, until one does.

Alembic imports Mako, which writes files, and what it knows of each kind of
database, which is most of the time that its import takes.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

# What Alembic 1.19 and 1.20 import of it.
_MAKO = ("mako", "mako.exceptions", "mako.template", "mako.pygen")

_KINDS = "alembic.ddl"

#: What Alembic knows of databases, by the names of their dialects.
_MODULES = {
    "mssql": "mssql",
    "mysql": "mysql",
    "mariadb": "mysql",
    "oracle": "oracle",
    "postgresql": "postgresql",
}

_PARTS = sorted({f"{_KINDS}.{name}" for name in _MODULES.values()})


def import_alembic() -> None:
    """Import Alembic without what may never be needed.

    Mako is imported when Alembic first calls something of it; what is of one kind of
    database, when Alembic meets such a database or with :func:`complete`.
    """
    if any(name in sys.modules for name in ("alembic", "mako")):
        return
    stand_ins = {
        **{name: _Later(name) for name in _MAKO},
        **{name: ModuleType(name) for name in _PARTS},
    }
    sys.modules.update(stand_ins)
    try:
        import alembic.command  # noqa: F401
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
    _leave_to_be_found()


def complete() -> None:
    """Import what Alembic knows of every kind of database: a program is about to use it."""
    for name in _PARTS:
        if name not in sys.modules:  # this comes before each file of a history
            importlib.import_module(name)


def _leave_to_be_found() -> None:
    """Let Alembic look for what it knows of a database where it has been left out."""
    from alembic import ddl
    from alembic.ddl import impl

    for module in set(_MODULES.values()):
        delattr(ddl, module)
    ddl.__getattr__ = _part  # type: ignore[method-assign]
    impl._impls = _Implementations(impl._impls)


def _part(name: str) -> ModuleType:
    if name not in _MODULES.values():
        raise AttributeError(f"module {_KINDS!r} has no attribute {name!r}")
    return importlib.import_module(f"{_KINDS}.{name}")


class _Implementations(dict[str, Any]):
    """Alembic's implementations by dialect; one that is missing is imported."""

    def __missing__(self, dialect: str) -> Any:
        if dialect not in _MODULES:
            raise KeyError(dialect)
        _part(_MODULES[dialect])
        return dict.__getitem__(self, dialect)


class _Later(ModuleType):
    """A module that stands for the real one until something of it is called."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        whole = f"{self.__name__}.{name}"
        return _Later(whole) if whole in _MAKO else _Call(self.__name__, name)


class _Call:
    """A class or a function of a module that is imported with the call."""

    def __init__(self, module: str, name: str) -> None:
        self._module, self._name = module, name

    def __call__(self, *args: Any, **options: Any) -> Any:
        return getattr(importlib.import_module(self._module), self._name)(*args, **options)
