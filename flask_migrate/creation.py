"""Databases that are not there yet."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from . import asynchronous
from .connecting import codes, limited
from .neighbours import NoNeighbourError, neighbour
from .refusals import NotCreatedError

#: Seconds between two tries to reach a server.
PAUSE = 0.5

#: Databases that are there on each server, and how to ask for another one and make it.
_SERVERS = {
    "postgresql": (
        ("postgres", "template1"),
        "SELECT 1 FROM pg_database WHERE datname = :name",
        "CREATE DATABASE {}",
    ),
    "mysql": (
        ("information_schema",),
        "SELECT 1 FROM information_schema.schemata WHERE schema_name = :name",
        # Not IF NOT EXISTS: it would tell each of several at once that it was the one.
        "CREATE DATABASE {} CHARACTER SET utf8mb4",
    ),
}
_SERVERS["mariadb"] = _SERVERS["mysql"]


# SQLSTATE invalid_catalog_name; ER_BAD_DB_ERROR.
_CODES = {"3D000", 1049}

# psycopg and psycopg2 give no code for what they were told while they connected.
_NO_DATABASE = re.compile(r'\bFATAL: +database ".*" does not exist')


def is_missing(error: BaseException) -> bool:
    """Whether *error* says that the server has no such database."""
    state, said = codes(error)
    return state in _CODES or said in _CODES or bool(_NO_DATABASE.search(str(said)))


def create_if_missing(name: str, engine: Any, wait: float, connect_timeout: float | None) -> bool:
    """Make the database of *engine*, unless it is there; whether it was made.

    Where the server cannot be reached nothing is done: whatever comes next says why.

    :param name: What people call the database.
    :param wait: Seconds until the server must be there.
    :raises NotCreatedError: It is not there, and could not be made.
    """
    made: list[bool] = []

    def create() -> None:
        own = getattr(engine, "sync_engine", engine)
        end = time.monotonic() + wait
        while not _is_settled(name, own, made):
            if time.monotonic() >= end:
                return
            time.sleep(PAUSE)

    with limited({None: engine}, timeout=connect_timeout):
        asynchronous.call(create, [engine])
    return any(made)


def _is_settled(name: str, engine: Any, made: list[bool]) -> bool:
    """Whether the database is there by now, or nobody can say what became of it."""
    if engine.dialect.name == "sqlite":
        made.append(_made_file(engine.url.database or ""))
        return True
    if engine.dialect.name not in _SERVERS or _is_there(engine):
        return True
    with _server(engine) as connection:
        if connection is None:
            return False
        made.append(_made(name, engine, connection))
    return made[-1] or _is_there(engine)


def _is_there(engine: Any) -> bool:
    from sqlalchemy.exc import DBAPIError

    try:
        engine.connect().close()
    except (DBAPIError, OSError):  # asyncpg raises the latter
        return False
    return True


def _made_file(database: str) -> bool:
    if database in ("", ":memory:") or database.startswith("file:"):
        return False
    path = Path(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # An empty file is an empty database; of several at once one makes it.
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError:
        return False
    return True


@contextmanager
def _server(engine: Any) -> Iterator[Any]:
    """A connection to a database that is there in any case; ``None`` if there is no way to it."""
    from sqlalchemy.exc import DBAPIError

    opened = None
    for database in _SERVERS[engine.dialect.name][0]:
        with suppress(DBAPIError, NoNeighbourError, OSError):
            opened = neighbour(engine, engine.url._replace(database=database)).connect()
            break
    try:
        yield opened and opened.execution_options(isolation_level="AUTOCOMMIT")
    finally:
        if opened is not None:
            opened.close()


def _made(name: str, engine: Any, connection: Any) -> bool:
    import sqlalchemy as sa

    _, ask, statement = _SERVERS[engine.dialect.name]
    database = engine.url.database or ""

    def is_there() -> bool:
        return connection.execute(sa.text(ask), {"name": database}).first() is not None

    if is_there():
        return False
    quoted = connection.dialect.identifier_preparer.quote_identifier(database)
    try:
        connection.exec_driver_sql(statement.format(quoted))
    except sa.exc.DBAPIError as error:
        if is_there():  # another process was quicker
            return False
        raise NotCreatedError(name, quoted, str(error.orig).splitlines()[0]) from error
    return True
