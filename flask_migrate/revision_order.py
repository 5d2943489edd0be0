"""The order of revisions, each before all that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from alembic.script.revision import CycleDetected

Parents = Mapping[str, Sequence[str]]


def sorted_ids(todo: set[str], heads: list[str], parents: Parents) -> list[str]:
    """Sort *todo* as Alembic does.

    One line is followed down until the next revision is also below another
    head, and then that head's.

    :param heads: Where to begin, in this order.
    :raises CycleDetected: Some lead to themselves; Alembic would never end.
    """
    below = _Below(heads, parents)
    todo, heads, output, place, turns = set(todo), list(heads), [], 0, 0
    while heads:
        candidate = heads[place]
        if below.is_below_another(candidate):
            above = below.first_above(candidate, heads)
            turns += 1
            if above is None or turns > len(heads):
                raise CycleDetected(sorted(todo))
            place = above
            continue
        turns = 0
        if candidate in todo:
            output.append(candidate)
            todo.remove(candidate)
        found = [each for each in parents[candidate] if each in todo and each not in below.heads]
        below.pass_by(candidate, found)
        if found:
            heads[place] = found[0]
            heads += found[1:]
        else:
            del heads[place]
            place = max(place - 1, 0)
    assert not todo  # noqa: S101  (as in Alembic)
    return output


class _Below:
    """What can be reached from some heads, while they move down.

    A revision is alive while it is a head or has a living revision above it.
    """

    def __init__(self, heads: Iterable[str], parents: Parents) -> None:
        self.heads = set(heads)
        self._parents = parents
        self._children: dict[str, list[str]] = {}
        self._alive = dict.fromkeys(self.heads, 1)
        todo = list(self.heads)
        for each in todo:  # which grows
            for parent in parents[each]:
                if parent not in self._alive:
                    self._alive[parent] = 0
                    todo.append(parent)
                self._alive[parent] += 1
                self._children.setdefault(parent, []).append(each)

    def is_below_another(self, head: str) -> bool:
        """Whether another head leads down to *head*."""
        return self._alive[head] > 1

    def first_above(self, head: str, heads: list[str]) -> int | None:
        """The place of the first of *heads* that leads down to *head*."""
        seen, todo = {head}, [head]
        for each in todo:  # which grows
            for child in self._children.get(each, ()):
                if child not in seen and self._alive[child]:
                    seen.add(child)
                    todo.append(child)
        return next(
            (place for place, each in enumerate(heads) if each in seen and each != head), None
        )

    def pass_by(self, head: str, heads: Iterable[str]) -> None:
        """Move from *head*, which nothing is above of, to *heads* below it."""
        self.heads.discard(head)
        for each in heads:
            self.heads.add(each)
            self._alive[each] += 1
        todo = [head]
        while todo:
            each = todo.pop()
            self._alive[each] -= 1
            if not self._alive[each]:
                todo += self._parents[each]
