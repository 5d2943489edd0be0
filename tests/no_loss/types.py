"""Columns with rows that get another type, and what must become of the rows.

Each is a row of :data:`PROBES`: what it is called, both types, the values, and the outcome on
SQLite, PostgreSQL and MariaDB.

``KEPT``
    Nothing is said, and after ``upgrade`` and ``downgrade`` each value is there as before.
``TOLD``
    ``migrate`` warns and writes a comment above the line; ``--strict`` fails with exit code 3.
``STOPS``
    ``upgrade`` fails, and each value is there as before.
``-``
    There is no such type.
"""

from __future__ import annotations

import datetime
import uuid
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

KEPT, TOLD, STOPS = "kept", "told", "stops"

SQLITE, POSTGRESQL, MARIADB = range(3)

_MOMENT = datetime.datetime(2024, 2, 29, 23, 59, 59)
_PRECISE = _MOMENT.replace(microsecond=123456)
_ZONED = _PRECISE.replace(tzinfo=datetime.timezone.utc)
_DAY = datetime.date(2024, 2, 29)
_UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")
_WORDS = ("sad", "happy")

#: With what not every server of MariaDB has by itself.
_TEXT = sa.Text().with_variant(mysql.TEXT(charset="utf8mb4"), "mysql")


def _mood(*labels: str) -> Any:
    return sa.Enum(*labels, name="mood")


