"""What goes wrong is said in a line, with the next step, and without passwords."""

from __future__ import annotations

import logging

import click
import pytest
from flask import Flask
from sqlalchemy.engine import make_url

import flask_migrate
from flask_migrate import errors

from .project import users_with_email

SECRET = "s3cr3t-pass"


@pytest.fixture
def upgraded(started):
    """A project whose first revision is applied."""
    started.run("migrate")
    started.run("upgrade")
    return started


@pytest.fixture
def two_heads(started):
    """A project whose history has two heads."""
    started.run("revision", rev_id="left")
    started.run("revision", rev_id="right", head="base")
    return started


@pytest.fixture
def broken(started):
    """A project whose only revision raises."""
    started.run("revision", rev_id="broken")
    started.edit_revision("raise RuntimeError('no such luck')")
    return started


#: What makes a command fail: the command, its parameters, the error, a part of its message,
#: and a part of its hint.
MISTAKES = {
    "unknown revision": (
        "upgrade",
        {"revision": "nothing"},
        errors.UnknownRevisionError,
        "'nothing'",
        "flask db history",
    ),
    "unknown revision to show": (
        "show",
        {"revision": "nothing"},
        errors.UnknownRevisionError,
        "'nothing'",
        "flask db history",
    ),
    "several heads": (
        "upgrade",
        {},
        errors.MultipleHeadsError,
        "Multiple head revisions are present for given argument 'head'",
        "flask db merge",
    ),
    "several heads of a new revision": (
        "revision",
        {},
        errors.MultipleHeadsError,
        "Multiple heads are present",
        "flask db merge",
    ),
    "database behind": (
        "migrate",
        {},
        errors.PendingMigrationsError,
        "Target database is not up to date.",
        "flask db upgrade",
    ),
    "database behind at check": (
        "check",
        {},
        errors.PendingMigrationsError,
        "Target database is not up to date.",
        "flask db upgrade",
    ),
    "heads not applied": (
        "current",
        {"check_heads": True},
        errors.PendingMigrationsError,
        "Database is not on all head revisions",
        "flask db upgrade",
    ),
    "changed models": (
        "check",
        {},
        errors.ModelsChangedError,
        "New upgrade operations detected",
        "flask db migrate",
    ),
    "no directory": (
        "upgrade",
        {"directory": "nowhere"},
        errors.CommandFailedError,
        "Path doesn't exist: nowhere",
        "flask db init",
    ),
    "directory not empty": (
        "init",
        {},
        errors.CommandFailedError,
        "Directory migrations already exists and is not empty",
        "",
    ),
    "revision raises": (
        "upgrade",
        {},
        errors.RevisionFailedError,
        "no such luck",
        "flask db upgrade",
    ),
    "relative revision too far": (
        "downgrade",
        {"revision": "-5"},
        errors.HistoryError,
        "-5",
        "",
    ),
}


def prepare(project, mistake):
    """Bring a project to where the command fails."""
    if "heads" in mistake and "several" in mistake:
        project.run("revision", rev_id="left")
        project.run("revision", rev_id="right", head="base")
        return
    project.run("migrate", rev_id="first")
    if mistake == "revision raises":
        project.edit_revision("raise RuntimeError('no such luck')")
    if mistake not in ("database behind", "database behind at check", "heads not applied"):
        project.run("upgrade")
    if mistake == "changed models":
        project.models = users_with_email


@pytest.fixture(params=MISTAKES)
def mistake(request, started):
    """Each mistake in turn, prepared."""
    prepare(started, request.param)
    return MISTAKES[request.param]


def test_a_mistake_has_an_error_of_its_own(started, mistake):
    """A program can tell one mistake from another by the class."""
    name, given, error, _, _ = mistake
    assert type(started.run(name, **given).error) is error


def test_a_message_names_the_thing(started, mistake):
    """The message has the words that scripts look for in that of 4.1.0."""
    name, given, _, message, _ = mistake
    assert message in started.run(name, **given).error.message


def test_a_hint_is_the_next_step(started, mistake):
    """The hint is a command to paste, or another way out."""
    name, given, _, _, hint = mistake
    assert hint in (started.run(name, **given).error.hint or "")


