"""Rows at the boundaries of their types, and whether they are still there."""

from __future__ import annotations

import datetime
import json
import uuid
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from . import types
from .schema import Column, Schema, Table

#: How many rows each table gets.
COUNT = 3

_NUMBERS = ("small", "integer", "big", "numeric8", "numeric12", "float")
_TEXTS = ("string20", "string50", "text", "unbounded", "tinytext")


def _as_date(value: Any) -> datetime.date:
    return value.date() if isinstance(value, datetime.datetime) else _as_datetime(value).date()


def _as_datetime(value: Any) -> datetime.datetime:
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=None)
    return datetime.datetime.fromisoformat(str(value))


def _as_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


#: What a value becomes where its column gets another type and nothing is lost.
_AS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("small", "integer", "big"), int),
    **dict.fromkeys(("numeric8", "numeric12"), Decimal),
    **dict.fromkeys(("json", "jsonb"), _as_json),
    "float": float,
    "boolean": bool,
    "date": _as_date,
    "datetime": _as_datetime,
    "timestamptz": lambda value: value.replace(tzinfo=datetime.timezone.utc),
    "uuid": uuid.UUID,
}


def _as_text(value: Any) -> tuple[str, ...]:
    """How databases write a value that becomes a text."""
    if isinstance(value, bool):
        # Databases without such a type have a number.
        return str(int(value)), str(value).lower()
    if isinstance(value, datetime.datetime):
        return str(value), f"{value}.000000"
    if isinstance(value, uuid.UUID):
        return str(value), value.hex
    if isinstance(value, list):
        # JSON, or an array of PostgreSQL.
        return json.dumps(value), f"{{{','.join(map(str, value))}}}"
    return (json.dumps(value) if isinstance(value, dict) else str(value),)


def fill(connection: Any, before: Schema, after: Schema, metadata: sa.MetaData) -> None:
    """Give each table of *before* rows that both schemas allow."""
    targets = {table.name: table for table in metadata.tables.values()}
    for name, given in before.rows.items():
        connection.execute(targets[name].insert(), given)
    for name, table in before.tables.items():
        for number in range(1, COUNT + 1):
            values = dict(_values(table, after.again(table), number, before, after))
            connection.execute(targets[name].insert(), values)
    for name, table in before.tables.items():
        for foreign in table.foreigns:
            target = targets[name]
            connection.execute(
                target.update().where(target.c.id < COUNT).values({foreign.column: target.c.id})
            )


def _values(
    table: Table, later: Table | None, number: int, before: Schema, after: Schema
) -> Iterator[tuple[str, Any]]:
    foreign = {each.column for each in table.foreigns}
    unique = table.unique_columns()
    for column in table.columns.values():
        new = later.again(column) if later else None
        is_unique = column.name in unique or (new and new.name in later.unique_columns())
        if column.name in ("id", "n"):
            yield column.name, number
        elif column.name in foreign or column.computed:
            pass
        elif is_unique and column.type not in types.LABELS:
            yield column.name, _distinct(column, new or column, number)
        else:
            values = _shared(column, new or column, before, after)
            if column.nullable and (new or column).nullable:
                values = (*values, None)
            yield column.name, values[number % len(values)]


_DISTINCT: dict[str, Callable[[int], Any]] = {
    "date": lambda number: datetime.date(2020, 1, number),
    **dict.fromkeys(
        ("datetime", "seconds", "fsp"), lambda number: datetime.datetime(2020, 1, number)
    ),
    "timestamptz": lambda number: datetime.datetime(2020, 1, number, tzinfo=datetime.timezone.utc),
    "inet": lambda number: f"10.0.0.{number}",
    "uuid": lambda number: uuid.UUID(int=number),
}


def _distinct(column: Column, new: Column, number: int) -> Any:
    if column.type not in _TEXTS:
        return _DISTINCT.get(column.type, int)(number)
    # A text that is to become something else has to look like that.
    kind = _DISTINCT.get(new.type, int if new.type in _NUMBERS else None)
    return f"v{number}" if kind is None else str(kind(number))


def _shared(column: Column, new: Column, before: Schema, after: Schema) -> tuple[Any, ...]:
    """Values that are of both types."""
    kind = types.TYPES[column.type]
    if column.type in types.LABELS:
        labels = before.enums[column.type]
        renamed = after.relabelled.get(column.type, {})
        kept = [each for each in labels if renamed.get(each, each) in after.enums[column.type]]
        return tuple(kept) or (labels[0],)
    casts = dict(kind.casts)
    if new.type in types.LABELS:
        # The rows of a text do not follow a label that has another name.
        return (min(after.enums[new.type], key=len),)
    if new.type != column.type and new.type in casts:
        return casts[new.type]
    return kind.values or (None,)


def read(connection: Any, metadata: sa.MetaData) -> dict[str, list[dict[str, Any]]]:
    """All rows, by table."""
    return {
        table.name: [
            dict(row._mapping)
            for row in connection.execute(table.select().order_by(*table.primary_key.columns))
        ]
        for table in metadata.tables.values()
    }


def lost(before: Schema, after: Schema, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What rows of both schemas have not become what they should be."""
    for name, given in before.rows.items():
        names = given[0].keys() & new[name][0].keys() if new[name] else ()
        are = [{each: row[each] for each in names} for row in new[name]]
        for row in given:
            if {each: row[each] for each in names} not in are:
                yield f"{name}: {row} is not among {new[name]}"
    for name, table in before.tables.items():
        later = after.again(table)
        if later is None:
            continue
        were, are = old[name], new[later.name]
        if len(were) != len(are):
            yield f"{name}: {len(were)} rows became {len(are)}"
            continue
        for column in table.columns.values():
            now = later.again(column)
            if now is None or column.computed or now.computed:
                continue
            for was, then in zip(were, are, strict=True):
                wanted = _become(column, now, was[column.name], after)
                if then[now.name] not in wanted:
                    yield (
                        f"{name}.{column.name} ({column.type} to {now.type}): "
                        f"{was[column.name]!r} became {then[now.name]!r}"
                    )
                    break


def _become(column: Column, later: Column, value: Any, after: Schema) -> tuple[Any, ...]:
    """What a value may be once its column has another type."""
    if value is None:
        # The null of JSON is a value.
        return (None, "null") if column.type in ("json", "jsonb") else (None,)
    if column.type in types.LABELS:
        renamed = after.relabelled.get(column.type, {}).get(value, value)
        # A text that was a label is the old one or the new one.
        return (renamed,) if later.type == column.type else (renamed, value)
    if later.type == column.type:
        return (value,)
    if column.type == "inet":
        # PostgreSQL adds how many bits are of the network.
        return f"{value}/32", f"{value}/128"
    if later.type in _TEXTS:
        return _as_text(value)
    return (_AS.get(later.type, lambda same: same)(value),)
