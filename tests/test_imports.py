"""Importing the package costs nothing until a command runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import flask_migrate
from flask_migrate import commands  # noqa: F401  (fills the table)
from flask_migrate._compat import version_of
from flask_migrate.command_table import COMMANDS

#: What only a command that runs may load.
HEAVY = ("alembic", "mako", "flask_script_ng", "flask_script")

APP = """
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from flask_migrate import Migrate

app = Flask("app")
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = SQLAlchemy()
migrate = Migrate()
db.init_app(app)
migrate.init_app(app, db)
Migrate(app, db)
"""


def loaded_after(source: str, folder: Path) -> set[str]:
    """The modules that a new interpreter has loaded when *source* is done."""
    program = f"{source}\nimport sys\nprint('modules:', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.partition("modules:")[2].split())


def heavy(modules: set[str]) -> list[str]:
    return sorted(name for name in HEAVY if name in modules)


def test_the_package_imports_none_of_its_modules(tmp_path):
    """``import flask_migrate`` loads the package alone."""
    loaded = loaded_after("import flask_migrate", tmp_path)
    assert not {name for name in loaded if name.startswith("flask_migrate.")}


@pytest.mark.parametrize("library", ["sqlalchemy", "flask", "click", "alembic", "mako"])
def test_the_package_imports_no_library(tmp_path, library):
    """``import flask_migrate`` does not even load Flask."""
    assert library not in loaded_after("import flask_migrate", tmp_path)


def test_attaching_to_an_application_loads_nothing_heavy(tmp_path):
    """``Migrate(app, db)`` and ``init_app`` load neither Alembic, Mako nor Flask-Script."""
    assert heavy(loaded_after(APP, tmp_path)) == []


def test_attaching_to_an_application_does_not_load_sqlalchemy(tmp_path):
    """The extension itself needs no SQLAlchemy to be attached."""
    source = "from flask import Flask, cli\nimport flask_migrate\n"
    source += "flask_migrate.Migrate(Flask('app'), object())"
    assert "sqlalchemy" not in loaded_after(source, tmp_path)


def test_attaching_to_an_application_loads_four_modules(tmp_path):
    """A web worker has the group of commands and none of the commands."""
    loaded = {name for name in loaded_after(APP, tmp_path) if name.startswith("flask_migrate")}
    assert loaded == {f"flask_migrate{name}" for name in ("", ".cli", ".extension", ".state")}


@pytest.mark.parametrize("words", [["routes"], ["db", "--help"], ["db", "upgrade", "--help"]])
def test_other_flask_commands_load_nothing_heavy(tmp_path, words):
    """``flask routes``, and the help of ``flask db``, do not load Alembic."""
    (tmp_path / "app.py").write_text(APP)
    source = f"""
from flask.cli import main
import sys
sys.argv = ["flask", *{words!r}]
try:
    main()
except SystemExit as stop:
    assert not stop.code
"""
    assert heavy(loaded_after(source, tmp_path)) == []


RUN = """
from flask.cli import main
import sys
sys.argv = ["flask", "db", *{words!r}]
try:
    main()
except SystemExit as stop:
    assert not stop.code
"""

#: What commands that write files or change databases need.
WRITING = (
    "flask_migrate.applied_history",
    "flask_migrate.applying",
    "flask_migrate.autogenerate",
    "flask_migrate.locking",
)

DRIVERS = ("psycopg", "psycopg2", "pymysql", "MySQLdb", "aiosqlite", "asyncpg", "asyncmy")


def test_list_templates_loads_no_alembic(tmp_path):
    """The templates are folders of the package."""
    (tmp_path / "app.py").write_text(APP)
    assert heavy(loaded_after(RUN.format(words=["list-templates"]), tmp_path)) == []


@pytest.mark.parametrize("words", [["list-templates"], ["--help"], ["upgrade", "--help"]])
def test_what_needs_no_history_loads_few_modules(tmp_path, words):
    """Besides what ``flask --help`` of the application loads, a handful of ours."""
    (tmp_path / "app.py").write_text(APP)
    bare = APP.replace("migrate.init_app(app, db)\nMigrate(app, db)", "")
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "app.py").write_text(bare)
    help_of_flask = RUN.format(words=[]).replace('"db", *[]', '"--help"')
    floor = loaded_after(help_of_flask, tmp_path / "bare")
    more = loaded_after(RUN.format(words=words), tmp_path) - floor
    assert len([name for name in more if not name.startswith("flask_migrate")]) <= 10, more
    assert len(more) <= 40
    assert not {*DRIVERS, *HEAVY} & more


@pytest.mark.parametrize("words", [["heads"], ["history"], ["branches"], ["show"]])
def test_reading_the_history_loads_no_driver_and_no_mako(tmp_path, words):
    """Nothing is written and no database is asked."""
    (tmp_path / "app.py").write_text(APP)
    loaded_after(RUN.format(words=["init"]), tmp_path)
    loaded_after(RUN.format(words=["revision"]), tmp_path)
    loaded = loaded_after(RUN.format(words=words), tmp_path)
    assert "alembic.command" in loaded
    assert [name for name in (*DRIVERS, "mako", *WRITING) if name in loaded] == []


def test_the_status_of_the_files_loads_no_driver_and_no_mako(tmp_path):
    """``status --offline`` asks no database."""
    (tmp_path / "app.py").write_text(APP)
    loaded_after(RUN.format(words=["init"]), tmp_path)
    loaded = loaded_after(RUN.format(words=["status", "--offline"]), tmp_path)
    assert "alembic.command" in loaded
    assert [name for name in (*DRIVERS, "mako", *WRITING[1:]) if name in loaded] == []


#: What Alembic knows of databases that the application does not have.
OTHERS = {f"alembic.ddl.{name}" for name in ("mssql", "mysql", "oracle", "postgresql")}


@pytest.mark.parametrize(
    "words", [["heads"], ["current"], ["upgrade"], ["stamp"], ["check"], ["migrate"]]
)
def test_what_runs_no_revision_loads_no_other_database(tmp_path, words):
    """Where there is nothing to do, Alembic knows the database of the application alone."""
    (tmp_path / "app.py").write_text(APP.replace("sqlite://", "sqlite:///app.db"))
    for each in (["init"], ["revision"], ["upgrade"]):
        loaded_after(RUN.format(words=each), tmp_path)
    loaded = loaded_after(RUN.format(words=words), tmp_path)
    assert "alembic.command" in loaded
    assert not {*OTHERS, "sqlalchemy.dialects.postgresql"} & loaded


def test_what_runs_a_revision_has_all_of_alembic(tmp_path):
    """It may be for any database."""
    (tmp_path / "app.py").write_text(APP.replace("sqlite://", "sqlite:///app.db"))
    for each in (["init"], ["revision"]):
        loaded_after(RUN.format(words=each), tmp_path)
    assert loaded_after(RUN.format(words=["upgrade"]), tmp_path) >= OTHERS


def test_what_writes_a_change_has_all_of_alembic(tmp_path):
    """What is new in the models may be of any database."""
    model = "db.Table('new', db.Column('id', db.Integer, primary_key=True))"
    (tmp_path / "app.py").write_text(f"{APP.replace('sqlite://', 'sqlite:///app.db')}\n{model}\n")
    loaded_after(RUN.format(words=["init"]), tmp_path)
    assert loaded_after(RUN.format(words=["migrate"]), tmp_path) >= OTHERS


PARTS = """
from flask_migrate import alembic_parts
alembic_parts.import_alembic()
from alembic.ddl.impl import DefaultImpl
from sqlalchemy.dialects import {module}
"""


@pytest.mark.parametrize("module", ["mssql", "mysql", "oracle", "postgresql", "sqlite"])
def test_alembic_finds_what_it_knows_of_a_database(tmp_path, module):
    """What was left out is there as soon as Alembic asks for it."""
    source = (
        PARTS.format(module=module)
        + f"""
