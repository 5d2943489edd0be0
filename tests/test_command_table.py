"""The command table: what it refuses, and what it says of each command."""

from __future__ import annotations

import inspect

import pytest

from flask_migrate import command_table, commands
from flask_migrate.command_table import COMMANDS, PARAMS, SHARED, Param, command

DIRECTORY = {"directory": None}
X_ARG = {"x_arg": None}
NEW_FILE = {
    "message": None,
    "sql": False,
    "head": "head",
    "splice": False,
    "branch_label": None,
    "version_path": None,
    "rev_id": None,
}

#: What each command of Flask-Migrate 4.1.0 takes on a command line, with its default.
UPSTREAM = {
    "list-templates": {},
    "init": {**DIRECTORY, "multidb": False, "template": None, "package": False},
    "revision": {**DIRECTORY, "autogenerate": False, **NEW_FILE},
    "migrate": {**DIRECTORY, **NEW_FILE, **X_ARG},
    "edit": {**DIRECTORY, "revision": "head"},
    "merge": {**DIRECTORY, "revisions": "", "message": None, "branch_label": None, "rev_id": None},
    "upgrade": {**DIRECTORY, "revision": "head", "sql": False, "tag": None, **X_ARG},
    "downgrade": {**DIRECTORY, "revision": "-1", "sql": False, "tag": None, **X_ARG},
    "show": {**DIRECTORY, "revision": "head"},
    "history": {**DIRECTORY, "rev_range": None, "verbose": False, "indicate_current": False},
    "heads": {**DIRECTORY, "verbose": False, "resolve_dependencies": False},
    "branches": {**DIRECTORY, "verbose": False},
    "current": {**DIRECTORY, "verbose": False},
    "stamp": {**DIRECTORY, "revision": "head", "sql": False, "tag": None, "purge": False},
    "check": DIRECTORY,
}

LOCK = {"lock_wait": 60.0, "no_lock": False}

LIMITS = {
    "lock_timeout": None,
    "statement_timeout": None,
    "connect_timeout": None,
    "retries": 0,
    "resume": False,
}

AUTOGENERATE = {
    "allow_drop_all": False,
    "rename": None,
    "rename_table": None,
    "rename_value": None,
    "no_rename": False,
    "default": None,
    "no_backfill": False,
    "allow_rounding": False,
    "allow_drops": False,
    "no_input": False,
    "strict": False,
    "dry_run": False,
    "scriptable": False,
    "update": False,
    "format": None,
}

#: What Flask-Migrate 4.1.0 does not have.
NEW = {
    "current": {"check_heads": False},
    "revision": {"depends_on": None, **AUTOGENERATE},
    "migrate": {"depends_on": None, **AUTOGENERATE, "empty": False},
    "merge": {"splice": False, "format": None},
    "ensure-version": {**DIRECTORY, "sql": False},
    "plan": {**DIRECTORY, "revision": None, "down": False, "tag": None},
    "status": {**DIRECTORY, "exit_code": False},
    "wait": {**DIRECTORY, "timeout": 60.0},
    "upgrade": {
        **LOCK,
        **LIMITS,
        "plan": False,
        "from_current": False,
        "dry_run": False,
        "from_plan": None,
    },
    "downgrade": {
        **LOCK,
        **LIMITS,
        "dry_run": False,
        "from_plan": None,
        "yes": False,
        "yes_i_mean": None,
    },
    "adopt": {**DIRECTORY, "yes": False, "scratch_url": None, "connect_timeout": None, **LOCK},
    "prepare": {**DIRECTORY, "timeout": 0.0, "scratch_url": None, **LOCK, **LIMITS},
    "redo": {**DIRECTORY, "revision": None, "tag": None, **LOCK, "yes": False, "yes_i_mean": None},
    "stamp": {**LOCK, "yes_i_mean": None},
}

#: The commands that take something from a database, and the option with which they do.
GUARDS = {"downgrade": "always", "redo": "always", "stamp": "purge"}

#: How Flask-Migrate 4.1.0 spells each option.
FLAGS = {
    "directory": ("-d", "--directory"),
    "x_arg": ("-x", "--x-arg"),
    "multidb": ("--multidb",),
    "template": ("-t", "--template"),
    "package": ("--package",),
    "message": ("-m", "--message"),
    "autogenerate": ("--autogenerate",),
    "sql": ("--sql",),
    "head": ("--head",),
    "splice": ("--splice",),
    "branch_label": ("--branch-label",),
    "version_path": ("--version-path",),
    "rev_id": ("--rev-id",),
    "tag": ("--tag",),
    "rev_range": ("-r", "--rev-range"),
    "verbose": ("-v", "--verbose"),
    "indicate_current": ("-i", "--indicate-current"),
    "resolve_dependencies": ("--resolve-dependencies",),
    "purge": ("--purge",),
    "revision": (),
    "revisions": (),
    "check_heads": ("--check-heads",),
    "depends_on": ("--depends-on",),
}

#: The functions as Flask-Migrate 4.1.0 declares them, for calls by position.
SIGNATURES = {
    "list_templates": [],
    "init": ["directory", "multidb", "template", "package"],
    "revision": [
        "directory",
        "message",
        "autogenerate",
        "sql",
        "head",
        "splice",
        "branch_label",
        "version_path",
        "rev_id",
    ],
    "migrate": [
        "directory",
        "message",
        "sql",
        "head",
        "splice",
        "branch_label",
        "version_path",
        "rev_id",
        "x_arg",
    ],
    "edit": ["directory", "revision"],
    "merge": ["directory", "revisions", "message", "branch_label", "rev_id"],
    "upgrade": ["directory", "revision", "sql", "tag", "x_arg"],
    "downgrade": ["directory", "revision", "sql", "tag", "x_arg"],
    "show": ["directory", "revision"],
    "history": ["directory", "rev_range", "verbose", "indicate_current"],
    "heads": ["directory", "verbose", "resolve_dependencies"],
    "branches": ["directory", "verbose"],
    "current": ["directory", "verbose"],
    "stamp": ["directory", "revision", "sql", "tag", "purge"],
    "check": ["directory"],
}


