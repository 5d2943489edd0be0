"""How long a run waits for a database to answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

#: Seconds; without a limit some drivers wait for minutes.
TIMEOUT = 10

# What each driver calls the limit.
_OPTIONS = {
    "asyncpg": "timeout",
    "mariadbconnector": "connect_timeout",
    "mysqlconnector": "connection_timeout",
    "mysqldb": "connect_timeout",
    "psycopg": "connect_timeout",
    "psycopg2": "connect_timeout",
    "pymysql": "connect_timeout",
}


def codes(error: Any) -> tuple[Any, Any]:
    """The SQLSTATE of what a database said, and the first thing its driver makes of it.

    That is the number of the error for MariaDB and MySQL, and elsewhere the text.
    """
    original = getattr(error, "orig", None) or error
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    return state, (getattr(original, "args", ()) or (None,))[0]


@contextmanager
def limited(
    engines: Mapping[str | None, Any],
    connecting: Callable[[str | None], None] | None = None,
    timeout: float | None = None,
) -> Iterator[None]:
    """Give up on a server that does not answer, inside this block.

    A limit that the application has set itself stays.

    :param engines: The engine of each bind.
    :param connecting: Is told the bind that a connection is about to be made to.
    :param timeout: Seconds, instead of :data:`TIMEOUT`.
    """
    from sqlalchemy import event

    listeners = [
        (getattr(engine, "sync_engine", engine), _listener(bind, connecting, timeout or TIMEOUT))
        for bind, engine in engines.items()
    ]
    for engine, listener in listeners:
        event.listen(engine, "do_connect", listener)
    try:
        yield
    finally:
        for engine, listener in listeners:
            event.remove(engine, "do_connect", listener)


def _listener(
    bind: str | None, connecting: Callable[[str | None], None] | None, timeout: float
) -> Callable[..., Any]:
    def connect(dialect: Any, record: Any, args: Any, parameters: dict[str, Any]) -> Any:
        if connecting is not None:
            connecting(bind)
        option = _OPTIONS.get(dialect.driver)
        if option is not None:
            # Drivers take whole seconds, and 0 for none at all.
            parameters.setdefault(option, max(1, round(timeout)))
        if dialect.driver == "pymysql" and "read_timeout" not in parameters:
            return _greeted(dialect, args, parameters)
        return None  # SQLAlchemy connects

    return connect


def _greeted(dialect: Any, args: Any, parameters: dict[str, Any]) -> Any:
    """A connection of PyMySQL, whose own limit does not hold for the server's greeting."""
    limit = parameters[_OPTIONS[dialect.driver]]
    connection = dialect.connect(*args, **{**parameters, "read_timeout": limit})
    connection._read_timeout = None  # a query may take its time
    return connection
