"""The main job on PostgreSQL and on MariaDB; see tests/servers.py for where they come from."""

from __future__ import annotations

import os
import unittest
from contextlib import ExitStack

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from .. import servers
from .project import EMAIL, MANAGE, USER, Outcome, ProjectCase, needs_toolkit


class MainJob:
    """The whole job, done once on a server."""

    #: How the dialect of the server spells the primary key.
    serial = ""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run a migration command on the command line under test."""
        raise NotImplementedError

    @staticmethod
    def server() -> object:
        """The server to do it on."""
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
        cls.url = stack.enter_context(server.database())
        project = cls.project
        project.write("manage.py", MANAGE)
        cls.write_app(USER)
        cls.succeed(cls.db("init"))
        cls.succeed(cls.db("migrate", "-m", "users"))
        cls.upgrade = cls.succeed(cls.db("upgrade"))
        cls.tables = cls.inspect().get_table_names()
        cls.write_app(USER + EMAIL)
        cls.succeed(cls.db("migrate", "-m", "email"))
        cls.succeed(cls.db("upgrade"))
        cls.columns = [column["name"] for column in cls.inspect().get_columns("user")]
        cls.check = cls.db("check")
        cls.sql = cls.succeed(cls.db("upgrade", "--sql"))
        cls.succeed(cls.db("downgrade", "base"))
        cls.tables_down = cls.inspect().get_table_names()
        cls.write_app(USER, cls.url.set(host="127.0.0.1", port=1, password="secret", query={}))
        cls.refused = cls.db("current")

    @classmethod
    def write_app(cls, models: str, url: URL | None = None) -> None:
        """Write the application for the database at *url*."""
        cls.project.write_app(models, (url or cls.url).render_as_string(hide_password=False))

    @classmethod
    def inspect(cls) -> sa.Inspector:
        """What the database holds now."""
        return sa.inspect(sa.create_engine(cls.url, poolclass=NullPool))

    def test_upgrade_creates_the_tables(self) -> None:
        """``upgrade`` makes the tables of the models and the one that records the revision."""
        self.assertEqual(set(self.tables), {"alembic_version", "user"})

    def test_upgrade_adds_the_column_of_a_changed_model(self) -> None:
        """The second revision has added the column."""
        self.assertEqual(set(self.columns), {"id", "name", "email"})

    def test_the_models_are_level_with_the_database(self) -> None:
        """``check`` finds no difference between the models and what the server made of them."""
        self.assertEqual(self.check.exit_code, 0, self.check.stderr)

    def test_sql_is_in_the_dialect_of_the_server(self) -> None:
        """``upgrade --sql`` writes what this server understands to standard output."""
        self.assertIn(self.serial, self.sql.stdout)

    def test_downgrade_drops_the_tables(self) -> None:
        """``downgrade base`` leaves only the table that records the revision."""
        self.assertEqual(self.tables_down, ["alembic_version"])

    def test_an_absent_server_is_an_error_and_the_password_stays_secret(self) -> None:
        """Where no server listens, the exit code is 1 and the message has no password."""
        self.assert_fails(self.refused, "The database ", "Check ")
        self.assertNotIn("secret", self.refused.stderr)


class PostgreSQLTest(MainJob, ProjectCase):
    """A PostgreSQL server, with ``flask db``."""

    server = staticmethod(servers.postgresql)
    serial = "id SERIAL NOT NULL"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.flask("db", *words)


@needs_toolkit
class MariaDBTest(MainJob, ProjectCase):
    """A MariaDB server, with ``python manage.py db``."""

    server = staticmethod(servers.mariadb)
    serial = "id INTEGER NOT NULL AUTO_INCREMENT"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.manage("db", *words)


if __name__ == "__main__":
    unittest.main()
