"""Each error says in its first sentence what Alembic says, and then what to do."""

from __future__ import annotations

import os
import shutil

import pytest
from flask import Flask

import flask_migrate

from ..project import users_with_email
from .refusal import assert_refused, assert_untouched, file_of, revision_text, write_revision


def _refused(app: Flask, *args: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["db", *args])
    return result.exit_code, result.stderr


# The application


def test_no_migrate_on_the_application():
    """The commands were added by hand, and nothing says which models are meant."""
    from flask_migrate.cli import db as group

    app = Flask("bare")
    app.cli.add_command(group, "db")
    code, said = _refused(app, "upgrade")
    assert code == 1
    assert "Error: The application 'bare' has no Migrate attached." in said
    assert "Hint: Add this where the application is made: Migrate(app, db)" in said


def test_no_application_context():
    """A function called outside a context says how to get into one."""
    with pytest.raises(flask_migrate.MigrateError, match="application context") as raised:
        flask_migrate.upgrade()
    assert "with app.app_context():" in raised.value.hint


def test_no_such_command():
    """Without Migrate there is no group; that answer is Flask's own."""
    result = Flask("bare").test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 2
    assert "No such command 'db'" in result.stderr


def test_models_that_are_not_imported(project):
    """The doctor says why ``migrate`` sees nothing, or would drop everything."""
    project.run("init")
    project.models = lambda db: None
    outcome = project.run("doctor", "flask db")
    assert outcome.exit_code == 1
    assert "The application has no models" in outcome.stdout
    assert "Import the modules of the models" in outcome.stdout


def test_migrate_without_changes_points_to_the_doctor(damaged):
    """Nobody has to guess why there is nothing to write."""
    assert "flask db doctor" in damaged.run("migrate", "flask db").stderr


def test_a_group_with_another_name_is_named_in_hints(damaged):
    """A hint can be pasted whatever the application calls the command group."""
    damaged.options = {"command": "schema"}
    result = (
        damaged.app()
        .test_cli_runner()
        .invoke(args=["schema", "upgrade", "zzzz"], prog_name="flask")
    )
    assert "flask schema history" in result.stderr


# The directory


def test_directory_missing(project):
    """The command that makes one is named."""
    assert_untouched(project, "upgrade", "Path doesn't exist: migrations", hint="flask db init")


def test_directory_unwritable(damaged, monkeypatch):
    """A directory that cannot be written is named, and nothing is lost."""

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied", str(args[1]))

    monkeypatch.setattr("alembic.script.ScriptDirectory._generate_template", refuse)
    assert_untouched(damaged, "revision", "migrations/versions", "Permission denied", rev_id="c")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_directory_without_permission(damaged):
    """The same with a real folder."""
    versions = damaged.folder / "migrations" / "versions"
    versions.chmod(0o555)
    try:
        assert_untouched(damaged, "revision", "Permission denied", rev_id="c")
    finally:
        versions.chmod(0o755)


@pytest.mark.parametrize("place", ["/proc/flask-migrate", "/dev/null/migrations"])
def test_init_where_nothing_can_be_written(project, place):
    """``init`` names the place."""
    assert_untouched(project, "init", place, hint="-d", directory=place)


@pytest.mark.parametrize("place", ["a\0b", "x" * 5000, "/"])
@pytest.mark.parametrize("command", ["init", "upgrade", "doctor"])
def test_a_directory_that_cannot_be(project, command, place):
    """A value of ``-d`` that is no folder's name, or not a project's, is refused."""
    assert_untouched(project, command, directory=place)


def test_an_empty_directory_option_is_as_good_as_none(damaged):
    """``-d "$DIR"`` without the variable means the directory of the application."""
    assert damaged.run("heads", "flask db", directory="").stdout.startswith("bbbb")


# The revisions


def test_unknown_revision(damaged):
    """Alembic's sentence, and the list of those that exist."""
    assert_untouched(
        damaged,
        "upgrade",
        "Can't locate revision identified by 'zzzz'",
        hint="flask db history",
        revision="zzzz",
    )


@pytest.mark.parametrize("command", ["upgrade", "downgrade", "current", "migrate", "stamp"])
def test_unknown_revision_in_the_database(damaged, command):
    """The ways out: other code, or another record."""
    damaged.execute("UPDATE alembic_version SET version_num = 'zzzz'")
    assert_untouched(
        damaged,
        command,
        "Can't locate revision identified by 'zzzz'",
        hint="flask db stamp --purge",
    )


def test_stamp_purge_leads_out(damaged):
    """What the hint says works."""
    damaged.execute("UPDATE alembic_version SET version_num = 'zzzz'")
    assert damaged.run("stamp", "flask db", purge=True, revision=["bbbb"]).exit_code == 0
    assert damaged.current() == {"bbbb"}


def test_ambiguous_prefix(damaged):
    """The revisions that begin so are named."""
    for name in ("abcd1", "abcd2"):
        write_revision(damaged, f"{name}.py", revision_text(name, "bbbb"))
    assert_untouched(
        damaged, "upgrade", "'abcd'", hint="'abcd1', 'abcd2'. Write more", revision="abcd"
    )


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("upgrade", "Multiple head revisions are present"),
        ("migrate", "Target database is not up to date."),
        ("revision", "Multiple heads are present"),
        ("stamp", "Multiple heads are present"),
    ],
)
def test_several_heads(damaged, command, sentence):
    """The files of the heads and the command that joins them."""
    write_revision(damaged, "left.py", revision_text("left", "bbbb"))
    write_revision(damaged, "right.py", revision_text("right", "bbbb"))
    damaged.models = users_with_email
    outcome = damaged.run(command, "flask db")
    assert_refused(outcome, sentence, hint="flask db merge")
    assert "versions/left.py" in outcome.stderr
    assert "versions/right.py" in outcome.stderr


