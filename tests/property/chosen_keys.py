"""Chosen pairs about keys: primary ones, those that count, and what refers to them."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from .chosen import EVERY, Chosen, Make, Part, both, column

SERVERS = ("postgresql", "mariadb")


def of(name: str, *parts: Part, **options: Any) -> Make:
    """A table of nothing but *parts*."""
    return lambda metadata: sa.Table(name, metadata, *[each() for each in parts], **options)


def refers(
    column: str, target: str, type_: Any = sa.Integer, is_key: bool = False, **options: Any
) -> Part:
    """A column that refers to another one."""
    return lambda: sa.Column(column, type_, sa.ForeignKey(target, **options), primary_key=is_key)


def key(type_: Any, **options: Any) -> Part:
    """The usual key, of any type."""
    return column("id", type_, primary_key=True, **options)


ID, BIG = key(sa.Integer), key(sa.BigInteger)
N, CODE = column("n", sa.Integer), column("code", sa.String(20), nullable=False)
A, B = of("a", ID), of("b", ID)
PAIR = of("a_b", refers("a_id", "a.id", is_key=True), refers("b_id", "b.id", is_key=True))

#: Rows of ``a`` and ``b``, which refers to it.
REFERRING = {"a": [{"id": 1}, {"id": 2}], "b": [{"id": 1, "a_id": 2}, {"id": 2, "a_id": None}]}
MANY = {"a": [{"id": 1}, {"id": 2}], "b": [{"id": 3}], "a_b": [{"a_id": 1, "b_id": 3}]}


def both_big(**options: Any) -> Chosen:
    """A key that gets a larger type, with what refers to it."""
    index = lambda: sa.Index("ix_b", "a_id")  # noqa: E731
    return Chosen(
        EVERY,
        both(A, of("b", ID, refers("a_id", "a.id", **options), index)),
        both(of("a", BIG), of("b", ID, refers("a_id", "a.id", sa.BigInteger, **options), index)),
        REFERRING,
    )


def _unique(type_: Any) -> Make:
    return both(
        of("a", ID, column("u", type_, unique=True)), of("b", ID, refers("a_u", "a.u", type_))
    )


def _named(type_: Any) -> Make:
    return both(of("a", key(type_)), of("b", ID, refers("a_id", "a.id", type_)))


CIRCLE = both(
    of("a", ID, refers("b_id", "b.id", name="one", use_alter=True)),
    of("b", ID, refers("a_id", "a.id", name="other")),
    of("c", ID),
)

KEYS: dict[str, Chosen] = {
    # Tables that join two others
    "table of pairs": Chosen(EVERY, both(A, B), both(A, B, PAIR), {"a": [{"id": 1}]}),
    "table of pairs goes": Chosen(EVERY, both(A, B, PAIR), both(A, B), {"a": [{"id": 1}]}),
    "table of pairs gets a column": Chosen(
        EVERY,
        both(A, B, PAIR),
        both(
            A,
            B,
            of(
                "a_b",
                refers("a_id", "a.id", is_key=True),
                refers("b_id", "b.id", is_key=True),
                N,
            ),
        ),
        MANY,
    ),
    "table of pairs gets a key of its own": Chosen(
        EVERY,
        both(A, B, PAIR),
        both(A, B, of("a_b", ID, refers("a_id", "a.id"), refers("b_id", "b.id"))),
        MANY,
    ),
    # Larger types
    "larger key": both_big(),
    "larger key with ON DELETE": both_big(ondelete="CASCADE", name="fk"),
    "larger key and another ON DELETE": Chosen(
        EVERY,
        both(A, of("b", ID, refers("a_id", "a.id"))),
        both(of("a", BIG), of("b", ID, refers("a_id", "a.id", sa.BigInteger, ondelete="CASCADE"))),
        REFERRING,
    ),
    "larger key of a table that refers to itself": Chosen(
        EVERY,
        of("a", ID, refers("up", "a.id")),
        of("a", BIG, refers("up", "a.id", sa.BigInteger)),
        {"a": [{"id": 1, "up": None}, {"id": 2, "up": 1}]},
    ),
    "larger key, and a new table that refers to it": Chosen(
        EVERY,
        both(of("b", ID), of("c", ID)),
        both(of("b", BIG), of("a", ID, refers("b_id", "b.id", sa.BigInteger)), of("c", ID)),
        {"b": [{"id": 1}]},
    ),
    "larger key, and a table goes that refers to it": Chosen(
        EVERY,
        both(of("a", ID, refers("b_id", "b.id", name="fk")), of("b", ID), of("c", ID)),
        both(of("b", BIG), of("c", ID)),
        {"b": [{"id": 1}]},
    ),
    "larger unique column": Chosen(
        EVERY,
        _unique(sa.Integer),
        _unique(sa.BigInteger),
        {"a": [{"id": 1, "u": 7}], "b": [{"id": 1, "a_u": 7}]},
    ),
    "longer key": Chosen(
        EVERY,
        _named(sa.String(20)),
        _named(sa.String(36)),
        {"a": [{"id": "x"}], "b": [{"id": 1, "a_id": "x"}]},
    ),
    "key without a sign": Chosen(
        ("mariadb",),
        both(A, of("b", ID, refers("a_id", "a.id"))),
        both(
            of("a", key(mysql.BIGINT(unsigned=True))),
            of("b", ID, refers("a_id", "a.id", mysql.BIGINT(unsigned=True))),
        ),
        REFERRING,
    ),
    # Other keys
    "key that was none": Chosen(
        EVERY,
        of("a", CODE, N),
        of("a", column("code", sa.String(20), primary_key=True), N),
        {"a": [{"code": "x", "n": 1}, {"code": "y", "n": 1}]},
    ),
    "key goes": Chosen(
        EVERY,
        of("a", column("code", sa.String(20), primary_key=True), N),
        of("a", CODE, N),
        {"a": [{"code": "x", "n": 1}, {"code": "y", "n": 1}]},
    ),
    "key over another column": Chosen(
        EVERY,
        of("a", key(sa.Integer, autoincrement=False), CODE),
        of(
            "a",
            column("id", sa.Integer, nullable=False),
            column("code", sa.String(20), primary_key=True),
        ),
        {"a": [{"id": 1, "code": "x"}, {"id": 2, "code": "y"}]},
    ),
    "new key that counts": Chosen(
        EVERY, of("a", N), of("a", N, ID), {"a": [{"n": 5}, {"n": 6}, {"n": 7}]}
    ),
    "key begins to count": Chosen(
        SERVERS,
        of("a", key(sa.Integer, autoincrement=False), N),
        of("a", ID, N),
        {"a": [{"id": 5, "n": 1}, {"id": 7, "n": 2}]},
    ),
    "foreign key to the key instead": Chosen(
        EVERY,
        both(of("a", ID, column("u", sa.Integer, unique=True)), of("b", ID, refers("a_u", "a.u"))),
        both(of("a", ID, column("u", sa.Integer, unique=True)), of("b", ID, refers("a_u", "a.id"))),
        {"a": [{"id": 1, "u": 1}], "b": [{"id": 1, "a_u": 1}]},
    ),
    "tables in a circle come": Chosen(EVERY, of("c", ID), CIRCLE, {"c": [{"id": 1}]}),
    "tables in a circle go": Chosen(EVERY, CIRCLE, of("c", ID), {"c": [{"id": 1}]}),
}
