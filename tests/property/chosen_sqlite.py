"""Chosen pairs for SQLite: what its tables have and others have not."""

from __future__ import annotations

import sqlalchemy as sa

from .chosen import Chosen, Make, both, column, computed, index, table, unique

ONLY = ("sqlite",)

N = column("n", sa.Integer)


def conflicting(*, is_all: bool = True) -> Make:
    """A table with an ``ON CONFLICT`` in everything that may have one."""
    parts = [
        column("x", sa.Integer, nullable=False, sqlite_on_conflict_not_null="IGNORE"),
        unique("x", name="u", sqlite_on_conflict="REPLACE"),
        unique("id", "x", sqlite_on_conflict="FAIL"),
    ]
    return table(*(parts if is_all else ()), N)


def _keyed(conflict: str, **options: object) -> Make:
    return lambda metadata: sa.Table(
        "t",
        metadata,
        sa.Column("a", sa.Integer, primary_key=True, sqlite_on_conflict_primary_key=conflict),
        **options,
    )


def _composite(metadata: sa.MetaData) -> None:
    columns = [sa.Column(each, sa.Integer) for each in "ab"]
    sa.Table("t", metadata, *columns, sa.PrimaryKeyConstraint(*"ab", sqlite_on_conflict="IGNORE"))


def _flag(type_: object) -> Make:
    return table(column("flag", type_))


def _enum(*labels: str) -> Make:
    return _flag(sa.Enum(*labels, native_enum=False, create_constraint=True))


def _indexed(sql: str) -> Make:
    return table(N, index("i", sa.text(sql)))


ODD = column('a (b), "c"', sa.Integer)
BOOLEAN = _flag(sa.Boolean(create_constraint=True))
OTHER = table(name="other")

SQLITE: dict[str, Chosen] = {
    "conflicting parts go": Chosen(ONLY, conflicting(), conflicting(is_all=False)),
    "conflicting parts come": Chosen(ONLY, conflicting(is_all=False), conflicting()),
    "conflicting unique constraint goes": Chosen(
        ONLY,
        table(N, unique("n", sqlite_on_conflict="IGNORE")),
        table(N),
    ),
    "conflicting table goes": Chosen(ONLY, both(conflicting(), OTHER), OTHER),
    **{
        f"conflicting key goes {how}": Chosen(ONLY, both(make, OTHER), OTHER)
        for how, make in (
            ("", _keyed("REPLACE")),
            ("that counts", _keyed("REPLACE", sqlite_autoincrement=True)),
            ("of two columns", _composite),
        )
    },
    # What SQLAlchemy does not read, or Alembic takes for something else
    "unique column with an odd name": Chosen(
        ONLY, table(ODD), table(ODD, unique('a (b), "c"', name="u"))
    ),
    "unique column with an odd name goes": Chosen(
        ONLY, table(ODD, unique('a (b), "c"', "id")), table(ODD)
    ),
    "descending index becomes a text": Chosen(ONLY, _indexed("n DESC"), _indexed("n")),
    "generated column with a type of another kind": Chosen(
        ONLY, computed("n + 1"), computed("n + 1", type_=sa.String(20))
    ),
    # The CHECK of a type, which has no name
    "boolean becomes a number": Chosen(ONLY, BOOLEAN, _flag(sa.Integer)),
    "number becomes a boolean": Chosen(ONLY, _flag(sa.Integer), BOOLEAN),
    "nameless enum gets a label": Chosen(ONLY, _enum("a", "b"), _enum("a", "b", "c")),
    "nameless enum loses a label": Chosen(ONLY, _enum("a", "b", "c"), _enum("a", "b")),
    "nameless enum gets a longer label": Chosen(ONLY, _enum("a", "b"), _enum("a", "b", "long")),
    "nameless enum without its check": Chosen(
        ONLY, _enum("a", "b"), _flag(sa.Enum("a", "b", "c", native_enum=False))
    ),
    "nameless enum becomes a text": Chosen(ONLY, _enum("a", "b"), _flag(sa.String(20))),
}
