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
    targets = {table.name: table for table in metadata.tables.values()}
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
        renamed = after.relabelled.get(column.type, {})
        kept = [each for each in labels if renamed.get(each, each) in after.enums[column.type]]
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
        table.name: [
            dict(row._mapping)
            for row in connection.execute(table.select().order_by(*table.primary_key.columns))
        ]
        for table in metadata.tables.values()
    }


def lost(before: Schema, after: Schema, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
    """What rows of both schemas have not become what they should be."""
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
        return (None,)
    if column.type in types.LABELS and later.type == column.type:
        return (after.relabelled.get(column.type, {}).get(value, value),)
    if column.type == "boolean" and later.type.startswith(("string", "text")):
        # Databases without such a type have a number.
        return (str(int(value)), str(value).lower())
    return (BECOMES.get((column.type, later.type), lambda same: same)(value),)
