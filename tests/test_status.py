"""``status`` and ``wait``: where the databases are."""

from __future__ import annotations

import json

import pytest

from flask_migrate import errors, refusals
from flask_migrate.commands import standing

LINES = pytest.mark.parametrize("face", ["flask db", "manage.py db"])


@pytest.fixture
def half(started, database_url):
    """A project on each database, at the first of two revisions."""
    started.url = database_url
    started.write_revisions(2)
    started.run("upgrade", revision="rev1")
    return started


def states(outcome):
    (status,) = outcome.value
    return {each.revision: each.state for each in status.revisions}


def test_applied_and_pending_revisions_are_told_apart(half):
    """Each revision has a state."""
    assert states(half.run("status")) == {"rev1": "applied", "rev2": "pending"}


def test_what_the_database_is_at_and_the_head_are_marked(half):
    """The value says where the database is and where the history ends."""
    (status,) = half.run("status").value
    assert status.heads == ("rev1",)
    assert [(each.is_current, each.is_head) for each in status.revisions] == [
        (True, False),
        (False, True),
    ]


def test_a_revision_without_a_file_is_missing(half):
    """A database ahead of the code is told, not an error."""
    half.execute("UPDATE alembic_version SET version_num = 'gone'")
    assert states(half.run("status")) == {
        "rev1": "pending",
        "rev2": "pending",
        "gone": "missing",
    }


def test_an_empty_database_is_not_written_to(started):
    """Nothing is made to look at it."""
    started.write_revisions(1)
    assert states(started.run("status")) == {"rev1": "pending"}
    assert started.tables() == set()


def test_what_another_depends_on_is_applied(started):
    """A database at a revision has what that depends on."""
    started.run("revision", rev_id="needed")
    started.run("revision", rev_id="other", head="base")
    started.run("revision", rev_id="end", head="other", depends_on="needed")
    started.run("upgrade", revision="end")
    assert set(states(started.run("status")).values()) == {"applied"}


@LINES
def test_both_command_lines_show_it(half, face):
    """Each revision has a line on standard output."""
    shown = half.run("status", face).stdout
    assert "at rev1, 1 pending\n" in shown
    assert "  applied   rev1  number 1\n" in shown
    assert "  pending   rev2  number 2 (head)\n" in shown


@LINES
def test_the_document_has_the_states(half, face):
    """``--json`` writes the value of the function."""
    (found,) = json.loads(half.run("status", face, json=True).stdout)["result"]
    assert [each["state"] for each in found["revisions"]] == ["applied", "pending"]


@LINES
@pytest.mark.parametrize(
    ("prepare", "code"),
    [
        (lambda project: project.run("upgrade"), 0),
        (lambda project: None, 4),
        (lambda project: project.execute("UPDATE alembic_version SET version_num = 'gone'"), 9),
    ],
)
def test_the_exit_code_is_asked_for(half, face, prepare, code):
    """0 at the head, 4 behind it, 9 where a file is missing; without the option always 0."""
    prepare(half)
    assert half.run("status", face, exit_code=True).exit_code == code
    assert half.run("status", face).exit_code == 0


@LINES
def test_the_document_of_an_error_has_the_states(half, face):
    """A program that asks for the exit code has the document as well."""
    outcome = half.run("status", face, exit_code=True, json=True)
    error = json.loads(outcome.stdout)["error"]
    assert error["exit_code"] == 4
    assert error["statuses"][0]["heads"] == ["rev1"]


def test_each_bind_has_a_status(project):
    """A project for several databases is told for each, or for those that are chosen."""
    project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.run("init", multidb=True)
    project.write_revisions(1)
    project.run("upgrade", bind="other")
    assert [(each.database, each.heads) for each in project.run("status").value] == [
        ("default", ()),
        ("other", ("rev1",)),
    ]
    (chosen,) = project.run("status", bind="other").value
    assert chosen.database == "other"


def test_waiting_ends_at_once_at_the_head(half):
    """The value is the status."""
    half.run("upgrade")
    (status,) = half.run("wait").value
    assert status.heads == ("rev2",)


def test_waiting_ends_when_another_has_migrated(half, monkeypatch):
    """The database is looked at again."""
    pauses = []

    def migrate(seconds):
        pauses.append(seconds)
        half.execute("UPDATE alembic_version SET version_num = 'rev2'")

    monkeypatch.setattr(standing.time, "sleep", migrate)
    assert half.run("wait").exit_code == 0
    assert pauses == [standing.PAUSE]


