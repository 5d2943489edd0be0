"""The Flask-Script front end."""

from __future__ import annotations

import subprocess
import sys

import flask_script_ng
import pytest
from flask_script_ng import Command, Manager

import flask_migrate
from flask_migrate.command_table import COMMANDS
from flask_migrate.script import make_manager


@pytest.fixture
def migrate_command():
    """A ``MigrateCommand`` of the test's own, to be added to."""
    return make_manager(flask_script_ng)


@pytest.fixture
def manage(project, monkeypatch, capfd):
    """Run ``manage.py`` with a ``MigrateCommand`` mounted, and return what it left."""

    def run(*words, mounted_at="db", command=flask_migrate.MigrateCommand):
        manager = Manager(project.app())
        manager.add_command(mounted_at, command)
        monkeypatch.setattr(sys, "argv", ["manage.py"])
        code = 0
        try:
            manager.handle("manage.py", list(words))
        except SystemExit as stop:
            code = stop.code
        return (code, *capfd.readouterr())

    return run


BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("flask_script", "flask_script_ng"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
"""


def without_toolkits(source, folder):
    """Run *source* in an interpreter that has neither toolkit; return its output."""
    done = subprocess.run(
        [sys.executable, "-c", BLOCKER + source],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_migrate_command_is_a_manager_of_the_toolkit():
    """The application's own ``Manager`` accepts it as a part."""
    assert isinstance(flask_migrate.MigrateCommand, Manager)


def test_migrate_command_is_one_object():
    """What an application adds to it stays."""
    assert flask_migrate.MigrateCommand is flask_migrate.MigrateCommand


def test_every_row_of_the_table_is_a_command(migrate_command):
    """The manager is the command table."""
    assert set(migrate_command._commands) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_a_command_of_the_toolkit(migrate_command, name):
    """Applications may take a command out and put it elsewhere."""
    assert isinstance(migrate_command._commands[name], Command)


@pytest.mark.parametrize("mounted_at", ["db", "database", "mc"])
def test_it_may_be_mounted_under_any_name(manage, mounted_at):
    """``manager.add_command("any", MigrateCommand)`` works."""
    assert manage(mounted_at, "init", mounted_at=mounted_at)[0] == 0


@pytest.mark.parametrize("mounted_at", ["db", "database", "mc"])
def test_a_hint_has_the_name_it_is_mounted_under(manage, mounted_at):
    """What an error advises can be pasted."""
    _, _, stderr = manage(mounted_at, "upgrade", mounted_at=mounted_at)
    assert f"python manage.py {mounted_at} init" in stderr


def test_an_error_exits_with_1(manage):
    """A command that could not do its work says so in its exit code."""
    assert manage("db", "upgrade")[0] == 1


def test_an_error_is_on_standard_error(manage):
    """Nothing but results is on standard output."""
    _, stdout, stderr = manage("db", "upgrade")
    assert (stdout, stderr.splitlines()[0][:7]) == ("", "Error: ")


def test_a_wrong_option_exits_with_2(manage):
    """What is not understood has its own exit code."""
    assert manage("db", "upgrade", "--nothing")[0] == 2


@pytest.mark.parametrize("flag", ["-?", "--help"])
def test_help_shows_every_option(manage, flag):
    """The help of a command lists its options."""
    _, stdout, _ = manage("db", "migrate", flag)
    flags = {param.flags[-1] for param in COMMANDS["migrate"].params}
    assert {each for each in flags if each not in stdout} == set()


@pytest.mark.parametrize("flag", ["-?", "--help"])
def test_help_shows_every_command(manage, flag):
    """The help of the manager lists the commands with their summaries."""
    _, stdout, _ = manage("db", flag)
    assert {name for name in COMMANDS if name not in stdout} == set()


def test_the_usage_says_what_it_is_for(manage):
    """The usage text is that of Flask-Migrate 2."""
    assert "Perform database migrations" in manage("db", "--help")[1]


def test_help_of_a_command_says_what_it_does(manage):
    """The help of a command begins with the summary of the table."""
    assert COMMANDS["stamp"].help in manage("db", "stamp", "--help")[1]


def test_command_decorator_adds_a_command(manage, migrate_command):
    """``@MigrateCommand.command`` adds one of the application's own."""

    @migrate_command.command
    def hello():
        """Say hello."""
        print("hello")

    assert manage("db", "hello", command=migrate_command)[:2] == (0, "hello\n")


def test_option_decorator_adds_a_command_with_options(manage, migrate_command):
    """``@MigrateCommand.option`` adds one that takes values."""

    @migrate_command.option("-n", "--name", dest="name", default="you")
    def hello(name):
        """Say hello."""
        print("hello", name)

    assert manage("db", "hello", "-n", "ann", command=migrate_command)[1] == "hello ann\n"


def test_an_added_command_does_not_receive_shared_options(manage, migrate_command):
    """A function of the application is called with its own options only."""

    @migrate_command.command
    def hello():
        """Say hello."""
        print("hello")

    assert manage("db", "-d", "there", "hello", command=migrate_command)[:2] == (0, "hello\n")


def test_a_command_may_be_mounted_alone(manage, project):
    """A command taken out of the manager works at the top."""
    project.run("init")
    upgrade = make_manager(flask_script_ng)._commands["upgrade"]
    assert manage("upgrade", mounted_at="upgrade", command=upgrade)[0] == 0


def test_the_package_imports_without_a_toolkit(tmp_path):
    """Who does not use Flask-Script does not need it."""
    source = "from flask_migrate import Migrate, cli, upgrade; print(upgrade.__name__)"
    assert without_toolkits(source, tmp_path) == "upgrade\n"


def test_migrate_command_without_a_toolkit_names_the_extra(tmp_path):
    """What is missing can be installed with what the error says."""
    source = """
try:
    from flask_migrate import MigrateCommand
except ImportError as error:
    print(error)
"""
    assert 'pip install "Flask-Migrate[script]"' in without_toolkits(source, tmp_path)


def test_the_toolkit_that_the_application_imports_is_used(tmp_path):
    """With both installed, the ``Manager`` is that of the application."""
    source = """
import sys, types
toolkit = types.ModuleType("flask_script")
import flask_script_ng
vars(toolkit).update({n: getattr(flask_script_ng, n) for n in ("Command", "Option")})
toolkit.Manager = type("Manager", (flask_script_ng.Manager,), {})
sys.modules["flask_script"] = toolkit
del sys.modules["flask_script_ng"]
from flask_migrate import MigrateCommand
print(isinstance(MigrateCommand, toolkit.Manager))
"""
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "True\n", done.stderr


def test_the_module_has_no_other_attributes():
    """An unknown name is an AttributeError."""
    with pytest.raises(AttributeError, match="nothing"):
        _ = flask_migrate.script.nothing
