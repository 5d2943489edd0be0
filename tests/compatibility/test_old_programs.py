"""What public programs do with the extension, its group of commands and its configuration."""

from __future__ import annotations

import functools
import sys
from pathlib import Path

import alembic.command
import click
import pytest
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy

import flask_migrate
from flask_migrate.cli import db as group

from ..project import Project, users
from .releases import templates


@pytest.fixture(params=["flask", "1.4.0", "2.7.0", "4.1.0"])
def project(request, tmp_path, monkeypatch):
    """A project with one revision, with today's and with earlier files."""
    monkeypatch.chdir(tmp_path)
    made = Project(tmp_path)
    old = request.param != "flask"
    made.run("init", template=str(templates(request.param) / "flask") if old else None)
    made.run("migrate", rev_id="first")
    return made


@pytest.fixture
def added():
    """What a test adds to the one group of commands is taken out again."""
    before = dict(group.commands)
    callbacks = {name: command.callback for name, command in before.items()}
    yield
    group.commands.clear()
    group.commands.update(before)
    for name, callback in callbacks.items():
        before[name].callback = callback


def test_a_directory_inside_a_package(project, monkeypatch):
    """``Config()`` with ``set_main_option("script_location", "app:migrations")``."""
    package = project.folder / "shop_with_migrations"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (project.folder / "migrations").rename(package / "migrations")
    monkeypatch.syspath_prepend(str(project.folder))
    config = flask_migrate.Config()
    config.set_main_option("script_location", "shop_with_migrations:migrations")
    # An env.py of an earlier release reads its own alembic.ini.
    config.config_file_name = str(package / "migrations" / "alembic.ini")
    with project.app().app_context():
        alembic.command.upgrade(config, "head")
    sys.modules.pop("shop_with_migrations", None)
    assert "user" in project.tables()


def test_a_callback_changes_the_configuration(project):
    """``@migrate.configure``, here with another folder for the revisions."""
    app = project.app()
    Path("plugin").mkdir()

    @project.extension.configure
    def versions(config):
        config.set_main_option("path_separator", "os")
        config.set_main_option("version_locations", str(Path("plugin").resolve()))
        return config

    with app.app_context():
        flask_migrate.revision(message="elsewhere", rev_id="other")
        assert flask_migrate.heads() == ("other",)
    assert [path.name for path in Path("plugin").glob("*.py")] == ["other_elsewhere.py"]


def test_a_callback_is_still_a_function(project):
    """The decorator gives it back, and it is in ``configure_callbacks``."""
    project.app()

    @project.extension.configure
    def callback(config):
        return config

    assert callback("given") == "given"
    assert project.extension.configure_callbacks == [callback]
    assert project.extension.call_configure_callbacks("given") == "given"


def test_a_callback_that_returns_nothing_changes_what_it_got(project):
    """Earlier releases went on with ``None`` and failed."""
    app = project.app()
    project.extension.configure(lambda config: config.set_main_option("own", "1"))
    with app.app_context():
        assert project.extension.get_config().get_main_option("own") == "1"


def test_plugins_bring_folders_of_revisions(project, monkeypatch):
    """A ``ScriptDirectory`` that is assigned in ``alembic.command`` says where they are."""
    plugin = Path("plugin").resolve()
    plugin.mkdir()

    class PluginScriptDirectory(ScriptDirectory):
        @classmethod
        def from_config(cls, config):
            found = super().from_config(config)
            own = Path(found.dir, "versions").resolve()
            found.__dict__["_version_locations"] = [own, plugin]
            return found

    monkeypatch.setattr(alembic.command, "ScriptDirectory", PluginScriptDirectory)
    (plugin / "plugin_first.py").write_text(
        "revision = 'plugin'\ndown_revision = None\nbranch_labels = ('shop',)\n"
        "def upgrade():\n    pass\ndef downgrade():\n    pass\n"
    )
    assert set(project.run("heads").value) == {"first", "plugin"}
    steps = project.run("upgrade", revision="heads").value
    assert {step.revision for step in steps} == {"first", "plugin"}
    assert alembic.command.ScriptDirectory is PluginScriptDirectory


def test_the_callbacks_of_commands_are_replaced(project):
    """A plug-in's group: each command once more, ``init`` left out, the callback a ``partial``."""
    app, seen = project.app(), []

    def told(name, callback, **given):
        seen.append(name)
        return callback(**given)

    own = click.Group("plugins")
    for name, command in group.commands.items():
        if name != "init":
            copy = click.Command(name, params=command.params, help=command.help)
            copy.callback = functools.partial(told, name, command.callback)
            own.add_command(copy)
    app.cli.add_command(own)
    runner = app.test_cli_runner()
    for words in (["upgrade"], ["current"], ["check"], ["downgrade"]):
        result = runner.invoke(args=["plugins", *words])
        assert result.exit_code == 0, result.output
    assert seen == ["upgrade", "current", "check", "downgrade"]
    assert runner.invoke(args=["plugins", "init"]).exit_code == 2


def test_a_callback_is_replaced_in_place(project, added):
    """``db.commands["downgrade"].callback = ...`` asks before it goes on."""
    downgrade = group.commands["downgrade"]
    callback, asked = downgrade.callback, []

    def confirmed(**given):
        asked.append(given["revision"])
        return callback(**given)

    downgrade.callback = confirmed
    project.run("upgrade")
    assert project.run("downgrade", "flask db", revision="base").exit_code == 0
    assert asked == ["base"]
    assert project.tables() == {"alembic_version"}


