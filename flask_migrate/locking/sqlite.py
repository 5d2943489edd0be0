"""The lock of SQLite: an operating system's lock on a file beside the database."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from typing import Any

from filelock import FileLock, Timeout

from ..errors import LockError
from .lock import Lock
from .session import owner


class FileBesideLock(Lock):
    """A lock that the operating system frees when the process ends.

    The file stays; it says who held the lock last.
    """

    def open(self, connection: Any) -> None:
        self.path = f"{_database_file(connection)}.migrate-lock"
        self.file = FileLock(self.path)

    def try_acquire(self) -> bool:
        try:
            self.file.acquire(timeout=0)
        except Timeout:
            return False
        except PermissionError:
            folder = os.path.dirname(self.path)
            if os.access(folder, os.W_OK):  # the file is of another user
                raise LockError(
                    f"The lock file of the database cannot be written: {self.path}",
                    hint="See who may write in it; while nothing is run it may be deleted.",
                ) from None
            raise LockError(
                f"The folder of the database cannot be written: {folder}",
                hint="SQLite writes its journal there as well; see who may write in it.",
            ) from None
        with suppress(OSError), open(f"{self.path}-holder", "w", encoding="utf-8") as note:
            note.write(f"{owner()}, since {time.strftime('%H:%M:%S')}")
        return True

    def is_held(self) -> bool:
        return bool(self.file.is_locked)

    def holder(self) -> str:
        with suppress(OSError), open(f"{self.path}-holder", encoding="utf-8") as note:
            return note.read()
        return "unknown"

    def release(self) -> None:
        if not self.file.is_locked:  # the note is of another run
            return
        with suppress(OSError):
            os.unlink(f"{self.path}-holder")
        self.file.release()


def _database_file(connection: Any) -> str:
    """The path of the main database; empty for one in memory."""
    for _, name, path in connection.exec_driver_sql("PRAGMA database_list"):
        if name == "main":
            return str(path or "")
    return ""


def lock(connection: Any, table: str) -> Lock | None:
    """``None`` for a database in memory, which nobody else can reach."""
    return FileBesideLock(connection, table) if _database_file(connection) else None
