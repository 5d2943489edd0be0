"""The click front end."""

from __future__ import annotations

from functools import partial

import click
import click.testing
import pytest
from flask import Flask
from flask.cli import FlaskGroup

import flask_migrate
from flask_migrate import cli
from flask_migrate.command_table import COMMANDS


@pytest.fixture
def upgraded(started):
    """A project whose first revision is applied."""
    started.run("migrate")
    started.run("upgrade")
    return started


@pytest.fixture
def group():
    """The shared group; what a test adds to it is gone afterwards."""
    before = dict(cli.db.commands)
    yield cli.db
    cli.db.commands.clear()
    cli.db.commands.update(before)


def invoke(app, *words):
    return app.test_cli_runner().invoke(args=list(words), prog_name="flask")


def test_the_module_stands_for_the_group(upgraded):
    """``app.cli.add_command(cli, "db")`` with the module itself gives a working command."""
    app = upgraded.app()
    app.cli.add_command(cli, "database")
    result = invoke(app, "database", "current")
    assert (result.exit_code, len(result.stdout.split())) == (0, 2)


def test_the_module_as_a_group_lists_its_commands(upgraded):
    """The help of a group made of the module is that of the group."""
    app = upgraded.app()
    app.cli.add_command(cli, "database")
    assert "ensure-version" in invoke(app, "database", "--help").stdout


def test_the_module_as_a_group_takes_shared_options(upgraded):
    """Options before the command work on a group made of the module."""
    app = upgraded.app()
    app.cli.add_command(cli, "database")
    assert invoke(app, "database", "-d", "nowhere", "current").exit_code == 1


def test_the_module_has_no_other_attributes():
    """What neither the module nor the group has is an AttributeError."""
    assert not hasattr(cli, "nothing")


def test_the_group_is_a_click_group():
    """Applications treat it as any click group."""
    assert isinstance(cli.db, click.Group)
    assert cli.db.to_info_dict(click.Context(cli.db))["commands"].keys() == COMMANDS.keys()


def test_applications_share_the_group(project):
    """What is added to ``cli.db`` is there in every application."""
    groups = {id(project.app().cli.commands["db"]) for _ in range(2)}
    assert groups == {id(cli.db)}


def test_the_group_has_every_command():
    """The group is the command table."""
    assert set(cli.db.commands) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_importable_from_the_module(name):
    """``from flask_migrate.cli import upgrade`` gives the click command."""
    assert getattr(cli, COMMANDS[name].function.__name__) is cli.db.commands[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_help(name):
    """The help of a click command is the summary of the table."""
    assert cli.db.commands[name].help == COMMANDS[name].help


def test_a_command_can_be_put_into_another_group(upgraded):
    """A command works in a group that is none of ours."""
    other = click.Group("other", commands={"where": cli.current})
    app = upgraded.app()
    app.cli.add_command(other)
    assert len(invoke(app, "other", "where").stdout.split()) == 2


def test_all_commands_can_be_put_into_another_group(upgraded):
    """A group made of the commands of ``cli.db`` works as that does."""
    other = click.Group("other")
    for command in cli.db.commands.values():
        other.add_command(command)
    app = upgraded.app()
    app.cli.add_command(other)
    assert invoke(app, "other", "downgrade", "-1").exit_code == 0
    assert upgraded.current() == set()


def test_a_command_works_below_two_groups(upgraded):
    """A foreign group that has parameters of its own does not confuse a command."""
    other = click.Group("other", params=[click.Option(["--directory"], default="elsewhere")])
    other.add_command(cli.heads)
    app = upgraded.app()
    app.cli.add_command(other)
    assert invoke(app, "other", "heads").exit_code == 0


def test_a_callback_can_be_replaced(started, group, monkeypatch):
    """A wrapped callback receives the values by name, and may pass them on."""
    seen = []

    def wrapped(original, **values):
        seen.append(values["revision"])
        return original(**values)

    command = group.commands["show"]
    monkeypatch.setattr(command, "callback", partial(wrapped, command.callback))
    (revision,) = started.write_revisions(1)
    result = invoke(started.app(), "db", "show", revision)
    assert (seen, result.exit_code) == ([revision], 0)


def test_the_group_takes_another_name(project):
    """``Migrate(app, db, command="name")`` names the group."""
    project.options = {"command": "database"}
    app = project.app()
    assert set(app.cli.commands) == {"database"}


def test_a_hint_has_the_name_of_the_group(project):
    """What an error advises can be pasted."""
    project.options = {"command": "database"}
    result = invoke(project.app(), "database", "upgrade")
    assert "flask database init" in result.stderr


def test_usage_has_the_name_of_the_group(project):
    """The usage line is that of the command as it was mounted."""
    project.options = {"command": "database"}
    result = invoke(project.app(), "database", "upgrade", "--help")
    assert result.stdout.startswith("Usage: flask database upgrade [OPTIONS]")


def test_a_command_can_be_added_to_the_group(project, group):
    """``@cli.db.command()`` adds a command of the application's own."""

    @group.command("hello")
    def hello():
        click.echo("hello")

    assert invoke(project.app(), "db", "hello").stdout == "hello\n"


def test_an_added_command_may_call_ours(started, group):
    """A command of the application's own runs ours in one process."""

    @group.command("renew")
    @click.pass_context
    def renew(context):
        context.invoke(cli.stamp, revision=("base",))
        context.invoke(cli.upgrade)

    started.run("migrate")
    assert invoke(started.app(), "db", "renew").exit_code == 0
    assert "user" in started.tables()


def test_an_added_command_may_call_the_functions(started, group):
    """An error of a function inside a click command is one line, with exit code 1."""

    @group.command("deploy")
    def deploy():
        flask_migrate.upgrade(revision="nothing")

    result = invoke(started.app(), "db", "deploy")
    assert (result.exit_code, result.stderr[:6]) == (1, "Error:")


def test_a_flask_program_finds_the_command(started):
    """The program ``flask`` gets the command from the application."""
    flask = FlaskGroup(create_app=started.app, load_dotenv=False, set_debug_flag=False)
    result = click.testing.CliRunner().invoke(flask, ["db", "heads"], prog_name="flask")
    assert result.exit_code == 0


def test_without_a_command_the_group_shows_its_help(project):
    """``flask db`` alone says what there is."""
    result = invoke(project.app(), "db")
    assert "ensure-version" in result.output


def test_an_application_without_migrate_is_told_so():
    """A command mounted by hand names what is missing."""
    app = Flask("bare")
    app.cli.add_command(cli.db)
    result = invoke(app, "db", "upgrade")
    assert (result.exit_code, "Migrate(app, db)" in result.stderr) == (1, True)
