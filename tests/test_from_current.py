"""``upgrade --sql --from-current``: SQL that begins where the database is."""

from __future__ import annotations

import pytest

from flask_migrate import errors

LINES = pytest.mark.parametrize("face", ["flask db", "manage.py db"])


@pytest.fixture
def half(started, database_url):
    """A project on each database, at the first of three revisions."""
    started.url = database_url
    started.write_revisions(3)
    started.run("upgrade", revision="rev1")
    return started


@LINES
def test_the_sql_begins_where_the_database_is(half, face):
    """What is applied is not in it, and nothing is done."""
    shown = half.run("upgrade", face, sql=True, from_current=True).stdout
    assert "-> rev1" not in shown
    assert "rev1 -> rev2" in shown
    assert "rev2 -> rev3" in shown
    assert half.current() == {"rev1"}


def test_without_the_option_it_begins_at_the_base(half):
    """As Alembic does it."""
    assert "-> rev1" in half.run("upgrade", "flask db", sql=True).stdout


def test_it_ends_where_it_is_told(half):
    """A revision may be named."""
    shown = half.run("upgrade", "flask db", sql=True, from_current=True, revision="rev2").stdout
    assert "rev1 -> rev2" in shown
    assert "rev3" not in shown


def test_an_empty_database_begins_at_the_base(started):
    """With the table for the versions."""
    started.write_revisions(1)
    shown = started.run("upgrade", "flask db", sql=True, from_current=True).stdout
    assert "CREATE TABLE alembic_version" in shown
    assert "-> rev1" in shown


def test_each_bind_begins_where_it_is(project):
    """Two databases may be at two places."""
    project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.run("init", multidb=True)
    project.write_revisions(2)
    project.run("upgrade", bind="other", revision="rev1")
    project.run("upgrade", sql=True, from_current=True)
    assert "-> rev1" in (project.folder / "default.sql").read_text()
    other = (project.folder / "other.sql").read_text()
    assert "-> rev1" not in other
    assert "rev1 -> rev2" in other


@pytest.mark.parametrize("given", [{}, {"sql": True, "revision": "rev1:rev2"}])
def test_it_is_refused_where_it_means_nothing(started, given):
    """Without SQL, or with a range that has a beginning."""
    outcome = started.run("upgrade", from_current=True, **given)
    assert isinstance(outcome.error, errors.InvalidNameError)


OLD_ENV = """
from alembic import context
from flask import current_app

context.configure(
    url=str(current_app.config["SQLALCHEMY_DATABASE_URI"]), target_metadata=None, literal_binds=True
)
with context.begin_transaction():
    context.run_migrations()
"""


def test_sql_has_the_options_of_migrate_with_an_old_env(started):
    """What ``Migrate(...)`` was given holds where the ``env.py`` does not pass it on."""
    started.write_revisions(1)
    started.options = {"version_table": "my_versions"}
    (started.folder / "migrations" / "env.py").write_text(OLD_ENV)
    assert "CREATE TABLE my_versions" in started.run("upgrade", "flask db", sql=True).stdout
