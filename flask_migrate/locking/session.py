"""Locks that belong to a session of a database server."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from .lock import Lock


def owner() -> str:
    """This process, as another one should read of it."""
    return f"pid {os.getpid()} on {socket.gethostname()}"


class SessionLock(Lock):
    """A lock that a server frees when the session that took it ends.

    The session is one of its own, outside any transaction: a waiting statement
    would hold a snapshot, for which another session's ``CREATE INDEX
    CONCURRENTLY`` waits in turn.
    """

    #: SQL that frees the lock.
    release_sql: str

    def open(self, connection: Any) -> None:
        engine = connection.engine
        self.session = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self.key = self.make_key(connection)

    def make_key(self, connection: Any) -> Any:
        """What the server knows the lock by."""
        raise NotImplementedError

    def scalar(self, sql: str, **values: Any) -> Any:
        """The first value that a query in the session of the lock gives."""
        from sqlalchemy import text

        return self.session.execute(text(sql), values).scalar()

    def row(self, sql: str, **values: Any) -> Any:
        """The first row of such a query."""
        from sqlalchemy import text

        return self.session.execute(text(sql), values).first()

    def release(self) -> None:
        # The session may be gone, and the lock with it.
        with suppress(SQLAlchemyError):
            self.scalar(self.release_sql, key=self.key)
        self.session.close()
