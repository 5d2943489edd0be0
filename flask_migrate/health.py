"""Whether the databases have all revisions, cheap enough to be asked in every request."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .logs import log
from .runs import is_busy

if TYPE_CHECKING:
    from .standing import Status

#: For how many seconds an answer of the databases holds.
LIFETIME = 30.0

#: How many seconds a server may take to answer a health check.
CONNECT_TIMEOUT = 2.0

clock = time.monotonic


class Health:
    """The last answer of the databases of one application.

    It holds until a revision file comes or goes, and for :data:`LIFETIME`. A look that
    fails counts as one: a server that is down is not asked in every request.
    """

    def __init__(self) -> None:
        self._statuses: tuple[Status, ...] | None = None
        self._looked_at: float | None = None
        self._folders: tuple[str, ...] = ()
        self._changed_at: tuple[int, ...] = ()
        self._lock = threading.Lock()

    def statuses(self) -> tuple[Status, ...] | None:
        """Where each database is, as far as it is known; ``None`` if it never was."""
        # While a run is under way, or another thread looks, the last answer has to do.
        if not self._is_fresh() and not is_busy() and self._lock.acquire(blocking=False):
            try:
                self._look()
            finally:
                self._lock.release()
        return self._statuses

    def _is_fresh(self) -> bool:
        if self._looked_at is None or clock() - self._looked_at >= LIFETIME:
            return False
        return _changed_at(self._folders) == self._changed_at

    def _look(self) -> None:
        try:
            from .standing import look

            run = look(connect_timeout=CONNECT_TIMEOUT)
            self._statuses = tuple(run.statuses)
            self._folders = _folders(run.script)
        except Exception as error:
            log.warning("Whether migrations are pending is not known: %s", error)
        self._looked_at = clock()
        self._changed_at = _changed_at(self._folders)


def _folders(script: Any) -> tuple[str, ...]:
    """Where revision files are."""
    files = {os.path.dirname(each.path) for each in script.walk_revisions()}
    return tuple(sorted({*files, *map(str, script._version_locations)}))


def _changed_at(folders: Sequence[str]) -> tuple[int, ...]:
    """When a file came to each folder, or went."""
    return tuple(os.stat(each).st_mtime_ns if os.path.isdir(each) else 0 for each in folders)
