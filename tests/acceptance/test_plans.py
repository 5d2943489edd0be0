"""A plan that is looked at, saved and run, on each server and command line."""

from __future__ import annotations

import os
import unittest
from contextlib import ExitStack

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from .. import servers
from .project import EMAIL, MANAGE, USER, Outcome, ProjectCase, needs_toolkit


class Plan:
    """Two revisions that are planned, one after the other, and then another one."""

    #: The command line under test.
    name = ""

    #: What ``upgrade --dry-run`` exits with.
    trial_code = 0

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run a migration command on the command line under test."""
        raise NotImplementedError

    @classmethod
    def database(cls, stack: ExitStack) -> str:
        """The URL of an empty database."""
        raise NotImplementedError

    @classmethod
    def set_up(cls) -> None:
        stack = ExitStack()
        cls.addClassCleanup(stack.close)
        cls.url = cls.database(stack)
        project = cls.project
        project.write("manage.py", MANAGE)
        project.write_app(USER, cls.url)
        cls.succeed(cls.db("init"))
        cls.succeed(cls.db("migrate", "-m", "users"))
        cls.planned = cls.db("plan", "--sql", "--save", "plan.json", "--exit-code")
        cls.trial = cls.db("upgrade", "--dry-run")
        cls.tables_tried = cls.inspect().get_table_names()
        cls.followed = cls.db("upgrade", "--from-plan", "plan.json")
        cls.twice = cls.db("upgrade", "--from-plan", "plan.json")
        cls.level = cls.db("plan", "--exit-code")
        project.write_app(USER + EMAIL, cls.url)
        cls.succeed(cls.db("migrate", "-m", "email"))
        cls.succeed(cls.db("plan", "--save", "email.json"))
        path = project.revisions()[-1]
        path.write_text(path.read_text().replace("length=120", "length=99"))
        cls.edited = cls.db("upgrade", "--from-plan", "email.json")
        cls.columns = {each["name"] for each in cls.inspect().get_columns("user")}
        cls.succeed(cls.db("plan", "--down", "--save", "back.json"))
        cls.undone = cls.db("downgrade", "--from-plan", "back.json", "--yes")
        cls.tables_down = cls.inspect().get_table_names()

    @classmethod
    def inspect(cls) -> sa.Inspector:
        """What the database holds now."""
        return sa.inspect(sa.create_engine(cls.url, poolclass=NullPool))

    def test_the_plan_is_shown_with_its_sql(self) -> None:
        """And the exit code says that there is something to do."""
        self.assertEqual(self.planned.exit_code, 4, self.planned.stderr)
        self.assertIn("    + table user\n        CREATE TABLE ", self.planned.stdout)
        self.assertIn("upgrade --from-plan plan.json", self.planned.stderr)

    def test_a_trial_keeps_nothing(self) -> None:
        """It runs through where the database can undo it, and is refused elsewhere."""
        self.assertEqual(self.trial.exit_code, self.trial_code, self.trial.stderr)
        self.assertEqual(self.tables_tried, [])

    def test_a_plan_that_holds_is_run(self) -> None:
        """Once: the database is elsewhere afterwards."""
        self.assertEqual(self.followed.exit_code, 0, self.followed.stderr)
        self.assertEqual(self.twice.exit_code, 3, self.twice.stderr)
        self.assertRegex(self.twice.stderr, "default was at base and is at [0-9a-f]{12}")
        self.assertIn(f"{self.name} plan --sql --save plan.json", self.twice.stderr)
        self.assertEqual(self.level.exit_code, 0, self.level.stderr)

    def test_a_revision_that_was_edited_is_not_run(self) -> None:
        """What was looked at is not what would be done."""
        self.assertEqual(self.edited.exit_code, 3, self.edited.stderr)
        self.assertRegex(self.edited.stderr, r"operation 1 was .*120.* and is .*99")
        self.assertEqual(self.columns, {"id", "name"})

    def test_a_plan_to_undo_is_undone(self) -> None:
        """``downgrade`` follows it."""
        self.assertEqual(self.undone.exit_code, 0, self.undone.stderr)
        self.assertEqual(self.tables_down, ["alembic_version"])


class OnServer(Plan):
    """A database of a server."""

    @staticmethod
    def server() -> object:
        """The server to do it on."""
        raise NotImplementedError

    @classmethod
    def database(cls, stack: ExitStack) -> str:
        try:
            server = stack.enter_context(cls.server())
        except servers.UnavailableError as error:
            if os.environ.get("FLASK_MIGRATE_TESTS_REQUIRE_DATABASES") == "1":
                raise
            raise unittest.SkipTest(str(error)) from error
        return stack.enter_context(server.database()).render_as_string(hide_password=False)


class InFile(Plan):
    """A database of SQLite."""

    @classmethod
    def database(cls, stack: ExitStack) -> str:
        return cls.project.sqlite("app.db")


class SQLiteTest(InFile, ProjectCase):
    """SQLite, with ``flask db``."""

    name = "flask db"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.flask("db", *words)


@needs_toolkit
class ManageTest(InFile, ProjectCase):
    """SQLite, with ``python manage.py db``."""

    name = "python manage.py db"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.manage("db", *words)


@needs_toolkit
class PostgreSQLTest(OnServer, ProjectCase):
    """A PostgreSQL server, with ``python manage.py db``."""

    server = staticmethod(servers.postgresql)
    name = "python manage.py db"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.manage("db", *words)


class MariaDBTest(OnServer, ProjectCase):
    """A MariaDB server, with ``flask db``."""

    server = staticmethod(servers.mariadb)
    name = "flask db"
    trial_code = 1

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.flask("db", *words)


if __name__ == "__main__":
    unittest.main()