def test_an_error_exits_with_1(run, started, mistake):
    """A mistake has exit code 1 on every face."""
    name, given, _, _, _ = mistake
    assert run(name, **given).exit_code == 1


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_command_line_shows_the_message(started, mistake, face):
    """Standard error has ``Error:`` and the message."""
    name, given, _, message, _ = mistake
    shown = [
        line
        for line in started.run(name, face, **given).stderr.splitlines()
        if line.startswith("Error: ")
    ]
    assert [message in line for line in shown] == [True]


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_command_line_spells_the_hint_as_it_is_spelled(started, mistake, face):
    """A hint can be pasted into the command line that is in use."""
    name, given, _, _, hint = mistake
    spelled = "python manage.py db" if face == "manage.py db" else "flask db"
    assert hint.replace("flask db", spelled) in started.run(name, face, **given).stderr


def test_a_mistake_shows_no_traceback(run, started, mistake):
    """A mistake of the user's is no crash."""
    name, given, _, _, _ = mistake
    outcome = run(name, **given)
    assert "Traceback" not in outcome.stdout + outcome.stderr


def test_every_error_is_a_runtime_error(started, mistake):
    """``except Exception`` around a function catches it, as does click."""
    name, given, _, _, _ = mistake
    error = started.run(name, **given).error
    assert isinstance(error, RuntimeError)
    assert isinstance(error, click.ClickException)


def test_without_migrate_the_error_says_what_to_add():
    """An application without the extension is told the line that it lacks."""
    with Flask("bare").app_context(), pytest.raises(errors.NotConfiguredError) as caught:
        flask_migrate.upgrade()
    assert ("'bare'" in caught.value.message, "Migrate(app, db)" in caught.value.hint) == (
        True,
        True,
    )


def test_without_an_application_context_the_error_says_what_to_write():
    """A function called outside an application is told how."""
    with pytest.raises(errors.NotConfiguredError) as caught:
        flask_migrate.upgrade()
    assert caught.value.hint == "Call them inside: with app.app_context():"


def test_several_heads_are_named(two_heads):
    """The error has the ids of the heads."""
    assert set(two_heads.run("upgrade").error.heads) == {"left", "right"}


def test_an_unknown_revision_is_named(started):
    """The error has the id that was asked for."""
    assert started.run("upgrade", revision="nothing").error.revision == "nothing"


def test_a_revision_of_the_database_that_no_file_has(upgraded):
    """The hint tells of the code that is missing, not of the history."""
    upgraded.execute("UPDATE alembic_version SET version_num = 'gone'")
    error = upgraded.run("upgrade").error
    assert (error.revision, "flask db stamp --purge" in error.hint) == ("gone", True)


def test_check_has_the_differences(upgraded):
    """The error has what differs, for programs."""
    upgraded.models = users_with_email
    assert "email" in str(upgraded.run("check").error.changes)


def test_a_failed_revision_is_named(broken):
    """The error has the revision and the database."""
    error = broken.run("upgrade").error
    assert (error.revision, error.database) == ("broken", "default")


def test_a_failed_revision_is_named_with_file_and_line(broken):
    """The message leads to the line that raised."""
    (path,) = broken.revision_files()
    lines = path.read_text().splitlines()
    line = next(number for number, text in enumerate(lines, 1) if "no such luck" in text)
    place = f"{path.relative_to(broken.folder)}, line {line}"
    assert place in broken.run("upgrade").error.message


def test_a_failed_revision_has_its_cause(broken):
    """What the revision raised is not lost."""
    assert str(broken.run("upgrade").error.__cause__) == "no such luck"


def test_a_failed_statement_is_told_in_the_words_of_the_database(broken):
    """The database's own words are in the message."""
    broken.edit_revision("op.execute('SELECT id FROM nowhere')")
    assert "no such table: nowhere" in broken.run("upgrade").error.message


@pytest.mark.parametrize("code", [0, None, 3, "text"])
def test_a_revision_that_exits_is_a_failure(run, broken, code):
    """``sys.exit(0)`` inside a revision does not look like success."""
    broken.edit_revision(f"import sys\nsys.exit({code!r})")
    assert run("upgrade").exit_code == 1


