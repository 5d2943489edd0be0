"""The order of tables by what they depend on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy.util import topological


@contextmanager
def sorted_in_one_pass() -> Iterator[None]:
    """Let SQLAlchemy sort tables with :func:`in_levels` inside this block.

    Its own function goes through all tables that are left for each level, which
    are many where each table refers to the one before it.
    """
    module: Any = topological
    plain = module.sort_as_subsets
    module.sort_as_subsets = lambda tuples, allitems: in_levels(tuples, allitems, plain)
    try:
        yield
    finally:
        module.sort_as_subsets = plain


def in_levels(
    pairs: Collection[tuple[Any, Any]], items: Collection[Any], plain: Callable[..., Any]
) -> Iterator[Sequence[Any]]:
    """*items* in groups, each in their order and after all that its members depend on.

    :param pairs: Those that are depended on, and those that depend on them.
    :param plain: What to call where that is not possible, for its error.
    """
    position = {item: number for number, item in enumerate(items)}
    missing: Counter[Any] = Counter()
    dependents = defaultdict(list)
    for parent, child in set(pairs):
        if parent in position and child in position:
            missing[child] += 1
            dependents[parent].append(child)
    levels = []
    level = [item for item in position if not missing[item]]
    while level:
        levels.append(level)
        free = []
        for child in (child for item in level for child in dependents[item]):
            missing[child] -= 1
            if not missing[child]:
                free.append(child)
        level = sorted(free, key=position.__getitem__)
    is_whole = sum(map(len, levels)) == len(items)
    return iter(levels) if is_whole else plain(pairs, items)
