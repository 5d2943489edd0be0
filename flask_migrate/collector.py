"""Python's garbage collector, in a process with the models of thousands of tables."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import compress
from typing import Any

# PyPy's collector is another one.
_CAN_FREEZE = hasattr(gc, "freeze")

# How often in a process objects are taken for old ones. More often than a command line needs it,
# and not so often that a program that calls many commands is never searched as a whole.
_few_times = iter(range(16))

# What may be left as it is when the process ends: the operating system closes
# sockets, and files are closed with their buffers written.
_HARMLESS = {
    "_io",
    "aiomysql",
    "aiosqlite",
    "asyncio",
    "asyncmy",
    "asyncpg",
    "psycopg",
    "pymysql",
    "socket",
    "sqlite3",
    "ssl",
}


@contextmanager
def paused() -> Iterator[None]:
    """Look for no garbage inside this block, which makes millions of objects and drops none.

    The collector would look through all models again and again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            # This counts the new objects as old ones, without a look at each.
            set_aside()()
            gc.enable()


def set_aside() -> Callable[[], None]:
    """Look for no garbage among what is there, until the function that comes back is called.

    Each search would go through the program and its models again. They are old ones then to the
    collector, which does not count them for its next search of all.
    """
    # The program may have frozen what it shares.
    if not _CAN_FREEZE or gc.get_freeze_count() or next(_few_times, None) is None:
        return lambda: None
    gc.freeze()
    return gc.unfreeze


def leave_quickly() -> None:
    """Let the process end without a last search for garbage, a quarter of a short command."""
    if _CAN_FREEZE:
        atexit.unregister(_abandon)
        atexit.register(_abandon)


def _abandon() -> None:
    """Leave all objects to the operating system, unless one has something to do at its end."""
    objects = gc.get_objects()
    types = set(map(type, objects))
    ending = {each for each in types if hasattr(each, "__del__")}
    if not all(str(each.__module__).partition(".")[0] in _HARMLESS for each in ending):
        return
    # Not its subclasses: connections that are awaited cannot be closed here.
    pools = {getattr(sys.modules.get("sqlalchemy.pool"), "QueuePool", None)}
    told = types & (ending | pools)
    for each in compress(objects, map(told.__contains__, map(type, objects))):
        _finish(each)
    gc.freeze()


def _finish(each: Any) -> None:
    # It may be closed, or have nothing to do.
    with suppress(Exception):
        if hasattr(each, "dispose"):
            # SQLite takes its log into the database with the last connection.
            each.dispose()
        elif each.writable():
            each.flush()
