"""A database that cannot be used is named with its host, its setting and what to check."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import URL

import flask_migrate

from ..project import Project
from .refusal import assert_refused, assert_untouched
from .servers_that_do_not_answer import closed_port, hanging_up, silent

SECRET = "s3cr3t-word"

SERVERS = {"silent": silent, "hanging up": hanging_up}
DRIVERS = ["postgresql+psycopg2", "mysql+pymysql"]


def _at(project: Project, driver: str, port: int) -> None:
    project.url = URL.create(driver, "ann", SECRET, "127.0.0.1", port, "shop")


@pytest.mark.parametrize("command", ["upgrade", "current", "migrate"])
@pytest.mark.parametrize("driver", DRIVERS)
@pytest.mark.parametrize("server", SERVERS)
def test_database_that_does_not_answer(damaged, monkeypatch, driver, server, command):
    """It ends in seconds, names the host and keeps the password."""
    monkeypatch.setattr("flask_migrate.connecting.TIMEOUT", 1)
    with SERVERS[server]() as port:
        _at(damaged, driver, port)
        started = time.monotonic()
        outcome = damaged.run(command, "flask db")
    assert time.monotonic() - started < 8
    assert_refused(outcome, "127.0.0.1", hint="SQLALCHEMY_DATABASE_URI")
    assert SECRET not in outcome.stderr + outcome.stdout


@pytest.mark.parametrize("driver", DRIVERS)
def test_database_that_is_not_there(damaged, driver):
    """The address that refused."""
    _at(damaged, driver, closed_port())
    outcome = damaged.run("upgrade", "flask db")
    assert_refused(outcome, "127.0.0.1", hint="that the server is up")
    assert SECRET not in outcome.stderr + outcome.stdout


def test_the_doctor_does_not_wait_either(damaged, monkeypatch):
    """``doctor`` says that the database does not answer."""
    monkeypatch.setattr("flask_migrate.connecting.TIMEOUT", 1)
    with silent() as port:
        _at(damaged, DRIVERS[1], port)
        outcome = damaged.run("doctor", "flask db")
    assert outcome.exit_code == 1
    assert "does not answer" in outcome.stdout
    assert SECRET not in outcome.stderr + outcome.stdout


def test_a_limit_of_the_application_stays(damaged, monkeypatch):
    """An own ``connect_timeout`` wins."""
    monkeypatch.setattr("flask_migrate.connecting.TIMEOUT", 60)
    with silent() as port:
        _at(damaged, DRIVERS[1], port)
        damaged.url = damaged.url.update_query_dict({"connect_timeout": "1"})
        started = time.monotonic()
        assert damaged.run("upgrade", "flask db").exit_code == 1
    assert time.monotonic() - started < 8


def test_access_denied_by_mariadb(damaged, mariadb_url):
    """The user and what to check."""
    damaged.url = mariadb_url.set(username="nobody_known", password=SECRET)
    outcome = damaged.run("upgrade", "flask db")
    assert_refused(outcome, "nobody_known", hint="SQLALCHEMY_DATABASE_URI")
    assert SECRET not in outcome.stderr


def test_access_denied_by_postgresql(damaged, postgresql_url):
    """A user that the server does not know is named."""
    damaged.url = postgresql_url.set(username="nobody_known", password=SECRET)
    outcome = damaged.run("upgrade", "flask db")
    assert_refused(outcome, "nobody_known", hint="SQLALCHEMY_DATABASE_URI")
    assert SECRET not in outcome.stderr


#: A driver of each server, and another one of PostgreSQL.
@pytest.mark.parametrize(
    "driver", ["postgresql+psycopg2", "postgresql+psycopg", "postgresql+asyncpg", "mysql+pymysql"]
)
@pytest.mark.parametrize("command", ["upgrade", "current", "doctor"])
def test_no_such_database(damaged, request, driver, command):
    """The database is named, and the command that makes it."""
    kind = "mariadb" if driver.startswith("mysql") else "postgresql"
    url = request.getfixturevalue(f"{kind}_url")
    damaged.url = url.set(drivername=driver, database="not_there_at_all")
    outcome = damaged.run(command, "flask db")
    if command == "doctor":
        assert "flask db prepare" in outcome.stdout
        return
    assert_refused(outcome, "not_there_at_all", hint="flask db prepare")
    assert "SQLALCHEMY_DATABASE_URI" in outcome.stderr


@pytest.mark.parametrize("command", ["upgrade", "stamp", "ensure-version"])
def test_read_only_database(project, sound, command):
    """A database that cannot be written stays as it is."""
    shutil.copytree(sound / "migrations", project.folder / "migrations")
    Path("app.db").touch()
    project.url = f"sqlite:///file:{project.folder}/app.db?mode=ro&uri=true"
    assert_untouched(project, command, "readonly database")


def test_a_read_only_database_can_be_read(damaged):
    """``current`` and ``check`` need not write."""
    damaged.url = f"sqlite:///file:{damaged.folder}/app.db?mode=ro&uri=true"
    assert damaged.run("current", "flask db").stdout == "bbbb (head)\n"
    assert damaged.run("check", "flask db").exit_code == 0


BROKEN_DATABASES = {
    "a folder": lambda path: path.mkdir(),
    "no database": lambda path: path.write_text("hello" * 100),
    "in no folder": lambda path: None,
}


@pytest.mark.parametrize("kind", BROKEN_DATABASES)
def test_a_database_file_that_is_none(damaged, kind):
    """The path is named."""
    path = damaged.folder / ("no/folder/x.db" if kind == "in no folder" else "x.db")
    BROKEN_DATABASES[kind](path)
    damaged.url = f"sqlite:///{path}"
    assert_untouched(damaged, "upgrade", "x.db", hint="SQLALCHEMY_DATABASE_URI")


def test_a_bind_is_named_by_its_setting(project):
    """The setting to look at is the one of the bind that failed."""
    project.binds = {"orders": "sqlite:////nothere/orders.db"}
    project.run("init", multidb=True)
    assert_refused(
        project.run("upgrade", "flask db"),
        "/nothere/orders.db",
        hint="SQLALCHEMY_BINDS['orders']",
    )


@pytest.mark.parametrize("bind", ["nothere", "", " ", "%s", "a\0b", "Default", "../x"])
def test_a_bind_that_is_none(damaged, bind):
    """The databases that there are."""
    if bind:
        assert_untouched(damaged, "upgrade", "default", hint="SQLALCHEMY_BINDS", bind=[bind])


def test_no_default_database(project):
    """A project for one database, in an application that has binds only."""
    project.url = ""
    project.binds = {"orders": f"sqlite:///{project.folder}/orders.db"}
    project.run("init")
    assert_untouched(project, "upgrade", "no default database", hint="Set SQLALCHEMY_DATABASE_URI")


def test_a_database_object_without_init_app(tmp_path, monkeypatch):
    """What Flask-SQLAlchemy says is shown."""
    monkeypatch.chdir(tmp_path)
    app = Flask("project")
    flask_migrate.Migrate(app, SQLAlchemy())
    with app.app_context():
        flask_migrate.init()
    result = app.test_cli_runner().invoke(args=["db", "upgrade"])
    assert result.exit_code == 1
    assert "Error: RuntimeError: The current Flask app is not registered" in result.stderr
    assert "Traceback" not in result.stderr
