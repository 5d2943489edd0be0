"""``upgrade --dry-run``: everything is done, and nothing is kept."""

from __future__ import annotations

import json

import pytest

from flask_migrate.refusals import ContradictionError, KeptTrialError, UntriableError

FACES = pytest.mark.parametrize("face", ["python", "flask db", "manage.py db"])


@pytest.fixture
def with_rows(started, database_url):
    """A project on each database at the first of two revisions, with a row."""
    started.url = database_url
    started.run("revision", rev_id="one")
    started.edit_revision('op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))')
    started.run("upgrade")
    started.execute("INSERT INTO t (id) VALUES (1)")
    started.run("revision", rev_id="two")
    started.edit_revision(
        """
        op.create_table("u", sa.Column("id", sa.Integer, primary_key=True))
        op.add_column("t", sa.Column("a", sa.Integer))
        op.execute("UPDATE t SET a = 5")
        op.execute("INSERT INTO t (id) VALUES (2)")
        """
    )
    return started


@pytest.fixture
def triable(with_rows):
    """The same, on the databases that can undo a change of a table."""
    if str(with_rows.url).startswith("mysql"):
        pytest.skip("MariaDB commits each change of a table by itself")
    return with_rows


@FACES
def test_a_trial_takes_each_step(triable, face):
    """What could be done is returned, as for ``upgrade``."""
    outcome = triable.run("upgrade", face, dry_run=True)
    assert outcome.exit_code == 0
    if face == "python":
        assert [step.revision for step in outcome.value] == ["two"]
    else:
        assert "Tried 1 revision in " in outcome.stderr


@FACES
def test_nothing_of_a_trial_is_kept(triable, face):
    """Neither tables, columns and rows nor the revision."""
    triable.run("upgrade", face, dry_run=True)
    assert triable.current() == {"one"}
    assert triable.tables() == {"alembic_version", "t"}
    assert triable.execute("SELECT * FROM t") == [(1,)]


def test_a_new_database_stays_empty(started, database_url):
    """Not even the table of the version is left."""
    started.url = database_url
    if str(database_url).startswith("mysql"):
        pytest.skip("MariaDB commits each change of a table by itself")
    started.write_revisions(2)
    assert len(started.run("upgrade", dry_run=True).value) == 2
    assert started.tables() == set()


def test_nothing_to_do_leaves_nothing(started):
    """A database without a version has none afterwards."""
    assert started.run("upgrade", dry_run=True).value == ()
    assert started.tables() == set()


def test_a_revision_that_fails_is_told_as_by_an_upgrade(triable):
    """The error names the revision, and the database is as it was."""
    path = triable.revision_files()[-1]
    path.write_text(path.read_text().replace("SET a = 5", "SET nothing = 5"))
    error = triable.run("upgrade", dry_run=True).error
    assert "Revision two failed" in str(error)
    assert triable.tables() == {"alembic_version", "t"}


def test_what_is_deferred_is_checked(started, postgresql_url):
    """A constraint that PostgreSQL would check with the COMMIT."""
    started.url = postgresql_url
    started.run("revision", rev_id="one")
    started.edit_revision(
        """
        op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
        op.create_table("u", sa.Column("id", sa.Integer, sa.ForeignKey(
            "t.id", deferrable=True, initially="DEFERRED")))
        op.execute("INSERT INTO u VALUES (9)")
        """
    )
    assert "violates foreign key" in str(started.run("upgrade", dry_run=True).error)


def test_one_transaction_for_each_revision_is_one_for_the_trial(triable):
    """``transaction_per_migration`` would commit the first of two."""
    triable.options = {"transaction_per_migration": True}
    triable.run("revision", rev_id="three")
    assert len(triable.run("upgrade", dry_run=True).value) == 2
    assert triable.current() == {"one"}


@pytest.mark.parametrize(
    "body",
    [
        "with op.get_context().autocommit_block():\n    op.execute('SELECT 1')",
        "op.get_bind().commit()",
        "op.execute('COMMIT')",
        "op.execute(' rollback;')",
        'op.create_index("i", "t", ["id"], postgresql_concurrently=True)',
    ],
)
def test_a_revision_that_leaves_the_transaction_is_refused(triable, body):
    """Nothing of it, and nothing of the revisions before it, is kept."""
    is_sqlite = str(triable.url).startswith("sqlite")
    if is_sqlite and "concurrently" in body:
        pytest.skip("a concurrent index is PostgreSQL's")
    triable.run("revision", rev_id="three")
    triable.edit_revision(body)
    error = triable.run("upgrade", dry_run=True).error
    assert isinstance(error, UntriableError)
    assert (error.database, error.revision) == ("default", "three")
    assert triable.tables() == {"alembic_version", "t"}