def test_a_command_is_added_to_the_group(project, added):
    """``@db.command()`` in an application, calling the functions of this package."""

    @group.command("autoupgrade")
    @click.option("--sql", is_flag=True)
    def autoupgrade(sql):
        config = current_app.extensions["migrate"].migrate.get_config()
        alembic.command.upgrade(config, "heads", sql=sql)

    app = project.app()
    autoupgrade.callback = _with_context(app, autoupgrade.callback)
    result = app.test_cli_runner().invoke(args=["db", "autoupgrade"])
    assert result.exit_code == 0, result.output
    assert "user" in project.tables()


def _with_context(app, callback):
    def called(**given):
        with app.app_context():
            return callback(**given)

    return called


def test_the_group_has_another_name(project):
    """``Migrate(app, db, command="database")``."""
    project.options = {"command": "database"}
    result = project.app().test_cli_runner().invoke(args=["database", "heads"])
    assert result.exit_code == 0
    assert "first (head)" in result.output


def test_the_state_is_on_the_application(project):
    """``app.extensions["migrate"]`` with ``db``, ``migrate``, ``directory``, ``configure_args``."""
    project.options = {"directory": Path("migrations"), "include_schemas": True}
    app = project.app()
    state = app.extensions["migrate"]
    db = app.extensions["sqlalchemy"]
    assert (state.db, state.metadata, state.migrate) == (db, db.metadata, project.extension)
    assert state.directory == project.extension.directory == "migrations"
    assert dict(**state.configure_args) == {
        "compare_type": True,
        "render_as_batch": True,
        "include_schemas": True,
    }
    with app.app_context():
        assert state.db.engine is db.engine


def test_positional_arguments_of_the_extension():
    """``Migrate(app, db, directory, command, compare_type, render_as_batch)``."""
    db = SQLAlchemy()
    app = Flask("app")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    db.init_app(app)
    migrate = flask_migrate.Migrate(app, db, "there", "database", False, False)
    assert migrate.alembic_ctx_kwargs == {"compare_type": False, "render_as_batch": False}
    migrate.init_app(app, db, "here", "db", True, True)
    assert app.extensions["migrate"].configure_args["compare_type"] is True
    assert app.extensions["migrate"].directory == "here"


def test_without_a_database_object_nothing_happens():
    """``Migrate(app)`` waits for ``init_app``."""
    app = Flask("app")
    flask_migrate.Migrate(app)
    assert "migrate" not in app.extensions


def test_functions_by_position(project):
    """The order of the arguments is that of 4.1.0."""
    with project.app().app_context():
        flask_migrate.upgrade("migrations", "head", False, None, ["a=1"])
        flask_migrate.current("migrations", False)
        flask_migrate.check("migrations")
        flask_migrate.migrate("migrations", "message", False, "head", False, None, None, "second")
        flask_migrate.revision(
            "migrations", "message", False, False, "head", False, None, None, "third"
        )
        flask_migrate.history("migrations", None, False, False)
        flask_migrate.heads("migrations", False, False)
        flask_migrate.branches("migrations", False)
        flask_migrate.show("migrations", "head")
        flask_migrate.stamp("migrations", "head", False, None, True)
        flask_migrate.downgrade("migrations", "base", False, None, None)
        flask_migrate.init("others", False, "flask", True)
    assert project.current() == set()


def test_a_path_is_a_directory_everywhere(project):
    """``pathlib.Path`` where earlier releases wanted text."""
    with project.app().app_context():
        flask_migrate.upgrade(directory=Path("migrations"))
        flask_migrate.downgrade(Path("migrations").resolve())
    assert project.tables() == {"alembic_version"}


def test_catch_errors_wraps_a_command_of_ones_own(project):
    """What Alembic refuses becomes an error of this package, which ends a command line."""

    @flask_migrate.catch_errors
    def command():
        config = current_app.extensions["migrate"].migrate.get_config()
        alembic.command.upgrade(config, "nothing")

    with project.app().app_context(), pytest.raises(flask_migrate.MigrateError) as caught:
        command()
    assert (caught.value.exit_code, "nothing" in str(caught.value)) == (1, True)


def test_catch_errors_returns_what_the_command_returns():
    """The name of the function stays, too."""

    @flask_migrate.catch_errors
    def command():
        return 42

    assert (command(), command.__name__) == (42, "command")


def test_an_error_is_caught_as_before(project):
    """``except RuntimeError`` is what programs had for what ``sys.exit`` did not take."""
    with project.app().app_context(), pytest.raises(RuntimeError):
        flask_migrate.upgrade(revision="nothing")


def test_the_logger_has_its_name():
    """``flask_migrate.log`` is the logger of 2.6 to 4.1."""
    assert flask_migrate.log.name == "flask_migrate"


def test_the_extension_is_attached_twice(tmp_path, monkeypatch):
    """An application factory that is called for each test."""
    monkeypatch.chdir(tmp_path)
    migrate = flask_migrate.Migrate()
    for number in range(2):
        app = Flask(f"app{number}")
        app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{tmp_path}/{number}.db"
        db = SQLAlchemy(app)
        users(db)
        migrate.init_app(app, db, directory=f"migrations{number}")
        with app.app_context():
            flask_migrate.init()
            flask_migrate.migrate()
            assert len(flask_migrate.upgrade()) == 1
            db.engine.dispose()