def test_an_env_that_exits_is_a_failure(run, started):
    """The same for an ``env.py``."""
    (started.folder / "migrations" / "env.py").write_text("import sys\nsys.exit(0)\n")
    assert run("upgrade").exit_code == 1


def test_a_broken_env_is_named_with_file_and_line(started):
    """An ``env.py`` that raises is named."""
    (started.folder / "migrations" / "env.py").write_text("\n1 / 0\n")
    message = started.run("upgrade").error.message
    assert "env.py, line 2" in message
    assert "ZeroDivisionError" in message


def test_the_traceback_is_in_the_log(broken, caplog):
    """Who wants the traceback sets the logger to DEBUG."""
    with caplog.at_level(logging.DEBUG, logger="flask_migrate"):
        broken.run("upgrade")
    assert "Traceback (most recent call last)" in caplog.text


def test_an_error_without_hint_shows_one_line(capsys):
    """A hint that there is not takes no line."""
    errors.MigrateError("Something is wrong.").show()
    assert capsys.readouterr().err == "Error: Something is wrong.\n"


URLS = {
    "unreachable": f"postgresql+psycopg2://user:{SECRET}@127.0.0.1:1/app",
    "unknown host": f"postgresql+psycopg2://user:{SECRET}@host.invalid/app",
    "url object": make_url(f"postgresql+psycopg2://user:{SECRET}@127.0.0.1:1/app"),
    "at sign": f"postgresql+psycopg2://user:{SECRET}@{SECRET}@127.0.0.1:1/app",
    "encoded": f"postgresql+psycopg2://user:{SECRET}%40x@127.0.0.1:1/app",
    "mariadb": f"mysql+pymysql://user:{SECRET}@127.0.0.1:1/app",
}


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
def test_a_password_is_never_shown(run, started, caplog, url):
    """The password of a URL is in no stream, no error and no log."""
    started.url = url
    with caplog.at_level(logging.DEBUG):
        outcome = run("upgrade")
    error = outcome.error
    texts = [outcome.stdout, outcome.stderr, caplog.text, str(error), repr(error)]
    texts += [str(getattr(error, "hint", ""))]
    assert outcome.exit_code == 1
    assert [text for text in texts if SECRET in text] == []


def test_a_password_that_an_env_raises_is_not_shown(started):
    """What an ``env.py`` raises may hold the URL; the error hides the password."""
    started.url = URLS["unreachable"]
    started.run("revision", rev_id="first")
    (started.folder / "migrations" / "env.py").write_text(
        f"raise RuntimeError({str(started.url)!r})\n"
    )
    assert SECRET not in started.run("upgrade").error.message


def test_an_unreachable_database_is_named(started):
    """The error says which database does not answer, and where it is configured."""
    started.url = URLS["unreachable"]
    error = started.run("upgrade").error
    assert isinstance(error, errors.DatabaseError)
    assert "127.0.0.1" in error.message
    assert "SQLALCHEMY_DATABASE_URI" in error.hint


@pytest.mark.parametrize("raised", [RuntimeError("no"), flask_migrate.CommandError("no")])
def test_catch_errors_turns_an_error_into_ours(raised):
    """A command of the application's own is as careful as ours."""

    @flask_migrate.catch_errors
    def command():
        raise raised

    with pytest.raises(errors.CommandFailedError, match="no") as caught:
        command()
    assert caught.value.__cause__ is raised


def test_catch_errors_lets_ours_through():
    """An error that is one already stays as it is."""

    @flask_migrate.catch_errors
    def command():
        raise errors.TemplateError("no")

    with pytest.raises(errors.TemplateError):
        command()


def test_catch_errors_returns_what_the_function_returns():
    """It is a plain wrapper."""
    assert flask_migrate.catch_errors(lambda: 1)() == 1


@pytest.mark.parametrize(("count", "said"), [(1, "(1 statement)"), (2, "(2 statements)")])
def test_what_is_there_in_part_is_counted(count, said):
    """One is not told in the plural."""
    assert said in errors.UnfinishedRevisionError("r2", "upgrade", ["DROP TABLE a"] * count).message
