"""The templates, and the files that are made from them."""

from __future__ import annotations

import ast
import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import flask_migrate
from flask_migrate import errors
from flask_migrate.repository import LAYERS

TEMPLATES = Path(flask_migrate.__file__).parent / "templates"

NAMES = ["flask", "flask-multidb", "aioflask", "aioflask-multidb"]

FILES = {"README", "alembic.ini", "env.py", "script.py.mako", "versions"}

#: Text that must stay text.
MESSAGES = {
    "plain": "add users",
    "apostrophe": "it's",
    "quote": 'the "name" column',
    "quote at the end": 'the "name"',
    "quotes at the end": 'the ""',
    "quote alone": '"',
    "triple quotes": 'a """ b',
    "triple apostrophes": "a ''' b",
    "four quotes": '""""',
    "code": '"""\nopen("ran", "w").close()\n"""',
    "code after an escaped quote": '\\"""\nopen("ran", "w").close()\n"""',
    "newline": "first\nsecond",
    "carriage return": "first\rsecond",
    "windows newline": "first\r\nsecond",
    "tab": "a\tb",
    "backslash": "C:\\new\\table",
    "backslash at the end": "ends with \\",
    "backslashes before a quote": 'a \\\\" b',
    "escapes": "\\n \\x41 \\N{DIGIT ONE} \\u0041",
    "percent": "100% of %(here)s %s %%",
    "mako": "${open('ran', 'w')} <% open('ran', 'w') %> ## comment",
    "braces": "{message} {0}",
    "nul": "a\0b",
    "other controls": "a\x07\x1b[31mb\x7f",
    "chinese": "添加用户表",
    "arabic": "إضافة جدول",
    "emoji": "🚀 ship 👩‍👧",
    "line separator": "a\u2028b",
    "text direction": "a\u202eb",
    "combining": "e\u0301",
    "long": "word " * 60 + "end",
}

by_message = pytest.mark.parametrize("message", MESSAGES.values(), ids=MESSAGES)


def shown(message):
    """What a listing shows of *message*: since Python 3.13 a docstring has no tabs."""
    return message.strip().expandtabs() if sys.version_info >= (3, 13) else message.strip()


def init(project, template):
    """Make a migration directory and return the names in it."""
    assert project.run("init", template=template).exit_code == 0
    return {path.name for path in (project.folder / "migrations").iterdir()}


@pytest.fixture
def own_template(project):
    """A template of the user's, in ``templates/own``."""
    folder = project.folder / "templates" / "own"
    folder.mkdir(parents=True)
    for name in ("env.py", "script.py.mako"):
        shutil.copyfile(TEMPLATES / "shared" / name, folder / name)
    (folder / "README").write_text("Mine.\n")
    return folder


