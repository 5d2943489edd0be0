"""Saying what a run waits for, when it waits."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from .logs import log
from .passwords import redacted

#: Seconds of silence before something is said, and between two words.
PATIENCE = 5.0

# Each query gives who is in the way of session :session, one text a row.
_BLOCKERS = {
    "postgresql": """
        SELECT 'pid ' || pid || ', ' || usename || COALESCE(' from ' || client_addr, '') || ', '
            || state || ' since ' || date_trunc('second', now() - state_change) || ': '
            || left(query, 80)
        FROM pg_stat_activity WHERE pid = ANY(pg_blocking_pids(:session))""",
    "mysql": """
        SELECT CONCAT('session ', other.id, ', ', other.user, ' from ', other.host, ', ',
            other.command, ' since ', other.time, ' s: ', COALESCE(LEFT(other.info, 80), ''))
        FROM information_schema.processlist AS mine, information_schema.processlist AS other
        JOIN information_schema.innodb_trx ON trx_mysql_thread_id = other.id
        WHERE mine.id = :session AND mine.state LIKE 'Waiting%' AND other.id <> mine.id""",
}
_BLOCKERS["mariadb"] = _BLOCKERS["mysql"]

_SESSION = {
    "postgresql": "SELECT pg_backend_pid()",
    "mysql": "SELECT CONNECTION_ID()",
    "mariadb": "SELECT CONNECTION_ID()",
}


@contextmanager
def watched(connection: Any) -> Iterator[None]:
    """Say who blocks the session of *connection*, while this block runs.

    A server is asked from a thread and a session of its own; the session of
    the run is busy waiting.
    """
    kind = connection.dialect.name
    if kind not in _SESSION or connection.dialect.is_async:
        yield
        return
    session = connection.exec_driver_sql(_SESSION[kind]).scalar()
    done = threading.Event()
    thread = threading.Thread(
        target=_watch, args=(connection.engine, kind, session, done), daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _watch(engine: Any, kind: str, session: int, done: threading.Event) -> None:
    told: set[str] = set()
    while not done.wait(PATIENCE):
        # A server that is gone is the run's own news.
        with suppress(SQLAlchemyError):
            for blocker in _blockers(engine, kind, session) - told:
                told.add(blocker)
                log.warning("Waiting for a lock held by %s", redacted(blocker))


def _blockers(engine: Any, kind: str, session: int) -> set[str]:
    with engine.connect() as connection:
        rows = connection.execute(text(_BLOCKERS[kind]), {"session": session})
        return {str(blocker) for (blocker,) in rows}
