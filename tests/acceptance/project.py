"""A project in a temporary folder, and its command lines as processes of their own."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from contextlib import closing
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

EXAMPLES = Path(__file__).parents[2] / "examples"

FLASK = tuple(int(number) for number in re.findall(r"\d+", version("flask"))[:2])

#: The module that has the ``Manager``; ``None`` where neither is installed.
TOOLKIT = next((name for name in ("flask_script_ng", "flask_script") if find_spec(name)), None)

needs_toolkit = unittest.skipUnless(TOOLKIT, "neither Flask-Script-NG nor Flask-Script is here")

# Flask-Script 2.0.6 asks inspect.getargspec() about decorated functions.
needs_decorators = unittest.skipIf(
    TOOLKIT == "flask_script" and sys.version_info >= (3, 11),
    "@command and @option of Flask-Script 2.0.6 need Python 3.10",
)

APP = """\
from flask import Flask
from flask_migrate import Migrate, cli as migrate_cli
from flask_sqlalchemy import SQLAlchemy

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = {url!r}
app.config["SQLALCHEMY_BINDS"] = {binds!r}
app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False
db = SQLAlchemy(app)
Migrate(app, db)
app.cli.add_command(migrate_cli, "db")
"""

USER = """

class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(50))
"""

EMAIL = """\
    email = db.Column(db.String(120))
"""

MANAGE = f"""\
from app import app
from {TOOLKIT} import Manager
from flask_migrate import Migrate, MigrateCommand

manager = Manager(app)
manager.add_command("db", MigrateCommand)

if __name__ == "__main__":
    manager.run()
"""


class Outcome(NamedTuple):
    """What a process left behind."""

    exit_code: int
    stdout: str
    stderr: str


class Project:
    """A folder with an application, which a test may rewrite between two commands."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="flask-migrate-")).resolve()

    def remove(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.folder)

    def write(self, name: str, text: str) -> Path:
        """Write a file and return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def write_app(
        self, models: str = USER, url: str | None = None, binds: dict[str, str] | None = None
    ) -> None:
        """Write ``app.py``; without *url* for a SQLite database in the folder."""
        url = self.sqlite("app.db") if url is None else url
        self.write("app.py", APP.format(url=url, binds=binds or {}) + models)

    def sqlite(self, name: str) -> str:
        """The URL of a SQLite database in the folder."""
        return f"sqlite:///{self.folder / name}"

    def flask(self, *words: str, app: str = "app.py", **variables: str) -> Outcome:
        """Run ``flask`` for the application in *app*."""
        program = shutil.which("flask", path=os.path.dirname(sys.executable))
        command = [program] if program else [sys.executable, "-m", "flask"]
        if FLASK < (2, 2):  # has no --app
            variables = {"FLASK_APP": app, **variables}
        else:
            command.append(f"--app={app}")
        return self.run(*command, *words, **variables)

    def manage(self, *words: str, **variables: str) -> Outcome:
        """Run ``python manage.py``."""
        return self.python("manage.py", *words, **variables)

    def python(self, *words: str, **variables: str) -> Outcome:
        """Run the interpreter that runs the tests."""
        return self.run(sys.executable, *words, **variables)

    def run(self, *command: str, **variables: str) -> Outcome:
        """Run a process in the folder, with nothing of Flask's in its environment."""
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("FLASK_", "COV_", "PYTHON"))
        }
        # click before 7 refuses to start in Python's own default locale.
        locale = {"LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
        # A file that is rewritten within a second must not be taken from the cache.
        fresh = {"PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env={**inherited, **locale, **fresh, "COLUMNS": "100", **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def revisions(self) -> list[Path]:
        """The revision files, the oldest first."""
        found = (self.folder / "migrations" / "versions").glob("*.py")
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def columns(self, table: str, database: str = "app.db") -> set[str]:
        """The names of the columns of a table; none if there is no such table."""
        rows = self.query(f"PRAGMA table_info('{table}')", database)
        return {row[1] for row in rows}

    def tables(self, database: str = "app.db") -> set[str]:
        """The names of the tables of a SQLite database."""
        rows = self.query("SELECT name FROM sqlite_master WHERE type = 'table'", database)
        return {row[0] for row in rows}

    def query(self, sql: str, database: str = "app.db") -> list[tuple]:
        """The rows of one statement."""
        with closing(sqlite3.connect(self.folder / database)) as connection:
            return connection.execute(sql).fetchall()


class ProjectCase(unittest.TestCase):
    """Tests that look at one project, which :meth:`set_up` has taken somewhere."""

    maxDiff = None
    project: Project

    @classmethod
    def setUpClass(cls) -> None:
        # nose comes here for a class that is skipped, too.
        if getattr(cls, "__unittest_skip__", False):
            raise unittest.SkipTest(cls.__unittest_skip_why__)
        cls.project = Project()
        cls.addClassCleanup(cls.project.remove)
        try:
            cls.set_up()
        except BaseException:
            cls.doClassCleanups()
            raise

    @classmethod
    def tearDownClass(cls) -> None:
        # unittest would do it after this, nose would not.
        cls.doClassCleanups()

    @classmethod
    def set_up(cls) -> None:
        """What happens once, before the tests of the class."""

    @classmethod
    def succeed(cls, outcome: Outcome) -> Outcome:
        """*outcome*, unless the command failed."""
        if outcome.exit_code:
            raise AssertionError(f"exit code {outcome.exit_code}\n{outcome.stdout}{outcome.stderr}")
        return outcome

    def assert_fails(self, outcome: Outcome, message: str, hint: str = "") -> None:
        """The command ended with exit code 1, its message and its hint, and no traceback."""
        self.assertEqual((outcome.exit_code, outcome.stdout), (1, ""), outcome.stderr)
        self.assertNotIn("Traceback", outcome.stderr)
        self.assertRegex(outcome.stderr, f"(?m)^Error: {message}")
        if hint:
            self.assertRegex(outcome.stderr, f"(?m)^Hint: {hint}")
