"""The databases of an application, whatever it keeps them in."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask, current_app

from . import asynchronous
from .errors import NotConfiguredError

if TYPE_CHECKING:
    from sqlalchemy import MetaData
    from sqlalchemy.engine import Engine

    Bind = str | None


@dataclass(frozen=True)
class Database:
    """One database that migrations go to.

    ``bind`` is its key in ``SQLALCHEMY_BINDS``, ``None`` for the default one.
    """

    bind: Bind
    engine: Engine
    metadata: MetaData | Sequence[MetaData]

    @property
    def identifier(self) -> str:
        """What revision scripts call it: ``upgrade_<identifier>()``."""
        return identifier(self.bind)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.bind or "default"


def identifier(bind: Bind) -> str:
    """The part of a Python name that stands for *bind*; the default one has none.

    A bind that can stand in a name stands for itself, as it always has; any
    other character becomes its code point, so that two binds never meet.
    """
    if bind is None:
        return ""
    if f"_{bind}".isidentifier() and unicodedata.normalize("NFKC", bind) == bind:
        return bind
    return "".join(c if re.match(r"[a-zA-Z0-9_]", c) else f"_x{ord(c):x}_" for c in bind)


class Databases:
    """Engines and metadata by bind, under the names that any ``env.py`` asks for.

    Every release of Flask-Migrate wrote an ``env.py`` for the
    Flask-SQLAlchemy of its day. What that version had and the installed one
    has not is here; anything else is asked of the database object itself.

    :param source: The database object of the application.
    :param metadata: Metadata, a class that has one, or a sequence of them; or
        a mapping of binds to these. Instead of the one in *source*.
    :param engine: An engine or a URL, or a mapping of binds to these. Instead
        of those in *source*.
    """

    def __init__(self, source: Any = None, metadata: Any = None, engine: Any = None) -> None:
        self._source = source
        self._metadata = metadata
        self._engine = engine

    @cached_property
    def _made(self) -> dict[Bind, Engine]:
        """The engines of the URLs that were given."""
        return {bind: _as_engine(each) for bind, each in _by_bind(self._engine).items()}

    @property
    def engines(self) -> Mapping[Bind, Engine]:
        """The engine of each bind, the default one under ``None``."""
        found = self._made or _engines(self._source)
        if is_environment_running():
            found = {bind: asynchronous.suitable(engine) for bind, engine in found.items()}
        return dict(sorted(found.items(), key=lambda item: item[0] is not None))

    @property
    def engine(self) -> Engine:
        """The engine of the default database.

        :raises NotConfiguredError: There is no default database.
        """
        return self.get_engine()

    def get_engine(self, *args: Any, **kwargs: Any) -> Engine:
        """The engine of a bind, called as any Flask-SQLAlchemy since 2.0 wants it."""
        named = [arg for arg in args if not isinstance(arg, Flask)]
        bind = (named or [kwargs.get("bind_key", kwargs.get("bind"))])[0]
        engines = self.engines
        if bind not in engines:
            raise NotConfiguredError(
                f"There is no database for the bind {bind!r}."
                if bind
                else "The application has no default database.",
                hint="Set SQLALCHEMY_DATABASE_URI, or make a project for several "
                "databases: flask db init --multidb",
            )
        return engines[bind]

    @property
    def metadatas(self) -> Mapping[Bind, Any]:
        """The metadata of each bind."""
        if self._metadata is not None:
            given = {bind: _as_metadata(each) for bind, each in _by_bind(self._metadata).items()}
            return _WithEmpty(given)
        if hasattr(self._source, "metadatas"):  # Flask-SQLAlchemy 3, Alchemical
            return _WithEmpty(self._source.metadatas)
        return _PartsOf(self.metadata)

    @property
    def metadata(self) -> Any:
        """The metadata of the default database.

        :raises NotConfiguredError: There is no metadata.
        """
        if self._metadata is not None or hasattr(self._source, "metadatas"):
            return _AllTables(self.metadatas) if _asks_for_binds() else self.metadatas[None]
        if not hasattr(self._source, "metadata"):
            raise NotConfiguredError(
                "No models were given to Migrate: it has no metadata to compare with.",
                hint="Name the base class of the models: Migrate(app, db, metadata=Base)",
            )
        return self._source.metadata

    def bind_names(self) -> list[str]:
        """The binds besides the default one."""
        return [bind for bind in self.engines if bind is not None]

    def default(self) -> Database:
        """The default database.

        :raises NotConfiguredError: There is none.
        """
        return Database(None, self.engine, self.metadata)

    def __iter__(self) -> Iterator[Database]:
        metadatas = self.metadatas
        for bind, engine in self.engines.items():
            yield Database(bind, engine, metadatas[bind])

    def __getattr__(self, name: str) -> Any:
        return getattr(self._source, name)


def is_environment_running() -> bool:
    """Whether an ``env.py`` is being executed in this process."""
    # Alembic's proxy module has this attribute for just as long.
    return hasattr(sys.modules.get("alembic.context"), "config")


def _asks_for_binds() -> bool:
    """Whether the ``env.py`` that runs is one for several databases."""
    if not is_environment_running():
        return False
    env = Path(sys.modules["alembic.context"].script.env_py_location)
    return "engine_name" in env.read_text(encoding="utf-8", errors="replace")


def _by_bind(given: Any) -> Mapping[Bind, Any]:
    if given is None:
        return {}
    return given if isinstance(given, Mapping) else {None: given}


def _as_engine(given: Any) -> Engine:
    if hasattr(given, "dialect"):
        return given  # type: ignore[no-any-return]
    from sqlalchemy import create_engine
    from sqlalchemy.pool import NullPool

    return create_engine(given, poolclass=NullPool)


def _as_metadata(given: Any) -> Any:
    if isinstance(given, Sequence):
        return [_as_metadata(each) for each in given]
    # A declarative base has a metadata; a metadata has tables.
    return given if hasattr(given, "tables") else given.metadata


def _flask_sqlalchemy_2(source: Any) -> dict[Bind, Engine]:
    binds: list[Bind] = [None] if current_app.config.get("SQLALCHEMY_DATABASE_URI") else []
    binds += current_app.config.get("SQLALCHEMY_BINDS") or {}
    return {bind: source.get_engine(current_app, bind) for bind in binds}


def _flask_sqlalchemy_3(source: Any) -> dict[Bind, Engine]:
    return dict(source.engines)


def _flask_sqlalchemy_lite(source: Any) -> dict[Bind, Engine]:
    found = {**source.engines, **source.async_engines}
    return {None if name == "default" else name: engine for name, engine in found.items()}


def _alchemical(source: Any) -> dict[Bind, Engine]:
    source.get_engine()  # makes them
    return dict(source.engines)


def _configured(source: Any) -> dict[Bind, Engine]:
    """Those that the configuration of the application names, for models without any."""
    uri = current_app.config.get("SQLALCHEMY_DATABASE_URI")
    named = {**({None: uri} if uri else {}), **(current_app.config.get("SQLALCHEMY_BINDS") or {})}
    return {bind: _as_engine(url) for bind, url in named.items()}


#: How the engines of a database object are found, by an attribute that only it has.
_KINDS: Sequence[tuple[str, Callable[[Any], dict[Bind, Engine]]]] = (
    ("async_engines", _flask_sqlalchemy_lite),
    ("table_binds", _alchemical),
    ("engines", _flask_sqlalchemy_3),
    ("get_engine", _flask_sqlalchemy_2),
)


def _engines(source: Any) -> dict[Bind, Engine]:
    for attribute, engines in _KINDS:
        if hasattr(source, attribute):
            return engines(source)
    return _configured(source)


class _WithEmpty(dict[Any, Any]):
    """Metadata by bind; a bind without models has an empty one."""

    def __missing__(self, bind: Bind) -> Any:
        from sqlalchemy import MetaData

        return MetaData()


class _PartsOf(dict[Any, Any]):
    """Metadata by bind, cut from the one in which Flask-SQLAlchemy 2 keeps all tables."""

    def __init__(self, whole: Any) -> None:
        super().__init__()
        self.whole = whole

    def __missing__(self, bind: Bind) -> Any:
        from sqlalchemy import MetaData

        part = MetaData(naming_convention=self.whole.naming_convention)
        for table in self.whole.tables.values():
            if table.info.get("bind_key") == bind:
                table.to_metadata(part)
        return part


class _AllTables:
    """The metadata of all binds as the ``env.py`` of Flask-Migrate 1.5 to 3.1 divides it."""

    def __init__(self, metadatas: Mapping[Bind, Any]) -> None:
        self.tables = {
            (bind, key): _TableOfBind(table, bind)
            for bind, metadata in metadatas.items()
            for key, table in metadata.tables.items()
        }


class _TableOfBind:
    """A table that says which bind it is of."""

    def __init__(self, table: Any, bind: Bind) -> None:
        self.info = {**table.info, "bind_key": bind}
        self.tometadata = table.to_metadata
