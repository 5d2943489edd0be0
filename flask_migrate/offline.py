"""The files that offline SQL of several databases goes to."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .databases import Database

# The ``env.py`` of Flask-Migrate 1.5 to 4.1 names each file after its bind, and
# the default bind has no name.
_HIDDEN = Path(".sql")

#: Where the SQL of the default database goes.
DEFAULT = "default.sql"


# A name that leads to no other folder, on any system.
_PLAIN = re.compile(r"[^./\\:\0][^/\\:\0]*")


def file_name(database: Database) -> str:
    """Where the SQL of *database* goes: to a file of its name in the working directory."""
    is_plain = _PLAIN.fullmatch(database.name)
    return f"{database.name if is_plain else database.identifier}.sql"


@contextmanager
def sql_files(chosen: Sequence[str]) -> Iterator[None]:
    """Give the file that an old ``env.py`` hides in this block its name.

    :param chosen: Binds whose SQL goes to standard output; then the files are
        left as they were.
    """
    if chosen:
        with _untouched():
            yield
        return
    before = _written()
    try:
        yield
    finally:
        if _written() != before:
            os.replace(_HIDDEN, DEFAULT)


def _written() -> int | None:
    try:
        return _HIDDEN.stat().st_mtime_ns
    except FileNotFoundError:
        return None


@contextmanager
def _untouched() -> Iterator[None]:
    """Undo that an old ``env.py`` opens, and so empties, one file for each bind."""
    before = {path: path.read_bytes() for path in _sql_files()}
    try:
        yield
    finally:
        for path in _sql_files():
            if path not in before:
                path.unlink()
            elif path.stat().st_size != len(before[path]):
                path.write_bytes(before[path])


def _sql_files() -> list[Path]:
    return [path for path in Path().glob("*.sql") if path.is_file()]
