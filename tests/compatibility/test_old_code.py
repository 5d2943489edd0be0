"""Code that was written against earlier releases runs unchanged."""

from __future__ import annotations

import functools
from pathlib import Path

import alembic.command
import click
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

import flask_migrate
from flask_migrate import _compat

from ..project import Project, users
from .releases import templates

NAMES = [
    *("Migrate", "MigrateCommand", "Config", "AlembicConfig", "CommandError", "command"),
    *("init", "revision", "migrate", "edit", "merge", "upgrade", "downgrade", "show", "history"),
    *("heads", "branches", "current", "stamp", "check", "list_templates"),
    *("catch_errors", "alembic_version", "log", "_get_config"),
]


@pytest.fixture(params=["flask", "2.7.0", "4.1.0"])
def project(request, tmp_path, monkeypatch):
    """A project with one revision, with today's and with earlier ``env.py`` files."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    old = request.param != "flask"
    template = str(templates(request.param) / "flask") if old else "flask"
    made.run("init", template=template)
    made.run("migrate", message="first")
    return made


@pytest.mark.parametrize("name", NAMES)
def test_a_name_can_be_imported(name):
    """``from flask_migrate import NAME`` works for all that public code imports."""
    assert getattr(flask_migrate, name) is not None


def test_alembic_command_takes_the_configuration_of_the_application(project):
    """``alembic.command.upgrade(migrate.get_config(), "head")``."""
    with project.app().app_context():
        alembic.command.upgrade(project.extension.get_config(), "head")
    assert "user" in project.tables()


def test_the_history_can_be_read_with_alembic(project):
    """``ScriptDirectory.from_config(migrate.get_config())``."""
    with project.app().app_context():
        script = ScriptDirectory.from_config(project.extension.get_config())
    assert len(script.get_heads()) == 1


def test_arguments_by_position(project):
    """``upgrade(directory, revision, sql, tag, x_arg)``, as applications call it."""
    with project.app().app_context():
        flask_migrate.upgrade("migrations", "head", False, None, None)
        flask_migrate.downgrade("migrations", "base", False, None, None)
        flask_migrate.stamp("migrations", "head", False, None, True)
        flask_migrate.revision("migrations", "empty")
    assert len(project.revision_files()) == 2


def test_get_config_of_1_6(project):
    """``_get_config(directory)`` is still imported."""
    with project.app().app_context():
        config = flask_migrate._get_config("migrations", x_arg="a=b", opts=["autogenerate"])
    assert (config.cmd_opts.x, config.cmd_opts.autogenerate) == (["a=b"], True)


def test_x_arguments_reach_env(project):
    """``context.get_x_argument(as_dictionary=True)``."""
    env = project.folder / "migrations" / "env.py"
    line = "import alembic.context; print(alembic.context.get_x_argument(as_dictionary=True))\n"
    env.write_text(f"{env.read_text()}\n{line}")
    outcome = project.run("current", "flask db", x_arg=["a=1", "b=2"])
    assert "{'a': '1', 'b': '2'}" in outcome.stdout


def test_an_env_that_passes_its_own_hook_beside_the_arguments(project):
    """``context.configure(include_object=..., **configure_args)``: no key comes twice."""
    with project.app().app_context():
        from flask import current_app

        arguments = current_app.extensions["migrate"].configure_args
    assert set(arguments) == {"compare_type", "render_as_batch"}


def test_a_script_directory_of_the_application_is_used(project, monkeypatch):
    """Applications with plug-ins assign ``alembic.command.ScriptDirectory``."""
    made = []

    class PluginScriptDirectory(ScriptDirectory):
        @classmethod
        def from_config(cls, config):
            made.append(config)
            return super().from_config(config)

    monkeypatch.setattr(alembic.command, "ScriptDirectory", PluginScriptDirectory)
    assert project.run("upgrade").exit_code == 0
    assert len(made) == 1
    assert alembic.command.ScriptDirectory is PluginScriptDirectory


def test_commands_are_wrapped_and_added_to_another_group(project):
    """An application iterates the commands, skips one and replaces a callback."""
    from flask_migrate.cli import db

    app = project.app()
    group, called = click.Group("plugins"), []

    def wrapped(callback, **values):
        called.append(values)
        return callback(**values)

    for name, command in db.commands.items():
        if name != "init":
            copy = click.Command(
                name,
                params=command.params,
                callback=functools.partial(wrapped, command.callback),
            )
            group.add_command(copy)
    app.cli.add_command(group)
    result = app.test_cli_runner().invoke(args=["plugins", "upgrade"])
    assert result.exit_code == 0, result.output
    assert called[0]["revision"] is None or called[0]["revision"] == "head"
    assert "user" in project.tables()


def test_migrate_without_db_and_a_path(tmp_path, monkeypatch):
    """``Migrate()``, then ``init_app(app, db)``; the directory may be a path."""
    monkeypatch.chdir(tmp_path)
    app = Flask("late")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db = SQLAlchemy(app)
    users(db)
    migrate = flask_migrate.Migrate(directory=Path("there"))
    migrate.init_app(app, db)
    with app.app_context():
        assert flask_migrate.init() == "there"
        assert migrate.db is app.extensions["migrate"].db is db
        assert app.extensions["migrate"].metadata is db.metadata
        assert app.extensions["migrate"].directory == "there"
    assert migrate.directory == "there"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1.20.1", (1, 20, 1)),
        ("1.20.0b1", (1, 20, 0)),
        ("1.21", (1, 21, 0)),
        ("1.20.0.dev1+g12", (1, 20, 0)),
    ],
)
def test_a_version_of_alembic_in_the_making(monkeypatch, text, numbers):
    """A part that is no number does not stop an application from starting."""
    monkeypatch.setattr(_compat.metadata, "version", lambda name: text)
    assert _compat.version_of("alembic") == numbers


def test_alembic_version_is_a_tuple_of_numbers():
    """Public code compares it: ``alembic_version >= (0, 7, 0)``."""
    assert flask_migrate.alembic_version >= (0, 7, 0)
