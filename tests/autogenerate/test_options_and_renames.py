"""A constraint that changes beside a rename is not taken for one that only follows it."""

from __future__ import annotations

import pytest

from ..project import Project
from .test_renames import down, up

OPTIONS = {
    "another match": ("postgresql", {}, {"match": "FULL"}, {}),
    "no other match": ("postgresql", {"match": "FULL"}, {}, {}),
    "RESTRICT on PostgreSQL": ("postgresql", {}, {"ondelete": "RESTRICT"}, {}),
    "RESTRICT on SQLite": ("sqlite", {"onupdate": "RESTRICT"}, {}, {}),
    "a key that is checked later": ("sqlite", {}, {"deferrable": True}, {}),
    "a unique constraint that is checked later": ("postgresql", {}, {}, {"deferrable": True}),
    "columns that an index includes": ("postgresql", {}, {}, {"postgresql_include": ["id"]}),
    "one NULL only": ("postgresql", {}, {}, {"postgresql_nulls_not_distinct": True}),
}


def child(column, key, unique):
    """A table that refers to itself, with a unique column."""

    def declare(db):
        db.Table(
            "child",
            db.metadata,
            db.Column("id", db.Integer, primary_key=True),
            db.Column(column, db.Integer),
            db.Column("code", db.Integer, nullable=False),
            db.ForeignKeyConstraint([column], ["child.id"], "fk_parent", **key),
            db.UniqueConstraint("code", name="uq_code", **unique),
        )

    return declare


@pytest.mark.parametrize(("backend", "old", "new", "unique"), OPTIONS.values(), ids=OPTIONS)
def test_an_option_changes_beside_a_rename(
    tmp_path, monkeypatch, database_url, backend, old, new, unique
):
    """And comes back with the downgrade."""
    if database_url.get_backend_name() != backend:
        pytest.skip(f"it is an option of {backend}")
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    first = project.models = child("parent", old, {})
    project.run("init")
    project.run("migrate", message="before")
    up(project)
    project.execute("INSERT INTO child (id, parent, code) VALUES (1, 1, 1)")
    project.models = child("elder", new, unique)
    outcome = project.run("migrate", rename="child.parent=elder")
    assert outcome.exit_code == 0, outcome.error
    up(project)
    assert project.execute("SELECT elder FROM child") == [(1,)]
    down(project, first)
    assert project.execute("SELECT parent FROM child") == [(1,)]
