"""An empty database of the same kind as another one, for as long as it is needed."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .neighbours import NoNeighbourError, neighbour
from .refusals import NoScratchError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

#: How the name of each begins. One that was killed leaves a database of this name.
PREFIX = "flask_migrate_scratch_"


@contextmanager
def scratch(connection: Connection, url: str | None, is_furnished: bool) -> Iterator[Connection]:
    """A connection to a new database, which is dropped at the end of the block.

    :param connection: One to the database that it should be like.
    :param url: Any database of the server to make it on, instead of the same one.
    :param is_furnished: Whether it has the schemas and the extensions of the other one.
    :raises NoScratchError: It could not be made.
    """
    from sqlalchemy.exc import SQLAlchemyError

    engine: Any = connection.engine
    with ExitStack() as stack:
        server = engine if url is None else _engine_at(url, engine)
        try:
            make = _MAKERS[engine.dialect.name]
            found = stack.enter_context(make(server, connection, is_furnished))
            if url is None:
                # What the application does to each connection: pragmas, functions, types.
                found.pool.dispatch._update(engine.pool.dispatch, only_propagate=False)
            opened = stack.enter_context(found.connect())
            _check_is_new(opened)
            if engine.dialect.name in _HURRY:  # nobody needs it after a power cut
                opened.exec_driver_sql(_HURRY[engine.dialect.name])
                _end_transaction(opened)
        except (SQLAlchemyError, NoNeighbourError, OSError) as error:
            raise NoScratchError(engine.dialect.name, _said(error, server)) from error
        yield opened


def _engine_at(url: str, like: Any) -> Any:
    from sqlalchemy import create_engine
    from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
    from sqlalchemy.pool import NullPool

    kind = like.dialect.name
    try:
        server = create_engine(url, poolclass=NullPool)
    # What these say may have the password.
    except NoSuchModuleError:
        wrong = "names a kind of database that SQLAlchemy does not know"
    except ImportError:
        wrong = "names a driver that is not installed"
    except (SQLAlchemyError, ValueError):
        wrong = "is no URL of a database"
    else:
        if server.dialect.name == kind:
            return server
        wrong = f"leads to {server.dialect.name}, and the database is on {kind}"
    hint = (
        "Leave it out: flask db adopt"
        if kind == "sqlite"
        else "Write it like: flask db adopt --scratch-url "
        f"{like.url.drivername}://USER:PASSWORD@HOST/DATABASE"
    )
    raise NoScratchError(kind, f"--scratch-url {wrong}", hint)


def _said(error: BaseException, server: Any) -> str:
    text = (str(getattr(error, "orig", None) or error).strip().splitlines() or [""])[0]
    password = server.url.password
    return text.replace(password, "***") if password else text


def _check_is_new(connection: Any) -> None:
    """See that no application's own way to connect has led to a database of somebody."""
    kind = connection.dialect.name
    if kind == "sqlite":
        name = next(iter(connection.exec_driver_sql("PRAGMA database_list")))[2]
    else:
        ask = "SELECT current_database()" if kind == "postgresql" else "SELECT DATABASE()"
        name = connection.exec_driver_sql(ask).scalar()
    _end_transaction(connection)
    if not Path(name).name.startswith(PREFIX):
        raise NoNeighbourError()


def _end_transaction(connection: Any) -> None:
    if connection.in_transaction():
        connection.get_transaction().commit()


@contextmanager
def _sqlite(server: Any, connection: Any, is_furnished: bool) -> Iterator[Any]:
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        path = str(Path(folder, f"{PREFIX}.db"))
        engine = neighbour(server, server.url._replace(database=path, query={}))
        try:
            yield engine
        finally:
            engine.dispose()


@contextmanager
def _postgresql(server: Any, connection: Any, is_furnished: bool) -> Iterator[Any]:
    like = ""
    if server is connection.engine:
        encoding, collate, ctype = connection.exec_driver_sql(
            "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database "
            "WHERE datname = current_database()"
        ).one()
        like = f" ENCODING '{encoding}' LC_COLLATE '{collate}' LC_CTYPE '{ctype}'"
    furniture = list(_furniture(connection)) if is_furnished else []
    # Nobody is connected to template0, which would be in the way.
    with _on_server(server, f" TEMPLATE template0{like}") as engine:
        if furniture:
            _furnish(engine, furniture)
        yield engine


def _furniture(connection: Any) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote_identifier
    schemas = connection.exec_driver_sql(
        "SELECT nspname FROM pg_namespace WHERE left(nspname, 3) <> 'pg_' "
        "AND nspname NOT IN ('public', 'information_schema')"
    )
    for (schema,) in schemas.all():
        yield f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}"
    extensions = connection.exec_driver_sql(
        "SELECT extname, nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = extnamespace "
        "ORDER BY e.oid"
    )
    for name, schema in extensions.all():
        place = "" if schema in ("public", "pg_catalog") else f" SCHEMA {quote(schema)}"
        yield f"CREATE EXTENSION IF NOT EXISTS {quote(name)}{place}"


def _furnish(engine: Any, statements: list[str]) -> None:
    from sqlalchemy.exc import SQLAlchemyError

    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            # What cannot be made may not be needed.
            with suppress(SQLAlchemyError):
                connection.exec_driver_sql(statement)


@contextmanager
def _mariadb(server: Any, connection: Any, is_furnished: bool) -> Iterator[Any]:
    charset, collation = connection.exec_driver_sql(
        "SELECT @@character_set_database, @@collation_database"
    ).one()
    with _on_server(server, f" CHARACTER SET {charset} COLLATE {collation}") as engine:
        yield engine


@contextmanager
def _on_server(server: Any, options: str) -> Iterator[Any]:
    name = f"{PREFIX}{uuid.uuid4().hex[:12]}"
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}{options}")
        engine = neighbour(server, server.url._replace(database=name))
        try:
            yield engine
        finally:
            engine.dispose()
            connection.exec_driver_sql(f"DROP DATABASE {name}{_force(connection)}")


def _force(connection: Any) -> str:
    """What ends the sessions that a revision has left open."""
    dialect = connection.dialect
    has_force = dialect.name == "postgresql" and dialect.server_version_info >= (13,)
    return " WITH (FORCE)" if has_force else ""


_HURRY = {
    "sqlite": "PRAGMA synchronous = OFF",
    "postgresql": "SET synchronous_commit = off",
}

_MAKERS = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mysql": _mariadb,
    "mariadb": _mariadb,
}
