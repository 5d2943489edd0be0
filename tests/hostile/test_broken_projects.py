"""A project with something broken in it is refused by name, and left as it is."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ..project import Project
from .refusal import assert_untouched, told

READING = ("heads", "history")
RUNNING = ("upgrade", "migrate", "current", "check", "downgrade", "stamp")
WRITING = ("revision",)


def _folder(project: Project) -> Path:
    return project.folder / "migrations"


# The directory


@pytest.mark.parametrize("command", [*READING, *RUNNING, *WRITING, "doctor"])
@pytest.mark.parametrize("kind", ["missing", "file", "empty"])
def test_a_directory_that_is_none(damaged, command, kind):
    """A directory that is missing, empty or a file is named."""
    if kind == "file":
        Path("elsewhere").write_text("")
    if kind == "empty":
        Path("elsewhere").mkdir()
    assert_untouched(damaged, command, "elsewhere", hint="flask db init", directory="elsewhere")


def test_init_into_a_file(project):
    """``init`` does not touch a file of that name."""
    Path("elsewhere").write_text("mine")
    assert_untouched(project, "init", "elsewhere", directory="elsewhere")


def test_init_below_a_file(project):
    """A folder cannot be made inside a file."""
    Path("elsewhere").write_text("mine")
    assert_untouched(project, "init", "elsewhere", directory="elsewhere/migrations")


def test_init_into_a_directory_with_something_in_it(project):
    """``init`` leaves a directory alone that is somebody's."""
    Path("elsewhere").mkdir()
    Path("elsewhere", "notes.txt").write_text("mine")
    assert_untouched(project, "init", "elsewhere", directory="elsewhere")


def test_init_twice(damaged):
    """A project that is there already is not made again."""
    assert_untouched(damaged, "init", "migrations")


def test_init_with_a_template_that_is_none(project):
    """The templates that exist are listed."""
    assert_untouched(project, "init", "nothere", "flask-multidb", template="nothere")


@pytest.mark.parametrize("missing", ["env.py", "script.py.mako"])
def test_init_with_a_template_that_lacks_a_file(project, missing):
    """The missing file of the template is named."""
    Path("template").mkdir()
    for name in {"env.py", "script.py.mako"} - {missing}:
        Path("template", name).write_text("")
    assert_untouched(project, "init", "./template", missing, template="./template")


# alembic.ini

UNREADABLE_INI = {
    "binary": bytes(range(256)),
    "utf-16": "[alembic]\n".encode("utf-16"),
    "no section": b"file_template = x\n",
    "section twice": b"[alembic]\n[alembic]\n",
    "option twice": b"[alembic]\na = 1\na = 2\n",
    "no value": b"[alembic]\nwhat is this\n",
    "unclosed section": b"[alembic\n",
}


@pytest.mark.parametrize("command", ["heads", "upgrade", "migrate", "doctor"])
@pytest.mark.parametrize("text", UNREADABLE_INI.values(), ids=UNREADABLE_INI)
def test_an_ini_that_cannot_be_read(damaged, command, text):
    """An ``alembic.ini`` that is no such file is named."""
    (_folder(damaged) / "alembic.ini").write_bytes(text)
    assert_untouched(damaged, command, "alembic.ini cannot be read", hint="version control")


def test_an_ini_that_is_a_folder(damaged):
    """A folder in the place of ``alembic.ini`` is named."""
    (_folder(damaged) / "alembic.ini").unlink()
    (_folder(damaged) / "alembic.ini").mkdir()
    outcome = damaged.run("upgrade", "flask db")
    assert outcome.exit_code == 0 or "alembic.ini" in outcome.stderr


@pytest.mark.parametrize("command", ["heads", "upgrade", "migrate"])
@pytest.mark.parametrize("value", ["%(nothere)s", "%(a", "%s"])
def test_an_ini_with_a_bad_interpolation(damaged, command, value):
    """A reference to an option that is not there is told with the file."""
    (_folder(damaged) / "alembic.ini").write_text(f"[alembic]\nfile_template = {value}\n")
    assert_untouched(damaged, command, "alembic.ini", value)


