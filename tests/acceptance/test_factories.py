"""Applications that a function makes."""

from __future__ import annotations

import unittest

from .project import FLASK, TOOLKIT, Outcome, ProjectCase, needs_toolkit

FACTORY = """\
from flask import Flask
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()
migrate = Migrate()


class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(50))


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = {url!r}
    app.config["SQLALCHEMY_TRACK_MODIFICATIONS"] = False
    db.init_app(app)
    migrate.init_app(app, db)
    return app
"""

MANAGE = f"""\
from {TOOLKIT} import Manager
from factory import create_app
from flask_migrate import MigrateCommand

manager = Manager(create_app)
manager.add_command("db", MigrateCommand)

if __name__ == "__main__":
    manager.run()
"""


class Factory:
    """Migrations of an application that ``create_app()`` makes."""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        """Run a migration command on the command line under test."""
        raise NotImplementedError

    @classmethod
    def set_up(cls) -> None:
        project = cls.project
        project.write("factory.py", FACTORY.format(url=project.sqlite("app.db")))
        project.write("wsgi.py", "from factory import create_app\napp = create_app()\n")
        project.write("manage.py", MANAGE)
        cls.succeed(cls.db("init"))
        cls.succeed(cls.db("migrate", "-m", "users"))
        cls.succeed(cls.db("upgrade"))

    def test_the_database_gets_its_tables(self) -> None:
        """``init``, ``migrate`` and ``upgrade`` need no more than ``init_app``."""
        self.assertEqual(self.project.tables(), {"alembic_version", "user"})

    def test_the_models_are_level_with_the_database(self) -> None:
        """``check`` sees the models of the factory's module."""
        self.assertEqual(self.db("check").exit_code, 0)


@unittest.skipIf(FLASK < (1, 0), "Flask finds factories by their name since 1.0")
class FlaskFactoryTest(Factory, ProjectCase):
    """``flask`` calls the factory."""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.flask("db", *words, app="factory")


class FlaskMadeTest(Factory, ProjectCase):
    """``flask`` finds what the factory made in a module."""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.flask("db", *words, app="wsgi.py")


@needs_toolkit
class ManageFactoryTest(Factory, ProjectCase):
    """``Manager`` calls the factory."""

    @classmethod
    def db(cls, *words: str) -> Outcome:
        return cls.project.manage("db", *words)


if __name__ == "__main__":
    unittest.main()
