"""Code that is older than the database: each command says so, and which commands lead out."""

from __future__ import annotations

import pytest

from ..project import users

LINES = ["flask db", "manage.py db"]

#: Commands that ask the database where it is, with what they are called with.
COMMANDS = {
    "upgrade": {},
    "downgrade": {},
    "redo": {},
    "plan": {},
    "current": {},
    "check": {},
    "migrate": {},
    "stamp": {},
    "prepare": {},
    "current --check-heads": {"check_heads": True},
    "upgrade --from-current": {"sql": True, "from_current": True},
}


@pytest.fixture
def older(started):
    """A database at ``rev2``, which only newer code has; this one ends with ``rev1``."""
    started.options = {"history": True, "release": "1.4.2"}
    started.write_revisions(2)
    started.run("upgrade")
    started.revision_files()[-1].unlink()
    return started


@pytest.mark.parametrize("face", LINES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_says_which_commands_lead_out(older, face, command):
    """In the spelling of the command line, and nothing is changed."""
    outcome = older.run(command.split()[0], face, **COMMANDS[command])
    assert outcome.exit_code == 1
    assert "defines. Fetch the code that has it." in outcome.stderr
    start = "python manage.py db" if face.startswith("manage") else face
    assert f"run with that one: {start} downgrade rev1" in outcome.stderr
    assert f"{start} stamp --purge REVISION" in outcome.stderr
    assert older.current() == {"rev2"}


@pytest.mark.parametrize("command", [name for name in COMMANDS if "from-current" not in name])
def test_a_program_reads_it_in_the_hint(older, command):
    """With when it was applied, and by which release."""
    error = older.run(command.split()[0], **COMMANDS[command]).error
    assert "Fetch the code that has it." in error.hint
    assert "It was applied 20" in error.hint
    assert "with release 1.4.2." in error.hint


@pytest.mark.parametrize("face", LINES)
@pytest.mark.parametrize("command", ["status", "wait", "doctor"])
def test_what_looks_at_the_database_says_the_same(older, face, command):
    """With the exit code of a damaged history."""
    given = {"status": {"exit_code": True}, "wait": {"timeout": 0.0}, "doctor": {}}[command]
    outcome = older.run(command, face, **given)
    assert outcome.exit_code == (1 if command == "doctor" else 9)
    assert "downgrade rev1" in outcome.stdout + outcome.stderr


def test_the_way_back_leads_back(older, tmp_path):
    """With the newer code the database comes to where the older one can go on."""
    older.run("revision", rev_id="rev2")
    older.edit_revision("pass", "pass")
    assert older.run("downgrade", revision="rev1").exit_code == 0
    older.revision_files()[-1].unlink()
    assert older.run("upgrade").exit_code == 0


def test_of_several_databases_the_one_is_named(project):
    """The others are as the code knows them."""
    project.binds = {"orders": f"sqlite:///{project.folder / 'orders.db'}"}
    project.run("init", multidb=True)
    project.write_revisions(2)
    project.run("upgrade", revision="rev1")
    project.run("upgrade", bind="orders")
    project.revision_files()[-1].unlink()
    error = project.run("upgrade").error
    assert "The database orders has a revision that no file here defines." in error.hint


@pytest.mark.parametrize("face", LINES)
def test_tables_that_were_there_before_lead_to_adopt(started, face):
    """``upgrade`` of what ``create_all()`` made."""
    started.models = users
    started.run("migrate")
    started.execute("CREATE TABLE user (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(50))")
    outcome = started.run("upgrade", face)
    assert outcome.exit_code == 1
    assert "If create_all() or another program made the tables: " in outcome.stderr
    assert "db adopt\n" in outcome.stderr


def test_purge_without_a_database_is_refused(started):
    """``--purge`` empties a table, ``--sql`` has none."""
    started.write_revisions(1)
    outcome = started.run("stamp", "flask db", purge=True, sql=True, revision=["rev1"])
    assert outcome.exit_code == 2
    assert "--purge and --sql contradict each other." in outcome.stderr
