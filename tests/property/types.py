"""The types that columns have, with values at their boundaries."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

EVERY = ("sqlite", "postgresql", "mysql")


@dataclass(frozen=True)
class Type:
    """How a type is spelled on a dialect, what its columns hold, and what it may become."""

    build: Callable[[str], Any] | None
    values: tuple[Any, ...]
    defaults: tuple[str, ...] = ()
    dialects: tuple[str, ...] = EVERY
    #: Types whose values are all values of this one, spelled the same.
    wider: tuple[str, ...] = ()
    #: Other types that a value of ours can be cast to, with such values.
    casts: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    can_be_key: bool = False


def _same(type_: Any) -> Callable[[str], Any]:
    return lambda dialect: type_


def _collated(**collations: str) -> Callable[[str], Any]:
    return lambda dialect: sa.String(30, collation=collations[dialect])


_UUIDS = uuid.UUID(int=0), uuid.UUID(int=2**128 - 1)
_DATE = datetime.date(1970, 1, 1), datetime.date(2024, 2, 29), datetime.date(9999, 12, 31)
_TIME = datetime.datetime(1970, 1, 2, 0, 0, 1), datetime.datetime(2037, 12, 31, 23, 59, 59)
_ZONED = (datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc),)
_TEXT = ("", "a", "O'Brien", 'say "hi"', "100% \\ done", "zażółć")

_JSON = {"a": [1, None]}, []
_WORDS = ("a", "B", "word")

#: The labels that enums may have.
LABELS = {
    "mood": ["sad", "happy", "it's 100%", "a-b", "Größe"],
    "colour": ["red", "green", "blue"],
}

#: What labels may be renamed to.
NEW_LABELS = ("it's new", "a label that is longer than all the others", "x")

TYPES: dict[str, Type] = {
    "small": Type(
        _same(sa.SmallInteger()), (0, -32768, 32767), ("0", "7"), wider=("integer", "big")
    ),
    "integer": Type(
        _same(sa.Integer()),
        (0, 1, -(2**31), 2**31 - 1),
        ("0", "-1", "42"),
        wider=("big",),
        casts=(
            ("small", (1, 2)),
            ("string50", (0, -5)),
            ("numeric8", (3, -4)),
            ("boolean", (0, 1)),
            ("float", (0, 5)),
        ),
    ),
    "big": Type(
        _same(sa.BigInteger()), (0, 2**63 - 1, -(2**63)), ("0",), casts=(("integer", (7, 8)),)
    ),
    "string20": Type(
        _same(sa.String(20)),
        (*_TEXT, "x" * 20),
        ("'none'", "''", "'it''s'", "'0'"),
        wider=("string50", "text", "unbounded"),
        casts=(
            ("integer", ("12", "-3")),
            ("mood", ("sad",)),
            ("collated", _WORDS),
            ("nocase", _WORDS),
        ),
        can_be_key=True,
    ),
    "string50": Type(
        _same(sa.String(50)),
        (*_TEXT, "y" * 50),
        ("'none'", "'a b'"),
        wider=("text",),
        casts=(
            ("string20", ("short", "")),
            ("date", ("2024-02-29", "1999-01-01")),
            ("datetime", ("2024-02-29 23:59:59", "1999-01-01 00:00:00")),
            ("numeric8", ("1.50", "-3.00")),
            ("uuid", tuple(each.hex for each in _UUIDS)),
        ),
        can_be_key=True,
    ),
    "text": Type(
        _same(sa.Text()),
        (*_TEXT, "z" * 5000),
        casts=(("string50", ("short", "")), ("json", ("[1, 2]", "null"))),
    ),
    "numeric8": Type(
        _same(sa.Numeric(8, 2)),
        (Decimal("0.00"), Decimal("999999.99"), Decimal("-0.01")),
        ("0", "1.50"),
        wider=("numeric12", "exact"),
        casts=(
            ("integer", (Decimal("4.00"), Decimal("-2.00"))),
            ("float", (Decimal("0.50"), Decimal("-2.25"))),
        ),
    ),
    "numeric12": Type(
        _same(sa.Numeric(12, 4)),
        (Decimal("0.0001"), Decimal("99999999.9999")),
        ("0",),
        casts=(("numeric8", (Decimal("1.2500"), Decimal("2.0000"))),),
    ),
    "float": Type(
        _same(sa.Float()),
        (0.0, 1.5, -2.25),
        ("0", "0.5"),
        casts=(("numeric12", (0.5, -2.25)), ("integer", (2.0, -3.0))),
    ),
    "boolean": Type(
        lambda dialect: sa.Boolean(),
        (True, False),
        ("true", "false"),
        casts=(("integer", (True, False)), ("string20", (True, False))),
    ),
    "date": Type(
        _same(sa.Date()),
        _DATE,
        ("'2020-01-01'",),
        casts=(("datetime", _DATE), ("string20", _DATE)),
    ),
    "datetime": Type(
        lambda dialect: mysql.DATETIME() if dialect == "mysql" else sa.DateTime(),
        _TIME,
        ("CURRENT_TIMESTAMP", "'2020-01-01 00:00:00'"),
        casts=(
            ("date", (datetime.datetime(2020, 1, 1), datetime.datetime(1999, 12, 31))),
            ("string50", _TIME),
            ("timestamptz", _TIME),
            ("seconds", _TIME),
            ("fsp", _TIME),
        ),
    ),
    "time": Type(_same(sa.Time()), (datetime.time(0, 0), datetime.time(23, 59, 59))),
    "binary": Type(_same(sa.LargeBinary()), (b"", b"\x00\xff")),
    "json": Type(_same(sa.JSON()), _JSON, casts=(("text", _JSON), ("jsonb", _JSON))),
    "mood": Type(None, (), casts=(("string50", ()),)),
    "colour": Type(None, (), casts=(("string50", ()), ("text", ()))),
    "uuid": Type(
        _same(sa.Uuid()),
        _UUIDS,
        dialects=("sqlite", "postgresql"),
        casts=(("string50", _UUIDS),),
    ),
    "array": Type(
        _same(postgresql.ARRAY(sa.Integer())),
        ([], [1, 2]),
        ("'{}'",),
        dialects=("postgresql",),
        casts=(("text", ([], [1, 2])),),
    ),
    "jsonb": Type(
        _same(postgresql.JSONB()),
        ({"b": 1}, None),
        ("'{}'",),
        dialects=("postgresql",),
        casts=(("json", _JSON), ("text", _JSON)),
    ),
    "timestamptz": Type(
        _same(sa.DateTime(timezone=True)),
        _ZONED,
        ("now()",),
        dialects=("postgresql",),
        casts=(("datetime", _ZONED),),
    ),
    "inet": Type(
        _same(postgresql.INET()),
        ("192.168.0.1", "::1"),
        ("'127.0.0.1'",),
        dialects=("postgresql",),
        casts=(("string50", ("192.168.0.1", "::1")),),
    ),
    "collated": Type(
        _collated(postgresql="C", mysql="utf8mb4_bin"),
        _WORDS,
        ("'x'",),
        dialects=("postgresql", "mysql"),
        wider=("recollated",),
    ),
    "recollated": Type(
        _collated(postgresql="POSIX", mysql="utf8mb4_unicode_ci"),
        _WORDS,
        ("'x'",),
        dialects=("postgresql", "mysql"),
        wider=("collated",),
    ),
    "nocase": Type(_collated(sqlite="NOCASE"), _WORDS, dialects=("sqlite",), wider=("rtrim",)),
    "rtrim": Type(_collated(sqlite="RTRIM"), _WORDS, dialects=("sqlite",), wider=("nocase",)),
    "tiny": Type(
        _same(mysql.TINYINT()),
        (0, 127, -128),
        ("1",),
        dialects=("mysql",),
        wider=("small", "integer"),
    ),
    "unsigned": Type(
        _same(mysql.INTEGER(unsigned=True)),
        (0, 2**32 - 1),
        ("0",),
        dialects=("mysql",),
        wider=("big",),
    ),
    "mediumtext": Type(_same(mysql.MEDIUMTEXT()), _TEXT, dialects=("mysql",), wider=("text",)),
    "fsp": Type(
        _same(mysql.DATETIME(fsp=3)), _TIME, ("CURRENT_TIMESTAMP(3)",), dialects=("mysql",)
    ),
    "tinytext": Type(_same(sa.Text(100)), _TEXT, dialects=("mysql",), wider=("text",)),
    "unbounded": Type(
        _same(sa.String()),
        _TEXT,
        ("'a b'",),
        dialects=("postgresql",),
        wider=("text",),
        casts=(("string20", ("short", "")),),
    ),
    "exact": Type(
        _same(sa.Numeric()),
        (Decimal("0.123456789"), Decimal("123456789.5")),
        ("0",),
        dialects=("postgresql",),
        casts=(("numeric8", (Decimal("1.25"), Decimal("2.00"))),),
    ),
    "seconds": Type(
        _same(postgresql.TIMESTAMP(precision=0)),
        _TIME,
        dialects=("postgresql",),
        wider=("datetime",),
    ),
}


def build(name: str, dialect: str, enums: dict[str, list[str]]) -> Any:
    """The SQLAlchemy type; an enum has the labels of its schema."""
    found = TYPES[name].build
    return sa.Enum(*enums[name], name=name) if found is None else found(dialect)


def literal(label: str) -> str:
    """The label of an enum as SQL."""
    return "'" + label.replace("'", "''") + "'"


def names(dialect: str) -> list[str]:
    """The types that a dialect has."""
    return [name for name, each in TYPES.items() if dialect in each.dialects]
