"""Which of what disappeared may be what appeared, under another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .comparison import Comparison

# Columns of different types must have names as near as this: "address" and "addresses".
_NEAR = 0.6

# Tables must have this share of their columns in common.
_SHARE = 0.6


@dataclass(frozen=True)
class Pair:
    """Something that disappeared, and what may be the same under another name.

    ``drop`` and ``create`` are the operations; ``holder`` is the container of both.
    """

    holder: Any
    drop: Any
    create: Any
    score: float
    #: What speaks for it, for whoever is asked.
    facts: str = ""


def columns(comparison: Comparison, holders: Iterable[Any]) -> list[Pair]:
    """The columns of a table that may be renamed, the likeliest first."""
    pairs = []
    for holder in holders:
        for drop, add in _products(holder.ops, "DropColumnOp", "AddColumnOp"):
            pair = _column_pair(comparison, holder, drop, add)
            pairs += [pair] if pair else []
    # Alembic's order of what is dropped is another each time.
    return sorted(
        pairs,
        key=lambda each: (-each.score, position(each.create.column), each.drop.column_name),
    )


def tables(comparison: Comparison) -> list[Pair]:
    """The tables that may be renamed, the likeliest first."""
    pairs = []
    container = comparison.upgrade
    for drop, create in _products(container.ops, "DropTableOp", "CreateTableOp"):
        if drop.schema != create.schema:
            continue
        old, new = columns_of(drop._reverse), columns_of(create)
        same = [
            name
            for name in old.keys() & new.keys()
            if not comparison.impl.compare_type(old[name], new[name])
        ]
        share = len(same) / max(len(old), len(new), 1)
        score = share + likeness(drop.table_name, create.table_name) / 10
        facts = f"{len(same)} of {len(old)} columns of table {drop.table_name} are here"
        pairs.append(Pair(container, drop, create, score if share >= _SHARE else 0, facts))
    return sorted(
        pairs, key=lambda each: (-each.score, each.create.table_name, each.drop.table_name)
    )


def columns_of(create: Any) -> dict[str, Any]:
    """The columns of an operation that creates a table, by name."""
    return {each.name: each for each in create.columns if hasattr(each, "server_default")}


def likeness(one: str, other: str) -> float:
    """How near two names are, from 0 to 1; one inside the other is rather near."""
    one, other = one.lower(), other.lower()
    inside = one in other or other in one
    return max(SequenceMatcher(None, one, other).ratio(), 0.7 if inside else 0)


def targets(column: Any, former: dict[str, str]) -> set[str]:
    """What the foreign keys of *column* lead to, with tables under their new names."""
    found = {each.target_fullname.rpartition(".") for each in column.foreign_keys}
    return {f"{former.get(table, table)}.{name}" for table, _, name in found}


def _column_pair(comparison: Comparison, holder: Any, drop: Any, add: Any) -> Pair | None:
    old, new = drop._reverse.column, add.column
    if old.name == new.name or (new.computed is not None and old.computed is None):
        # It is made anew; and one that is computed cannot have the values of another.
        return None
    is_same_type = not comparison.impl.compare_type(old, new)
    near = likeness(old.name, new.name)
    leads_elsewhere = targets(old, comparison.successors) != targets(new, {})
    is_likely = not leads_elsewhere and (is_same_type or near >= _NEAR)
    score = (
        2 * is_same_type
        + 2 * near
        + 0.5 * (old.nullable == new.nullable)
        + 0.5 * (position(old) == position(new))
    )
    return Pair(holder, drop, add, score if is_likely else 0)


def position(column: Any) -> int:
    """The place of *column* in its table, from 1."""
    return [each.name for each in column.table.columns].index(column.name) + 1


def _products(operations: list[Any], one: str, other: str) -> Iterator[tuple[Any, Any]]:
    from alembic.operations import ops

    drops = [each for each in operations if isinstance(each, getattr(ops, one))]
    creates = [each for each in operations if isinstance(each, getattr(ops, other))]
    # Another step may have made operations of which no reverse is known.
    known = [each for each in drops if getattr(each, "_reverse", None) is not None]
    return ((drop, create) for drop in known for create in creates)
