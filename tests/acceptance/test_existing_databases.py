"""A database that ``create_all()`` made, and containers that start together."""

from __future__ import annotations

import os
import unittest
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from .. import servers
from .project import EMAIL, MANAGE, USER, Outcome, ProjectCase, needs_toolkit

CREATE_ALL = """
import app
with app.app.app_context():
    app.db.create_all()
"""

#: Containers that start at the same time.
COUNT = 4


class ExistingDatabase:
    """An existing database, and one that is not there, on a server."""

    @staticmethod
    def server() -> object:
        """The server to do it on."""
        raise NotImplementedError

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run a migration command on the command line under test."""
        raise NotImplementedError

    @classmethod
    def set_up(cls) -> None:
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        try:
            server = stack.enter_context(cls.server())
        except servers.UnavailableError as error:
            if os.environ.get("FLASK_MIGRATE_TESTS_REQUIRE_DATABASES") == "1":
                raise
            raise unittest.SkipTest(str(error)) from error
        project = cls.project
        project.write("manage.py", MANAGE)
        cls.write_history(stack.enter_context(server.database()))
        cls.url = stack.enter_context(server.database())
        cls.write_app(USER, cls.url)
        project.write("create.py", CREATE_ALL)
        cls.succeed(project.python("create.py"))
        cls.refused = cls.db("adopt")
        cls.adopted = cls.db("adopt", "--yes")
        cls.pending = cls.db("status", "--exit-code")
        cls.prepared = cls.db("prepare")
        new = cls.url.set(database=f"{cls.url.database}_new")
        stack.callback(server.execute, f"DROP DATABASE IF EXISTS {new.database}")
        cls.write_app(USER + EMAIL, new)
        with ThreadPoolExecutor(COUNT) as executor:
            cls.at_once = list(executor.map(lambda _: cls.db("prepare"), range(COUNT)))
        cls.new_tables = sa.inspect(sa.create_engine(new, poolclass=NullPool)).get_table_names()

    @classmethod
    def write_history(cls, url: object) -> None:
        """Write two revisions with a database of their own."""
        cls.write_app(USER, url)
        cls.succeed(cls.db("init"))
        cls.succeed(cls.db("migrate", "-m", "users"))
        cls.succeed(cls.db("upgrade"))
        cls.write_app(USER + EMAIL, url)
        cls.succeed(cls.db("migrate", "-m", "email"))

    @classmethod
    def write_app(cls, models: str, url: object) -> None:
        """Write the application for the database at *url*."""
        cls.project.write_app(models, url.render_as_string(hide_password=False))

    def test_without_a_terminal_adopt_wants_to_be_told(self) -> None:
        """Nothing is recorded before somebody says so."""
        self.assertEqual(self.refused.exit_code, 3, self.refused.stderr)
        self.assertIn("db adopt --yes", self.refused.stderr)

    def test_adopt_records_the_revision(self) -> None:
        """The one that has the tables, not the newest."""
        self.assertEqual(self.adopted.exit_code, 0, self.adopted.stderr)
        self.assertIn("Recorded: default is at", self.adopted.stderr)
        self.assertEqual(self.pending.exit_code, 4, self.pending.stderr)

    def test_prepare_goes_on_from_there(self) -> None:
        """What is pending is applied."""
        self.assertEqual(self.prepared.exit_code, 0, self.prepared.stderr)
        self.assertIn("Applied 1 revision", self.prepared.stderr)

    def test_containers_that_start_together_prepare_one_database(self) -> None:
        """One makes it, one applies the revisions, and none fails."""
        outcomes = [(each.exit_code, each.stderr) for each in self.at_once]
        self.assertEqual([code for code, _ in outcomes], [0] * COUNT, outcomes)
        text = "".join(stderr for _, stderr in outcomes)
        self.assertEqual(text.count("Made the database default."), 1)
        self.assertEqual(text.count("Applied 2 revisions"), 1)
        self.assertEqual(set(self.new_tables), {"alembic_version", "user"})


class PostgreSQLTest(ExistingDatabase, ProjectCase):
    """A PostgreSQL server, with ``flask db``."""

    server = staticmethod(servers.postgresql)

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.flask("db", *words)


@needs_toolkit
class MariaDBTest(ExistingDatabase, ProjectCase):
    """A MariaDB server, with ``python manage.py db``."""

    server = staticmethod(servers.mariadb)

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.manage("db", *words)


if __name__ == "__main__":
    unittest.main()
