"""The table of what was run: its rows, that they are whole, and what is made of them."""

from __future__ import annotations

import json
import os

import pytest
import sqlalchemy as sa

from flask_migrate import errors

from .applying import history

ROWS = "SELECT revision, direction FROM alembic_history ORDER BY id"


@pytest.fixture
def kept(started, database_url):
    """A project that keeps its history, on each database in turn."""
    started.url = database_url
    started.options = {"history": True, "release": "1.2"}
    return started


@pytest.fixture
def lite(started):
    """One on SQLite."""
    started.options = {"history": True}
    return started


def change(project, number, old, new):
    """Put *new* in the place of *old* in a revision file, and return its path."""
    path = project.revision_files()[number]
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return path


def test_every_step_has_a_row(kept):
    """Applied, undone and recorded revisions are told apart."""
    kept.write_revisions(2)
    kept.run("upgrade")
    kept.run("downgrade")
    kept.run("stamp", revision="rev2")
    kept.run("stamp", revision="base")
    kept.run("stamp", revision="rev2")
    assert kept.execute(ROWS) == [
        ("rev1", "upgrade"),
        ("rev2", "upgrade"),
        ("rev2", "downgrade"),
        ("rev2", "stamp"),
        ("base", "stamp"),
        ("rev2", "stamp"),
    ]
    assert kept.current() == {"rev2"}


def test_a_row_says_when_and_by_whom(kept):
    """Time, length, users, host, release and what the file meant."""
    kept.write_revisions(1)
    kept.run("upgrade")
    [row] = kept.execute(
        "SELECT applied_at, milliseconds, database_user, os_user, host, app_release, checksum,"
        " statements FROM alembic_history"
    )
    at, milliseconds, database_user, os_user, host, release, checksum, statements = row
    assert at is not None
    assert milliseconds >= 0
    assert (database_user is None) == str(kept.url).startswith("sqlite")
    assert os_user
    assert host
    assert release == "1.2"
    assert len(checksum) == 64
    assert "upgrade" in json.loads(statements)


@pytest.mark.parametrize("options", [{}, {"transaction_per_migration": True}], ids=str)
def test_a_revision_that_fails_has_no_row(kept, options):
    """What the database does not have is not in its history."""
    kept.options = {**kept.options, **options}
    kept.write_revisions(2)
    kept.edit_revision("raise ValueError('on purpose')")
    kept.run("upgrade")
    applied = kept.execute(ROWS) if "alembic_history" in kept.tables() else []
    assert {revision for revision, _ in applied} == kept.current()


@pytest.mark.parametrize("number", [0, 2, 4])
def test_a_killed_run_leaves_rows_for_what_is_there(kept, number):
    """The table agrees with the version, wherever the process ended."""
    bodies = [list(lines) for lines in history.BODIES]
    bodies[number].append("os._exit(9)")
    history.write(kept, bodies)
    process = history.start(kept, "upgrade", WITH_HISTORY="1")
    process.communicate()
    assert process.returncode == 9
    applied = kept.execute(ROWS) if "alembic_history" in kept.tables() else []
    newest = applied[-1:] and {applied[-1][0]}
    assert set(newest) == kept.current()


def test_a_resumed_revision_has_one_row(started, mariadb_url):
    """MariaDB's journal and the history do not get into each other's way."""
    started.url = mariadb_url
    started.options = {"history": True}
    bodies = [list(lines) for lines in history.BODIES]
    bodies[2].insert(1, "os._exit(9)")
    history.write(started, bodies)
    history.start(started, "upgrade", WITH_HISTORY="1").communicate()
    history.write(started)
    assert started.run("upgrade", resume=True).exit_code == 0
    assert started.execute(ROWS) == [(f"r{number}", "upgrade") for number in range(5)]
    assert history.rows(started) == history.RESULT


