"""Tables of other programs."""

from __future__ import annotations

import pytest

from flask_migrate.errors import DropAllError

from ..project import Project, users


def nothing(db):
    """An application whose models were not imported."""


@pytest.fixture
def migrated(tmp_path, monkeypatch, database_url):
    """A project on each kind of database whose one table is there."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.run("init")
    project.run("migrate", rev_id="first")
    project.run("upgrade")
    return project


def test_a_revision_that_drops_everything_is_refused(migrated):
    """It says what would go and why that may be."""
    migrated.models = nothing
    outcome = migrated.run("migrate")
    assert isinstance(outcome.error, DropAllError)
    assert outcome.error.tables == ("user",)
    assert "were their modules imported?" in str(outcome.error)
    assert outcome.exit_code == 3
    assert len(migrated.revision_files()) == 1


def test_it_is_written_when_asked_for(migrated):
    """``--allow-drop-all`` says that they are to go."""
    migrated.models = nothing
    assert migrated.run("migrate", face="flask db", allow_drop_all=True).exit_code == 0
    written = "".join(path.read_text() for path in migrated.revision_files())
    assert "op.drop_table('user')" in written


def test_check_reports_it_all_the_same(migrated):
    """Nothing is written, so nothing is refused."""
    migrated.models = nothing
    outcome = migrated.run("check")
    assert outcome.exit_code == 1
    assert not isinstance(outcome.error, DropAllError)


@pytest.mark.parametrize(("name", "is_told"), [("alembic_history", False), ("kombu_queue", True)])
def test_it_is_told_of_other_programs_alone(migrated, name, is_told):
    """What Alembic and this package keep in the database needs no word."""
    migrated.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY)")
    said = migrated.run("migrate", face="flask db").stderr
    assert (f"The table {name} is of another program" in said) is is_told


@pytest.mark.parametrize("name", ["alembic_resume", "spatial_ref_sys", "celery_taskmeta"])
def test_tables_of_well_known_programs_stay(migrated, name):
    """Nobody has to name them."""
    migrated.execute(f"CREATE TABLE {name} (id INTEGER PRIMARY KEY)")
    assert migrated.run("migrate").value is None
    assert migrated.run("check").exit_code == 0


@pytest.mark.parametrize("patterns", [["legacy_*"], ["*_users"], "legacy_users"])
def test_excluded_tables_stay(migrated, patterns):
    """By name or by pattern."""
    migrated.execute("CREATE TABLE legacy_users (id INTEGER PRIMARY KEY)")
    assert migrated.run("check").exit_code == 1
    migrated.options = {"exclude_tables": patterns}
    assert migrated.run("migrate").value is None


def test_an_excluded_model_is_not_compared(migrated):
    """The table is somebody else's, though there is a model for it."""
    quote = "`" if migrated.url.get_backend_name() == "mysql" else '"'
    migrated.execute(f"ALTER TABLE {quote}user{quote} ADD COLUMN theirs INTEGER")
    assert migrated.run("check").exit_code == 1
    migrated.options = {"exclude_tables": ["user"]}
    assert migrated.run("check").exit_code == 0


def test_managed_only_leaves_what_no_revision_made(migrated):
    """A table that a revision names was ours; another was not."""
    migrated.options = {"managed_only": True}
    migrated.execute("CREATE TABLE theirs (id INTEGER PRIMARY KEY)")
    assert migrated.run("migrate").value is None
    migrated.models = other
    migrated.run("migrate", allow_drop_all=True, rev_id="second")
    text = next(p for p in migrated.revision_files() if "second" in p.name).read_text()
    assert "op.drop_table('user')" in text
    assert "theirs" not in text


def other(db):
    """Another model than the one of the table that is there."""

    class Other(db.Model):
        id = db.Column(db.Integer, primary_key=True)


def test_partitions_stay(tmp_path, monkeypatch, postgresql_url):
    """They belong to their table."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, postgresql_url)
    project.models = events
    project.run("init")
    project.run("migrate")
    project.run("upgrade")
    project.execute("CREATE TABLE event_2026 PARTITION OF event FOR VALUES FROM (1) TO (100)")
    assert project.run("check").exit_code == 0


def events(db):
    """A table in parts."""
    users(db)

    class Event(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        __table_args__ = {"postgresql_partition_by": "RANGE (id)"}


def test_a_virtual_table_and_those_behind_it_are_left_alone(project):
    """No model can be one, and only its module knows the types of the others."""
    project.run("init")
    project.run("migrate", rev_id="first")
    project.run("upgrade")
    project.execute("CREATE VIRTUAL TABLE search USING fts5(name)")
    project.execute("CREATE TABLE search_of_mine (id INTEGER PRIMARY KEY)")
    project.run("migrate", rev_id="second")
    [text] = [f.read_text() for f in project.revision_files() if f.name.startswith("second")]
    assert [line for line in text.splitlines() if "drop_table" in line] == [
        "    op.drop_table('search_of_mine')"
    ]