def test_an_ini_with_a_number_that_is_none(damaged):
    """A value of the wrong kind is told with the file."""
    ini = _folder(damaged) / "alembic.ini"
    ini.write_text("[alembic]\ntruncate_slug_length = long\n")
    assert_untouched(damaged, "heads", "long")


def test_an_ini_with_versions_that_are_elsewhere(damaged):
    """A version location that does not exist is named."""
    ini = _folder(damaged) / "alembic.ini"
    ini.write_text("[alembic]\npath_separator = os\nversion_locations = %(here)s/nothere\n")
    assert_untouched(damaged, "upgrade", "nothere")


@pytest.mark.parametrize("kind", ["missing", "empty"])
def test_an_ini_that_says_nothing_is_no_loss(damaged, kind):
    """All settings have defaults: without ``alembic.ini`` everything works."""
    ini = _folder(damaged) / "alembic.ini"
    ini.unlink()
    if kind == "empty":
        ini.write_text("")
    damaged.run("downgrade", "flask db")
    assert damaged.run("upgrade", "flask db").exit_code == 0
    assert damaged.current() == {"bbbb"}


BAD_LOGGING = {
    "no formatters": "[loggers]\nkeys = root\n",
    "no such class": "[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n"
    "[logger_root]\nhandlers=h\n[handler_h]\nclass=NoSuchHandler\nargs=()\n",
    "unwritable file": "[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n"
    "[logger_root]\nhandlers=h\n[handler_h]\nclass=FileHandler\nargs=('/nothere/x.log',)\n",
    "args no python": "[loggers]\nkeys=root\n[handlers]\nkeys=h\n[formatters]\nkeys=\n"
    "[logger_root]\nhandlers=h\n[handler_h]\nclass=StreamHandler\nargs=(((\n",
}


@pytest.mark.parametrize("text", BAD_LOGGING.values(), ids=BAD_LOGGING)
def test_an_ini_with_bad_logging_is_told_and_the_work_done(damaged, text):
    """Logging that cannot be set up stops nothing, and is mentioned."""
    (_folder(damaged) / "alembic.ini").write_text(f"[alembic]\n{text}")
    damaged.run("downgrade")
    outcome = damaged.run("upgrade", "flask db")
    assert outcome.exit_code == 0
    assert any("alembic.ini" in line for line in told(outcome))
    assert "Traceback" not in outcome.stderr
    assert damaged.current() == {"bbbb"}


# env.py

BROKEN_ENV = {
    "syntax error": (b"def (", "line 1"),
    "raises": (b"x = 1\nraise ValueError('oh')", "line 2: ValueError: oh"),
    "import missing": (b"import nothere", "No module named 'nothere'"),
    "empty": (b"", "without running the migrations"),
    "only comments": (b"# nothing\n", "without running the migrations"),
    "exits with 0": (b"import sys\nsys.exit(0)", "line 2: it called sys.exit(0)"),
    "exits with 3": (b"import sys\nsys.exit(3)", "line 2: it called sys.exit(3)"),
    "exits silently": (b"raise SystemExit", "line 1: it called sys.exit"),
    "NUL": (b"\0\0", "env.py"),
    "not UTF-8": (b"x = '\xe9'\n", "env.py"),
    "UTF-16": ("x = 1\n".encode("utf-16"), "env.py"),
}


@pytest.mark.parametrize("command", ["upgrade", "migrate", "current", "check"])
@pytest.mark.parametrize(("text", "said"), BROKEN_ENV.values(), ids=BROKEN_ENV)
def test_a_broken_env(damaged, command, text, said):
    """An ``env.py`` that cannot run, or does not, is named with the line."""
    (_folder(damaged) / "env.py").write_bytes(text)
    assert_untouched(damaged, command, "env.py", said)


@pytest.mark.parametrize("command", [*READING, *RUNNING, *WRITING, "doctor"])
def test_no_env(damaged, command):
    """A directory that lost its ``env.py`` is no migration directory."""
    (_folder(damaged) / "env.py").unlink()
    assert_untouched(damaged, command, "migrations", "env.py", hint="version control")


