"""A project in a folder of its own, and the three ways to run a command on it."""

from __future__ import annotations

import contextlib
import io
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import URL

import flask_migrate
from flask_migrate.command_table import COMMANDS

Models = Callable[[SQLAlchemy], Any]


@dataclass
class Outcome:
    """What a command left behind: its streams, its exit code, and what it returned or raised."""

    stdout: str
    stderr: str
    exit_code: int
    value: Any = None
    error: BaseException | None = None


def users(db: SQLAlchemy) -> None:
    """The models that most tests begin with."""

    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(50))


def users_with_email(db: SQLAlchemy) -> None:
    """The same, one column later."""

    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(50))
        email = db.Column(db.String(120))


class Project:
    """An application whose models a test may change between two commands."""

    def __init__(
        self, folder: Path, url: str | URL | None = None, binds: dict[str, str] | None = None
    ):
        self.folder = folder
        self.url = f"sqlite:///{folder / 'app.db'}" if url is None else url
        self.binds = binds or {}
        self.models: Models = users
        self.options: dict[str, Any] = {}
        self.extension: flask_migrate.Migrate | None = None

    def app(self) -> Flask:
        """A new application with the models as they are now."""
        app = Flask("project")
        if self.url:
            app.config["SQLALCHEMY_DATABASE_URI"] = self.url
        app.config["SQLALCHEMY_BINDS"] = self.binds
        db = SQLAlchemy(app)
        self.models(db)
        self.extension = flask_migrate.Migrate(app, db, **self.options)
        return app

    def run(
        self, name: str, face: str = "python", *, prefix: tuple[str, ...] = (), **given: Any
    ) -> Outcome:
        """Run a command on a face; *given* are the parameters of its function."""
        stdout, stderr = io.StringIO(), io.StringIO()
        app = self.app()
        try:
            with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
                outcome = FACES[face](app, name, prefix, given)
        finally:
            with app.app_context():
                for engine in app.extensions["sqlalchemy"].engines.values():
                    engine.dispose()
        outcome.stdout += stdout.getvalue()
        outcome.stderr += stderr.getvalue()
        return outcome

    def tables(self, bind: str | None = None) -> set[str]:
        """The names of the tables in the database."""
        engine = sa.create_engine(self.binds[bind] if bind else self.url)
        try:
            return set(sa.inspect(engine).get_table_names())
        finally:
            engine.dispose()

    def execute(self, sql: str, bind: str | None = None) -> list[tuple[Any, ...]]:
        """Run one statement and return its rows."""
        engine = sa.create_engine(self.binds[bind] if bind else self.url)
        try:
            with engine.begin() as connection:
                result = connection.execute(sa.text(sql))
                return [tuple(row) for row in result] if result.returns_rows else []
        finally:
            engine.dispose()

    def revision_files(self) -> list[Path]:
        """The files in ``migrations/versions``."""
        return sorted((self.folder / "migrations" / "versions").glob("*.py"))

    def write_revisions(self, count: int) -> list[str]:
        """Write empty revisions, one on the other; return their ids, the oldest first."""
        return [
            self.run("revision", message=f"number {number}", rev_id=f"rev{number}").value.revision
            for number in range(1, count + 1)
        ]

    def edit_revision(self, upgrade: str, downgrade: str = "pass") -> Path:
        """Give the newest revision other statements, and return its file."""
        path = max(self.revision_files(), key=lambda path: path.stat().st_mtime_ns)
        text = path.read_text(encoding="utf-8").partition("\ndef upgrade")[0]
        for name, body in (("upgrade", upgrade), ("downgrade", downgrade)):
            text += f"\n\ndef {name}():\n" + textwrap.indent(textwrap.dedent(body), "    ") + "\n"
        path.write_text(text, encoding="utf-8")
        return path

    def current(self) -> set[str]:
        """The revisions that the database is at."""
        if "alembic_version" not in self.tables():
            return set()
        return {row[0] for row in self.execute("SELECT version_num FROM alembic_version")}


def argv(name: str, given: dict[str, Any]) -> list[str]:
    """How a command line spells a call of the command's function."""
    words: list[str] = []
    arguments: list[str] = []
    for param in COMMANDS[name].options:
        if param.name not in given:
            continue
        value = given[param.name]
        values = [value] if isinstance(value, str) or not param.many else list(value)
        if not param.flags:
            arguments += [str(each) for each in values]
        elif param.is_switch:
            words += [param.flags[-1]] if value else []
        else:
            words += [word for each in values for word in (param.flags[-1], str(each))]
    return [name, *words, *arguments]


def _python(app: Flask, name: str, prefix: tuple[str, ...], given: dict[str, Any]) -> Outcome:
    function = getattr(flask_migrate, name.replace("-", "_"))
    with app.app_context():
        try:
            return Outcome("", "", 0, value=function(**given))
        except flask_migrate.MigrateError as error:
            return Outcome("", "", error.exit_code, error=error)


def _flask(app: Flask, name: str, prefix: tuple[str, ...], given: dict[str, Any]) -> Outcome:
    result = app.test_cli_runner().invoke(
        args=["db", *prefix, *argv(name, given)], prog_name="flask", standalone_mode=True
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Outcome(result.stdout, result.stderr, result.exit_code, error=result.exception)


def _manage(app: Flask, name: str, prefix: tuple[str, ...], given: dict[str, Any]) -> Outcome:
    from flask_script_ng import Manager

    manager = Manager(app)
    manager.add_command("db", flask_migrate.MigrateCommand)
    before, sys.argv = sys.argv, ["manage.py"]
    try:
        manager.handle("manage.py", ["db", *prefix, *argv(name, given)])
    except SystemExit as stop:
        return Outcome("", "", stop.code if isinstance(stop.code, int) else 1, error=stop)
    finally:
        sys.argv = before
    return Outcome("", "", 0)


FACES = {"python": _python, "flask db": _flask, "manage.py db": _manage}