def test_the_table_stays_out_of_comparisons(kept):
    """``migrate`` and ``check`` neither see nor drop it."""
    kept.run("migrate", message="users")
    kept.run("upgrade")
    assert kept.run("check").exit_code == 0
    assert kept.run("migrate", message="nothing").value is None


def test_without_the_option_there_is_no_table(started):
    """It is asked for."""
    started.write_revisions(1)
    started.run("upgrade")
    assert started.tables() == {"alembic_version"}


def test_each_database_has_its_own(project):
    """A bind's history is in the bind."""
    project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.options = {"history": True}
    project.run("init", multidb=True)
    project.write_revisions(1)
    project.run("upgrade")
    assert project.execute(ROWS) == [("rev1", "upgrade")]
    assert project.execute(ROWS, bind="other") == [("rev1", "upgrade")]
    assert project.run("verify").value.checked == 2
    assert project.run("verify", bind="other").value.checked == 1


def test_another_version_table_has_another_history(lite):
    """Two programs in one database do not mix theirs."""
    lite.options["version_table"] = "alembic_mine"
    lite.write_revisions(1)
    lite.run("upgrade")
    assert lite.tables() == {"alembic_mine", "alembic_history_alembic_mine"}
    assert lite.run("verify").value.checked == 1


def test_the_schema_of_the_version_table_counts(started, postgresql_url):
    """The history is beside it."""
    started.url = postgresql_url
    started.options = {"history": True, "version_table_schema": "ours"}
    started.execute("CREATE SCHEMA ours")
    started.write_revisions(1)
    started.run("upgrade")
    assert started.execute("SELECT revision FROM ours.alembic_history") == [("rev1",)]
    assert started.run("verify").value.checked == 1


def test_offline_sql_is_as_without_it(lite):
    """A file of SQL is run by other programs."""
    lite.write_revisions(1)
    assert "alembic_history" not in lite.run("upgrade", sql=True).stdout


@pytest.mark.parametrize("face", ["python", "flask db", "manage.py db"])
def test_verify_accepts_what_means_the_same(lite, face):
    """A comment and a docstring are no change."""
    lite.write_revisions(2)
    lite.run("upgrade")
    change(lite, 0, "def upgrade():\n", 'def upgrade():\n    """Words."""\n    # more\n')
    outcome = lite.run("verify", face)
    assert outcome.exit_code == 0
    if face != "python":
        assert outcome.stdout == "2 revisions checked; none changed since it was run.\n"


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_verify_names_file_function_and_line(kept, face):
    """It exits with 9 and says where to look, and which command accepts it."""
    kept.write_revisions(2)
    kept.edit_revision('op.execute("SELECT 1")\nop.execute("SELECT 2")')
    kept.run("upgrade")
    path = change(kept, 1, "SELECT 2", "SELECT 3")
    line = 1 + path.read_text().splitlines().index('    op.execute("SELECT 3")')
    outcome = kept.run("verify", face)
    assert outcome.exit_code == 9
    assert f"rev2_number_2.py:{line}: upgrade() (rev2 on default, run 2" in outcome.stderr
    assert "db repair rev2" in outcome.stderr


def test_verify_raises_what_changed(lite):
    """A program reads it."""
    lite.write_revisions(1)
    lite.run("upgrade")
    change(lite, 0, "    pass", "    return None")
    error = lite.run("verify").error
    assert isinstance(error, errors.RevisionsChangedError)
    [found] = error.changes
    assert (found.revision, found.function, found.database) == ("rev1", "upgrade", "default")


def test_verify_says_that_a_file_is_gone(lite):
    """The revision was run and nothing defines it."""
    lite.write_revisions(2)
    lite.run("upgrade")
    os.remove(lite.revision_files()[1])
    error = lite.run("verify").error
    assert isinstance(error, errors.RevisionsChangedError)
    assert "rev2 on default" in str(error)
    assert "its file is gone" in str(error)


