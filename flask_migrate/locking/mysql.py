"""The lock of MariaDB and MySQL: a named user lock."""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from .session import SessionLock


class NamedLock(SessionLock):
    """``GET_LOCK`` with a name for the database and its version table.

    The names are those of the whole server and have 64 characters at the most.
    """

    release_sql = "SELECT RELEASE_LOCK(:key)"

    def make_key(self, connection: Any) -> str:
        database = self.scalar("SELECT DATABASE()")
        digest = hashlib.sha256(f"{database} {self.table}".encode()).hexdigest()
        return f"flask_migrate {digest[:40]}"

    def try_acquire(self) -> bool:
        return bool(self.scalar("SELECT GET_LOCK(:key, 0)", key=self.key))

    def is_held(self) -> bool:
        try:
            return bool(self.scalar("SELECT IS_USED_LOCK(:key) = CONNECTION_ID()", key=self.key))
        except SQLAlchemyError:
            return False

    def holder(self) -> str:
        found = self.row(
            "SELECT id, user, host, time FROM information_schema.processlist "
            "WHERE id = IS_USED_LOCK(:key)",
            key=self.key,
        )
        if found is None:
            return "just gone"
        session, user, host, seconds = found
        return f"{user} from {host}, session {session}, since {seconds} s"


lock = NamedLock
