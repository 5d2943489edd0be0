"""``redo``, and what is looked at before revisions are undone."""

from __future__ import annotations

import pytest

from flask_migrate import refusals, undoing
from flask_migrate.commands import confirming

TABLE = "op.create_table('t', sa.Column('id', sa.Integer, primary_key=True))"


@pytest.fixture
def two(started, database_url):
    """Two tables by two revisions, applied, on each database in turn; both have a row."""
    started.url = database_url
    for number in (1, 2):
        made = TABLE.replace("'t'", f"'t{number}'")
        started.run("revision", message=f"table {number}", rev_id=f"rev{number}")
        started.edit_revision(made, f"op.drop_table('t{number}')")
    started.run("upgrade")
    for number in (1, 2):
        started.execute(f"INSERT INTO t{number} (id) VALUES (1)")
    return started


@pytest.fixture
def several(project):
    """The same revision, which says that it is irreversible, on two databases."""
    project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.run("init", multidb=True)
    project.write_revisions(1)
    project.run("upgrade")
    return project


def rows(project, table):
    return len(project.execute(f"SELECT id FROM {table}"))


def taken(outcome):
    return [(step.revision, step.is_upgrade) for step in outcome.value]


def test_the_last_revision_is_undone_and_applied_again(two):
    """Its table is empty then; that of the one before is as it was."""
    outcome = two.run("redo")
    assert taken(outcome) == [("rev2", False), ("rev2", True)]
    assert two.current() == {"rev2"}
    assert (rows(two, "t1"), rows(two, "t2")) == (1, 0)


def test_from_a_revision_on(two):
    """That one and all that came after it, the first one of the history too."""
    outcome = two.run("redo", revision="rev1")
    assert taken(outcome) == [("rev2", False), ("rev1", False), ("rev1", True), ("rev2", True)]
    assert (rows(two, "t1"), rows(two, "t2")) == (0, 0)


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_both_command_lines_say_what_goes_and_what_was_done(two, face):
    """As ``downgrade`` does."""
    outcome = two.run("redo", face)
    assert "rev2 on default drops table t2 with 1 row." in outcome.stderr
    assert "Redid 1 revision in" in outcome.stderr


def test_where_it_can_it_is_one_transaction(two):
    """An upgrade that fails leaves what the downgrade had dropped."""
    if str(two.url).startswith("mysql"):
        pytest.skip("MariaDB commits each statement.")
    two.edit_revision("raise ValueError('on purpose')", "op.drop_table('t2')")
    assert two.run("redo").exit_code == 1
    assert two.current() == {"rev2"}
    assert rows(two, "t2") == 1


def test_a_merge_may_be_redone(started):
    """It has two parents, so that "one back" would be ambiguous."""
    started.run("revision", rev_id="root")
    started.run("revision", rev_id="left", head="root")
    started.run("revision", rev_id="right", head="root", splice=True)
    started.run("merge", rev_id="both")
    started.run("upgrade")
    assert taken(started.run("redo")) == [("both", False), ("both", True)]
    assert started.current() == {"both"}


def test_of_several_heads_one_is_named(started):
    """Each may be the last."""
    started.run("revision", rev_id="left")
    started.run("revision", rev_id="right", head="base")
    started.run("upgrade", revision="heads")
    error = started.run("redo").error
    assert isinstance(error, refusals.NothingToRedoError)
    assert error.hint.startswith("Name one: flask db redo ")
    assert taken(started.run("redo", revision="left")) == [("left", False), ("left", True)]
    assert started.current() == {"left", "right"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"revision": "rev2"}, "Revision rev2 is not applied on the database default"),
        ({}, "There is no one last revision on the database default, which is at base."),
    ],
)
def test_what_is_not_applied_cannot_be_redone(started, given, said):
    """Nothing is applied instead."""
    started.write_revisions(2)
    error = started.run("redo", **given).error
    assert isinstance(error, refusals.NothingToRedoError)
    assert error.message.startswith(said)
    assert error.hint == "Apply it with: flask db upgrade"
    assert started.current() == set()


def test_the_base_is_no_revision_to_redo(two):
    """One is named that is."""
    error = two.run("redo", revision="base").error
    assert isinstance(error, refusals.NothingToRedoError)
    assert error.hint == "Name one: flask db redo rev2"
    assert two.current() == {"rev2"}


def test_redo_wants_the_name_of_a_protected_database(run, started, monkeypatch):
    """And says how to give it."""
    started.write_revisions(1)
    started.run("upgrade")
    monkeypatch.setenv("FLASK_DB_PROTECT", "sqlite:*")
    outcome = run("redo", yes=True)
    assert outcome.exit_code == 3
    assert "--yes-i-mean app.db" in (getattr(outcome.error, "hint", "") or outcome.stderr)
    assert run("redo", yes_i_mean="app.db").exit_code == 0


def test_stamp_purge_wants_it_and_stamp_does_not(run, started, monkeypatch):
    """What forgets where a database is takes that from it."""
    started.write_revisions(2)
    started.run("upgrade")
    monkeypatch.setenv("FLASK_DB_PROTECT", "sqlite:*")
    assert run("stamp", revision=["rev1"], purge=True).exit_code == 3
    assert started.current() == {"rev2"}
    assert run("stamp", revision=["rev1"]).exit_code == 0
    assert run("stamp", revision=["rev2"], purge=True, yes_i_mean="app.db").exit_code == 0
    assert run("stamp", revision=["rev2"], purge=True, sql=True).exit_code != 3


@pytest.mark.parametrize("command", ["downgrade", "redo"])
def test_an_irreversible_revision_stops_before_the_first_database(several, command):
    """The last one of the first database could be undone; that of the second says no."""
    several.run("revision", rev_id="rev2")
    several.run("upgrade", bind="default")
    path = several.revision_files()[0]
    text = path.read_text().replace("\ndef upgrade", "\nirreversible = True\n\ndef upgrade", 1)
    path.write_text(text)
    outcome = several.run(command, yes=True)
    assert isinstance(outcome.error, refusals.IrreversibleRevisionError)
    assert outcome.error.revision == "rev1"
    assert several.current() == {"rev2"}


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_what_was_not_shown_is_not_dropped(two, face, monkeypatch):
    """A row that came between the look and the lock stops the run."""
    two.execute("DELETE FROM t2")
    look = undoing.UndoPlanningRun.losses

    def later(run):
        found = look.fget(run)
        two.execute("INSERT INTO t2 (id) VALUES (7)")
        return found

    monkeypatch.setattr(undoing.UndoPlanningRun, "losses", property(later))
    outcome = two.run("downgrade", face)
    assert outcome.exit_code == 1
    assert "More would be lost than was shown a moment ago. Nothing was undone." in outcome.stderr
    assert "rev2 on default drops table t2 with 1 row." in outcome.stderr
    assert rows(two, "t2") == 1


def test_more_rows_of_what_was_shown_are_no_reason_to_stop(two, monkeypatch):
    """A database that is in use would never be downgraded."""
    agreed = confirming.agreed_losses

    def later(*args):
        found = agreed(*args)
        two.execute("INSERT INTO t2 (id) VALUES (7)")
        return found

    monkeypatch.setattr("flask_migrate.commands.undoing.agreed_losses", later)
    assert two.run("downgrade", "flask db").exit_code == 0
