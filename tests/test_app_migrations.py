"""The commands of one application, called outside its context."""

from __future__ import annotations

import pytest

from flask_migrate import errors
from flask_migrate.app_migrations import AppMigrations
from flask_migrate.command_table import COMMANDS


def test_a_command_needs_no_context(project):
    """A method pushes the context that its function needs."""
    AppMigrations(project.app()).init()
    assert (project.folder / "migrations" / "env.py").exists()


def test_a_method_returns_what_its_function_returns(started):
    """Results are passed on."""
    started.write_revisions(1)
    assert AppMigrations(started.app()).heads() == ("rev1",)


def test_a_method_takes_what_its_function_takes(started):
    """Arguments are passed on, by position and by name."""
    migrations = AppMigrations(started.app())
    migrations.revision("migrations", "first", rev_id="abc")
    assert migrations.heads() == ("abc",)


def test_a_method_raises_what_its_function_raises(project):
    """Errors are passed on."""
    with pytest.raises(errors.MigrateError):
        AppMigrations(project.app()).upgrade()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_a_method(project, name):
    """The methods are the command table."""
    function = COMMANDS[name].function
    migrations = AppMigrations(project.app())
    assert getattr(migrations, function.__name__).__wrapped__ is function


@pytest.mark.parametrize("name", ["nothing", "ensure-version", "list-templates"])
def test_what_is_no_command_is_no_method(project, name):
    """An unknown name is an AttributeError, and so is a spelling of the command line."""
    assert not hasattr(AppMigrations(project.app()), name)


def test_methods_are_listed(project):
    """``dir()`` shows the commands to an editor."""
    assert {"upgrade", "ensure_version"} <= set(dir(AppMigrations(project.app())))
