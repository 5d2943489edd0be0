"""Trying again when another session held a lock for too long."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from .connecting import codes
from .errors import DatabaseError, RevisionFailedError
from .logs import log

T = TypeVar("T")

#: Seconds: the first delay at the most, and the longest.
_FIRST, _LONGEST = 0.5, 30.0

# SQLSTATE lock_not_available; ER_LOCK_WAIT_TIMEOUT and ER_LOCK_DEADLOCK.
_SQLSTATES = {"55P03"}
_NUMBERS = {1205, 1213}


def retried(work: Callable[[], T], retries: int) -> T:
    """Call *work* again when it failed for want of a lock and nothing of it is left.

    The delays grow exponentially and are random up to that ("full jitter",
    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).

    :raises RevisionFailedError: The last try failed as well.
    """
    for attempt in range(retries):
        try:
            return work()
        except (DatabaseError, RevisionFailedError) as error:
            # Outside a revision nothing has been done.
            is_undone = getattr(error, "is_undone", True)
            if not (is_undone and _is_lock_timeout(error.__cause__)):
                raise
            delay = random.uniform(0, min(_LONGEST, _FIRST * 2**attempt))  # noqa: S311
            log.warning("%s Retry %d of %d in %.1f s.", error.message, attempt + 1, retries, delay)
        time.sleep(delay)
    return work()


def _is_lock_timeout(error: Any) -> bool:
    state, said = codes(error)
    return state in _SQLSTATES or said in _NUMBERS or "database is locked" in str(said)
