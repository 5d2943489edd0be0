"""Lengths of time, and how often, as people write them."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}

_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|s|min|m|h|)\s*")


#: Seconds: about as long as PostgreSQL can count milliseconds.
_LONGEST = 24 * 24 * 3600

_TIMES = re.compile(r"\s*(\d{1,4})\s*")


class DurationError(ValueError):
    """A text that is no length of time, or no number of times."""


def duration(text: str | float) -> float:
    """Seconds, from ``"500ms"``, ``"2s"``, ``"5min"``, ``"1h"`` or a number of seconds.

    :raises DurationError: *text* is none of these.
    """
    match = _DURATION.fullmatch(str(text))
    if match is None:
        raise DurationError(f"{text!r} is no length of time; write 500ms, 2s, 5min or 1h")
    found = float(match[1]) * _UNITS[match[2]]
    if found > _LONGEST:
        raise DurationError(f"{text!r} is too long; 576h is the most")
    return found


def times(text: str | int) -> int:
    """How often something is done, from ``"3"`` or ``3``.

    :raises DurationError: *text* is no whole number, or not one from 0 to 9999.
    """
    match = _TIMES.fullmatch(str(text))
    if match is None:
        raise DurationError(f"{text!r} is no number of times; write one from 0 to 9999")
    return int(match[1])
