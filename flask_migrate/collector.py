"""Python's garbage collector, in a process with the models of thousands of tables."""

from __future__ import annotations

import atexit
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

# PyPy's collector is another one.
_CAN_FREEZE = hasattr(gc, "freeze")

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
            if _CAN_FREEZE and not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()


def leave_quickly() -> None:
    """Let the process end without a last search for garbage, a quarter of a short command."""
    if _CAN_FREEZE:
        atexit.unregister(_abandon)
        atexit.register(_abandon)


def _abandon() -> None:
    """Leave all objects to the operating system, unless one has something to do at its end."""
    _let_go()
    objects = gc.get_objects()
    ending = {each for each in set(map(type, objects)) if hasattr(each, "__del__")}
    if all(str(each.__module__).partition(".")[0] in _HARMLESS for each in ending):
        for each in [each for each in objects if type(each) in ending]:
            _flush(each)
        gc.freeze()


def _let_go() -> None:
    """Close the connections that wait in pools: SQLite then takes its log into the database."""
    pool = sys.modules.get("sqlalchemy.pool")
    if pool is None:
        return
    for each in gc.get_objects():
        # Not a subclass: connections that are awaited cannot be closed here.
        if type(each) is pool.QueuePool:
            each.dispose()


def _flush(file: Any) -> None:
    # It may be closed, or something else than a file.
    with suppress(Exception):
        if file.writable():
            file.flush()
