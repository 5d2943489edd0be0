"""The lock that a run holds on a database, whatever the database."""

from __future__ import annotations

import time
from importlib import import_module
from typing import Any

from ..errors import LockLostError, LockTimeoutError
from ..logs import log

#: Seconds between two tries.
POLL = 0.25

#: Seconds between two looks at whether the lock is still held.
_CHECK = 1.0

#: Where the lock of each database lives.
_MODULES = {
    "postgresql": ".postgresql",
    "mysql": ".mysql",
    "mariadb": ".mysql",
    "sqlite": ".sqlite",
}


class Lock:
    """A lock on one database that dies with the process that holds it.

    It is never a row of a table: a process that is killed would leave it.

    :param connection: The connection that the migrations will use; the lock has
        one of its own.
    :param table: The version table, with its schema: two histories in one
        database do not wait for each other.
    """

    def __init__(self, connection: Any, table: str) -> None:
        self.table = table
        self._checked = time.monotonic()
        self.open(connection)

    def acquire(self, wait: float) -> None:
        """Hold the lock.

        :param wait: Seconds to wait for another holder.
        :raises LockTimeoutError: It did not let go in time.
        """
        start = time.monotonic()
        said = False
        while not self.try_acquire():
            waited = time.monotonic() - start
            if waited >= wait:
                raise LockTimeoutError(self.holder(), waited)
            if not said:
                log.warning("Waiting for another migration run (%s) ...", self.holder())
                said = True
            time.sleep(min(POLL, wait - waited))

    def check(self) -> None:
        """See that the lock is still held; asks the database once a second at the most.

        :raises LockLostError: It is not.
        """
        now = time.monotonic()
        if now - self._checked < _CHECK:
            return
        self._checked = now
        if not self.is_held():
            raise LockLostError()

    def open(self, connection: Any) -> None:
        """Make ready to lock the database of *connection*."""
        raise NotImplementedError

    def try_acquire(self) -> bool:
        """Take the lock if nobody has it."""
        raise NotImplementedError

    def is_held(self) -> bool:
        """Whether this lock is held, as the database sees it."""
        raise NotImplementedError

    def holder(self) -> str:
        """Who holds it, as far as the database knows."""
        raise NotImplementedError

    def release(self) -> None:
        """Let go, and let go of what :meth:`open` opened."""
        raise NotImplementedError


def lock_for(connection: Any, table: str) -> Lock | None:
    """The lock for the database of *connection*; ``None`` where there can be no other run."""
    module = _MODULES.get(connection.dialect.name)
    if module is None:
        return None
    return import_module(module, __package__).lock(connection, table)  # type: ignore[no-any-return]
