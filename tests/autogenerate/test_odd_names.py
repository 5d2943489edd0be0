"""Per cent signs and colons in names, where SQL is written about what has them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ..project import Project
from . import test_renames
from .test_renames import down, up

TABLE, COLUMN = "50% :off", "n% :x"


def table(type_=sa.Integer, identity=None, parts=(COLUMN,)):
    def models(db):
        key = sa.Column("id %", sa.Integer, *([identity] if identity else []), primary_key=True)
        db.Table(TABLE, db.metadata, key, *(sa.Column(name, type_) for name in parts))

    return models


def quoted(project, name):
    """*name* as ``project.execute()`` takes it."""
    return test_renames.quoted(project, name).replace("%%", "%").replace(":", "\\:")


@pytest.fixture
def odd(tmp_path, monkeypatch, database_url):
    """A project with a row in a table on each kind of database."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.models = table(sa.String(20))
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    name, key, column = (quoted(project, each) for each in (TABLE, "id %", COLUMN))
    project.execute(f"INSERT INTO {name} ({key}, {column}) VALUES (7, '5')")
    return project


def rows(project):
    return project.execute(f"SELECT * FROM {quoted(project, TABLE)}")


def test_a_column_gets_another_type(odd):
    """With a cast where the database needs one."""
    odd.models = table()
    assert odd.run("migrate").exit_code == 0
    up(odd)
    assert rows(odd) == [(7, 5)]
    down(odd, table(sa.String(20)))
    assert rows(odd) == [(7, "5")]


def test_a_key_gets_an_identity(odd):
    """And counts on from where it was."""
    if odd.url.get_backend_name() != "postgresql":
        pytest.skip("others have none")
    odd.models = table(sa.String(20), sa.Identity())
    assert odd.run("migrate").exit_code == 0
    up(odd)
    down(odd, table(sa.String(20)))
    assert rows(odd) == [(7, "5")]


def test_a_view_over_a_dropped_column_is_told(odd):
    """It is named, with the column."""
    name, column = quoted(odd, TABLE), quoted(odd, COLUMN)
    odd.execute(f"CREATE VIEW seen AS SELECT {column} FROM {name}")
    odd.models = table(parts=())
    said = odd.run("migrate", "flask db").stderr
    assert f"The view seen reads {TABLE}.{COLUMN}, which is dropped." in said