def test_the_templates_are_those_of_4_1():
    """Each name of Flask-Migrate 4.1.0 exists."""
    assert list(LAYERS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_template_makes_these_files(project, name):
    """Each template gives a project all that it needs."""
    assert init(project, name) == FILES


@pytest.mark.parametrize("name", NAMES)
def test_a_generated_env_is_python(project, name):
    """The ``env.py`` of each template compiles."""
    init(project, name)
    compile((project.folder / "migrations" / "env.py").read_bytes(), "env.py", "exec")


@pytest.mark.parametrize("name", NAMES)
def test_a_generated_env_has_no_logic(project, name):
    """The ``env.py`` of each template imports, and makes one call."""
    init(project, name)
    tree = ast.parse((project.folder / "migrations" / "env.py").read_text())
    kinds = [type(node).__name__ for node in tree.body]
    assert kinds == ["Expr", "ImportFrom", "ImportFrom", "Expr"]


@pytest.mark.parametrize("name", NAMES)
def test_a_generated_ini_can_be_read(project, name):
    """The ``alembic.ini`` of each template is an ini file with the logger of the package."""
    init(project, name)
    parsed = configparser.ConfigParser()
    parsed.read(project.folder / "migrations" / "alembic.ini")
    assert "logger_flask_migrate" in parsed


@pytest.mark.parametrize("name", NAMES)
def test_the_first_line_of_the_readme_is_the_synopsis(project, name):
    """``list-templates`` says what the README says."""
    init(project, name)
    readme = (project.folder / "migrations" / "README").read_text().splitlines()[0]
    assert project.run("list-templates").value[name] == readme


@pytest.mark.parametrize("name", NAMES)
def test_a_generated_revision_is_python(project, name):
    """An empty revision of each template compiles."""
    init(project, name)
    script = project.run("revision", message="first").value
    compile(Path(script.path).read_bytes(), script.path, "exec")


@pytest.mark.parametrize(
    ("name", "multidb"), [("flask", "flask-multidb"), ("aioflask", "aioflask-multidb")]
)
def test_multidb_means_the_template_of_that_name(project, name, multidb):
    """``init --multidb`` adds to the name of the template."""
    project.run("init", template=name, multidb=True)
    project.run("init", template=multidb, directory="other")
    first = (project.folder / "migrations" / "env.py").read_text()
    assert first == (project.folder / "other" / "env.py").read_text()


@pytest.mark.parametrize(
    "path",
    ["./templates/own", "templates/own", "templates\\own", "./templates/own/", ".\\templates\\own"],
)
def test_a_template_may_be_a_path(project, own_template, path):
    """A name with a slash of either kind is a folder."""
    init(project, path)
    assert (project.folder / "migrations" / "README").read_text() == "Mine.\n"


def test_a_template_may_be_an_absolute_path(project, own_template):
    """A whole path is a folder as well."""
    init(project, str(own_template))
    assert (project.folder / "migrations" / "README").read_text() == "Mine.\n"


def test_a_template_without_ini_gets_one(project, own_template):
    """What a template of the user's leaves out is ours."""
    assert "alembic.ini" in init(project, "./templates/own")


def test_a_path_with_multidb_stays_that_path(project, own_template):
    """``--multidb`` changes names, not paths."""
    assert project.run("init", template="./templates/own", multidb=True).exit_code == 0


@pytest.mark.parametrize("missing", ["env.py", "script.py.mako"])
def test_a_template_without_a_needed_file_is_refused(project, own_template, missing):
    """The error names the file."""
    (own_template / missing).unlink()
    error = project.run("init", template="./templates/own").error
    assert (type(error), missing in error.message) == (errors.TemplateError, True)


def test_a_refused_template_leaves_nothing(project, own_template):
    """A directory is not made by halves."""
    (own_template / "env.py").unlink()
    project.run("init", template="./templates/own")
    assert not (project.folder / "migrations").exists()


def test_an_unknown_template_is_refused_with_the_names_there_are(project):
    """The error lists what could have been meant."""
    error = project.run("init", template="nothing").error
    assert isinstance(error, errors.TemplateError)
    assert {name for name in NAMES if name not in error.message} == set()


def test_an_unknown_template_that_is_a_folder_gets_a_hint(project):
    """The hint says how a folder is written."""
    error = project.run("init", template="own").error
    assert "flask db init -t ./own" in error.hint


def test_package_writes_init_files(project):
    """``--package`` makes both folders packages."""
    project.run("init", package=True)
    found = {str(path.relative_to(project.folder)) for path in project.folder.rglob("__init__.py")}
    assert found == {
        os.path.join("migrations", "__init__.py"),
        os.path.join("migrations", "versions", "__init__.py"),
    }


@by_message
def test_a_message_stays_text(started, message):
    """What the user wrote is the docstring's beginning, to the letter."""
    script = started.run("revision", message=message).value
    tree = ast.parse(Path(script.path).read_bytes())
    assert ast.get_docstring(tree, clean=False).startswith(f"{message}\n")


@by_message
def test_alembic_shows_the_message(started, message):
    """``Script.doc``, which every listing shows, is the message."""
    script = started.run("revision", message=message).value
    assert script.doc == shown(message)


@by_message
def test_a_message_is_the_same_in_a_new_process(started, message):
    """A later command reads the message that was written."""
    started.run("revision", message=message)
    (script,) = started.run("history").value
    assert script.doc == shown(message)


@by_message
def test_a_message_does_not_run(started, message):
    """Loading the revision runs nothing that the message says."""
    started.run("revision", message=message)
    started.run("upgrade")
    assert not (started.folder / "ran").exists()


@by_message
def test_a_message_adds_nothing_to_the_program(started, message):
    """The statements of the file are those of a file with a plain message."""

    def statements(text):
        body = ast.parse(Path(started.run("revision", message=text).value.path).read_bytes()).body
        return [type(node).__name__ for node in body]

    assert statements(message) == statements("plain")


@pytest.mark.parametrize(
    "message", [MESSAGES["code"], MESSAGES["chinese"]], ids=["code", "chinese"]
)
def test_a_message_stays_text_for_several_databases(project, message):
    """The template for several databases writes it as carefully."""
    project.run("init", multidb=True)
    assert project.run("revision", message=message).value.doc == shown(message)


def test_a_message_of_a_merge_stays_text(started):
    """``merge -m`` is as careful as ``revision -m``."""
    started.run("revision", rev_id="a")
    started.run("revision", rev_id="b", head="base")
    message = MESSAGES["code"]
    assert started.run("merge", message=message).value.doc == shown(message)


def test_a_message_in_another_script_is_written_in_utf_8(started):
    """The file can be read on a machine with another locale."""
    script = started.run("revision", message="添加用户表").value
    done = subprocess.run([sys.executable, "-X", "utf8=0", script.path], env={"LC_ALL": "C"})
    assert done.returncode == 0


def test_a_message_may_have_paragraphs(started):
    """All of a long message is kept; listings show the first paragraph."""
    script = started.run("revision", message="first\n\nsecond").value
    assert (script.doc, script.longdoc[:13]) == ("first", "first\n\nsecond")


def test_a_revision_without_message_says_so(started):
    """The text is Alembic's."""
    assert started.run("revision").value.doc == "empty message"
