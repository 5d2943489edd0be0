"""Click, Flask-Script and Python agree about every command."""

from __future__ import annotations

import inspect
import sys
from dataclasses import replace
from functools import wraps

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.cli import FlaskGroup

import flask_migrate
from flask_migrate import front_end, script
from flask_migrate.command_table import COMMANDS, SHARED

UP = "upgrade"
DOWN = "downgrade"

#: Command lines, and what the function of the command is called with besides its defaults.
SAMPLES = [
    ("list-templates", {}),
    ("init", {}),
    ("init --multidb -t aioflask --package", {"multidb": True, "template": "aioflask"}),
    ("init -d there", {"directory": "there"}),
    ("revision -m first", {"message": "first"}),
    ("revision --message=first --sql", {"message": "first", "sql": True}),
    ("revision --autogenerate --splice --head abc@head", {"splice": True, "head": "abc@head"}),
    ("migrate --depends-on a --depends-on b", {"depends_on": ("a", "b")}),
    ("migrate --branch-label x --version-path p", {"branch_label": "x", "version_path": "p"}),
    ("migrate --rev-id 12 -x a=1 -x b=2", {"rev_id": "12", "x_arg": ("a=1", "b=2")}),
    ("edit", {"revision": "head"}),
    ("edit abc", {"revision": "abc"}),
    ("merge", {"revisions": ""}),
    ("merge a b -m both --splice", {"revisions": ("a", "b"), "message": "both", "splice": True}),
    ("merge -m both a b", {"revisions": ("a", "b"), "message": "both"}),
    (UP, {"revision": "head", "x_arg": None}),
    ("upgrade +2", {"revision": "+2"}),
    ("upgrade abc --sql --tag t", {"revision": "abc", "sql": True, "tag": "t"}),
    ("upgrade --sql a:b", {"revision": "a:b", "sql": True}),
    (DOWN, {"revision": "-1"}),
    ("downgrade -1", {"revision": "-1"}),
    ("downgrade -12 --sql", {"revision": "-12", "sql": True}),
    ("downgrade --sql -2", {"revision": "-2", "sql": True}),
    ("downgrade -- -3", {"revision": "-3"}),
    ("downgrade -x a=1 -1", {"revision": "-1", "x_arg": ("a=1",)}),
    ("downgrade abc-1", {"revision": "abc-1"}),
    ("show", {"revision": "head"}),
    ("show abc", {"revision": "abc"}),
    ("history -r a:b -v -i", {"rev_range": "a:b", "verbose": True, "indicate_current": True}),
    ("history --rev-range=-3:current", {"rev_range": "-3:current"}),
    ("history -r-3:current", {"rev_range": "-3:current"}),
    ("history -r -3:current", {"rev_range": "-3:current"}),
    ("heads --resolve-dependencies", {"resolve_dependencies": True}),
    ("branches --verbose", {"verbose": True}),
    ("current -v --check-heads", {"verbose": True, "check_heads": True}),
    ("stamp", {"revision": "head"}),
    ("stamp a", {"revision": ("a",)}),
    ("stamp a b --purge --tag t", {"revision": ("a", "b"), "purge": True, "tag": "t"}),
    ("check", {}),
    ("ensure-version --sql", {"sql": True}),
    ("-d there upgrade", {"directory": "there"}),
    ("--directory there upgrade", {"directory": "there"}),
    ("-d there upgrade -d here", {"directory": "here"}),
    ("-x a=1 -x b=2 upgrade", {"x_arg": ("a=1", "b=2")}),
    ("-x a=1 upgrade -x b=2", {"x_arg": ("b=2",)}),
    ("-x a=1 downgrade -1", {"x_arg": ("a=1",), "revision": "-1"}),
    ("-d there list-templates", {}),
    ("upgrade -x a=-1", {"x_arg": ("a=-1",)}),
    ("revision --message=-fix", {"message": "-fix"}),
    ("stamp -- a", {"revision": ("a",)}),
]

