"""One application with several databases."""

from __future__ import annotations

import unittest

from .project import EMAIL, MANAGE, USER, Outcome, ProjectCase, needs_toolkit

VISIT = """

class Visit(db.Model):
    __bind_key__ = "logs"
    id = db.Column(db.Integer, primary_key=True)
    page = db.Column(db.String(50))


class Invoice(db.Model):
    __bind_key__ = "billing"
    id = db.Column(db.Integer, primary_key=True)
"""


class ManyDatabases:
    """A default database and two binds."""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run a migration command on the command line under test."""
        raise NotImplementedError

    @classmethod
    def write_models(cls, user: str) -> None:
        """Write the application with *user* as the model of the default database."""
        binds = {name: cls.project.sqlite(f"{name}.db") for name in ("logs", "billing")}
        cls.project.write_app(user + VISIT, binds=binds)

    @classmethod
    def set_up(cls) -> None:
        cls.project.write("manage.py", MANAGE)
        cls.write_models(USER)
        cls.succeed(cls.db("init", "--multidb"))
        cls.succeed(cls.db("migrate", "-m", "first"))
        [first] = cls.project.revisions()
        cls.first_text = first.read_text()
        cls.succeed(cls.db("upgrade"))
        cls.tables = cls.tables_now()

        cls.write_models(USER + EMAIL)
        cls.succeed(cls.db("migrate", "-m", "second"))
        [second] = set(cls.project.revisions()) - {first}
        cls.second_text = second.read_text()
        cls.succeed(cls.db("upgrade"))
        cls.columns = cls.project.columns("user")
        cls.sql = cls.succeed(cls.db("upgrade", "--sql"))
        cls.sql_files = {path.name for path in cls.project.folder.glob("*.sql")}

        cls.succeed(cls.db("downgrade", "base"))
        cls.tables_down = cls.tables_now()

    @classmethod
    def tables_now(cls) -> dict[str, set[str]]:
        """The tables of each database."""
        return {name: cls.project.tables(f"{name}.db") for name in ("app", "logs", "billing")}

    def test_a_revision_has_functions_for_each_database(self) -> None:
        """The first revision has one pair of functions for the default and for each bind."""
        for name in ("", "logs", "billing"):
            self.assertIn(f"def upgrade_{name}():", self.first_text)
            self.assertIn(f"def downgrade_{name}():", self.first_text)

    def test_upgrade_gives_each_database_its_own_tables(self) -> None:
        """No table ends up in the database of another."""
        self.assertEqual(
            self.tables,
            {
                "app": {"alembic_version", "user"},
                "logs": {"alembic_version", "visit"},
                "billing": {"alembic_version", "invoice"},
            },
        )

    def test_a_change_in_one_database_leaves_the_others_alone(self) -> None:
        """The second revision touches the table that changed and no other."""
        self.assertEqual(self.columns, {"id", "name", "email"})
        self.assertNotIn("visit", self.second_text)
        self.assertNotIn("invoice", self.second_text)

    def test_sql_goes_to_a_file_for_each_database(self) -> None:
        """``upgrade --sql`` writes one file for each database."""
        self.assertLessEqual({"logs.sql", "billing.sql"}, self.sql_files)
        self.assertEqual(len(self.sql_files), 3)

    def test_downgrade_takes_each_database_back(self) -> None:
        """``downgrade base`` leaves no table of the models in any database."""
        for name, tables in self.tables_down.items():
            self.assertEqual(tables, {"alembic_version"}, name)


class FlaskManyDatabasesTest(ManyDatabases, ProjectCase):
    """``flask db``."""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.flask("db", *words)


@needs_toolkit
class ManageManyDatabasesTest(ManyDatabases, ProjectCase):
    """``python manage.py db``."""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.manage("db", *words)


if __name__ == "__main__":
    unittest.main()
