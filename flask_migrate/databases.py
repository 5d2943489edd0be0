"""The databases of an application, whatever it keeps them in."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import current_app

from .errors import NotConfiguredError

if TYPE_CHECKING:
    from sqlalchemy import MetaData
    from sqlalchemy.engine import Engine


@dataclass(frozen=True)
class Database:
    """One database that migrations go to.

    ``bind`` is the key in ``SQLALCHEMY_BINDS``, ``None`` for the default one.
    """

    bind: str | None
    engine: Engine
    metadata: MetaData | Sequence[MetaData]

    @property
    def identifier(self) -> str:
        """What revision scripts call it: ``upgrade_<identifier>()``."""
        return identifier(self.bind)


def identifier(bind: str | None) -> str:
    """The part of a Python name that stands for *bind*; the default one has none.

    A bind that can stand in a name stands for itself, as it always has; any
    other character becomes its code point, so that two binds never meet.
    """
    if bind is None:
        return ""
    if f"_{bind}".isidentifier() and unicodedata.normalize("NFKC", bind) == bind:
        return bind
    return "".join(c if re.match(r"[a-zA-Z0-9_]", c) else f"_x{ord(c):x}_" for c in bind)


def default(db: Any) -> Database:
    """The default database of *db*.

    :raises NotConfiguredError: It has none.
    """
    if None not in binds(db):
        raise NotConfiguredError(
            "The application has no default database, only binds.",
            hint="Set SQLALCHEMY_DATABASE_URI, or make a project for several "
            "databases: flask db init --multidb",
        )
    return Database(None, _engine(db, None), db.metadata)


def every(db: Any) -> Iterator[Database]:
    """Each database of *db*, the default one first."""
    for bind in binds(db):
        yield Database(bind, _engine(db, bind), _metadata(db, bind))


def binds(db: Any) -> list[str | None]:
    """The binds of *db* in the order of the configuration, ``None`` first for the default."""
    if hasattr(db, "engines"):  # Flask-SQLAlchemy 3
        names = list(db.engines)
    else:  # Flask-SQLAlchemy 2
        names = list(current_app.config.get("SQLALCHEMY_BINDS") or {})
        if current_app.config.get("SQLALCHEMY_DATABASE_URI"):
            names.append(None)
    return sorted(names, key=lambda bind: bind is not None)


def _engine(db: Any, bind: str | None) -> Engine:
    if hasattr(db, "engines"):
        return db.engines[bind]  # type: ignore[no-any-return]
    return db.get_engine(current_app, bind)  # type: ignore[no-any-return]


def _metadata(db: Any, bind: str | None) -> MetaData:
    """The tables of one bind."""
    from sqlalchemy import MetaData

    if hasattr(db, "metadatas"):  # Flask-SQLAlchemy 3
        return db.metadatas.get(bind) or MetaData()
    # Flask-SQLAlchemy 2 keeps the tables of all binds in one place.
    part = MetaData(naming_convention=db.metadata.naming_convention)
    for table in db.metadata.tables.values():
        if table.info.get("bind_key") == bind:
            table.to_metadata(part)
    return part
