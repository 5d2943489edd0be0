"""Differences between the versions of what we depend on."""

from __future__ import annotations

import re
from functools import cache


@cache
def alembic_version() -> tuple[int, ...]:
    """The version of Alembic in three numbers; ``1.20.0b1`` counts as ``1.20.0``."""
    from importlib.metadata import version

    numbers = re.findall(r"\d+", re.split(r"[a-z]", version("alembic"))[0])
    return tuple(int(number) for number in (*numbers, 0, 0)[:3])
