"""Each question about the history has Alembic's answer, on many random histories."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from alembic.script.revision import CycleDetected, Revision, RevisionError, RevisionMap

from flask_migrate.revision_graph import RevisionGraph
from flask_migrate.revision_headers import Header
from flask_migrate.revision_loading import HeaderScript

Row = tuple[str, Any, Any, Any]

SEEDS = range(250)


def rows(seed: int) -> list[Row]:
    """The revisions of a random history with branches, merges, dependencies and labels."""
    chance = random.Random(seed)
    ids = [f"r{number:03}x{chance.randrange(999):03}" for number in range(chance.randrange(1, 30))]
    labels: list[str] = []
    made: list[Row] = []
    for number, name in enumerate(ids):
        earlier = ids[:number]
        count = chance.choices([0, 1, 2, 3], [1, 12, 3, 1])[0]
        down = chance.sample(earlier[-6:], min(count, len(earlier[-6:])))
        needed = chance.sample(earlier, min(2, len(earlier))) if chance.random() < 0.25 else []
        if labels and needed and chance.random() < 0.3:
            needed[0] = chance.choice(labels)
        if has_label := chance.random() < 0.12:
            labels.append(f"label{number}")
        made.append((name, tuple(down), tuple(needed), labels[-1] if has_label else None))
    chance.shuffle(made)
    return made


def spoiled(seed: int) -> list[Row]:
    """The same with something wrong in it."""
    chance = random.Random(seed)
    made = rows(seed)
    place = chance.randrange(len(made))
    name, down, needed, label = made[place]
    other = chance.choice(made)[0]
    made[place] = [
        (name, other, needed, label),
        (name, down, (other,), label),
        (name, "nothere", needed, label),
        (name, down, ("nothere",), label),
        (other, down, needed, label),
    ][chance.randrange(5)]
    return made


def made(kind: type[RevisionMap], found: list[Row]) -> RevisionMap:
    """A map of revisions as each of the two makes them."""
    of = read if kind is RevisionGraph else Revision
    return kind(lambda: [of(*row) for row in found])


def read(name: str, down: Any, needed: Any, label: str | None) -> Revision:
    """A revision as it is read from the header of a file."""
    # A file says None, or one name without a tuple.
    down = (down[0] if len(down) == 1 else down or None) if isinstance(down, tuple) else down
    return HeaderScript(Header(name, down, label, needed), f"{name}.py")


def plain(value: Any) -> Any:
    """*value* with ids for revisions, so that those of two maps compare."""
    if isinstance(value, Revision):
        return value.revision
    if isinstance(value, (set, frozenset)):
        return {plain(each) for each in value}
    return [plain(each) for each in value] if isinstance(value, (list, tuple)) else value


def answer(question: Callable[[], Any]) -> Any:
    try:
        return plain(question())
    except (RevisionError, KeyError, AssertionError) as error:
        # Some name several revisions in the order of a set.
        return type(error), sorted(str(error)), getattr(error, "argument", None)


def whole(map_: RevisionMap) -> list[Any]:
    """All that a map knows."""
    found: Any = map_._revision_map
    described = {
        str(key): each
        and [
            *(each.revision, each.nextrev, each._all_nextrev, each.branch_labels),
            *(each._resolved_dependencies, set(each._normalized_resolved_dependencies)),
        ]
        for key, each in found.items()
    }
    ids = [key for key in found if isinstance(key, str) and found[key].revision == key]
    return [described, ids, map_.heads, map_.bases, map_._real_heads, map_._real_bases]


def questions(seed: int, found: list[Row]) -> Iterator[tuple[str, Callable[[RevisionMap], Any]]]:
    """Questions with random arguments, good and bad."""
    chance = random.Random(seed)
    ids, labels = [row[0] for row in found], [row[3] for row in found if row[3]]
    places = [*ids, *labels, *[name[:4] for name in ids], "head", "heads", "base", "zzzz", None]
    places += [f"{label}@{place}" for label in labels for place in ("head", "heads", "base")]
    steps = ["+1", "-1", "+2", f"{chance.choice(ids)}-1", *[f"{each}@+1" for each in labels]]
    for _ in range(8):
        some = tuple(chance.sample(ids, min(chance.randrange(5), len(ids))))
        upper, lower = chance.choice([*places, some]), chance.choice([*places, *steps, some])
        upper = chance.choice(steps) if chance.random() < 0.15 else upper
        place, is_dependent = chance.choice(places), chance.random() < 0.5
        flags = {
            name: chance.random() < 0.5
            for name in ("implicit_base", "inclusive", "assert_relative_length")
        }
        flags["select_for_downgrade"] = chance.random() < 0.4 and upper not in steps
        yield (
            f"{upper} to {lower} {flags}",
            lambda map_, upper=upper, lower=lower, flags=flags: list(
                map_.iterate_revisions(upper, lower, **flags)
            ),
        )
        yield f"current {some}", lambda map_, some=some: map_._get_all_current(some)
        yield (
            f"{some} in line with {place}",
            lambda map_, some=some, place=place, is_dependent=is_dependent: map_.filter_for_lineage(
                some, place, is_dependent
            ),
        )
        yield f"get {place}", lambda map_, place=place: map_.get_revisions(place)
        yield (
            f"heads to head {flags}",
            lambda map_, flags=flags: [
                list(map_.iterate_revisions(upper, map_.heads, **flags))
                for upper in ("head", "heads")
            ],
        )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_is_known_as_alembic_knows_it(seed):
    """The ends, the links, the labels and the dependencies of each revision are the same."""
    found = rows(seed)
    assert whole(made(RevisionGraph, found)) == whole(made(RevisionMap, found))


@pytest.mark.parametrize("seed", SEEDS)
def test_each_question_has_alembics_answer(seed):
    """Ways up and down, what a database has, branches and errors are the same."""
    found = rows(seed)
    ours, alembics = made(RevisionGraph, found), made(RevisionMap, found)
    for name, question in questions(seed, found):
        assert answer(lambda: question(ours)) == answer(lambda: question(alembics)), name  # noqa: B023


@pytest.mark.parametrize("seed", SEEDS)
def test_a_spoiled_history_is_refused_as_alembic_refuses_it(seed):
    """Cycles, missing and double revisions are the same errors, or none."""
    found = spoiled(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ours, alembics = made(RevisionGraph, found), made(RevisionMap, found)
        assert answer(lambda: whole(ours)) == answer(lambda: whole(alembics))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_revision_that_is_added_is_known_as_alembic_knows_it(seed):
    """After a file is written, the map is what Alembic's would be."""
    found, chance = rows(seed), random.Random(seed)
    ids = [row[0] for row in found]
    down, needed = chance.choice([*ids, None]), (chance.choice(ids),) if seed % 2 else None
    new = ("new", down, needed, None if seed % 3 else "newlabel")
    maps = [made(RevisionGraph, found), made(RevisionMap, found)]
    for map_ in maps:
        list(map_.iterate_revisions("heads", "base"))  # what is remembered must be forgotten
        map_.add_revision(Revision(*new))
    ours, alembics = (
        [whole(map_), plain(list(map_.iterate_revisions("heads", "base")))] for map_ in maps
    )
    assert ours == alembics


