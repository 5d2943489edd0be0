"""How long a run waits for a database to answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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


@contextmanager
def limited(engines: Iterable[Any]) -> Iterator[None]:
    """Give up on a server that does not answer, inside this block.

    A limit that the application has set itself stays.
    """
    from sqlalchemy import event

    targets = [
        getattr(engine, "sync_engine", engine)
        for engine in engines
        if engine.dialect.driver in _OPTIONS
    ]

    def limit(dialect: Any, record: Any, args: Any, parameters: dict[str, Any]) -> None:
        parameters.setdefault(_OPTIONS[dialect.driver], TIMEOUT)

    for engine in targets:
        event.listen(engine, "do_connect", limit)
    try:
        yield
    finally:
        for engine in targets:
            event.remove(engine, "do_connect", limit)
