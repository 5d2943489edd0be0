"""Tables are sorted as SQLAlchemy sorts them, in one pass."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
import sqlalchemy as sa
from sqlalchemy.util import topological

from flask_migrate.comparing.dependencies import in_levels, sorted_in_one_pass


@pytest.mark.parametrize("seed", range(200))
def test_the_order_is_that_of_sqlalchemy(seed):
    """Random dependencies: some in circles, some on what is not there, some twice."""
    chance = random.Random(seed)
    items = chance.sample(range(30), chance.randint(0, 30))
    pairs = [
        (chance.randrange(30), chance.randrange(30)) for _ in range(chance.choice([0, 5, 15, 40]))
    ]
    if chance.random() < 0.7:
        pairs = [(parent, child) for parent, child in pairs if parent < child]
    plain = topological.sort_as_subsets

    def outcome(function, *rest):
        try:
            return [list(level) for level in function(pairs, items, *rest)]
        except sa.exc.CircularDependencyError as error:
            return str(error), error.cycles

    assert outcome(in_levels, plain) == outcome(plain)


def test_a_table_is_looked_at_once_however_long_the_chain():
    """The way SQLAlchemy sorts them looks at all that are left for each level."""

    class Item(int):
        looks = 0

        def __hash__(self):
            Item.looks += 1
            return int.__hash__(self)

    def looks(size):
        items = [Item(number) for number in range(size)]
        Item.looks = 0
        with sorted_in_one_pass():
            assert list(topological.sort(list(pairwise(items)), items)) == items
        return Item.looks

    assert looks(400) < 5 * looks(100)


def test_the_function_of_sqlalchemy_is_put_back():
    """Other programs in the process sort as ever."""
    before = topological.sort_as_subsets
    with sorted_in_one_pass():
        assert topological.sort_as_subsets is not before
    assert topological.sort_as_subsets is before
