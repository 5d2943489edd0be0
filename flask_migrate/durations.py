"""Lengths of time as people write them."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|)\s*")


class DurationError(ValueError):
    """A text that is no length of time."""


def duration(text: str | float) -> float:
    """Seconds, from ``"500ms"``, ``"2s"``, ``"5min"``, ``"1h"`` or a number of seconds.

    :raises DurationError: *text* is none of these.
    """
    match = _DURATION.fullmatch(str(text))
    if match is None:
        raise DurationError(f"{text!r} is no length of time; write 500ms, 2s, 5min or 1h")
    return float(match[1]) * _UNITS[match[2]]
