"""Commands called inside a program: by a test suite, a web worker, a thread."""

from __future__ import annotations

import itertools
import logging
import threading
from pathlib import Path

import alembic.command
import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

import flask_migrate
from flask_migrate import AppMigrations, errors

from ..project import Project, users, users_with_email
from .releases import templates

TEMPLATES = ["flask", "1.4.0", "2.7.0", "4.1.0"]

COMMANDS = ("upgrade", "migrate", "check")


@pytest.fixture(params=TEMPLATES)
def project(request, tmp_path, monkeypatch):
    """A project with one revision that is not applied, with today's and earlier templates."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    old = request.param != "flask"
    made.run("init", template=str(templates(request.param) / "flask") if old else None)
    assert made.run("migrate", rev_id="first").exit_code == 0
    return made


@pytest.fixture
def app(project):
    """An application inside its context."""
    app = project.app()
    with app.app_context():
        yield app


def outcome_of(name: str) -> str:
    """What a command does, in one word."""
    try:
        value = getattr(flask_migrate, name)()
    except errors.PendingMigrationsError:
        return "pending"
    except errors.ModelsChangedError:
        return "changed"
    return f"{len(value)} steps" if name == "upgrade" else str(value)


@pytest.mark.parametrize("order", list(itertools.permutations(COMMANDS)), ids="-".join)
def test_commands_follow_each_other_in_any_order(app, project, order):
    """Before the upgrade there is something to apply, after it there is nothing to do."""
    is_upgraded = False
    for name in order:
        if name == "upgrade":
            expected, is_upgraded = "1 steps", True
        else:
            expected = "None" if is_upgraded else "pending"
        assert outcome_of(name) == expected
    assert [path.name for path in project.revision_files()] == ["first_create_user.py"]


@pytest.mark.parametrize("order", list(itertools.permutations(COMMANDS)), ids="-".join)
def test_a_changed_model_is_seen_whatever_ran_before(project, order):
    """What one application found does not answer for the next one."""
    project.run("upgrade")
    for name in order:
        project.run(name)
    project.models = users_with_email
    with project.app().app_context():
        assert outcome_of("check") == "changed"
        assert flask_migrate.migrate(rev_id="second").revision == "second"
        assert outcome_of("upgrade") == "1 steps"
        assert outcome_of("check") == "None"


def test_a_command_runs_in_a_thread(app, project):
    """The thread has its own context, as any thread of a Flask application."""
    found = []

    def work() -> None:
        with app.app_context():
            found.extend(step.revision for step in flask_migrate.upgrade())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == ["first"]
    assert "user" in project.tables()


def test_a_command_runs_inside_a_request(project):
    """A view may migrate."""
    app = project.app()

    @app.post("/upgrade")
    def view():
        return [step.revision for step in flask_migrate.upgrade()]

    answer = app.test_client().post("/upgrade")
    assert answer.get_json() == ["first"]


def test_a_command_runs_without_a_context(project):
    """``AppMigrations(app)`` brings it."""
    migrations = AppMigrations(project.app())
    assert [step.revision for step in migrations.upgrade()] == ["first"]
    assert migrations.migrate() is None
    migrations.check()


def test_threads_migrate_databases_of_their_own(project):
    """Eight threads, eight applications, one directory."""
    found: dict[int, set[str]] = {}
    started = threading.Barrier(8)

    def work(number: int) -> None:
        app = Flask(f"app{number}")
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{project.folder}/{number}.db"
        db = SQLAlchemy(app)
        users(db)
        flask_migrate.Migrate(app, db)
        started.wait()
        with app.app_context():
            flask_migrate.upgrade()
            flask_migrate.check()
            found[number] = set(sa.inspect(db.engine).get_table_names())
            db.engine.dispose()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: {"alembic_version", "user"} for number in range(8)}


def test_a_revision_that_calls_a_command_is_told_so(project):
    """Instead of waiting for itself for ever."""
    project.edit_revision("import flask_migrate\nflask_migrate.upgrade()")
    assert isinstance(project.run("upgrade").error, errors.ReentrantRunError)


def test_a_callback_that_calls_a_command_is_told_so(app, project):
    """The same for ``Migrate.configure``."""
    project.extension.configure(lambda config: flask_migrate.current())
    with pytest.raises(errors.ReentrantRunError):
        flask_migrate.upgrade()


def test_an_env_that_calls_a_command_is_told_so(app, project):
    """The same for ``env.py``."""
    env = Path("migrations", "env.py")
    env.write_text(f"{env.read_text()}\nimport flask_migrate\nflask_migrate.current()\n")
    with pytest.raises(errors.ReentrantRunError):
        flask_migrate.upgrade()


@pytest.mark.parametrize("code", [0, 1, "text"])
def test_a_revision_that_exits_does_not_end_the_program(project, code):
    """``sys.exit()`` becomes an error that names the revision."""
    project.edit_revision(f"import sys\nsys.exit({code!r})")
    outcome = project.run("upgrade")
    assert isinstance(outcome.error, errors.RevisionFailedError)
    assert f"sys.exit({code!r})" in str(outcome.error)
    assert outcome.error.revision == "first"


@pytest.mark.parametrize("name", ["upgrade", "downgrade", "show", "stamp"])
def test_no_error_ends_the_program(app, name):
    """A function raises what a command line exits for."""
    with pytest.raises(flask_migrate.MigrateError):
        getattr(flask_migrate, name)(revision="nothing")


def states() -> dict[str, tuple[object, ...]]:
    """Each logger of the program with all that can be set on it."""
    found = {"root": logging.root, **logging.Logger.manager.loggerDict}
    return {
        name: (logger.level, tuple(logger.handlers), logger.propagate, logger.disabled)
        for name, logger in found.items()
        if isinstance(logger, logging.Logger)
    }


def test_loggers_are_as_before(app):
    """No level, no handler, nothing disabled, whether a command succeeds or fails."""
    outcome_of("check")  # what is imported meanwhile makes loggers
    logging.getLogger("program").setLevel(logging.INFO)
    before = states()
    for name in (*COMMANDS, "current", "history", "downgrade"):
        outcome_of(name)
    with pytest.raises(flask_migrate.MigrateError):
        flask_migrate.upgrade(revision="nothing")
    after = states()
    assert {name: after[name] for name in before} == before


def test_the_program_hears_its_loggers_during_a_run(project, caplog):
    """What a revision logs arrives in the handlers of the program."""
    project.edit_revision("import logging\nlogging.getLogger('program').warning('heard')")
    project.run("upgrade")
    assert "heard" in caplog.messages


def test_a_failure_does_not_spoil_the_next_run(project):
    """The error of one run leaves nothing behind."""
    good = project.revision_files()[0].read_text()
    for body in ("1 / 0", "raise SystemExit(3)", "raise RuntimeError('no')"):
        path = project.edit_revision(body)
        assert project.run("upgrade").exit_code == 1
        path.write_text(good)
    assert [step.revision for step in project.run("upgrade").value] == ["first"]
    assert project.run("check").exit_code == 0


def test_an_interrupted_run_does_not_spoil_the_next_one(app, project):
    """``KeyboardInterrupt`` passes through, and everything is put back."""
    good = project.revision_files()[0].read_text()
    path = project.edit_revision("raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        flask_migrate.upgrade()
    path.write_text(good)
    assert outcome_of("upgrade") == "1 steps"


def test_alembic_is_as_before_after_an_error(project):
    """Its names are put back, and a direct call of it works."""
    names = ("EnvironmentContext", "ScriptDirectory")
    before = [getattr(alembic.command, name) for name in names]
    good = project.revision_files()[0].read_text()
    path = project.edit_revision("1 / 0")
    project.run("upgrade")
    assert [getattr(alembic.command, name) for name in names] == before
    path.write_text(good)
    with project.app().app_context():
        alembic.command.upgrade(project.extension.get_config(), "head")
    assert "user" in project.tables()
