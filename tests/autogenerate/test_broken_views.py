"""Views over what is dropped."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from flask_migrate import errors

from ..project import Project


def item(*names):
    def models(db):
        columns = [sa.Column(name, sa.Integer) for name in names]
        db.Table("item", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)
        db.Table("other", db.metadata, sa.Column("id", sa.Integer, primary_key=True))

    return models


def none(db):
    db.Table("other", db.metadata, sa.Column("id", sa.Integer, primary_key=True))


@pytest.fixture
def viewed(tmp_path, monkeypatch, database_url):
    """A project on each kind of database with a view over a column."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.models = item("n", "m")
    for command in ("init", "migrate", "upgrade"):
        assert project.run(command).exit_code == 0
    project.execute("CREATE VIEW seen AS SELECT n FROM item WHERE n > 5")
    return project


GONE = [(item("m"), "item.n"), (none, "item")]


@pytest.mark.parametrize(("models", "name"), GONE)
def test_a_view_over_what_is_dropped_is_told(viewed, models, name):
    """On standard error and above the line; ``--strict`` fails."""
    viewed.models = models
    facts = f"The view seen reads {name}, which is dropped."
    outcome = viewed.run("migrate", strict=True)
    assert isinstance(outcome.error, errors.QuestionNotAskedError)
    assert outcome.error.message == facts
    assert facts in viewed.run("migrate", "flask db").stderr
    written = max(viewed.revision_files(), key=lambda path: path.stat().st_mtime_ns).read_text()
    assert facts in " ".join(written.replace("#", " ").split())


def test_a_view_over_something_else_is_not_told(viewed):
    """It can be read as before."""
    viewed.models = item("n")
    assert "The view" not in viewed.run("migrate", "flask db").stderr
    assert viewed.run("upgrade").exit_code == 0
    assert viewed.execute("SELECT * FROM seen") == []