#: Environment variables, a command line, and what the function is called with.
VARIABLES = [
    ({"FLASK_DB_DIRECTORY": "there"}, UP, {"directory": "there"}),
    ({"FLASK_DB_DIRECTORY": "there"}, "upgrade -d here", {"directory": "here"}),
    ({"FLASK_DB_DIRECTORY": "there"}, "-d here upgrade", {"directory": "here"}),
    ({"FLASK_DB_DIRECTORY": ""}, UP, {"directory": None}),
    ({"FLASK_DB_UPGRADE_DIRECTORY": "there"}, UP, {"directory": "there"}),
    ({"FLASK_DB_UPGRADE_DIRECTORY": "there"}, DOWN, {"directory": None}),
    ({"FLASK_DB_UPGRADE_DIRECTORY": "there"}, "-d here upgrade", {"directory": "there"}),
    ({"FLASK_DB_UPGRADE_SQL": "true"}, UP, {"sql": True}),
    ({"FLASK_DB_UPGRADE_SQL": "1"}, UP, {"sql": True}),
    ({"FLASK_DB_UPGRADE_SQL": "false"}, UP, {"sql": False}),
    ({"FLASK_DB_UPGRADE_SQL": "off"}, UP, {"sql": False}),
    ({"FLASK_DB_UPGRADE_SQL": "false"}, "upgrade --sql", {"sql": True}),
    ({"FLASK_DB_UPGRADE_TAG": "t"}, UP, {"tag": "t"}),
    ({"FLASK_DB_X_ARG": "a=1 b=2"}, UP, {"x_arg": ("a=1", "b=2")}),
    ({"FLASK_DB_UPGRADE_X_ARG": "a=1"}, "upgrade -x b=2", {"x_arg": ("b=2",)}),
    ({"FLASK_DB_MIGRATE_MESSAGE": "auto"}, "migrate", {"message": "auto"}),
    ({"FLASK_DB_MIGRATE_DEPENDS_ON": "a b"}, "migrate", {"depends_on": ("a", "b")}),
    (
        {"FLASK_DB_MIGRATE_DEFAULT": """user.a='x y' "user.b=a || ' '" 'user.c=1'"""},
        "migrate",
        {"default": ("user.a='x y'", "user.b=a || ' '", "user.c=1")},
    ),
    ({"FLASK_DB_MIGRATE_DEFAULT": "user.a=it's"}, "migrate", {"default": ("user.a=it's",)}),
    ({"FLASK_DB_ENSURE_VERSION_SQL": "yes"}, "ensure-version", {"sql": True}),
    ({"FLASK_DB_INIT_MULTIDB": "yes"}, "init", {"multidb": True}),
]

#: Command lines that no front end accepts.
REFUSED = [
    "upgrade a b",
    "upgrade --nothing",
    "upgrade --tag",
    "nothing",
    "check extra",
    "list-templates -d there",
    "upgrade --sql=yes",
]


@pytest.fixture
def calls(monkeypatch):
    """What the functions of commands were called with; none of them runs."""
    made = []
    execute = front_end.execute

    def recording(command, given, shared, prefix):
        @wraps(command.function)
        def function(**values):
            made.append((command.name, values))

        return execute(replace(command, function=function), given, shared, prefix)

    monkeypatch.setattr(front_end, "execute", recording)
    monkeypatch.setattr(script, "execute", recording)
    return made


def application():
    app = Flask("app")
    flask_migrate.Migrate(app, object())
    return app


def click(words):
    """Run ``flask db`` as the program of that name does, and return its exit code."""
    flask = FlaskGroup(create_app=application, load_dotenv=False, set_debug_flag=False)
    result = CliRunner().invoke(flask, ["db", *words], prog_name="flask")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code


def flask_script(words):
    """Run ``manage.py db`` and return its exit code."""
    from flask_script_ng import Manager

    manager = Manager(application())
    manager.add_command("db", flask_migrate.MigrateCommand)
    try:
        manager.handle("manage.py", ["db", *words])
    except SystemExit as stop:
        return stop.code
    return 0


@pytest.fixture(params=[click, flask_script])
def command_line(request, monkeypatch):
    """Each command line in turn."""
    monkeypatch.setattr(sys, "argv", ["manage.py"])
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")  # so that its change is undone
    return request.param


def command_in(words):
    return next(word for word in words if word in COMMANDS)


def filled(name, values):
    """*values* with the defaults of the command line."""
    return {**{param.name: param.default for param in COMMANDS[name].params}, **values}


@pytest.mark.parametrize(("line", "values"), SAMPLES, ids=[line for line, _ in SAMPLES])
def test_a_command_line_is_a_call_of_the_function(calls, command_line, line, values):
    """Each front end calls the same function with the same values."""
    words = line.split()
    extra = {word[2:]: True for word in words if word in ("--autogenerate", "--package")}
    command_line(words)
    name = command_in(words)
    assert calls == [(name, filled(name, {**values, **extra}))]


