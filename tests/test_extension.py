"""Attaching migrations to applications."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

import flask_migrate
from flask_migrate import Config, Migrate, errors
from flask_migrate.state import AppState

BUILT_IN = {"compare_type": True, "render_as_batch": True}


@pytest.fixture
def app():
    return new_app()


def new_app(name="app"):
    app = Flask(name)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    return app


def state(app) -> AppState:
    return app.extensions["migrate"]


def test_migrate_takes_its_arguments_in_the_order_of_4_1():
    """Calls by position keep working."""
    parameters = list(inspect.signature(Migrate).parameters)
    assert parameters[:6] == [
        "app",
        "db",
        "directory",
        "command",
        "compare_type",
        "render_as_batch",
    ]


def test_init_app_takes_its_arguments_in_the_order_of_4_1():
    """Calls by position keep working."""
    parameters = list(inspect.signature(Migrate().init_app).parameters)
    assert parameters[:6] == [
        "app",
        "db",
        "directory",
        "command",
        "compare_type",
        "render_as_batch",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("directory", "migrations"),
        ("command", "db"),
        ("configure_callbacks", []),
        ("alembic_ctx_kwargs", BUILT_IN),
    ],
)
def test_attributes_of_migrate(name, value):
    """The attributes of Flask-Migrate 4.1.0 are there, with their defaults."""
    assert getattr(Migrate(), name) == value


def test_options_are_in_alembic_ctx_kwargs():
    """What is meant for ``context.configure()`` is kept with the built-in options."""
    migrate = Migrate(compare_type=False, include_schemas=True)
    assert migrate.alembic_ctx_kwargs == {
        "compare_type": False,
        "render_as_batch": True,
        "include_schemas": True,
    }


def test_a_path_as_directory_becomes_text():
    """The attribute is text, whatever was given."""
    assert Migrate(directory=Path("there")).directory == "there"


def test_a_path_as_directory_of_an_application_becomes_text(app):
    """The attribute is text, whatever was given."""
    Migrate().init_app(app, object(), directory=Path("there"))
    assert state(app).directory == "there"


def test_a_path_may_be_given_to_a_command(project):
    """A command takes a ``Path`` for its directory."""
    with project.app().app_context():
        flask_migrate.init(directory=project.folder / "there")
    assert (project.folder / "there" / "env.py").exists()


def test_the_state_has_the_database_object(app):
    """``app.extensions["migrate"].db`` is what was given."""
    db = SQLAlchemy(app)
    Migrate(app, db)
    assert state(app).db is db


def test_the_state_has_the_extension(app):
    """``app.extensions["migrate"].migrate`` is the extension object."""
    migrate = Migrate(app, object())
    assert state(app).migrate is migrate


def test_the_state_has_the_metadata(app):
    """``app.extensions["migrate"].metadata`` is that of the default database."""
    db = SQLAlchemy(app)
    Migrate(app, db)
    assert state(app).metadata is db.metadata


def test_the_options_of_the_state_are_those_given(app):
    """Only the options that were given are there, besides the two built-in ones."""
    Migrate(app, object(), include_schemas=True)
    assert state(app).configure_args == {**BUILT_IN, "include_schemas": True}


def test_the_options_of_the_state_are_a_copy(app):
    """What an ``env.py`` writes into the options is not there for the next command."""
    Migrate(app, object())
    state(app).configure_args["process_revision_directives"] = print
    assert state(app).configure_args == BUILT_IN


def test_what_init_app_is_given_wins(app):
    """``init_app`` overrides what the extension was made with."""
    Migrate(compare_type=True, include_schemas=True).init_app(
        app, object(), compare_type=False, render_as_batch=False, include_schemas=False
    )
    assert state(app).configure_args == {
        "compare_type": False,
        "render_as_batch": False,
        "include_schemas": False,
    }


def test_what_init_app_is_not_given_stays(app):
    """``init_app`` keeps what the extension was made with."""
    Migrate(directory="there", command="name", compare_type=False).init_app(app, object())
    assert (state(app).directory, state(app).configure_args["compare_type"]) == ("there", False)


def test_two_applications_have_options_of_their_own():
    """One extension serves two applications that differ in everything."""
    migrate = Migrate()
    first, second = new_app("first"), new_app("second")
    databases = SQLAlchemy(first), SQLAlchemy(second)
    migrate.init_app(first, databases[0], directory="one", compare_type=False)
    migrate.init_app(second, databases[1], directory="two", include_schemas=True)
    assert [
        (state(app).directory, state(app).db, state(app).configure_args) for app in (first, second)
    ] == [
        ("one", databases[0], {"compare_type": False, "render_as_batch": True}),
        ("two", databases[1], {**BUILT_IN, "include_schemas": True}),
    ]


def test_what_init_app_is_given_does_not_change_the_extension(app):
    """Options of one application are not seen by another."""
    migrate = Migrate()
    migrate.init_app(app, object(), directory="one", include_schemas=True)
    assert (migrate.directory, migrate.alembic_ctx_kwargs) == ("migrations", BUILT_IN)


def test_two_applications_migrate_two_directories(project):
    """A command works on the application whose context is current."""
    migrate = Migrate()
    apps = [new_app("one"), new_app("two")]
    for app in apps:
        migrate.init_app(app, SQLAlchemy(app), directory=app.name)
        with app.app_context():
            flask_migrate.init()
    assert all((project.folder / app.name / "env.py").exists() for app in apps)


def test_without_a_database_object_nothing_happens(app):
    """``Migrate(app)`` waits for ``init_app``."""
    Migrate(app)
    assert "migrate" not in app.extensions


def test_without_a_database_object_no_command_is_added(app):
    """``Migrate(app)`` adds no command."""
    Migrate(app)
    assert "db" not in app.cli.commands


def test_the_database_object_may_come_with_init_app(app):
    """``Migrate()`` and ``init_app(app, db)`` together attach."""
    db = SQLAlchemy(app)
    Migrate().init_app(app, db)
    assert state(app).db is db


def test_the_database_object_may_come_before_init_app(app):
    """``Migrate(db=db)`` and ``init_app(app)`` together attach."""
    db = SQLAlchemy(app)
    Migrate(db=db).init_app(app)
    assert state(app).db is db


def test_an_extension_without_database_object_remembers_that_of_init_app(app):
    """``migrate.db`` is the one of ``init_app``, as in Flask-Migrate 4.1.0."""
    migrate, db = Migrate(), SQLAlchemy(app)
    migrate.init_app(app, db)
    assert migrate.db is db


def test_configure_returns_the_function():
    """``configure`` is a decorator that leaves the function as it is."""
    assert Migrate().configure(print) is print


def test_configure_callbacks_run_in_order(project):
    """Each callback gets what the one before it returned."""
    app = project.app()
    first, second = Config(), Config()
    seen = []
    project.extension.configure(lambda config: first)
    project.extension.configure(lambda config: seen.append(config) or second)
    with app.app_context():
        assert (project.extension.get_config(), seen) == (second, [first])


def test_a_callback_may_return_nothing(project):
    """A callback that changes the configuration in place is enough."""
    app = project.app()

    @project.extension.configure
    def callback(config):
        config.set_main_option("file_template", "changed")

    with app.app_context():
        assert project.extension.get_config().get_main_option("file_template") == "changed"


def test_a_callback_changes_what_a_command_does(started):
    """A command runs with what a callback set."""
    app = started.app()
    started.extension.configure(
        lambda config: config.set_main_option("file_template", "changed_%%(rev)s")
    )
    with app.app_context():
        flask_migrate.revision(rev_id="abc")
    assert [path.name for path in started.revision_files()] == ["changed_abc.py"]


def test_call_configure_callbacks_can_be_called(project):
    """Programs that make their own configuration pass it through the callbacks."""
    project.app()
    config = Config()
    project.extension.configure(lambda given: given.set_main_option("x", "y"))
    project.extension.call_configure_callbacks(config)
    assert config.get_main_option("x") == "y"


def test_get_config_is_of_the_directory_of_the_application(project):
    """Without a directory it is that of the current application."""
    project.options = {"directory": "there"}
    with project.app().app_context():
        config = project.extension.get_config()
    assert config.get_main_option("script_location") == "there"


def test_get_config_is_of_the_directory_that_is_given(project):
    """A directory that is given wins."""
    with project.app().app_context():
        config = project.extension.get_config(Path("here"))
    assert config.get_main_option("script_location") == "here"


@pytest.mark.parametrize(
    ("x_arg", "value"),
    [("a=1", ["a=1"]), (["a=1", "b=2"], ["a=1", "b=2"]), (("a=1",), ["a=1"]), ([], [])],
)
def test_get_config_takes_x_arguments(project, x_arg, value):
    """One text or several are what ``env.py`` finds."""
    with project.app().app_context():
        assert project.extension.get_config(x_arg=x_arg).cmd_opts.x == value


def test_get_config_without_x_arguments_has_none(project):
    """``context.get_x_argument()`` finds an empty list where none was given."""
    with project.app().app_context():
        assert project.extension.get_config().cmd_opts.x == []


def test_get_config_takes_options(project):
    """Each name in ``opts`` is true on ``config.cmd_opts``."""
    with project.app().app_context():
        assert project.extension.get_config(opts=["autogenerate"]).cmd_opts.autogenerate is True


def test_get_config_can_be_used_with_alembic(started):
    """Programs that call Alembic themselves go on working."""
    started.run("migrate")
    with started.app().app_context():
        flask_migrate.command.upgrade(started.extension.get_config(), "head")
        assert "user" in started.tables()


def test_the_old_name_of_get_config_works(started):
    """``flask_migrate._get_config(directory)`` is of Flask-Migrate 1.6."""
    with started.app().app_context():
        config = flask_migrate._get_config("there", x_arg="a=1")
    assert (config.get_main_option("script_location"), config.cmd_opts.x) == ("there", ["a=1"])


def test_get_config_outside_an_application_is_refused():
    """What is missing is named."""
    with pytest.raises(errors.NotConfiguredError, match="application context"):
        Migrate().get_config()


def test_config_takes_a_template_directory(tmp_path):
    """``Config(template_directory=...)`` says where ``init`` finds templates."""
    assert Config(template_directory=str(tmp_path)).get_template_directory() == str(tmp_path)


def test_config_has_a_template_directory_of_its_own():
    """Without one it is that of the package."""
    package = Path(flask_migrate.__file__).parent
    assert Config().get_template_directory() == str(package / "templates")


def test_attaching_twice_to_one_application_takes_the_last(app):
    """The second ``init_app`` of an application is the one that holds."""
    Migrate(app, object(), directory="one")
    Migrate(app, object(), directory="two")
    assert state(app).directory == "two"
