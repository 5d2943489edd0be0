"""Tables in several schemas of PostgreSQL, with all that ``migrate`` writes about them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ..project import Project

SCHEMA = "My Shop"


def before(db):
    team = db.Table(
        "team", db.metadata, sa.Column("id", sa.Integer, primary_key=True), schema=SCHEMA
    )
    db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(20), index=True),
        sa.Column("mood", sa.Enum("sad", "happy", name="mood", schema=SCHEMA)),
        sa.Column("team_id", sa.ForeignKey(team.c.id)),
        schema=SCHEMA,
    )
    # The same name elsewhere is another table.
    db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(20)),
        sa.Column("team_id", sa.ForeignKey(team.c.id)),
    )


def after(db):
    team = db.Table(
        "team", db.metadata, sa.Column("id", sa.Integer, primary_key=True), schema=SCHEMA
    )
    db.Table(
        "item",
        db.metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(), primary_key=True),
        sa.Column("text", sa.String(30), index=True, nullable=False, comment="it's"),
        sa.Column(
            "mood",
            sa.Enum("new", "mad", "happy", name="mood", schema=SCHEMA),
            server_default="happy",
        ),
        sa.Column("team_id", sa.ForeignKey(team.c.id, ondelete="CASCADE", match="FULL")),
        sa.Column("code", sa.Integer, nullable=False, unique=True),
        sa.CheckConstraint("code > 0", name="ck"),
        schema=SCHEMA,
    )
    db.Table(
        "thing",
        db.metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("word", sa.String(20)),
        sa.Column("team_id", sa.ForeignKey(team.c.id)),
    )


OPTIONS = {
    "rename_table": f"{SCHEMA}.thing=item",
    "rename": f"{SCHEMA}.item.word=text",
    "rename_value": f"{SCHEMA}.mood.sad=mad",
    "default": [f"{SCHEMA}.item.code=id", f"{SCHEMA}.item.text='?'"],
    "strict": True,
}


@pytest.fixture
def project(tmp_path, monkeypatch, postgresql_url):
    """The first tables with rows; the one without a schema is in ``public``."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, postgresql_url)
    project.options = {"include_schemas": True}
    project.run("init")
    project.execute(f'CREATE SCHEMA "{SCHEMA}"')
    project.models = before
    outcome = project.run("migrate", message="before")
    assert outcome.exit_code == 0, outcome.error
    assert project.run("upgrade").exit_code == 0
    assert project.run("check").exit_code == 0
    project.execute(f"INSERT INTO \"{SCHEMA}\".thing (word, mood) VALUES ('w', 'sad')")
    project.execute("INSERT INTO thing (word) VALUES ('other')")
    return project


def test_all_at_once_there_and_back(project):
    """Renames, a label, values for rows, an identity, constraints; rows stay, nothing is left."""
    project.models = after
    outcome = project.run("migrate", **OPTIONS)
    assert outcome.exit_code == 0, outcome.error
    outcome = project.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
    checked = project.run("check")
    assert checked.exit_code == 0, checked.error
    assert project.execute(f'SELECT text, mood, code FROM "{SCHEMA}".item') == [("w", "mad", 1)]
    outcome = project.run("downgrade")
    assert outcome.exit_code == 0, outcome.error
    assert project.execute(f'SELECT word, mood FROM "{SCHEMA}".thing') == [("w", "sad")]
    assert project.execute("SELECT word FROM thing") == [("other",)]
    project.models = before
    for path in project.revision_files():
        if "before" not in path.name:
            path.unlink()
    checked = project.run("check")
    assert checked.exit_code == 0, checked.error


def test_everything_goes(project):
    """The tables and the type of the schema; the downgrade brings them back."""
    project.models = lambda db: db.Table(
        "other", db.metadata, sa.Column("id", sa.Integer, primary_key=True)
    )
    outcome = project.run("migrate", no_rename=True, allow_drop_all=True)
    assert outcome.exit_code == 0, outcome.error
    outcome = project.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
    assert project.run("check").exit_code == 0
    outcome = project.run("downgrade")
    assert outcome.exit_code == 0, outcome.error
    project.execute(f"INSERT INTO \"{SCHEMA}\".thing (word, mood) VALUES ('w', 'sad')")