def test_mariadb_cannot_try(with_rows):
    """It says so, names what can be done, and touches nothing."""
    if not str(with_rows.url).startswith("mysql"):
        pytest.skip("the other databases can")
    error = with_rows.run("upgrade", dry_run=True).error
    assert isinstance(error, UntriableError)
    assert "mysql commits each change by itself" in error.message
    assert "plan --sql" in error.hint
    assert with_rows.tables() == {"alembic_version", "t"}


def test_each_of_several_databases_is_tried(project):
    """The first does not end the trial of the second."""
    project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.run("init", multidb=True)
    project.write_revisions(1)
    steps = project.run("upgrade", dry_run=True).value
    assert sorted(step.database for step in steps) == ["default", "other"]
    assert (project.tables(), project.tables("other")) == (set(), set())


def test_the_document_has_the_steps(triable):
    """``--json`` writes what the function returns."""
    document = json.loads(triable.run("upgrade", "flask db", dry_run=True, json=True).stdout)
    assert [step["revision"] for step in document["result"]] == ["two"]


@pytest.mark.parametrize("other", ["sql", "plan"])
def test_another_way_not_to_run_is_refused(started, other):
    """Two of them contradict each other."""
    error = started.run("upgrade", dry_run=True, **{other: True}).error
    assert isinstance(error, ContradictionError)
    assert error.exit_code == 2


def test_the_history_table_is_not_kept(triable):
    """With ``Migrate(history=True)`` a trial is not written down."""
    triable.options = {"history": True}
    triable.run("upgrade", dry_run=True)
    assert "alembic_history" not in triable.tables()


SESSION = """
from flask import current_app
session = current_app.extensions["sqlalchemy"].session
session.execute(sa.text("CREATE TABLE other (id INTEGER)"))
session.commit()
"""


def test_a_session_of_the_application_is_not_committed(started, postgresql_url):
    """It has a connection of its own, which a trial does not roll back."""
    started.url = postgresql_url
    started.run("revision", rev_id="one")
    started.edit_revision(SESSION)
    error = started.run("upgrade", dry_run=True).error
    assert isinstance(error, UntriableError)
    assert error.revision == "one"
    assert started.tables() == set()


def test_a_savepoint_stays_inside(triable):
    """What is rolled back to it does not end the trial."""
    triable.run("revision", rev_id="three")
    triable.edit_revision(
        """
        with op.get_bind().begin_nested() as savepoint:
            op.execute("INSERT INTO t (id) VALUES (7)")
            savepoint.rollback()
        """
    )
    assert len(triable.run("upgrade", dry_run=True).value) == 2
    assert triable.execute("SELECT * FROM t") == [(1,)]


@FACES
def test_a_downgrade_can_be_tried(triable, face):
    """Both revisions are undone, and are there afterwards."""
    path = triable.revision_files()[0]
    path.write_text(path.read_text() + "\ndef downgrade():\n    op.drop_table('t')\n")
    outcome = triable.run("downgrade", face, dry_run=True)
    assert outcome.exit_code == 0
    if face == "python":
        assert [(step.revision, step.is_upgrade) for step in outcome.value] == [("one", False)]
    assert triable.current() == {"one"}
    assert triable.execute("SELECT * FROM t") == [(1,)]


def test_a_downgrade_to_be_tried_may_not_be_irreversible(triable):
    """It is refused as without ``--dry-run``."""
    path = triable.revision_files()[0]
    path.write_text(path.read_text() + "\nirreversible = 'The mail is gone.'\n")
    assert "The mail is gone" in str(triable.run("downgrade", dry_run=True).error)


def test_a_protected_database_may_be_tried(triable, monkeypatch):
    """A trial takes nothing from it."""
    monkeypatch.setenv("FLASK_DB_PROTECT", "*")
    assert triable.run("downgrade", dry_run=True).exit_code == 0
    assert triable.current() == {"one"}


def test_an_engine_that_commits_by_itself_cannot_try(triable, monkeypatch):
    """``AUTOCOMMIT`` leaves nothing to roll back."""
    usual = triable.app

    def app():
        made = usual()
        with made.app_context():
            engine = made.extensions["sqlalchemy"].engine
            engine.update_execution_options(isolation_level="AUTOCOMMIT")
        return made

    monkeypatch.setattr(triable, "app", app)
    error = triable.run("upgrade", dry_run=True).error
    assert isinstance(error, UntriableError)
    assert "its engine (AUTOCOMMIT) commits" in error.message
    assert triable.current() == {"one"}
    assert triable.tables() == {"alembic_version", "t"}


def test_a_commit_of_the_driver_is_told(triable):
    """What it kept cannot be taken back, so nobody is told that nothing was kept."""
    triable.edit_revision("op.get_bind().connection.commit()\nop.execute('UPDATE t SET id = 9')")
    error = triable.run("upgrade", dry_run=True).error
    assert isinstance(error, KeptTrialError)
    assert (error.database, error.revision) == ("default", "two")