found = DefaultImpl.get_by_dialect({module}.dialect())
assert found.__module__ == "alembic.ddl.{module}", found
"""
    )
    loaded_after(source, tmp_path)


def test_what_was_left_out_of_alembic_is_an_attribute_all_the_same(tmp_path):
    """``alembic.ddl.postgresql`` needs no import of its own."""
    source = (
        PARTS.format(module="sqlite")
        + """
import alembic.ddl
assert alembic.ddl.postgresql.PostgresqlImpl.__dialect__ == "postgresql"
assert not hasattr(alembic.ddl, "nothing")
"""
    )
    loaded_after(source, tmp_path)


def test_a_database_that_alembic_does_not_know_is_a_key_error(tmp_path):
    """As without this package."""
    source = (
        PARTS.format(module="sqlite")
        + """
class Other:
    name = "other"
try:
    DefaultImpl.get_by_dialect(Other)
except KeyError as error:
    assert error.args == ("other",)
else:
    raise AssertionError
"""
    )
    loaded_after(source, tmp_path)


def test_a_command_loads_alembic(tmp_path):
    """The probe of these tests sees Alembic where a command runs."""
    source = APP + "import flask_migrate\nwith app.app_context():\n    flask_migrate.init()"
    assert "alembic" in heavy(loaded_after(source, tmp_path))


@pytest.mark.parametrize("name", [name for name in dir(flask_migrate) if name[:2] != "__"])
def test_every_name_resolves(name):
    """What ``dir()`` lists is there."""
    assert getattr(flask_migrate, name) is not None


@pytest.mark.parametrize("name", ["command", "AlembicConfig", "CommandError", "catch_errors"])
def test_a_name_of_alembics_resolves_first_of_all(tmp_path, name):
    """Nothing need have been imported before it."""
    loaded_after(f"from flask_migrate import {name}", tmp_path)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_a_function_of_the_package(name):
    """The name in the package is the function in the table."""
    row = COMMANDS[name]
    assert getattr(flask_migrate, row.function.__name__) is row.function


def test_the_list_of_commands_is_that_of_the_table():
    """The package knows each command without loading any."""
    functions = {row.function.__name__ for row in COMMANDS.values()}
    assert sorted(functions) == sorted(flask_migrate._COMMANDS)


def test_an_unknown_attribute_is_an_attribute_error():
    """``hasattr`` works, and the message names the package."""
    with pytest.raises(AttributeError, match=r"'flask_migrate' has no attribute 'nothing'"):
        _ = flask_migrate.nothing


@pytest.mark.parametrize(
    "name",
    [
        "AlembicConfig",
        "Config",
        "Migrate",
        "MigrateCommand",
        "MigrateError",
        "_get_config",
        "alembic_version",
        "catch_errors",
        "command",
        "log",
    ],
)
def test_names_that_programs_import_are_there(name):
    """``from flask_migrate import NAME`` keeps working."""
    assert name in dir(flask_migrate)


def test_alembic_version_has_three_numbers():
    """It can be compared with a tuple of numbers."""
    version = flask_migrate.alembic_version
    assert (len(version), {type(part) for part in version}) == (3, {int})


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("1.20.0b1", (1, 20, 0)), ("1.19", (1, 19, 0)), ("2.0.1.post3", (2, 0, 1))],
)
def test_alembic_version_reads_any_version(monkeypatch, text, numbers):
    """A version that is not three integers has three numbers as well."""
    monkeypatch.setattr("importlib.metadata.version", lambda name: text)
    assert version_of("alembic") == numbers
