"""Exit codes, standard output and standard error of both command lines."""

from __future__ import annotations

import unittest

from .project import MANAGE, USER, Outcome, ProjectCase, needs_toolkit

NO_MIGRATE = """\
from flask import Flask
from flask_migrate import cli as migrate_cli

app = Flask(__name__)
app.cli.add_command(migrate_cli, "db")
"""


class Streams:
    """What goes where, and what a command line exits with."""

    prefix = ""

    @classmethod
    def db(cls, *words: str, **variables: str) -> Outcome:
        """Run a migration command on the command line under test."""
        raise NotImplementedError

    @classmethod
    def set_up(cls) -> None:
        cls.project.write("manage.py", MANAGE)
        cls.project.write_app(USER)
        cls.missing = cls.db("upgrade")
        cls.init = cls.succeed(cls.db("init"))
        cls.succeed(cls.db("migrate", "-m", "users", "--rev-id", "aaa"))
        cls.pending = cls.db("migrate")

    def test_results_are_on_standard_output(self) -> None:
        """``heads`` writes the heads, and nothing but the heads, to standard output."""
        outcome = self.db("heads")
        self.assertEqual((outcome.exit_code, outcome.stdout), (0, "aaa (head)\n"))

    def test_sql_is_on_standard_output(self) -> None:
        """``upgrade --sql`` writes SQL alone to standard output; progress goes elsewhere."""
        outcome = self.succeed(self.db("upgrade", "--sql"))
        self.assertIn("CREATE TABLE user", outcome.stdout)
        self.assertNotIn("INFO", outcome.stdout)
        self.assertIn("Running upgrade", outcome.stderr)
        self.assertNotIn("user", self.project.tables())

    def test_what_init_made_is_on_standard_output(self) -> None:
        """``init`` names what it made on standard output and what is next on standard error."""
        self.assertRegex(self.init.stdout, r"(?m)^Created migrations.env\.py$")
        self.assertNotIn("Next:", self.init.stdout)

    def test_templates_are_on_standard_output(self) -> None:
        """``list-templates`` writes only to standard output."""
        outcome = self.db("list-templates")
        self.assertIn("flask-multidb - ", outcome.stdout)
        self.assertEqual((outcome.exit_code, outcome.stderr), (0, ""))

    def test_a_missing_directory_is_an_error_with_the_way_out(self) -> None:
        """``upgrade`` before ``init`` exits with 1 and tells how to make the directory."""
        self.assert_fails(
            self.missing, "Path doesn't exist: .*migrations", f".*{self.prefix} init$"
        )

    def test_init_twice_is_an_error(self) -> None:
        """``init`` into a directory with files exits with 1 and leaves them alone."""
        before = (self.project.folder / "migrations" / "env.py").read_text()
        self.assert_fails(self.db("init"), "Directory migrations already exists and is not empty")
        self.assertEqual((self.project.folder / "migrations" / "env.py").read_text(), before)

    def test_a_pending_revision_is_an_error_with_the_way_out(self) -> None:
        """``migrate`` on a database that is behind exits with 1 and says to upgrade."""
        self.assert_fails(
            self.pending, r"Target database is not up to date\.", f".*{self.prefix} upgrade$"
        )

    def test_an_unknown_revision_is_an_error_with_the_way_out(self) -> None:
        """``upgrade nonsense`` exits with 1, names it and says where to look."""
        outcome = self.db("upgrade", "nonsense")
        self.assert_fails(
            outcome, "Can't locate revision .*'nonsense'", f".*{self.prefix} history$"
        )

    def test_an_unknown_template_is_an_error(self) -> None:
        """``init -t nonsense`` exits with 1 and names the templates there are."""
        outcome = self.db("init", "-t", "nonsense", "-d", "other")
        self.assert_fails(outcome, "No such template 'nonsense'; .*flask-multidb")
        self.assertFalse((self.project.folder / "other").exists())

    def test_a_failing_revision_is_an_error_that_names_the_place(self) -> None:
        """A revision that raises ends with exit code 1, its file and its line, no traceback."""
        self.succeed(self.db("init", "-d", "broken"))
        self.succeed(self.db("revision", "-d", "broken", "--rev-id", "bbb", "-m", "divide"))
        [file] = (self.project.folder / "broken" / "versions").glob("bbb*.py")
        file.write_text(file.read_text().replace("pass", "1 / 0", 1))
        outcome = self.db("upgrade", "-d", "broken")
        self.assert_fails(
            outcome, r"Revision bbb failed: .*bbb_divide\.py, line \d+: ZeroDivisionError"
        )

    def test_an_unreachable_database_is_an_error(self) -> None:
        """A database that cannot be opened ends with exit code 1 and what the driver said."""
        self.project.write_app(USER, url="sqlite:////no/such/folder/app.db")
        self.addCleanup(self.project.write_app, USER)
        self.assert_fails(self.db("current"), "The database .*: .*unable to open database file")

    def test_an_unknown_command_is_a_usage_error(self) -> None:
        """A command that does not exist exits with 2."""
        self.assert_usage_error(self.db("nonsense"), "nonsense")

    def test_an_unknown_option_is_a_usage_error(self) -> None:
        """An option that does not exist exits with 2."""
        self.assert_usage_error(self.db("upgrade", "--nonsense"), "--nonsense")

    def test_a_missing_value_is_a_usage_error(self) -> None:
        """An option without its value exits with 2."""
        self.assert_usage_error(self.db("migrate", "-m"), "-m")

    def test_one_argument_too_many_is_a_usage_error(self) -> None:
        """What no parameter takes exits with 2."""
        self.assert_usage_error(self.db("heads", "surplus"), "surplus")

    def test_a_switch_variable_that_is_neither_is_a_usage_error(self) -> None:
        """``FLASK_DB_UPGRADE_SQL=perhaps`` exits with 2 and shows the value."""
        outcome = self.db("upgrade", FLASK_DB_UPGRADE_SQL="perhaps")
        self.assert_usage_error(outcome, "perhaps")

    def test_the_directory_variable_stands_for_the_option(self) -> None:
        """``FLASK_DB_DIRECTORY`` is where commands look."""
        outcome = self.db("heads", FLASK_DB_DIRECTORY="elsewhere")
        self.assert_fails(outcome, "Path doesn't exist: .*elsewhere")

    def test_the_directory_may_stand_before_the_command(self) -> None:
        """``-d`` before the command is where the command looks."""
        outcome = self.db("-d", "elsewhere", "heads")
        self.assert_fails(outcome, "Path doesn't exist: .*elsewhere")

    def test_an_application_without_migrate_is_an_error_with_the_way_out(self) -> None:
        """Without ``Migrate(app, db)`` the command exits with 1 and says what to add."""
        self.project.write("app.py", NO_MIGRATE)
        self.addCleanup(self.project.write_app, USER)
        self.assert_fails(self.db("current"), ".* has no Migrate attached", r".*Migrate\(app, db\)")

    def assert_usage_error(self, outcome: Outcome, name: str) -> None:
        """The command ended with exit code 2 and named the culprit on standard error."""
        self.assertEqual((outcome.exit_code, outcome.stdout), (2, ""), outcome.stderr)
        self.assertIn(name, outcome.stderr)
        self.assertNotIn("Traceback", outcome.stderr)


class FlaskStreamsTest(Streams, ProjectCase):
    """``flask db``."""

    prefix = "flask.* db"

    @classmethod
    def db(cls, *words: str, **variables: str) -> Outcome:
        return cls.project.flask("db", *words, **variables)


@needs_toolkit
class ManageStreamsTest(Streams, ProjectCase):
    """``python manage.py db``."""

    prefix = r"python manage\.py db"

    @classmethod
    def db(cls, *words: str, **variables: str) -> Outcome:
        return cls.project.manage("db", *words, **variables)


if __name__ == "__main__":
    unittest.main()
