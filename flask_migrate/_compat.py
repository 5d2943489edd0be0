"""Differences between the versions of what we depend on."""

from __future__ import annotations

import re
from importlib import metadata


def version_of(package: str) -> tuple[int, ...]:
    """The version of a package in three numbers; ``1.20.0b1`` counts as ``1.20.0``."""
    numbers = re.findall(r"\d+", re.split(r"[a-z]", metadata.version(package))[0])
    return tuple(int(number) for number in (*numbers, 0, 0)[:3])


#: What public code compares: ``alembic_version >= (0, 7, 0)``.
alembic_version = version_of("alembic")
