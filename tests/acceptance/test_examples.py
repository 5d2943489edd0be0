"""Each example does what its page says."""

from __future__ import annotations

import re
import shutil
import unittest
from pathlib import Path

from .project import EXAMPLES, FLASK, ProjectCase, needs_toolkit


class Example:
    """An example in a copy of its folder."""

    example = ""

    @classmethod
    def copy(cls) -> None:
        """Put the example into the project's folder."""
        shutil.copytree(
            EXAMPLES / cls.example,
            cls.project.folder,
            dirs_exist_ok=True,
            ignore=shutil.ignore_patterns("__pycache__", "instance", "migrations", "*.db"),
        )

    @classmethod
    def database(cls, name: str) -> str:
        """Where Flask-SQLAlchemy put a database: version 3 has a folder for it."""
        found = [path for path in cls.project.folder.rglob(name) if path.is_file()]
        return str(found[0]) if found else name

    def test_it_is_short(self) -> None:
        """The code of an example is under 60 lines."""
        files = (EXAMPLES / self.example).rglob("*.py")
        lines = [line for file in files for line in file.read_text().splitlines()]
        self.assertLess(len(lines), 60)


class QuickstartFlaskTest(Example, ProjectCase):
    """examples/quickstart with ``flask``."""

    example = "quickstart"

    @classmethod
    def set_up(cls) -> None:
        cls.copy()
        cls.succeed(cls.project.flask("db", "init"))
        cls.succeed(cls.project.flask("db", "migrate", "-m", "users"))
        cls.succeed(cls.project.flask("db", "upgrade"))

    def test_flask_makes_the_tables(self) -> None:
        """After the commands of its page the table is there."""
        self.assertEqual(self.project.columns("user", self.database("app.db")), {"id", "name"})


@needs_toolkit
class QuickstartManageTest(Example, ProjectCase):
    """examples/quickstart with ``manage.py``."""

    example = "quickstart"

    @classmethod
    def set_up(cls) -> None:
        cls.copy()
        cls.succeed(cls.project.manage("db", "init"))
        cls.succeed(cls.project.manage("db", "migrate", "-m", "users"))
        cls.succeed(cls.project.manage("db", "upgrade"))

    def test_manage_makes_the_tables(self) -> None:
        """After the commands of its page the table is there."""
        self.assertEqual(self.project.columns("user", self.database("app.db")), {"id", "name"})


@unittest.skipIf(FLASK < (1, 0), "Flask finds factories by their name since 1.0")
class AppFactoryTest(Example, ProjectCase):
    """examples/app_factory."""

    example = "app_factory"

    @classmethod
    def set_up(cls) -> None:
        cls.copy()
        cls.succeed(cls.project.flask("db", "init", app="shop"))
        cls.succeed(cls.project.flask("db", "migrate", "-m", "products and orders", app="shop"))
        cls.succeed(cls.project.flask("db", "upgrade", app="shop"))

    def test_it_makes_the_tables(self) -> None:
        """After the commands of its page both tables are there."""
        tables = self.project.tables(self.database("shop.db"))
        self.assertEqual(tables, {"alembic_version", "product", "order"})


class ManyDatabasesTest(Example, ProjectCase):
    """examples/many_databases."""

    example = "many_databases"

    @classmethod
    def set_up(cls) -> None:
        cls.copy()
        cls.succeed(cls.project.flask("db", "init", "--multidb"))
        cls.succeed(cls.project.flask("db", "migrate", "-m", "users and visits"))
        cls.succeed(cls.project.flask("db", "upgrade"))

    def test_each_database_gets_its_own_tables(self) -> None:
        """After the commands of its page ``user`` is in one database, ``visit`` in the other."""
        main = self.project.tables(self.database("main.db"))
        logs = self.project.tables(self.database("logs.db"))
        self.assertEqual(main, {"alembic_version", "user"})
        self.assertEqual(logs, {"alembic_version", "visit"})


class PagesTest(unittest.TestCase):
    """Examples as a whole."""

    def test_every_example_has_a_page_with_commands(self) -> None:
        """Each folder has a README.rst with something to run."""
        for folder in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
            with self.subTest(example=folder.name):
                self.assertRegex((folder / "README.rst").read_text(), r"(?m)^    \S.* db upgrade")

    def test_every_example_is_run_here(self) -> None:
        """Each folder has a test class in this module."""
        names = set(re.findall(r'example = "(\w+)"', Path(__file__).read_text()))
        self.assertEqual({path.name for path in EXAMPLES.iterdir() if path.is_dir()}, names)


if __name__ == "__main__":
    unittest.main()