@pytest.fixture(autouse=True)
def own_table(monkeypatch):
    """What a test registers is gone after it."""
    monkeypatch.setattr(command_table, "COMMANDS", dict(COMMANDS))


def defaults(name):
    return {param.name: param.default for param in COMMANDS[name].params}


@pytest.mark.parametrize("name", UPSTREAM)
def test_a_command_of_4_1_has_its_options_and_defaults(name):
    """Every option of Flask-Migrate 4.1.0 is there, with the default that it had."""
    assert defaults(name).items() >= UPSTREAM[name].items()


@pytest.mark.parametrize("name", NEW)
def test_what_4_1_lacks_is_there(name):
    """What Flask-Migrate 4.1.0 does not offer is an option."""
    assert defaults(name).items() >= NEW[name].items()


@pytest.mark.parametrize("name", UPSTREAM)
def test_a_command_has_no_other_options_than_those_promised(name):
    """Beyond 4.1.0 a command has what is listed here, and the shared options."""
    shared = {param.name for param in SHARED}
    assert set(defaults(name)) - shared <= {*UPSTREAM[name], *NEW.get(name, {})}


@pytest.mark.parametrize("name", FLAGS)
def test_an_option_is_spelled_as_in_4_1(name):
    """Scripts that call ``flask db`` keep working."""
    assert PARAMS[name].flags == FLAGS[name]


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_function_takes_its_arguments_in_the_order_of_4_1(name):
    """Calls by position keep working."""
    parameters = list(inspect.signature(getattr(commands, name)).parameters)
    assert parameters[: len(SIGNATURES[name])] == SIGNATURES[name]


def test_what_takes_something_is_guarded():
    """Whoever can say which protected database is meant is asked, and nobody else is."""
    functions = {name: row.function for name, row in COMMANDS.items()}
    guards = {name: each.guard for name, each in functions.items() if hasattr(each, "guard")}
    assert guards == GUARDS
    assert {name for name in COMMANDS if "yes_i_mean" in defaults(name)} == set(GUARDS)


def test_edit_called_from_python_means_the_current_revision():
    """The function's default is that of 4.1.0, which differs from the command line's."""
    assert inspect.signature(commands.edit).parameters["revision"].default == "current"


def test_stamp_takes_several_revisions():
    """Alembic can stamp several heads at once; so can the command line."""
    (revision,) = (param for param in COMMANDS["stamp"].params if param.name == "revision")
    assert revision.many


def test_options_that_may_stand_before_the_command():
    """``flask db -d there -x name=value upgrade`` is possible."""
    assert {"directory", "x_arg"} <= {param.name for param in SHARED}


def test_an_unknown_parameter_is_refused():
    """A parameter without a row raises when the command is declared."""
    with pytest.raises(KeyError, match="surprise"):

        @command()
        def declared(surprise=None):
            """Do nothing."""


def test_a_refused_command_is_not_in_the_table():
    """Nothing is registered by halves."""
    with pytest.raises(KeyError):
        command()(lambda surprise=None: None)
    assert command_table.COMMANDS == COMMANDS


def test_the_function_is_returned_untouched():
    """A decorated command is an ordinary function."""

    def declared(directory=None):
        """Do nothing."""

    assert command()(declared) is declared


def test_an_override_changes_one_command():
    """What stands next to the function wins over the table, there only."""

    @command(tag={"help": "Another help"})
    def declared(tag=None):
        """Do nothing."""

    assert command_table.COMMANDS["declared"].params[0].help == "Another help"
    assert PARAMS["tag"].help != "Another help"


def test_the_summary_is_the_first_paragraph():
    """Help is one line, without the fields of the docstring."""

    @command()
    def declared(tag=None):
        """Do one thing,
        and another.

        :param tag: Not for the command line.
        """

    assert command_table.COMMANDS["declared"].help == "Do one thing, and another."


def test_a_name_has_hyphens_on_the_command_line():
    """``two_words()`` is ``two-words``."""

    @command()
    def two_words():
        """Do nothing."""

    assert "two-words" in command_table.COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does(name):
    """Help is a sentence."""
    assert COMMANDS[name].help


@pytest.mark.parametrize("name", PARAMS)
def test_every_parameter_has_a_help(name):
    """No option is without a word."""
    assert PARAMS[name].help


@pytest.mark.parametrize("name", PARAMS)
def test_every_parameter_is_used(name):
    """The table has no row that no command takes."""
    assert any(name == param.name for row in COMMANDS.values() for param in row.options)


@pytest.mark.parametrize(("default", "is_switch"), [(False, True), (None, False), ("", False)])
def test_a_default_of_false_makes_a_switch(default, is_switch):
    """Whether an option takes a value is told by the signature."""
    assert Param(("--name",), default=default).is_switch is is_switch


@pytest.mark.parametrize(
    ("many", "given", "value"),
    [
        (False, None, "default"),
        (False, "text", "text"),
        (True, None, "default"),
        (True, (), "default"),
        (True, [], "default"),
        (True, ["a", "b"], ("a", "b")),
    ],
)
def test_every_way_to_say_nothing_is_the_default(many, given, value):
    """Parsers spell "nothing given" differently; the command does not see it."""
    assert Param(many=many, default="default").value(given) == value