@LINES
def test_waiting_has_an_end(half, face):
    """The exit code says that revisions are pending, and nothing is changed."""
    outcome = half.run("wait", face, timeout="100ms")
    assert outcome.exit_code == 4
    assert "Error: Waited for 0.1 s: Revisions are pending (default: rev2)." in outcome.stderr
    assert "Hint: Apply them with: " in outcome.stderr
    assert half.current() == {"rev1"}


@LINES
def test_waiting_for_a_database_that_does_not_answer_has_an_end(started, face):
    """Its exit code is that of pending revisions; the error names the database."""
    started.url = f"sqlite:///{started.folder}/nowhere/app.db"
    outcome = started.run("wait", face, timeout="100ms")
    assert outcome.exit_code == 4
    assert "Error: Waited for 0.1 s: The database sqlite:///" in outcome.stderr


def test_waiting_for_a_missing_file_is_refused_at_once(half, monkeypatch):
    """It would never come."""
    half.execute("UPDATE alembic_version SET version_num = 'gone'")
    monkeypatch.setattr(standing.time, "sleep", lambda seconds: pytest.fail("It waited."))
    outcome = half.run("wait")
    assert isinstance(outcome.error, errors.DamagedHistoryError)
    assert outcome.error.statuses[0].missing == ("gone",)


def test_a_time_that_is_none_is_refused(started):
    """The name of the parameter is in the error."""
    outcome = started.run("wait", timeout="soon")
    assert isinstance(outcome.error, errors.InvalidNameError)


@pytest.fixture
def kept(half):
    """The same, with a table of what was run."""
    half.options = {"history": True, "release": "1.2"}
    half.run("upgrade")
    return half


def test_the_table_of_what_was_run_says_when_and_by_whom(kept):
    """A revision from before the table is applied, and no more is known of it."""
    (status,) = kept.run("status").value
    before, after = status.revisions
    assert (before.state, before.applied_at, before.release) == ("applied", None, None)
    assert (after.state, after.release) == ("applied", "1.2")
    assert after.applied_at
    assert after.seconds is not None


def test_a_file_that_was_changed_is_told(kept):
    """The state of a revision that does something else than it did is ``edited``."""
    kept.edit_revision("op.execute('SELECT 1')")
    assert states(kept.run("status")) == {"rev1": "applied", "rev2": "edited"}


def test_a_repaired_revision_is_applied(kept):
    """What ``repair`` has accepted is not told again."""
    kept.edit_revision("op.execute('SELECT 1')")
    kept.run("repair", revision="rev2")
    assert states(kept.run("status")) == {"rev1": "applied", "rev2": "applied"}


@LINES
def test_a_revision_of_newer_code_is_told_with_its_release(kept, face):
    """Where the code is older than the database, the error says who brought the revision."""
    kept.revision_files()[-1].unlink()
    outcome = kept.run("upgrade", face, revision="rev1")
    assert outcome.exit_code == 1
    assert "Can't locate revision identified by 'rev2'" in outcome.stderr
    assert "It was applied 20" in outcome.stderr
    assert " with release 1.2." in outcome.stderr
    assert "db stamp --purge REVISION" in outcome.stderr


def test_offline_shows_what_the_files_say(started):
    """No database need be there."""
    started.write_revisions(2)
    started.url = "postgresql+psycopg2://nobody@127.0.0.1:1/nothing"
    (status,) = started.run("status", offline=True).value
    assert [(each.revision, each.state, each.is_head) for each in status.revisions] == [
        ("rev1", "unknown", False),
        ("rev2", "unknown", True),
    ]


@LINES
def test_offline_says_so(started, face):
    """The first line tells why nothing is known of the database."""
    started.write_revisions(1)
    shown = started.run("status", face, offline=True).stdout
    assert shown.splitlines() == ["No database was asked.", "  unknown   rev1  number 1 (head)"]


def test_offline_cannot_say_whether_the_database_is_at_the_head(started):
    """``--exit-code`` would have to guess."""
    started.write_revisions(1)
    error = started.run("status", offline=True, exit_code=True).error
    assert isinstance(error, refusals.ContradictionError)
    assert (error.exit_code, error.options) == (2, ("--exit-code", "--offline"))


@LINES
def test_an_edited_file_is_damage(started, face):
    """``status --exit-code`` knows it from the table alembic_history; ``wait`` does not mind."""
    started.options = {"history": True}
    started.run("revision", rev_id="one")
    started.edit_revision("op.execute('SELECT 1')")
    started.run("upgrade")
    started.edit_revision("op.execute('SELECT 2')")
    outcome = started.run("status", face, exit_code=True)
    assert outcome.exit_code == 9
    assert "Error: A revision was changed after it was applied (default: one)." in outcome.stderr
    assert started.run("wait", face, timeout=0.0).exit_code == 0
