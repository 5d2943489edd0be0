"""Looking before leaping, with the real command lines."""

from __future__ import annotations

import unittest

from .project import MANAGE, USER, Outcome, ProjectCase, needs_toolkit


class Planning:
    """A plan, a trial and a run of what was planned."""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run a migration command on the command line under test."""
        raise NotImplementedError

    @classmethod
    def set_up(cls) -> None:
        project = cls.project
        project.write_app(USER)
        project.write("manage.py", MANAGE)
        cls.succeed(cls.db("init"))
        cls.succeed(cls.db("migrate", "-m", "user"))
        cls.planned = cls.db("plan", "--sql", "--exit-code")
        cls.tried = cls.db("upgrade", "--dry-run")
        cls.tables_before = project.tables()
        cls.succeed(cls.db("plan", "--save", "plan.json"))
        cls.followed = cls.db("upgrade", "--from-plan", "plan.json")
        cls.tables_after = project.tables()
        cls.again = cls.db("upgrade", "--from-plan", "plan.json")

    def test_a_plan_has_the_sql(self) -> None:
        """It exits with 4, as there is something to do."""
        self.assertEqual(self.planned.exit_code, 4)
        self.assertIn("        CREATE TABLE user (", self.planned.stdout)

    def test_a_plan_and_a_trial_leave_nothing(self) -> None:
        """The tables are made and unmade."""
        self.assertIn("Tried 1 revision", self.succeed(self.tried).stderr)
        self.assertEqual(self.tables_before, set())

    def test_what_was_planned_is_run(self) -> None:
        """The tables are there."""
        self.succeed(self.followed)
        self.assertEqual(self.tables_after, {"alembic_version", "user"})

    def test_it_is_run_once(self) -> None:
        """The error names the difference, and the hint can be pasted."""
        self.assertEqual((self.again.exit_code, self.again.stdout), (3, ""))
        self.assertIn("'plan.json' is not what would be done now", self.again.stderr)
        self.assertRegex(self.again.stderr, "default was at base and is at [0-9a-f]{12}")
        self.assertIn(f"{self.name} plan --sql --save plan.json", self.again.stderr)


class FlaskPlanTest(Planning, ProjectCase):
    """``flask db``."""

    name = "flask db"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run it."""
        return cls.project.flask("db", *words)


@needs_toolkit
class ManagePlanTest(Planning, ProjectCase):
    """``python manage.py db``."""

    name = "python manage.py db"

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run it."""
        return cls.project.manage("db", *words)


if __name__ == "__main__":
    unittest.main()