def test_the_order_of_a_cycle_is_an_error():
    """Alembic overlooks some cycles of dependencies, and sorts them for ever."""
    found = [("a", None, None, None), ("b", "a", ("d",), None), ("c", "a", ("b",), None)]
    found += [("d", "a", ("c",), None), ("e", ("b", "c"), None, None), ("f", "d", None, None)]
    map_ = made(RevisionGraph, found)
    with pytest.raises(CycleDetected):
        list(map_.iterate_revisions("heads", "base"))


def test_nothing_is_walked_where_the_database_is_at_the_head():
    """A deployment without a new revision is the most common."""
    map_ = RevisionGraph(lambda: [Revision("a", None), Revision("b", "a")])
    map_._get_ancestor_nodes = None
    assert list(map_.iterate_revisions("head", ("b",), implicit_base=True)) == []


class Counted(Revision):
    """A revision that counts how often it is asked for its parents."""

    asked = 0

    @property
    def _normalized_down_revisions(self):
        Counted.asked += 1
        return super()._normalized_down_revisions

    @property
    def _versioned_down_revisions(self):
        Counted.asked += 1
        return super()._versioned_down_revisions


def ladder(count: int) -> list[Row]:
    """A history that branches and merges in turn."""
    found: list[Row] = [("m0", None, None, None)]
    for number in range(1, count):
        below = f"m{number - 1}"
        found += [(f"a{number}", below, None, None), (f"b{number}", below, None, None)]
        found.append((f"m{number}", (f"a{number}", f"b{number}"), None, None))
    return found


@pytest.mark.parametrize(
    "question",
    [
        lambda map_: list(map_.iterate_revisions("heads", "base")),
        lambda map_: map_._get_all_current(map_.heads),
        lambda map_: map_.filter_for_lineage(list(map_.heads) * 50, "m0"),
    ],
    ids=["order", "current", "lineage"],
)
def test_work_grows_with_the_history_and_no_faster(question):
    """Four times the revisions are asked at most four times as often."""

    def asked(count: int) -> int:
        map_ = RevisionGraph(lambda: [Counted(*row) for row in ladder(count)])
        map_.heads  # noqa: B018
        Counted.asked = 0
        question(map_)
        return Counted.asked

    assert asked(200) <= 4 * asked(50) + 20