#: name, old type, new type, values, outcomes
PROBES: list[tuple[str, Any, Any, tuple[Any, ...], tuple[str, str, str]]] = [
    # Numbers
    ("float to integer", sa.Float(), sa.Integer(), (1.5,), (TOLD, TOLD, TOLD)),
    ("whole float to integer", sa.Float(), sa.Integer(), (2.0,), (KEPT, KEPT, KEPT)),
    ("numeric to integer", sa.Numeric(10, 4), sa.Integer(), (Decimal("1.5"),), (TOLD,) * 3),
    (
        "fewer digits",
        sa.Numeric(10, 4),
        sa.Numeric(10, 2),
        (Decimal("1.2345"),),
        (KEPT, TOLD, TOLD),
    ),
    (
        "a number too great",
        sa.Numeric(10, 2),
        sa.Numeric(6, 2),
        (Decimal("12345678.12"),),
        (KEPT, STOPS, STOPS),
    ),
    ("big to small", sa.BigInteger(), sa.SmallInteger(), (2**40,), (KEPT, STOPS, STOPS)),
    ("big to integer", sa.BigInteger(), sa.Integer(), (2**40,), (KEPT, STOPS, STOPS)),
    ("big to double", sa.BigInteger(), sa.Double(), (2**53 + 1,), (TOLD, TOLD, TOLD)),
    ("integer to single", sa.Integer(), sa.REAL(), (2**31 - 1,), (KEPT, TOLD, KEPT)),
    ("double to single", sa.Double(), sa.REAL(), (1.23456789012345,), (KEPT, TOLD, KEPT)),
    (
        "double to FLOAT",
        mysql.DOUBLE(),
        mysql.FLOAT(),
        (1.23456789012345,),
        ("-", "-", TOLD),
    ),
    (
        "numeric to float",
        sa.Numeric(),
        sa.Float(),
        (Decimal("12345678901234567890.5"),),
        ("-", TOLD, "-"),
    ),
    (
        "signed to unsigned",
        sa.Integer(),
        mysql.INTEGER(unsigned=True),
        (-5,),
        ("-", "-", STOPS),
    ),
    ("integer to boolean", sa.Integer(), sa.Boolean(), (5,), (KEPT, TOLD, KEPT)),
    ("0 and 1 to boolean", sa.Integer(), sa.Boolean(), (0, 1), (KEPT, KEPT, KEPT)),
    ("boolean to integer", sa.Boolean(), sa.Integer(), (True, False), (KEPT, KEPT, KEPT)),
    ("integer to bits", sa.Integer(), postgresql.BIT(4), (255,), ("-", TOLD, "-")),
    # Text to something else
    ("text to integer", sa.String(20), sa.Integer(), ("alice",), (STOPS, STOPS, STOPS)),
    ("text to float", sa.String(20), sa.Float(), ("alice",), (STOPS, STOPS, STOPS)),
    ("text to numeric", sa.String(20), sa.Numeric(8, 2), ("alice",), (STOPS, STOPS, STOPS)),
    ("no text to integer", sa.String(20), sa.Integer(), ("",), (STOPS, STOPS, STOPS)),
    ("digits to integer", sa.String(20), sa.Integer(), ("12", "-3"), (KEPT, KEPT, KEPT)),
    ("leading zeros to integer", sa.String(20), sa.Integer(), ("007",), (TOLD, TOLD, TOLD)),
    ("more digits to numeric", sa.String(20), sa.Numeric(8, 2), ("1.239",), (KEPT, TOLD, TOLD)),
    ("text to boolean", sa.String(20), sa.Boolean(), ("alice",), (STOPS, STOPS, STOPS)),
    ("number to boolean", sa.String(20), sa.Boolean(), ("7",), (TOLD, STOPS, KEPT)),
    ("text to date", sa.String(40), sa.Date(), ("alice",), (STOPS, STOPS, STOPS)),
    ("day to date", sa.String(40), sa.Date(), ("2024-02-29",), (KEPT, KEPT, KEPT)),
    (
        "moment to date",
        sa.String(40),
        sa.Date(),
        ("2024-02-29 23:59:59",),
        (TOLD, TOLD, TOLD),
    ),
    ("text to datetime", sa.String(40), sa.DateTime(), ("alice",), (STOPS, STOPS, STOPS)),
    (
        "moment to datetime",
        sa.String(40),
        sa.DateTime(),
        ("2024-02-29 23:59:59",),
        (KEPT, KEPT, KEPT),
    ),
    (
        "moment of a zone to datetime",
        sa.String(40),
        sa.DateTime(),
        ("2024-02-29 23:59:59+05:00",),
        (KEPT, TOLD, STOPS),
    ),
    ("text to time", sa.String(40), sa.Time(), ("alice",), (STOPS, STOPS, STOPS)),
    ("text to interval", sa.String(40), sa.Interval(), ("alice",), (STOPS, STOPS, STOPS)),
    ("text to JSON", sa.String(40), sa.JSON(), ("alice",), (STOPS, STOPS, STOPS)),
    ("JSON in text to JSON", sa.String(40), sa.JSON(), ("[1, 2]",), (KEPT, KEPT, KEPT)),
    ("text to UUID", sa.String(40), sa.Uuid(), ("alice",), (STOPS, STOPS, STOPS)),
    ("UUID in text to UUID", sa.String(40), sa.Uuid(), (_UUID.hex,), (KEPT, "-", "-")),
    ("UUID with hyphens", sa.String(40), sa.Uuid(), (str(_UUID),), ("-", KEPT, KEPT)),
    ("text to bytes", sa.Text(), sa.LargeBinary(), ("Größe \\x41",), (KEPT, KEPT, KEPT)),
    ("text to enum", sa.String(20), _mood(*_WORDS), ("alice",), (STOPS, STOPS, STOPS)),
    ("label to enum", sa.String(20), _mood(*_WORDS), ("sad",), (KEPT, KEPT, KEPT)),
    # Text to less text
    ("shorter text", sa.String(20), sa.String(5), ("far too long",), (KEPT, TOLD, TOLD)),
    ("text to string", sa.Text(), sa.String(5), ("far too long",), (KEPT, TOLD, TOLD)),
    ("text to char", sa.String(20), sa.CHAR(5), ("far too long",), (KEPT, TOLD, TOLD)),
    ("blanks to char", sa.String(20), sa.CHAR(5), ("a  ",), (KEPT, TOLD, TOLD)),
    ("medium to tiny text", mysql.MEDIUMTEXT(), mysql.TINYTEXT(), ("x" * 999,), ("-", "-", TOLD)),
    ("shorter bytes", sa.VARBINARY(20), sa.VARBINARY(5), (b"x" * 20,), ("-", "-", TOLD)),
    ("bytes to padded", sa.VARBINARY(5), sa.BINARY(5), (b"x",), ("-", "-", TOLD)),
    (
        "fewer characters",
        mysql.VARCHAR(20, charset="utf8mb4"),
        mysql.VARCHAR(20, charset="latin1"),
        ("słowo",),
        ("-", "-", TOLD),
    ),
    (
        "more characters",
        mysql.VARCHAR(20, charset="latin1"),
        mysql.VARCHAR(20, charset="utf8mb4"),
        ("größe",),
        ("-", "-", KEPT),
    ),
    # To text
    ("integer to short text", sa.Integer(), sa.String(5), (1234567,), (KEPT, STOPS, STOPS)),
    ("integer to text", sa.Integer(), sa.String(20), (-5,), (KEPT, KEPT, KEPT)),
    ("float to text", sa.Double(), sa.String(30), (0.1,), (KEPT, KEPT, KEPT)),
    ("precise float to text", sa.Double(), sa.String(30), (1 / 3,), (TOLD, KEPT, KEPT)),
    ("boolean to text", sa.Boolean(), sa.String(5), (True, False), (KEPT, KEPT, KEPT)),
    ("JSON to text", sa.JSON(), sa.Text(), ({"a": [1, None]}, "x"), (KEPT, KEPT, KEPT)),
    ("JSON to short text", sa.JSON(), sa.String(5), ({"a": [1, None]},), (KEPT, TOLD, STOPS)),
    ("UUID to text", sa.Uuid(), sa.String(40), (_UUID,), (KEPT, KEPT, KEPT)),
    ("UUID to short text", sa.Uuid(), sa.String(20), (_UUID,), (KEPT, TOLD, TOLD)),
    ("bytes to text", sa.LargeBinary(), sa.Text(), ("Größe".encode(),), (KEPT, KEPT, KEPT)),
    ("bytes to no text", sa.LargeBinary(), _TEXT, (b"\xff\x00",), (STOPS, STOPS, STOPS)),
    ("date to text", sa.Date(), sa.String(20), (_DAY,), (KEPT, KEPT, KEPT)),
    ("enum to text", _mood(*_WORDS), sa.String(20), ("sad",), (KEPT, KEPT, KEPT)),
    (
        "interval to text",
        sa.Interval(),
        sa.String(40),
        (datetime.timedelta(days=40, seconds=3),),
        (KEPT, KEPT, KEPT),
    ),
    # Times
    ("datetime to date", sa.DateTime(), sa.Date(), (_MOMENT,), (TOLD, TOLD, TOLD)),
    ("date to datetime", sa.Date(), sa.DateTime(), (_DAY,), (KEPT, KEPT, KEPT)),
    ("datetime to time", sa.DateTime(), sa.Time(), (_MOMENT,), (STOPS, TOLD, TOLD)),
    ("time to datetime", sa.Time(), sa.DateTime(), (_MOMENT.time(),), (STOPS, STOPS, KEPT)),
    ("date to time", sa.Date(), sa.Time(), (_DAY,), (STOPS, STOPS, TOLD)),
    ("integer to date", sa.Integer(), sa.Date(), (5,), (STOPS, STOPS, STOPS)),
    (
        "shorter second",
        sa.DateTime(),
        postgresql.TIMESTAMP(precision=0),
        (_PRECISE,),
        ("-", TOLD, "-"),
    ),
    (
        "shorter DATETIME",
        mysql.DATETIME(fsp=6),
        mysql.DATETIME(fsp=2),
        (_PRECISE,),
        ("-", "-", TOLD),
    ),
    ("a zone comes", sa.DateTime(), sa.DateTime(timezone=True), (_PRECISE,), ("-", KEPT, "-")),
    ("a zone goes", sa.DateTime(timezone=True), sa.DateTime(), (_ZONED,), ("-", KEPT, "-")),
    (
        "the zone of a time goes",
        sa.Time(timezone=True),
        sa.Time(),
        (datetime.time(1, 2, tzinfo=datetime.timezone(datetime.timedelta(hours=2))),),
        ("-", TOLD, "-"),
    ),
    (
        "before TIMESTAMP",
        mysql.DATETIME(),
        mysql.TIMESTAMP(),
        (datetime.datetime(1900, 1, 1),),
        ("-", "-", STOPS),
    ),
    # Others
    ("fewer labels", _mood("sad", "happier"), _mood("sad"), ("happier",), (STOPS, "-", STOPS)),
    ("fewer labels in a SET", mysql.SET("a", "b"), mysql.SET("a"), ({"b"},), ("-", "-", STOPS)),
    ("number to JSONB", sa.Integer(), postgresql.JSONB(), (5, None), ("-", KEPT, "-")),
    ("boolean to JSON", sa.Boolean(), sa.JSON(), (True,), ("-", KEPT, "-")),
    ("JSON to number", sa.JSON(), sa.Integer(), (5,), ("-", KEPT, "-")),
    (
        "range to range",
        postgresql.INT4RANGE(),
        postgresql.INT8RANGE(),
        ("[1,3)",),
        ("-", KEPT, "-"),
    ),
    ("words to enum", sa.Text(), _mood(*_WORDS), ("sad",), ("-", KEPT, "-")),
    ("label that is a number", _mood("1", "2"), sa.Integer(), ("2",), ("-", KEPT, "-")),
    ("number that is a label", sa.Integer(), _mood("1", "2"), (2,), ("-", KEPT, "-")),
    ("boolean to label", sa.Boolean(), _mood("true", "false"), (True,), ("-", KEPT, "-")),
    ("label to number", _mood(*_WORDS), sa.Integer(), ("happy",), (STOPS, STOPS, TOLD)),
    ("number to label", sa.Integer(), _mood(*_WORDS), (1,), (STOPS, STOPS, TOLD)),
    ("JSON to JSONB", sa.JSON(), postgresql.JSONB(), ({"a": 1},), ("-", KEPT, "-")),
    ("blanks in JSON to JSONB", sa.JSON(), postgresql.JSONB(), ({"é": 1},), ("-", KEPT, "-")),
    ("order to JSONB", sa.JSON(), postgresql.JSONB(), ({"b": 1, "a": 2},), ("-", TOLD, "-")),
    ("text to JSONB", sa.Text(), postgresql.JSONB(), ('{"a": 1}', None), ("-", KEPT, "-")),
    ("keys to JSONB", sa.Text(), postgresql.JSONB(), ('{"a": 1, "a": 2}',), ("-", TOLD, "-")),
    ("blanks to JSONB", sa.Text(), postgresql.JSONB(), ('{"a":1}',), ("-", TOLD, "-")),
    ("no JSON to JSONB", sa.Text(), postgresql.JSONB(), ("alice",), ("-", STOPS, "-")),
    ("text to bits", sa.String(20), postgresql.BIT(4), ("10101010",), ("-", TOLD, "-")),
    (
        "text to texts",
        sa.String(20),
        postgresql.ARRAY(sa.String(3)),
        ("{alice}",),
        ("-", TOLD, "-"),
    ),
    (
        "words to enums",
        postgresql.ARRAY(sa.Text()),
        postgresql.ARRAY(_mood(*_WORDS)),
        (["sad"],),
        ("-", KEPT, "-"),
    ),
    ("JSONB to JSON", postgresql.JSONB(), sa.JSON(), ({"a": 1},), ("-", KEPT, "-")),
    (
        "shorter texts in an array",
        postgresql.ARRAY(sa.String(20)),
        postgresql.ARRAY(sa.String(5)),
        (["far too long"],),
        ("-", TOLD, "-"),
    ),
    (
        "floats in an array",
        postgresql.ARRAY(sa.Float()),
        postgresql.ARRAY(sa.Integer()),
        ([1.5],),
        ("-", TOLD, "-"),
    ),
    (
        "numbers in an array",
        postgresql.ARRAY(sa.Integer()),
        postgresql.ARRAY(sa.SmallInteger()),
        ([2**20],),
        ("-", STOPS, "-"),
    ),
    (
        "text in an array",
        postgresql.ARRAY(sa.String(20)),
        postgresql.ARRAY(sa.Integer()),
        (["alice"],),
        ("-", STOPS, "-"),
    ),
    (
        "number to numbers",
        sa.Integer(),
        postgresql.ARRAY(sa.Integer()),
        (7, None),
        ("-", KEPT, "-"),
    ),
    (
        "numbers to number",
        postgresql.ARRAY(sa.Integer()),
        sa.Integer(),
        ([7, 8],),
        ("-", TOLD, "-"),
    ),
    ("host to network", postgresql.INET(), postgresql.CIDR(), ("10.0.0.1/8",), ("-", TOLD, "-")),
    ("fewer bits", postgresql.BIT(8), postgresql.BIT(4), ("10101010",), ("-", TOLD, "-")),
]
