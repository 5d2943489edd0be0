"""The import form of Flask's early years, on the last Flask that has it."""

from __future__ import annotations

import sys
import unittest
from importlib.metadata import version

from .project import USER, ProjectCase

OLD_FORM = "from flask.ext.migrate import Migrate, cli as migrate_cli"


@unittest.skipUnless(version("flask").startswith("0.12"), "flask.ext ended with Flask 0.12")
@unittest.skipIf(sys.version_info >= (3, 12), "flask.ext needs a Python before 3.12")
class FlaskExtTest(ProjectCase):
    """``from flask.ext.migrate import ...``."""

    @classmethod
    def set_up(cls) -> None:
        cls.project.write_app(USER)
        text = (cls.project.folder / "app.py").read_text()
        new_form = "from flask_migrate import Migrate, cli as migrate_cli"
        assert new_form in text
        cls.project.write("app.py", text.replace(new_form, OLD_FORM))
        cls.init = cls.succeed(cls.project.flask("db", "init"))
        cls.succeed(cls.project.flask("db", "migrate", "-m", "users"))
        cls.succeed(cls.project.flask("db", "upgrade"))

    def test_it_migrates_and_upgrades(self) -> None:
        """The application of the early years gets its tables."""
        self.assertEqual(self.project.tables(), {"alembic_version", "user"})

    def test_it_goes_back(self) -> None:
        """``downgrade`` drops them, ``upgrade`` makes them again."""
        self.succeed(self.project.flask("db", "downgrade"))
        self.assertNotIn("user", self.project.tables())
        self.succeed(self.project.flask("db", "upgrade"))
        self.assertIn("user", self.project.tables())


if __name__ == "__main__":
    unittest.main()