def test_target_database_is_not_up_to_date(damaged):
    """``upgrade`` first."""
    damaged.run("downgrade")
    damaged.models = users_with_email
    assert_untouched(
        damaged, "migrate", "Target database is not up to date.", hint="flask db upgrade"
    )


def test_models_changed(damaged):
    """``check`` says what to do about it."""
    damaged.models = users_with_email
    assert_untouched(damaged, "check", "New upgrade operations detected", hint="flask db migrate")


def test_database_not_on_all_heads(damaged):
    """``current --check-heads`` as well."""
    damaged.run("downgrade")
    assert_untouched(
        damaged,
        "current",
        "Database is not on all head revisions",
        hint="flask db upgrade",
        check_heads=True,
    )


def test_duplicate_ids(damaged):
    """Both files."""
    shutil.copy(file_of(damaged, "bbbb"), file_of(damaged, "bbbb").with_name("copy.py"))
    assert_untouched(damaged, "upgrade", "bbbb_second.py", "copy.py", hint="Delete one of them")


def test_cycle(damaged):
    """The files of the circle."""
    write_revision(damaged, "xx.py", revision_text("xx", "yy"))
    write_revision(damaged, "yy.py", revision_text("yy", "xx"))
    assert_untouched(damaged, "upgrade", "Cycle is detected in revisions", hint="yy.py")


def test_missing_parent(damaged):
    """The file and the id that it wants."""
    file_of(damaged, "aaaa").unlink()
    assert_untouched(damaged, "upgrade", "bbbb_second.py", "'aaaa'", hint="Bring the file")


def test_syntax_error(damaged):
    """The file and the line."""
    file_of(damaged, "bbbb").write_text("x = 1\ndef (\n")
    assert_untouched(damaged, "upgrade", "bbbb_second.py, line 2", hint="Correct the file")


def test_non_utf_8_file(damaged):
    """The file."""
    path = file_of(damaged, "bbbb")
    path.write_bytes(path.read_bytes().replace(b"second", b"s\xe9cond"))
    assert_untouched(damaged, "upgrade", "bbbb_second.py", hint="Correct the file")


def test_version_table_with_a_row_too_many(damaged):
    """A revision and its parent are both recorded."""
    damaged.execute("INSERT INTO alembic_version VALUES ('aaaa')")
    write_revision(damaged, "cccc.py", revision_text("cccc", "bbbb"))
    assert_untouched(
        damaged,
        "upgrade",
        "overlaps with other requested revisions",
        hint="flask db stamp --purge",
    )


def test_version_table_with_an_unknown_row_too_many(damaged):
    """The row that no file knows is named."""
    damaged.execute("INSERT INTO alembic_version VALUES ('zzzz')")
    assert_untouched(damaged, "upgrade", "'zzzz'", hint="flask db stamp --purge")


def test_offline_downgrade_without_a_start(damaged):
    """How both ends are written."""
    assert_untouched(
        damaged,
        "downgrade",
        "requires <fromrev>:<torev>",
        hint="FROM:TO",
        sql=True,
        revision="base",
    )


# Files


def test_a_revision_that_was_applied_is_not_updated(started):
    """Its file stays, and the hint writes another one."""
    started.run("migrate")
    started.run("upgrade")
    started.models = users_with_email
    before = [path.read_bytes() for path in started.revision_files()]
    outcome = started.run("migrate", "flask db", update=True)
    assert_refused(outcome, "the database default has it already", hint="flask db migrate")
    assert [path.read_bytes() for path in started.revision_files()] == before


def test_a_formatter_that_is_not_installed(started, monkeypatch):
    """Nothing is written, and the hint installs it."""
    monkeypatch.setattr("flask_migrate.formatting.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    outcome = started.run("migrate", "manage.py db", format="black")
    assert_refused(outcome, "black is not installed", hint="-m pip install black")
    assert started.revision_files() == []


# Plans


def test_a_plan_file_that_is_none(started):
    """The sentence has the file, and the hint how to make one."""
    (started.folder / "plan.json").write_text("<html>")
    outcome = started.run("upgrade", "flask db", from_plan="plan.json")
    assert_refused(outcome, "'plan.json' is no plan", hint="flask db plan --save plan.json")
    assert started.tables() == set()


def test_a_plan_file_in_bytes(started):
    """What is no text is no plan."""
    (started.folder / "plan.json").write_bytes(b"\xff\xfe\x00")
    outcome = started.run("downgrade", "flask db", from_plan="plan.json")
    assert_refused(outcome, "'plan.json' is no plan", hint="plan --down --save plan.json")


def test_a_plan_where_no_file_can_be(started):
    """The hint says what is needed."""
    outcome = started.run("plan", "flask db", save="migrations")
    assert_refused(outcome, "'migrations' cannot be written", hint="plan --save FILE")


def test_a_plan_of_the_other_direction(started):
    """The hint has the command that it is for."""
    started.write_revisions(1)
    started.run("plan", save="plan.json")
    outcome = started.run("downgrade", "flask db", from_plan="plan.json")
    assert_refused(outcome, "is the plan of upgrade", hint="flask db upgrade --from-plan plan.json")


def test_a_trial_of_what_commits(started):
    """The sentence has the revision, and nothing is left."""
    started.run("revision", rev_id="one")
    started.edit_revision("with op.get_context().autocommit_block():\n    op.execute('VACUUM')")
    outcome = started.run("upgrade", "flask db", dry_run=True)
    assert_refused(outcome, "revision one leaves", "Nothing was changed", hint="plan --sql")
    assert started.tables() == set()
