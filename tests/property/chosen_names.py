"""Chosen pairs about names: those that leave one table for another, and those that swap."""

from __future__ import annotations

from itertools import permutations

import sqlalchemy as sa

from .chosen import EVERY, Chosen, Make, Part, both, check, column, index, unique
from .chosen_keys import ID, N, of, refers

M = column("m", sa.Integer)
A, B, C = of("a", ID, N), of("b", ID, N), of("c", ID)
ROWS = {"a": [{"id": 1, "n": 1}], "b": [{"id": 1, "n": 1}]}


def moves(part: Part) -> tuple[Make, Make, Make]:
    """A name that the second table has, or the first one; or that a new table has."""
    return (
        both(A, of("b", ID, N, part)),
        both(of("a", ID, N, part), B),
        both(A, B, of("new", ID, N, part)),
    )


def swapped(one: Part, other: Part, first: Part, second: Part) -> Chosen:
    """Two names that are each other's from then on."""
    return Chosen(EVERY, of("a", ID, N, M, one, other), of("a", ID, N, M, first, second))


def _refers(name: str, target: str) -> Make:
    return of(name, ID, refers("n", target, name="fk"))


PARTS = {
    "index": index("same", "n"),
    "unique constraint": unique("n", name="same"),
    "check": check("n > 0", name="same"),
}
PLACES = ("b", "a", "a new table")

NAMES: dict[str, Chosen] = {
    **{
        f"{kind} moves from {PLACES[old]} to {PLACES[new]}": Chosen(
            EVERY, moves(part)[old], moves(part)[new], ROWS
        )
        for kind, part in PARTS.items()
        for old, new in permutations(range(3), 2)
    },
    "foreign key moves": Chosen(
        EVERY, both(A, _refers("b", "a.id")), both(_refers("a", "b.id"), B)
    ),
    "foreign key moves to a new table": Chosen(
        EVERY, both(C, _refers("b", "c.id")), both(C, _refers("a", "c.id"))
    ),
    "foreign key of a column that was there": Chosen(
        EVERY, A, both(of("z", ID), of("a", ID, refers("n", "z.id")))
    ),
    "indexes swap names": swapped(
        index("one", "n"), index("two", "m"), index("one", "m"), index("two", "n")
    ),
    "unique constraints swap names": swapped(
        unique("n", name="one"),
        unique("m", name="two"),
        unique("m", name="one"),
        unique("n", name="two"),
    ),
    "checks swap names": swapped(
        check("n > 0", name="one"),
        check("m > 0", name="two"),
        check("m > 0", name="one"),
        check("n > 0", name="two"),
    ),
    **{
        f"nulls of a unique constraint without a name: {wanted}": Chosen(
            ("postgresql",),
            of("a", ID, N, unique("n", postgresql_nulls_not_distinct=not wanted)),
            of("a", ID, N, unique("n", postgresql_nulls_not_distinct=wanted)),
        )
        for wanted in (True, False)
    },
    "unique constraint becomes an index": Chosen(
        EVERY, of("a", ID, N, unique("n", name="same")), of("a", ID, N, index("same", "n"))
    ),
    "column is written in lower case": Chosen(
        ("sqlite", "mariadb"),
        of("a", ID, column("Name", sa.String(10))),
        of("a", ID, column("name", sa.String(10))),
    ),
    "table is written in lower case": Chosen(
        ("sqlite",), both(C, of("User", ID, N)), both(C, of("user", ID, N))
    ),
    "type of what a generated column is computed from": Chosen(
        EVERY,
        of("a", ID, N, lambda: sa.Column("g", sa.Integer, sa.Computed("n * 2", persisted=True))),
        of(
            "a",
            ID,
            column("n", sa.BigInteger),
            lambda: sa.Column("g", sa.Integer, sa.Computed("n * 2", persisted=True)),
        ),
        {"a": [{"id": 1, "n": 4}]},
    ),
}
