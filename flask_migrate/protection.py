"""Databases that no command takes anything from without being given their name."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePath
from typing import Any

from .selection import DEFAULT
from .state import state

#: Patterns of URLs without passwords, or of hosts; white space is between them.
VARIABLE = "FLASK_DB_PROTECT"


def protected(chosen: Iterable[str] = ()) -> Iterator[str]:
    """The names of the protected databases.

    :param chosen: The binds to look at; all, if none is named.
    """
    patterns = os.environ.get(VARIABLE, "").split()
    wanted = set(chosen)
    if not patterns:
        return
    for bind, engine in state().databases.engines.items():
        if not wanted or (bind or DEFAULT) in wanted:
            url = engine.url
            if any(_matches(url, pattern) for pattern in patterns):
                yield PurePath(url.database or "").name or DEFAULT


def _matches(url: Any, pattern: str) -> bool:
    plain = url._replace(password=None).render_as_string()
    return fnmatchcase(plain, pattern) or fnmatchcase(url.host or "", pattern)
