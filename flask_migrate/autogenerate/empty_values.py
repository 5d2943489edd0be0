"""The emptiest value of each type, as SQL."""

from __future__ import annotations

import re
from typing import Any

from ..differences import spelling

#: Of types that are known by what a database calls them alone.
_BY_NAME = {
    "bit varying": "''",
    "cidr": "'0.0.0.0/0'",
    "hstore": "''",
    "interval": "'0'",
    "ltree": "''",
    "macaddr": "'00:00:00:00:00:00'",
    "macaddr8": "'00:00:00:00:00:00:00:00'",
    "money": "0",
    "oid": "0",
    "tsquery": "''",
    "tsvector": "''",
    "uuid": "'00000000-0000-0000-0000-000000000000'",
}

_TYPE = re.compile(r"([a-z][a-z0-9 ]*)(?:\((.*)\))?")


def empty_value(type_: Any, dialect: Any) -> str | None:
    """A value that says nothing; ``None`` where there is no telling."""
    found = type_.dialect_impl(dialect)
    found = getattr(found, "impl_instance", None) or found
    values = _of_classes(found, dialect.name)
    value = next((value for kind, value in values if isinstance(found, kind)), None)
    return _of_name(found, dialect) if value is None else value


def _of_classes(found: Any, name: str) -> list[tuple[Any, str]]:
    import sqlalchemy as sa
    from sqlalchemy.dialects import mysql, postgresql

    values: list[tuple[Any, str]] = [
        (postgresql.ARRAY, "'{}'"),
        (postgresql.INET, "'0.0.0.0'"),
        (sa.Enum, _first_label(found)),
        (mysql.BIT, "0"),
        (mysql.YEAR, "1970"),
        (sa.Boolean, "0" if name == "sqlite" else "false"),
        (sa.Integer, "0"),
        (sa.Float, "0"),
        (sa.Numeric, "0"),
        (sa.DateTime, "'1970-01-01 00:00:01'"),
        (sa.Date, "'1970-01-01'"),
        (sa.Time, "'00:00:00'"),
        (sa.JSON, "'{}'"),
        (sa.LargeBinary, "x''" if name == "sqlite" else "''"),
        (sa.String, "''"),
    ]
    if hasattr(sa, "Uuid"):
        values.insert(0, (sa.Uuid, "'00000000-0000-0000-0000-000000000000'"))
    return values


def _first_label(type_: Any) -> str:
    labels: list[str] = getattr(type_, "enums", None) or [""]
    return spelling.quoted(labels[0])


def _of_name(type_: Any, dialect: Any) -> str | None:
    """The value of a type of PostgreSQL or of its extensions."""
    match = _TYPE.fullmatch(type_.compile(dialect=dialect).lower())
    if match is None or dialect.name != "postgresql":
        return None
    name, options = match[1], match[2] or ""
    if name.endswith("multirange"):
        return "'{}'"
    if name.endswith("range"):
        return "'empty'"
    if name in ("geometry", "geography"):
        return _nowhere(options)
    size = int(options) if options.isdigit() else 1
    if name in ("vector", "halfvec"):
        return f"array_fill(0::real, ARRAY[{size}])"
    if name == "sparsevec":
        return f"'{{}}/{size}'"
    return f"'{'0' * size}'" if name == "bit" else _BY_NAME.get(name)


def _nowhere(options: str) -> str:
    """A value of PostGIS without a point in it: *options* are a kind and a number."""
    kind, _, place = options.partition(",")
    kind = kind if kind not in ("", "geometry") else "geometrycollection"
    start = f"SRID={place};" if place.isdigit() and place != "0" else ""
    return f"'{start}{kind.upper()} EMPTY'"