def test_verify_leaves_out_what_was_undone_or_only_recorded(lite):
    """Their files may change."""
    lite.write_revisions(2)
    lite.run("upgrade", revision="rev1")
    lite.run("downgrade")
    lite.run("stamp", revision="rev2")
    change(lite, 0, "    pass", "    return None")
    change(lite, 1, "    pass", "    return None")
    assert lite.run("verify").value.checked == 0


@pytest.mark.parametrize("command", [("verify", {}), ("repair", {"revision": "rev1"})])
def test_without_a_history_the_error_says_how_to_get_one(started, command):
    """One sentence, and the option."""
    started.write_revisions(1)
    started.run("upgrade")
    name, given = command
    outcome = started.run(name, "flask db", **given)
    assert outcome.exit_code == 1
    assert "The database default has no history of what was run on it." in outcome.stderr
    assert "Migrate(app, db, history=True)" in outcome.stderr


def test_repair_accepts_one_revision(kept):
    """The other one is still told."""
    kept.write_revisions(2)
    kept.run("upgrade")
    for number in (0, 1):
        change(kept, number, "    pass", "    return None")
    outcome = kept.run("repair", "flask db", revision="rev1")
    assert outcome.stdout == "rev1 on default is accepted as it is now.\n"
    error = kept.run("verify").error
    assert [each.revision for each in error.changes] == ["rev2"]
    assert kept.run("repair", revision="rev2").value[0].revision == "rev2"
    assert kept.run("verify").value.checked == 2
    assert kept.execute(ROWS)[-1] == ("rev2", "repair")


@pytest.mark.parametrize("revision", ["head", "heads", "base", "rev1:rev2", "zzz"])
def test_repair_takes_one_revision_only(lite, revision):
    """No symbol stands for several."""
    lite.write_revisions(2)
    lite.run("upgrade")
    assert isinstance(lite.run("repair", revision=revision).error, errors.UnknownRevisionError)
    assert len(lite.execute(ROWS)) == 2


def test_repair_needs_a_revision(lite):
    """Never all of them."""
    lite.write_revisions(1)
    lite.run("upgrade")
    assert isinstance(lite.run("repair").error, errors.InvalidNameError)


def test_repair_refuses_the_beginning_of_several_ids(lite):
    """One at a time."""
    lite.write_revisions(2)
    lite.run("upgrade")
    error = lite.run("repair", revision="rev").error
    assert isinstance(error, errors.UnknownRevisionError)
    assert "rev1, rev2" in str(error)
    assert error.hint == "Write more of the one you mean."


def test_the_doctor_knows_the_table(lite):
    """It is no stray one."""
    lite.run("migrate", message="users")
    lite.run("upgrade")
    assert "alembic_history" not in lite.run("doctor", "flask db").stdout


def test_other_programs_may_read_the_version(kept):
    """The table of Alembic has what it had."""
    kept.write_revisions(1)
    kept.run("upgrade")
    engine = sa.create_engine(kept.url)
    columns = [each["name"] for each in sa.inspect(engine).get_columns("alembic_version")]
    engine.dispose()
    assert columns == ["version_num"]


def test_a_plan_is_no_run(lite):
    """What would be done is not written down."""
    lite.write_revisions(1)
    lite.run("plan")
    assert "alembic_history" not in lite.tables()


@pytest.mark.parametrize("command", ["migrate", "check"])
def test_the_table_is_no_difference(kept, command):
    """Alembic does not say that it was removed."""
    kept.run("migrate")
    kept.run("upgrade")
    said = kept.run(command, "flask db").stderr
    assert "alembic_history" not in said
    assert "Detected removed" not in said


def test_a_model_of_such_a_name_is_compared(lite):
    """What the application calls ``alembic_mine`` is its own."""

    def mine(db):
        class Mine(db.Model):
            __tablename__ = "alembic_mine"
            id = db.Column(db.Integer, primary_key=True)

    lite.models = mine
    lite.run("migrate")
    lite.run("upgrade")
    assert "alembic_mine" in lite.tables()
    assert lite.run("check").exit_code == 0
