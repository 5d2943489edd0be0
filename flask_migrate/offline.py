"""The files that offline SQL of several databases goes to."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

# The ``env.py`` of Flask-Migrate 1.5 to 4.1 names each file after its bind, and
# the default bind has no name.
_HIDDEN = Path(".sql")

#: Where the SQL of the default database goes.
DEFAULT = "default.sql"


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
