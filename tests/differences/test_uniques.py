"""Unique constraints on SQLite that SQLAlchemy or Alembic overlooks."""

from __future__ import annotations

import pytest
import sqlalchemy as sa


def uniques(project):
    """The columns of the unique constraints of ``thing``, however they are written."""
    names = [row[1] for row in project.execute("PRAGMA index_list(thing)") if row[3] == "u"]
    columns = [project.execute(f"PRAGMA index_info({name})") for name in names]
    return sorted(tuple(row[2] for row in each) for each in columns)


def parts(*more):
    return lambda: [
        sa.Column("a", sa.String(9), nullable=False),
        sa.Column("b", sa.Integer),
        *(each() for each in more),
    ]


def both():
    return sa.UniqueConstraint("a", "b")


@pytest.mark.parametrize("columns", [("a",), ("a", "b")])
def test_a_constraint_without_a_name_is_found_to_be_gone(on_sqlite, columns):
    """It is dropped, and the downgrade makes it again."""
    on_sqlite.go(parts(lambda: sa.UniqueConstraint(*columns)))
    assert uniques(on_sqlite) == [columns]
    on_sqlite.go(parts())
    assert uniques(on_sqlite) == []
    on_sqlite.back()
    assert uniques(on_sqlite) == [columns]


def test_a_constraint_over_other_columns_takes_its_place(on_sqlite):
    """One goes and one comes."""
    on_sqlite.go(parts(both))
    on_sqlite.go(parts(lambda: sa.UniqueConstraint("b", name="uq_b")))
    assert uniques(on_sqlite) == [("b",)]


def test_a_column_that_is_unique_by_its_definition_is_found_to_be_gone(on_sqlite):
    """SQLAlchemy does not read it where the type has parentheses."""
    on_sqlite.execute(
        "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY, a VARCHAR(9) NOT NULL UNIQUE, "
        "b INTEGER)"
    )
    on_sqlite.go(parts())
    assert uniques(on_sqlite) == []
    on_sqlite.back()
    assert uniques(on_sqlite) == [("a",)]


def test_a_column_that_is_unique_by_its_definition_is_no_difference(on_sqlite):
    """It is not made a second time."""
    on_sqlite.execute(
        "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY, a VARCHAR(9) NOT NULL UNIQUE, "
        "b INTEGER)"
    )
    on_sqlite.models = lambda db: db.Table(
        "thing", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *parts(unique_a)()
    )
    assert on_sqlite.run("check").exit_code == 0


def unique_a():
    return sa.UniqueConstraint("a")


@pytest.mark.parametrize("columns", [("b",), ("a", "b")])
def test_a_constraint_goes_with_its_column_and_comes_back_with_it(on_sqlite, columns):
    """Whether the others of its columns stay or not."""
    on_sqlite.go(parts(lambda: sa.UniqueConstraint(*columns)))
    on_sqlite.go(lambda: [sa.Column("a", sa.String(9), nullable=False)])
    assert uniques(on_sqlite) == []
    on_sqlite.back()
    assert uniques(on_sqlite) == [columns]


def test_a_constraint_that_only_gets_a_name_is_no_difference(on_sqlite):
    """It is there, and stays when the downgrade comes."""
    on_sqlite.go(parts(both))
    on_sqlite.models = lambda db: db.Table(
        "thing", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *parts(named)()
    )
    assert on_sqlite.run("check").exit_code == 0


def named():
    return sa.UniqueConstraint("a", "b", name="uq_now")


def test_a_constraint_in_another_case_is_no_difference(on_sqlite):
    """SQLite takes ``A`` for ``a``, and SQLAlchemy does not."""
    on_sqlite.execute(
        "CREATE TABLE thing (id INTEGER NOT NULL PRIMARY KEY, a VARCHAR(9) NOT NULL, b INTEGER, "
        "UNIQUE (A, B))"
    )
    on_sqlite.models = lambda db: db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        *parts(both)(),
    )
    assert on_sqlite.run("check").exit_code == 0
