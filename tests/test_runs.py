"""Runs in one process: their turns, and what they give back."""

from __future__ import annotations

import threading

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

import flask_migrate
from flask_migrate import errors
from flask_migrate.runs import Step

THREADS = 8


def test_threads_migrate_databases_of_their_own(tmp_path):
    """Eight threads with eight applications and eight directories do not meet."""
    found = {}

    def models(db, number):
        return type(f"Table{number}", (db.Model,), {"id": db.Column(db.Integer, primary_key=True)})

    def work(number):
        app = Flask(f"app{number}")
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/{number}.db"
        db = SQLAlchemy(app)
        models(db, number)
        flask_migrate.Migrate(app, db, directory=tmp_path / f"migrations{number}")
        with app.app_context():
            flask_migrate.init()
            flask_migrate.migrate()
            flask_migrate.upgrade()
            found[number] = set(sa.inspect(db.engine).get_table_names())
            db.engine.dispose()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: {"alembic_version", f"table{number}"} for number in range(THREADS)}


def test_a_command_inside_a_command_is_refused(started):
    """A revision that calls a command gets an error instead of waiting for itself."""
    started.run("revision")
    started.edit_revision("import flask_migrate\nflask_migrate.current()")
    error = started.run("upgrade").error
    assert isinstance(error, errors.ReentrantRunError)


def test_a_command_runs_after_one_that_was_refused(started):
    """The turn is given back when a command fails."""
    started.run("upgrade", revision="nothing")
    assert started.run("heads").exit_code == 0


def test_a_callback_that_calls_a_command_is_refused(started):
    """The same for a callback of ``Migrate.configure``."""
    app = started.app()
    started.extension.configure(lambda config: flask_migrate.heads())
    with app.app_context(), pytest.raises(errors.ReentrantRunError):
        flask_migrate.upgrade()


def test_upgrade_returns_its_steps(started):
    """Each step says what was applied, and where."""
    first, second = started.write_revisions(2)
    paths = {path.name.partition("_")[0]: str(path) for path in started.revision_files()}
    steps = started.run("upgrade").value
    assert [(step.revision, step.is_upgrade, step.is_stamp, step.message) for step in steps] == [
        (first, True, False, "number 1"),
        (second, True, False, "number 2"),
    ]
    assert [step.database for step in steps] == ["default", "default"]
    assert [paths[step.revision] for step in steps] == [
        str(started.folder / step.path) for step in steps
    ]


def test_downgrade_returns_its_steps(started):
    """Each step says what was undone, the newest first."""
    first, second = started.write_revisions(2)
    started.run("upgrade")
    steps = started.run("downgrade", revision="base").value
    assert [(step.revision, step.is_upgrade) for step in steps] == [(second, False), (first, False)]


def test_stamp_returns_its_steps(started):
    """Each step of a stamp says that it is one."""
    started.write_revisions(2)
    steps = started.run("stamp").value
    assert [(step.revision, step.is_stamp) for step in steps] == [("rev2", True)]


def test_stamp_returns_where_it_went(started):
    """Down to a revision, and to the base; so the last line names what is recorded."""
    first, _ = started.write_revisions(2)
    started.run("stamp")
    down = started.run("stamp", revision=first).value
    assert [(step.revision, step.message) for step in down] == [(first, "number 1")]
    off = started.run("stamp", revision="base").value
    assert [(step.revision, step.path) for step in off] == [(None, "")]
    started.run("stamp")
    told = started.run("stamp", "flask db", revision=[first]).stderr
    assert f"the last one is {first}." in told


def test_steps_of_a_failed_run_are_those_before_the_failure(started):
    """The error has what was done before it and stays."""
    started.options = {"transaction_per_migration": True}
    started.write_revisions(2)
    started.edit_revision("raise RuntimeError('no')")
    error = started.run("upgrade").error
    assert ([step.revision for step in error.done], error.revision) == (["rev1"], "rev2")


def test_a_step_is_a_value():
    """Two equal steps are equal."""
    step = Step("a", True, False, "", "", "default")
    assert step == Step("a", True, False, "", "", "default")


def test_heads_returns_the_ids(started):
    """``heads`` returns the revision ids."""
    started.write_revisions(2)
    assert started.run("heads").value == ("rev2",)


def test_current_returns_the_ids(started):
    """``current`` returns what the database is at."""
    started.write_revisions(2)
    started.run("upgrade", revision="rev1")
    assert started.run("current").value == ("rev1",)


def test_current_of_an_empty_database_is_empty(started):
    """A database without revision is at none."""
    assert started.run("current").value == ()


def test_alembics_names_are_as_before_after_a_run(started):
    """What is watched in ``alembic.command`` during a run is put back."""
    import alembic.command

    before = alembic.command.EnvironmentContext, alembic.command.ScriptDirectory
    started.run("upgrade", revision="nothing")
    assert (alembic.command.EnvironmentContext, alembic.command.ScriptDirectory) == before


def test_a_script_directory_of_the_application_is_used(started, monkeypatch):
    """An application may assign a ``ScriptDirectory`` of its own in ``alembic.command``."""
    import alembic.command

    made = []

    class PluginScriptDirectory(alembic.command.ScriptDirectory):
        @classmethod
        def from_config(cls, config):
            made.append(cls)
            return super().from_config(config)

    monkeypatch.setattr(alembic.command, "ScriptDirectory", PluginScriptDirectory)
    started.run("heads")
    assert [issubclass(each, PluginScriptDirectory) for each in made] == [True]


def test_a_function_of_alembic_command_that_was_replaced_is_called(started, monkeypatch):
    """Commands go through the functions of ``alembic.command`` as they are now."""
    seen = []
    monkeypatch.setattr("alembic.command.upgrade", lambda config, **given: seen.append(given))
    started.run("upgrade", tag="t")
    assert seen == [{"revision": "head", "sql": False, "tag": "t"}]
