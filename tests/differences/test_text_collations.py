"""Collations of columns on SQLite and PostgreSQL."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

#: One that says something, and another one.
COLLATIONS = {"sqlite": ("NOCASE", "RTRIM"), "postgresql": ("C", "POSIX")}

_ON_POSTGRESQL = """
    SELECT collname FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation
    WHERE attrelid = 'thing'::regclass AND attname = 's'
"""


@pytest.fixture(params=COLLATIONS)
def project(request):
    """A project on each of the two, without tables yet."""
    return request.getfixturevalue(f"on_{request.param}")


def text(collation=None, length=20, **options):
    """The parts of a table with a text."""
    return lambda: [sa.Column("s", sa.String(length, collation=collation), **options)]


def collation(project):
    """That of the text, in the words of the database."""
    if names(project) is COLLATIONS["postgresql"]:
        return project.execute(_ON_POSTGRESQL)[0][0]
    sql = project.execute("SELECT sql FROM sqlite_master WHERE name = 'thing'")[0][0]
    return sql.partition("COLLATE ")[2].split()[0].strip('",') if "COLLATE" in sql else ""


def names(project):
    return COLLATIONS[sa.engine.make_url(str(project.url)).get_backend_name()]


def test_a_change_is_found_and_undone(project):
    """One collation becomes another, and comes back; rows and the rest of the column stay."""
    first, second = names(project)
    project.go(text(first, nullable=False, server_default="Ab"))
    project.execute("INSERT INTO thing (id) VALUES (1)")
    project.go(text(second, nullable=False, server_default="Ab"))
    assert collation(project) == second
    project.execute("INSERT INTO thing (id) VALUES (2)")
    project.back()
    assert collation(project) == first
    assert project.execute("SELECT s FROM thing") == [("Ab",), ("Ab",)]


def test_one_that_is_new_goes_with_the_downgrade(project):
    """The column has the usual one again."""
    first, _ = names(project)
    project.go(text())
    usual = collation(project)
    project.go(text(first))
    assert collation(project) == first
    project.back()
    assert collation(project) in (usual, "BINARY")


def test_a_longer_type_with_another_collation_is_one_change(project):
    """The type is changed once, to what the model says."""
    first, second = names(project)
    project.go(text(first))
    written = project.go(text(second, length=30))
    assert written.count("type_=") == 2  # there and back
    assert collation(project) == second


def test_a_model_that_names_none_has_no_opinion(project):
    """Whatever somebody gave the column stays."""
    first, _ = names(project)
    project.go(text(first))
    project.models = lambda db: db.Table(
        "thing", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *text()()
    )
    assert project.run("check").exit_code == 0