@pytest.mark.parametrize("name", COMMANDS)
def test_defaults_are_those_of_the_function(calls, command_line, name):
    """Without options a command is called as ``function()`` would be; edit differs on purpose."""
    command_line([name])
    expected = inspect.signature(COMMANDS[name].function).bind()
    expected.apply_defaults()
    differs = {"revision": "head"} if name == "edit" else {}
    assert calls == [(name, {**expected.arguments, **differs})]


def test_a_display_option_is_not_for_the_function(calls, command_line):
    """How to show a command is the front end's affair."""
    command_line(["upgrade", "--json", "--quiet", "--verbose"])
    assert calls == [("upgrade", filled("upgrade", {}))]


def test_a_display_option_that_a_command_has_itself_is_for_both(calls, command_line):
    """``heads -v`` shows more of the heads, and a traceback if it fails."""
    command_line(["heads", "-v"])
    assert calls == [("heads", filled("heads", {"verbose": True}))]


def test_json_and_sql_are_refused_together(calls, command_line):
    """Both are for standard output: exit code 2, and nothing runs."""
    assert (command_line(["upgrade", "--json", "--sql"]), calls) == (2, [])


OPTIONS = [
    (name, param, flag)
    for name, row in COMMANDS.items()
    for param in row.params
    for flag in param.flags
]


@pytest.mark.parametrize(
    ("name", "param", "flag"), OPTIONS, ids=[f"{name} {flag}" for name, _, flag in OPTIONS]
)
def test_every_spelling_of_an_option_sets_its_parameter(calls, command_line, name, param, flag):
    """Each flag of each command reaches the parameter that it is for."""
    text = "value" if param.kind is str else "7"
    command_line([name, flag] if param.is_switch else [name, flag, text])
    value = True if param.is_switch else (text,) if param.many else param.kind(text)
    assert calls == [(name, filled(name, {param.name: value}))]


TAKING = [
    (param, flag, row)
    for param in SHARED
    for flag in param.flags
    for row in COMMANDS.values()
    if param in row.params
]


@pytest.mark.parametrize(
    ("param", "flag", "row"), TAKING, ids=[f"{flag} {row.name}" for _, flag, row in TAKING]
)
def test_a_shared_option_may_stand_before_the_command(calls, command_line, param, flag, row):
    """``flask db -d there COMMAND`` is ``flask db COMMAND -d there``."""
    command_line([flag, "value", row.name])
    value = ("value",) if param.many else "value"
    assert calls == [(row.name, filled(row.name, {param.name: value}))]


VARIABLE_IDS = [f"{variables} {line}" for variables, line, _ in VARIABLES]


@pytest.mark.parametrize(("variables", "line", "values"), VARIABLES, ids=VARIABLE_IDS)
def test_environment_variables_stand_for_options(
    calls, command_line, monkeypatch, variables, line, values
):
    """Every front end reads the same variables, and options win over them."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    command_line(line.split())
    name = command_in(line.split())
    assert calls == [(name, filled(name, values))]


def test_a_shared_option_is_forgotten_after_its_command(calls, command_line):
    """A second command in the same process does not get the first one's directory."""
    command_line(["-d", "there", "upgrade"])
    command_line(["upgrade"])
    assert calls[1] == ("upgrade", filled("upgrade", {}))


def test_a_variable_that_is_no_switch_is_refused(calls, command_line, monkeypatch):
    """Neither true nor false is a mistake on the command line: exit code 2."""
    monkeypatch.setenv("FLASK_DB_UPGRADE_SQL", "perhaps")
    assert command_line(["upgrade"]) == 2


def test_a_variable_that_is_no_switch_stops_the_command(calls, command_line, monkeypatch):
    """The command is not run with a guess."""
    monkeypatch.setenv("FLASK_DB_UPGRADE_SQL", "perhaps")
    command_line(["upgrade"])
    assert calls == []


@pytest.mark.parametrize("line", REFUSED)
def test_a_wrong_command_line_exits_with_2(calls, command_line, line):
    """What is not understood is refused with the exit code for that."""
    assert command_line(line.split()) == 2


@pytest.mark.parametrize("line", REFUSED)
def test_a_wrong_command_line_runs_nothing(calls, command_line, line):
    """No command is called when something was not understood."""
    command_line(line.split())
    assert calls == []


@pytest.mark.parametrize(("line", "values"), SAMPLES, ids=[line for line, _ in SAMPLES])
def test_a_command_line_can_be_written_as_a_call(line, values):
    """Every value that a front end passes has a parameter of that name."""
    row = COMMANDS[command_in(line.split())]
    inspect.signature(row.function).bind(**values)
