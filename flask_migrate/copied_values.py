"""What the values of a column become in a copy that has another type for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import sqlalchemy as sa

DATES = (sa.Date, sa.DateTime, sa.Time)
# In SQLAlchemy 2.1 a Float is no Numeric any more.
NUMBERS = (sa.Integer, sa.Numeric, sa.Float, sa.Boolean)
# SQLAlchemy 1.4 has none.
UUIDS: tuple[Any, ...] = (sa.Uuid,) if hasattr(sa, "Uuid") else ()

#: What SQLAlchemy cannot read just any value as, with what the others are not.
_READ = {
    sa.Interval: "interval",
    **dict.fromkeys(UUIDS, "UUID"),
    sa.Enum: "label",
    **dict.fromkeys(DATES, "date"),
    sa.String: "text",
}


def read_as(kind: Any) -> str | None:
    """What each value must be that is read as *kind*."""
    return next((what for each, what in _READ.items() if isinstance(kind, each)), None)


def as_date(column: Any, kind: Any) -> Any:
    """The text of *column*, as SQLAlchemy writes values of *kind*."""
    if isinstance(kind, sa.DateTime):
        text = sa.type_coerce(column, sa.String)
        is_date = sa.func.length(text) == 10
        return sa.case((is_date, text + " 00:00:00.000000"), else_=text)
    if isinstance(kind, sa.Date):
        return sa.func.substr(sa.type_coerce(column, sa.String), 1, 10)
    return column


def is_read_as(kind: Any, dialect: Any) -> Callable[[Any], bool]:
    """Whether SQLAlchemy can make of a text what *kind* says."""
    read = kind.dialect_impl(dialect).result_processor(dialect, None)

    def is_read(value: Any) -> bool:
        with suppress(ValueError, TypeError, LookupError):
            read(value)
            return True
        return False

    return is_read


def is_text(value: Any) -> bool:
    """Whether the bytes that a value may be are a text."""
    with suppress(UnicodeDecodeError):
        bytes(value).decode() if isinstance(value, bytes) else None
        return True
    return False


def is_number(value: Any) -> bool:
    with suppress(ValueError):
        float(value)
        return True
    return False


def is_json(value: Any) -> bool:
    with suppress(ValueError):
        json.loads(value)
        return True
    return False
