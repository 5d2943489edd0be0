"""Indexes of PostgreSQL whose parts have collations."""

from __future__ import annotations

import sqlalchemy as sa

INDEX = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix'"


def indexed(text):
    return lambda: [sa.Column("s", sa.String(20)), sa.Index("ix", sa.text(text))]


def test_a_collation_is_no_difference_when_it_is_there(on_postgresql):
    """SQLAlchemy does not read it; ``go`` sees that nothing is found again."""
    on_postgresql.go(indexed("s"))
    plain = on_postgresql.execute(INDEX)
    on_postgresql.go(indexed('s COLLATE "C"'))
    assert 'COLLATE "C"' in on_postgresql.execute(INDEX)[0][0]
    on_postgresql.back()
    assert on_postgresql.execute(INDEX) == plain


def test_another_collation_is_a_difference(on_postgresql):
    """And is undone."""
    on_postgresql.go(indexed('lower(s) COLLATE "C" DESC'))
    first = on_postgresql.execute(INDEX)
    on_postgresql.go(indexed('s COLLATE "POSIX"'))
    assert 'COLLATE "POSIX"' in on_postgresql.execute(INDEX)[0][0]
    on_postgresql.back()
    assert on_postgresql.execute(INDEX) == first
