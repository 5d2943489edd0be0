"""Rows at the boundaries of their types, and whether they are still there."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from . import types
from .schema import Column, Schema, Table

#: How many rows each table gets.
COUNT = 3

#: What a value becomes where its column gets another type and nothing is lost.
_INTEGERS = ("integer", "small", "big")

BECOMES = {
    **{(n, text): str for n in _INTEGERS for text in ("string20", "string50", "text")},
    **{(n, number): Decimal for n in _INTEGERS for number in ("numeric8", "numeric12")},
    ("integer", "boolean"): bool,
    ("boolean", "integer"): int,
    ("string20", "integer"): int,
    ("string50", "date"): datetime.date.fromisoformat,
    ("text", "json"): json.loads,
    ("numeric8", "integer"): int,
    ("numeric12", "integer"): int,
}


def fill(connection: Any, before: Schema, after: Schema, metadata: sa.MetaData) -> None:
    """Give each table of *before* rows that both schemas allow."""
    for name, table in before.tables.items():
        later = after.tables.get(name)
        target = metadata.tables[name]
        for number in range(1, COUNT + 1):
            connection.execute(target.insert(), dict(_values(table, later, number, before, after)))
    for name, table in before.tables.items():
        for foreign in table.foreigns:
            target = metadata.tables[name]
            connection.execute(
                target.update().where(target.c.id < COUNT).values({foreign.column: target.c.id})
            )


def _values(
    table: Table, later: Table | None, number: int, before: Schema, after: Schema
) -> Iterator[tuple[str, Any]]:
    foreign = {each.column for each in table.foreigns}
    unique = table.unique_columns() | (later.unique_columns() if later else set())
    for column in table.columns.values():
        new = later.columns.get(column.name) if later else None
        if column.name in ("id", "n"):
            yield column.name, number
        elif column.name in foreign or column.computed:
            pass
        elif column.name in unique and column.type not in types.LABELS:
            yield column.name, _distinct(column, number)
        else:
            values = _shared(column, new or column, before, after)
            if column.nullable and (new or column).nullable:
                values = (*values, None)
            yield column.name, values[number % len(values)]


def _distinct(column: Column, number: int) -> Any:
    if column.type == "datetime":
        return datetime.datetime(2020, 1, number)
    return f"v{number}" if column.type.startswith("string") else number


def _shared(column: Column, new: Column, before: Schema, after: Schema) -> tuple[Any, ...]:
    """Values that are of both types."""
    kind = types.TYPES[column.type]
    if column.type in types.LABELS:
        labels = before.enums[column.type]
        kept = [label for label in labels if label in after.enums[column.type]]
        return tuple(kept) or (labels[0],)
    casts = dict(kind.casts)
    if new.type in types.LABELS:
        return (before.enums[new.type][0],)
    if new.type != column.type and new.type in casts:
        return casts[new.type]
    return kind.values or (None,)


def read(connection: Any, metadata: sa.MetaData) -> dict[str, list[dict[str, Any]]]:
    """All rows, by table."""
    return {
        name: [
            dict(row._mapping) for row in connection.execute(table.select().order_by(table.c.id))
        ]
        for name, table in metadata.tables.items()
    }


def lost(before: Schema, after: Schema, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What rows of both schemas have not become what they should be."""
    for name, table in before.tables.items():
        if name not in after.tables:
            continue
        if len(old[name]) != len(new[name]):
            yield f"{name}: {len(old[name])} rows became {len(new[name])}"
            continue
        for column in table.columns.values():
            later = after.tables[name].columns.get(column.name)
            if later is None or column.computed or later.computed:
                continue
            become = BECOMES.get((column.type, later.type), lambda value: value)
            for was, now in zip(old[name], new[name], strict=True):
                value = was[column.name]
                wanted = None if value is None else become(value)
                if now[column.name] != wanted:
                    yield (
                        f"{name}.{column.name} ({column.type} to {later.type}): "
                        f"{value!r} became {now[column.name]!r}"
                    )
                    break
