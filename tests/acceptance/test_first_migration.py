"""The main job: from models to migrations to tables and back, through each command line."""

from __future__ import annotations

import re
import unittest

from flask_migrate.command_table import COMMANDS

from .project import EMAIL, MANAGE, USER, Outcome, ProjectCase, needs_toolkit


class MainJob:
    """The whole job, done once; each test looks at what one step left."""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run a migration command on the command line under test."""
        raise NotImplementedError

    @classmethod
    def set_up(cls) -> None:
        project = cls.project
        project.write_app(USER)
        project.write("manage.py", MANAGE)

        cls.init = cls.succeed(cls.db("init"))
        cls.files_made = {path.name for path in (project.folder / "migrations").iterdir()}
        cls.migrate = cls.succeed(cls.db("migrate", "-m", "users"))
        [cls.first] = project.revisions()
        cls.first_text = cls.first.read_text()
        # The review: the developer adds a line of their own.
        body, going_down = cls.first_text.split("\n\n\ndef downgrade", 1)
        seed_row = "\n    op.execute(\"INSERT INTO user (name) VALUES ('Ada')\")"
        cls.first.write_text(f"{body}{seed_row}\n\n\ndef downgrade{going_down}")
        cls.tables_before = project.tables()
        cls.upgrade = cls.succeed(cls.db("upgrade"))
        cls.tables_after = project.tables()

        project.write_app(USER + EMAIL)
        cls.check_behind = cls.db("check")
        cls.succeed(cls.db("migrate", "-m", "email"))
        [cls.second] = set(project.revisions()) - {cls.first}
        cls.succeed(cls.db("upgrade"))
        cls.columns_after = project.columns("user")
        cls.check_level = cls.db("check")
        cls.current = cls.succeed(cls.db("current"))
        cls.history = cls.succeed(cls.db("history"))
        cls.migrate_again = cls.succeed(cls.db("migrate"))
        cls.revisions_after = project.revisions()

        cls.succeed(cls.db("downgrade"))
        cls.columns_down = project.columns("user")
        cls.current_down = cls.succeed(cls.db("current"))
        cls.help = cls.succeed(cls.db("--help"))

    def test_init_makes_the_migration_directory(self) -> None:
        """``init`` writes the settings, the environment, the template and ``versions``."""
        self.assertLessEqual(
            {"alembic.ini", "env.py", "script.py.mako", "versions"}, self.files_made
        )

    def test_init_says_what_comes_next_in_the_words_of_the_command_line(self) -> None:
        """The last line of ``init`` can be pasted, up to the name of the program."""
        self.assertRegex(self.init.stderr, rf"Next: {self.prefix} migrate\n$")

    def test_migrate_writes_a_revision_to_review(self) -> None:
        """``migrate`` writes one file that creates the tables and can undo it."""
        self.assertRegex(self.first.name, r"^[0-9a-f]{12}_users\.py$")
        self.assertRegex(self.first_text, r"op\.create_table\(\s*'user'")
        self.assertRegex(self.first_text, r"op\.drop_table\(\s*'user'")

    def test_migrate_leaves_the_database_alone(self) -> None:
        """Between ``migrate`` and ``upgrade`` there is no table of the models."""
        self.assertNotIn("user", self.tables_before)

    def test_upgrade_creates_the_tables(self) -> None:
        """``upgrade`` makes the tables of the models and the one that records the revision."""
        self.assertEqual(self.tables_after, {"alembic_version", "user"})

    def test_upgrade_runs_what_the_review_added(self) -> None:
        """A line that the developer wrote into the revision has run."""
        self.assertEqual(self.project.query("SELECT name FROM user"), [("Ada",)])

    def test_progress_is_on_standard_error(self) -> None:
        """``upgrade`` tells on standard error what it runs and leaves standard output empty."""
        self.assertEqual(self.upgrade.stdout, "")
        self.assertIn("Running upgrade  -> ", self.upgrade.stderr)

    def test_check_fails_while_a_changed_model_has_no_revision(self) -> None:
        """``check`` names the new column and exits with 1."""
        self.assert_fails(self.check_behind, "New upgrade operations detected")
        self.assertIn("email", self.check_behind.stderr)

    def test_check_succeeds_when_all_is_migrated(self) -> None:
        """``check`` exits with 0 and says so on standard output."""
        self.assertEqual(self.check_level.exit_code, 0, self.check_level.stderr)
        self.assertIn("No new upgrade operations detected.", self.check_level.stdout)

    def test_a_changed_model_gets_a_revision_of_its_own(self) -> None:
        """The second revision follows the first and holds the new column only."""
        text = self.second.read_text()
        self.assertIn("add_column", text)
        self.assertIn(f"Revises: {self.first.name[:12]}", text)
        self.assertNotIn("create_table", text)

    def test_upgrade_adds_the_column(self) -> None:
        """After the second ``upgrade`` the table has the column of the changed model."""
        self.assertEqual(self.columns_after, {"id", "name", "email"})

    def test_current_is_the_head(self) -> None:
        """``current`` writes the newest revision to standard output."""
        self.assertEqual(self.current.stdout, f"{self.second.name[:12]} (head)\n")

    def test_history_lists_the_newest_first(self) -> None:
        """``history`` writes one line for each revision to standard output."""
        first, second = self.first.name[:12], self.second.name[:12]
        self.assertEqual(
            self.history.stdout,
            f"{first} -> {second} (head), email\n<base> -> {first}, users\n",
        )

    def test_migrate_without_a_change_writes_nothing(self) -> None:
        """``migrate`` says that there is nothing to do, and adds no file."""
        self.assertIn("No changes in schema detected.", self.migrate_again.stderr)
        self.assertEqual(len(self.revisions_after), 2)

    def test_downgrade_takes_the_last_step_back(self) -> None:
        """``downgrade`` drops the column again and keeps what was there before."""
        self.assertEqual(self.columns_down, {"id", "name"})
        self.assertEqual(self.project.query("SELECT name FROM user"), [("Ada",)])

    def test_downgrade_records_the_revision_before(self) -> None:
        """After ``downgrade`` the database is at the first revision."""
        self.assertEqual(self.current_down.stdout, f"{self.first.name[:12]}\n")

    def test_help_lists_every_command(self) -> None:
        """``--help`` writes all commands to standard output."""
        for name in COMMANDS:
            self.assertRegex(self.help.stdout, rf"(?m)^\s+{re.escape(name)}\b")

    def test_nothing_printed_a_traceback(self) -> None:
        """No step that succeeded has shown a traceback."""
        for outcome in (self.init, self.migrate, self.upgrade, self.migrate_again):
            self.assertNotIn("Traceback", outcome.stderr)


class FlaskDbTest(MainJob, ProjectCase):
    """``flask db``, in the seed's own form."""

    prefix = r".*flask.* db"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.flask("db", *words)


@needs_toolkit
class ManageDbTest(MainJob, ProjectCase):
    """``python manage.py db``, with ``MigrateCommand``."""

    prefix = r".*python manage\.py db"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.manage("db", *words)


if __name__ == "__main__":
    unittest.main()