def test_an_env_that_is_a_folder(damaged):
    """A folder in the place of ``env.py`` is named."""
    (_folder(damaged) / "env.py").unlink()
    (_folder(damaged) / "env.py").mkdir()
    assert_untouched(damaged, "upgrade", "env.py")


# script.py.mako


def test_no_mako(damaged):
    """Nothing is written without a ``script.py.mako``."""
    (_folder(damaged) / "script.py.mako").unlink()
    assert_untouched(damaged, "revision", "script.py.mako", message="x")


BROKEN_MAKO = {
    "unknown name": "${nothere()}",
    "not closed": "${",
    "no such tag": "<%nothere:x/>",
    "unclosed for": "% for x in []:\n",
    "writes no Python": "def (",
    "writes no revision": "x = 1\n",
    "not UTF-8": b"\xe9\xff",
    "empty": "",
}


@pytest.mark.parametrize("text", BROKEN_MAKO.values(), ids=BROKEN_MAKO)
def test_a_broken_mako(damaged, text):
    """A ``script.py.mako`` that makes no revision is named, and leaves no file behind."""
    mako = _folder(damaged) / "script.py.mako"
    mako.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert_untouched(damaged, "revision", "script.py.mako", message="x")
    assert damaged.run("heads").value == ("bbbb",)


# The versions folder


@pytest.mark.parametrize("command", [*READING, *RUNNING, *WRITING])
def test_no_versions(damaged, command):
    """A folder of revisions that is gone is never taken for an empty history."""
    shutil.rmtree(_folder(damaged) / "versions")
    assert_untouched(damaged, command, "versions", "missing", hint="version control")


def test_versions_that_are_a_file(damaged):
    """A file in the place of the folder is named."""
    shutil.rmtree(_folder(damaged) / "versions")
    (_folder(damaged) / "versions").write_text("")
    assert_untouched(damaged, "upgrade", "versions")


def test_an_empty_versions_folder(damaged):
    """The database is ahead of a history without revisions."""
    shutil.rmtree(_folder(damaged) / "versions")
    (_folder(damaged) / "versions").mkdir()
    assert_untouched(damaged, "upgrade", "bbbb", hint="flask db stamp --purge")


LEFTOVERS = {
    "emacs lock": ".#bbbb_second.py",
    "backup": "bbbb_second.py~",
    "vim swap": ".bbbb_second.py.swp",
    "original": "bbbb_second.py.orig",
    "text": "notes.txt",
    "compiled": "old.pyc",
}


@pytest.mark.parametrize("name", LEFTOVERS.values(), ids=LEFTOVERS)
def test_leftovers_of_editors_are_no_revisions(damaged, name):
    """What an editor leaves beside the revisions does no harm."""
    (_folder(damaged) / "versions" / name).write_bytes(b"\0garbage")
    assert damaged.run("upgrade", "flask db").exit_code == 0
    assert damaged.run("heads").value == ("bbbb",)


@pytest.mark.parametrize("name", [".#bbbb_second.py", "link.py"])
def test_a_link_that_leads_nowhere_is_no_revision(damaged, name):
    """Emacs locks a file with one."""
    os.symlink("ann@host.1", _folder(damaged) / "versions" / name)
    assert damaged.run("upgrade", "flask db").exit_code == 0


def test_a_leftover_of_macos_is_named(damaged):
    """What Alembic would load and cannot be loaded is named."""
    path = _folder(damaged) / "versions" / "._bbbb_second.py"
    path.write_bytes(b"\0\5\x16\7Mac OS X")
    assert_untouched(damaged, "upgrade", path.name)


def test_a_folder_named_like_a_revision_is_none(damaged):
    """A folder with the ending ``.py`` does no harm."""
    (_folder(damaged) / "versions" / "folder.py").mkdir()
    assert damaged.run("upgrade", "flask db").exit_code == 0
