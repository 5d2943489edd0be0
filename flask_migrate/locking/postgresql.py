"""The lock of PostgreSQL: a session-level advisory lock."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from ..errors import LockError
from .session import SessionLock, owner

_HOLDER = """
SELECT a.application_name, a.client_addr, a.pid, date_trunc('second', now() - a.backend_start)
FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND ((l.classid::bigint << 32) | l.objid::bigint) = CAST(:key AS bigint)
"""

_HELD = _HOLDER + " AND l.pid = pg_backend_pid()"


class PostgresqlLock(SessionLock):
    """Polled with ``pg_try_advisory_lock``; the key is of the version table."""

    release_sql = "SELECT pg_advisory_unlock(:key)"

    def make_key(self, connection: Any) -> int:
        digest = hashlib.sha256(f"flask_migrate {self.table}".encode()).digest()
        return int.from_bytes(digest[:8], "big", signed=True)

    def open(self, connection: Any) -> None:
        super().open(connection)
        if self.scalar("SELECT pg_backend_pid()") != self.scalar("SELECT pg_backend_pid()"):
            self.session.close()
            raise LockError(
                "The database is behind a pooler in transaction mode, such as PgBouncer: "
                "two statements of one session reached two servers.",
                hint="Give migrations a direct connection, or do without the lock: "
                "flask db upgrade --no-lock",
            )
        # Shown to whoever waits.
        self.scalar(
            "SELECT set_config('application_name', :name, false)",
            name=f"flask-migrate {owner()}"[:63],
        )

    def try_acquire(self) -> bool:
        return bool(self.scalar("SELECT pg_try_advisory_lock(:key)", key=self.key))

    def is_held(self) -> bool:
        try:
            return self.row(_HELD, key=self.key) is not None
        except SQLAlchemyError:
            return False

    def holder(self) -> str:
        found = self.row(_HOLDER, key=self.key)
        if found is None:
            return "just gone"
        name, address, pid, since = found
        who = name.removeprefix("flask-migrate ") or "unknown"
        return f"{who}, from {address or 'the local socket'}, backend {pid}, since {since}"


lock = PostgresqlLock
