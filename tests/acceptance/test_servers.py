"""The main job on PostgreSQL and on MariaDB.

Each class makes a database of its own on the server that a variable names, and removes it again::

    TEST_POSTGRESQL_URL=postgresql+psycopg2://user:password@localhost/postgres
    TEST_MARIADB_URL=mysql+pymysql://user:password@localhost/mysql
"""

from __future__ import annotations

import os
import unittest

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from .project import EMAIL, MANAGE, USER, Outcome, ProjectCase, needs_toolkit


class Server:
    """The whole job, done once on a server."""

    #: The variable that holds the URL of the server.
    variable = ""
    #: How the dialect of the server spells the primary key.
    serial = ""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run a migration command on the command line under test."""
        raise NotImplementedError

    @classmethod
    def set_up(cls) -> None:
        if not os.environ.get(cls.variable):
            reason = f"{cls.variable} is not set"
            if os.environ.get("FLASK_MIGRATE_TESTS_REQUIRE_DATABASES") == "1":
                raise AssertionError(reason)
            raise unittest.SkipTest(reason)
        server = make_url(os.environ[cls.variable])
        name = f"flask_migrate_{os.getpid()}_{cls.__name__.lower()}"
        cls.execute(server, f"CREATE DATABASE {name}")
        cls.addClassCleanup(cls.execute, server, f"DROP DATABASE {name}")
        cls.url = server.set(database=name)

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
        cls.write_app(USER, cls.url.set(password="not-the-one"))
        cls.refused = cls.db("current")

    @classmethod
    def write_app(cls, models: str, url: sa.engine.URL | None = None) -> None:
        """Write the application for the database at *url*."""
        cls.project.write_app(models, (url or cls.url).render_as_string(hide_password=False))

    @staticmethod
    def execute(url: sa.engine.URL, sql: str) -> None:
        """Run a statement outside a transaction."""
        engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(sa.text(sql))

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

    def test_a_refused_password_is_an_error_and_stays_secret(self) -> None:
        """A server that turns the user away ends with exit code 1; the password is not shown."""
        if self.refused.exit_code == 0:
            self.skipTest("this server lets anybody in")
        self.assert_fails(self.refused, "The database refused: ", "Check the URL")
        self.assertNotIn("not-the-one", self.refused.stderr)


class PostgreSQLTest(Server, ProjectCase):
    """A PostgreSQL server, with ``flask db``."""

    variable = "TEST_POSTGRESQL_URL"
    serial = "id SERIAL NOT NULL"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.flask("db", *words)


@needs_toolkit
class MariaDBTest(Server, ProjectCase):
    """A MariaDB server, with ``python manage.py db``."""

    variable = "TEST_MARIADB_URL"
    serial = "id INTEGER NOT NULL AUTO_INCREMENT"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.manage("db", *words)


if __name__ == "__main__":
    unittest.main()
