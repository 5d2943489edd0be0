"""``MigrateCommand`` in a ``manage.py`` of the user's own."""

from __future__ import annotations

import unittest

from .project import MANAGE, TOOLKIT, USER, ProjectCase, needs_decorators, needs_toolkit


@needs_toolkit
class MountNameTest(ProjectCase):
    """An application may mount the manager under any name."""

    @classmethod
    def set_up(cls) -> None:
        cls.project.write_app(USER)
        cls.project.write("manage.py", MANAGE.replace('"db"', '"database"'))
        cls.init = cls.succeed(cls.project.manage("database", "init"))

    def test_commands_run_under_the_name_of_the_mount(self) -> None:
        """``manage.py database init`` makes the migration directory."""
        self.assertTrue((self.project.folder / "migrations" / "env.py").is_file())

    def test_hints_use_the_name_of_the_mount(self) -> None:
        """What to type next is spelled with the name that was chosen."""
        self.assertIn("Next: python manage.py database migrate", self.init.stderr)

    def test_hints_of_errors_use_the_name_of_the_mount(self) -> None:
        """The hint under an error can be pasted too."""
        outcome = self.project.manage("database", "upgrade", "-d", "elsewhere")
        self.assert_fails(outcome, "Path doesn't exist", ".* python manage.py database init")

    def test_usage_uses_the_name_of_the_mount(self) -> None:
        """The help of the manager lists the group under the name that was chosen."""
        outcome = self.succeed(self.project.manage("-?"))
        self.assertRegex(outcome.stdout, r"database +Perform database migrations")


@needs_toolkit
class HelpTest(ProjectCase):
    """Both spellings of help, for the group and for a command."""

    @classmethod
    def set_up(cls) -> None:
        cls.project.write_app(USER)
        cls.project.write("manage.py", MANAGE)

    def test_both_spellings_show_the_same_help_of_the_group(self) -> None:
        """``-?`` and ``--help`` write the same text to standard output."""
        short, long = self.project.manage("db", "-?"), self.project.manage("db", "--help")
        self.assertEqual(short, long)
        self.assertEqual((short.exit_code, short.stderr), (0, ""))
        self.assertIn("Perform database migrations", short.stdout)

    def test_both_spellings_show_the_options_of_a_command(self) -> None:
        """``migrate -?`` and ``migrate --help`` list the options with their meaning."""
        short = self.project.manage("db", "migrate", "-?")
        self.assertEqual(short, self.project.manage("db", "migrate", "--help"))
        self.assertEqual((short.exit_code, short.stderr), (0, ""))
        # Python 3.13 names the value once.
        self.assertRegex(short.stdout, r"-m( MESSAGE)?, --message MESSAGE\s+Revision message")

    def test_the_group_alone_shows_its_usage(self) -> None:
        """``manage.py db`` without a command says what there is, without a traceback."""
        outcome = self.project.manage("db")
        self.assertIn("list-templates", outcome.stdout + outcome.stderr)
        self.assertNotIn("Traceback", outcome.stderr)


@needs_toolkit
@needs_decorators
class OwnSubcommandTest(ProjectCase):
    """A user's own commands next to ours."""

    @classmethod
    def set_up(cls) -> None:
        cls.project.write_app(USER)
        own = '''
@MigrateCommand.command
def seed():
    """Fill the tables."""
    print("seeded")


@MigrateCommand.option("-n", "--name", dest="name", default="nobody", help="Whom to greet")
def greet(name):
    """Greet somebody."""
    print("Hello, " + name)


if __name__'''
        cls.project.write("manage.py", MANAGE.replace("\nif __name__", own))

    def test_a_decorated_function_is_a_command(self) -> None:
        """``@MigrateCommand.command`` makes ``db seed``."""
        self.assertEqual(self.project.manage("db", "seed"), (0, "seeded\n", ""))

    def test_a_decorated_function_takes_its_option(self) -> None:
        """``@MigrateCommand.option`` makes ``db greet --name``."""
        outcome = self.project.manage("db", "greet", "--name", "Ada")
        self.assertEqual(outcome, (0, "Hello, Ada\n", ""))

    def test_an_option_has_its_default(self) -> None:
        """Without the option the function receives the default."""
        self.assertEqual(self.project.manage("db", "greet").stdout, "Hello, nobody\n")

    def test_help_lists_them_among_ours(self) -> None:
        """``db -?`` has the user's commands with the first line of their docstrings."""
        outcome = self.succeed(self.project.manage("db", "-?"))
        self.assertRegex(outcome.stdout, r"seed +Fill the tables\.")
        self.assertRegex(outcome.stdout, r"upgrade +Upgrade to a later version\.")


class ToolkitTest(ProjectCase):
    """What Flask-Migrate needs of Flask-Script, and when."""

    HIDDEN = "import sys; sys.modules.update(flask_script=None, flask_script_ng=None); "

    def test_the_package_does_not_need_a_toolkit(self) -> None:
        """Without either toolkit ``import flask_migrate`` and ``Migrate`` work."""
        outcome = self.project.python("-c", self.HIDDEN + "from flask_migrate import Migrate")
        self.assertEqual(outcome.exit_code, 0, outcome.stderr)

    def test_the_command_names_the_extra_to_install(self) -> None:
        """Without either toolkit ``MigrateCommand`` raises an ImportError with the extra."""
        code = "from flask_migrate import MigrateCommand"
        outcome = self.project.python("-c", self.HIDDEN + code)
        self.assertEqual(outcome.exit_code, 1)
        self.assertRegex(outcome.stderr, r'\nImportError: .*pip install "Flask-Migrate\[script\]"')

    @unittest.skipIf(TOOLKIT, f"{TOOLKIT} is installed")
    def test_the_command_names_the_extra_where_none_is_installed(self) -> None:
        """The same in an environment that has neither."""
        outcome = self.project.python("-c", "from flask_migrate import MigrateCommand")
        self.assertRegex(outcome.stderr, r'\nImportError: .*pip install "Flask-Migrate\[script\]"')

    @needs_toolkit
    def test_the_command_is_a_manager_of_the_toolkit_in_use(self) -> None:
        """``MigrateCommand`` is an instance of the ``Manager`` that the application imports."""
        code = (
            f"from {TOOLKIT} import Manager; from flask_migrate import MigrateCommand; "
            "assert isinstance(MigrateCommand, Manager)"
        )
        self.assertEqual(self.project.python("-c", code).exit_code, 0)


if __name__ == "__main__":
    unittest.main()
