"""The documentation builds, and says what the package does."""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from inspect import getmembers, isclass
from pathlib import Path
from types import ModuleType

import pytest

import flask_migrate
from flask_migrate import (  # commands fills the table
    alembic_texts,
    commands,  # noqa: F401
    errors,
    protection,
    refusals,
)
from flask_migrate.command_table import COMMANDS, PARAMS, SHARED, shared_variable

from .test_layers import ROWS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
FRONT_PAGES = ("README.rst", "CHANGES.rst", "CONTRIBUTING.rst")
SOURCES = [*(ROOT / name for name in FRONT_PAGES), *sorted(DOCS.rglob("*.rst"))]
SOURCES += sorted((ROOT / "examples").rglob("*.rst"))
MODULES = sorted(Path(flask_migrate.__file__).parent.rglob("*.py"))


def _is_of(module: ModuleType, each: type) -> bool:
    return each.__module__ == module.__name__


ERRORS = [each for _, each in getmembers(errors, isclass) if _is_of(errors, each)]


def as_text(source: str) -> str:
    """*source* with every line break and run of spaces as one space."""
    return " ".join(source.split())


def documentation(name: str) -> str:
    """The source of a page."""
    return as_text((DOCS / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the pages, built as ``make docs`` builds them."""
    pytest.importorskip("sphinx")
    pytest.importorskip("furo")
    folder = tmp_path_factory.mktemp("html")
    arguments = ("-W", "--keep-going", "-q", "-b", "html", "-d", f"{folder}-trees", DOCS, folder)
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def commands_page(build: Path) -> str:
    """The page of the commands as HTML."""
    return (build / "reference" / "commands.html").read_text(encoding="utf-8")


def section(page: str, name: str) -> str:
    """What a reader sees of the section about a command."""
    start = page.index(f'<section id="{name}">')
    return as_text(unescape(re.sub(r"<[^>]+>", " ", page[start : page.index("</section>", start)])))


# The pages from outside


@pytest.mark.parametrize("name", FRONT_PAGES)
def test_a_front_page_needs_no_sphinx(name):
    """A package index and a source browser show it without a warning."""
    core = pytest.importorskip("docutils.core")
    source = (ROOT / name).read_text(encoding="utf-8")
    core.publish_string(
        source, writer="html5", settings_overrides={"halt_level": 2, "report_level": 2}
    )


def test_pictures_of_the_readme_are_there():
    """An image is a file of the repository."""
    found = re.findall(r"\.\. image:: (\S+)", (ROOT / "README.rst").read_text(encoding="utf-8"))
    assert found
    assert [name for name in found if not (ROOT / name).is_file()] == []


def test_the_example_of_the_readme_works(tmp_path):
    """Its program is pasted, and its commands are run as they stand there."""
    readme = (ROOT / "README.rst").read_text(encoding="utf-8")
    program = re.search(r"    # app\.py\n(?:    .*\n|\n)+", readme)
    (tmp_path / "app.py").write_text(re.sub("^    ", "", program[0], flags=re.MULTILINE))
    lines = re.findall(r"^    \$ flask (.*)$", readme, re.MULTILINE)
    assert [shlex.split(line)[2] for line in lines] == ["init", "migrate", "upgrade", "--help"]
    for line in lines:
        done = subprocess.run(
            [sys.executable, "-m", "flask", *shlex.split(line)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("migrations/versions/*_users.py"))
    assert list(tmp_path.rglob("app.db"))


def test_the_version_is_in_the_changes():
    """Whoever makes a release writes down what is in it."""
    version = flask_migrate.__version__.partition(".dev")[0]
    assert f"Version {version}\n" in (ROOT / "CHANGES.rst").read_text(encoding="utf-8")


# The commands


@pytest.mark.parametrize("row", COMMANDS.values(), ids=COMMANDS)
def test_the_reference_has_every_command(commands_page, row):
    """Both spellings, each parameter with its variable, and the function."""
    shown = section(commands_page, row.name)
    expected = [row.help, f"flask db {row.name}", f"python manage.py db {row.name}"]
    for param in row.params:
        expected += [*param.flags, as_text(param.help)]
        expected += [row.variable(param)] if param.flags else [param.name.upper().removesuffix("S")]
    # Quotation marks come out as printers make them.
    plain = shown.translate({0x201C: '"', 0x201D: '"', 0x2018: "'", 0x2019: "'", 0x2026: "..."})
    plain = plain.replace("\u2013", "--")
    assert [each for each in expected if _squeezed(each) not in _squeezed(plain)] == []
    assert f'id="flask_migrate.{row.function.__name__}"' in commands_page


def _squeezed(text: str) -> str:
    return re.sub(r"[\s`]", "", text)


def _uses() -> Iterator[tuple[str, str]]:
    """Each use of a command in the sources, with the page that it is in."""
    # A use ends with the line, the literal or the sentence.
    use = re.compile(r"(?:\bflask(?: --app[ =]\S+)?|manage\.py) (?:db|mc) ([^`|&\n]*)")
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        # A literal may go on in the next line.
        joined = re.sub(r"``[^`]+``", lambda match: as_text(match[0]), text)
        for match in use.finditer(joined):
            yield str(path.relative_to(ROOT)), match[1]


def test_pages_name_only_commands_and_options_that_exist():
    """What a reader pastes is known here."""
    flags = {flag for param in PARAMS.values() for flag in param.flags} | {"--help", "--", "-?"}
    wrong = []
    uses = list(_uses())
    for page, words in uses:
        found = re.findall(r"(?<![\w-])--?[a-z][a-z-]*", words)
        wrong += [(page, flag) for flag in found if flag not in flags]
        first = re.match(r"[a-z][a-z-]*", words)
        wrong += [(page, first[0])] if first and first[0] not in COMMANDS else []
    assert len(uses) > 50
    assert wrong == []


# The environment variables


def test_shared_variables_are_documented(commands_page):
    """Those for every command are in the configuration and in the reference."""
    for param in SHARED:
        assert shared_variable(param) in documentation("reference/configuration.rst")
        assert shared_variable(param) in commands_page


def test_the_rules_of_variables_are_documented():
    """How they are named, what they may hold, and which of several counts."""
    page = documentation("reference/configuration.rst")
    rules = (
        "FLASK_DB_<COMMAND>_<OPTION>",
        "FLASK_MC_",
        "``1``, ``true``, ``yes`` or ``on``",
        "split at white space",
        "1. the option after the command's name, 2. its variable, "
        "3. the option before the command's name, 4. the variable for every command.",
    )
    assert [rule for rule in rules if rule not in page] == []


def test_variables_that_pages_name_exist():
    """No page names a variable that nothing reads."""
    known = {row.variable(param) for row in COMMANDS.values() for param in row.params}
    known |= {shared_variable(param) for param in SHARED} | {protection.VARIABLE}
    named = {
        name
        for path in SOURCES
        for name in re.findall(r"FLASK_DB_[A-Z_]*[A-Z]", path.read_text(encoding="utf-8"))
    }
    assert named - known == set()


# The errors


@pytest.mark.parametrize("error", ERRORS, ids=lambda each: each.__name__)
def test_the_reference_has_every_error(build, error):
    """Each class has an entry of its own."""
    page = (build / "reference" / "errors.html").read_text(encoding="utf-8")
    assert f'id="flask_migrate.errors.{error.__name__}"' in page


def test_the_reference_has_every_refusal():
    """Those that belong to one command, too."""
    page = documentation("reference/errors.rst")
    names = [name for name, each in getmembers(refusals, isclass) if _is_of(refusals, each)]
    missing = [name for name in names if f"flask_migrate.refusals.{name} " not in page]
    assert names
    assert missing == []


RAISED = {each for module in (errors, refusals) for each, _ in getmembers(module, isclass)}


def _sentences(path: Path) -> Iterator[str]:
    """What the errors that a module makes say, piece by piece around what is put in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func).rpartition(".")[2]
        own = name == "__init__" and path.name in ("errors.py", "refusals.py")
        if own or name in {*RAISED, "UsageError"}:
            for part in (part for each in node.args for part in _pieces(each)):
                if " " in part.strip():
                    yield as_text(part).strip(" .:")


def _pieces(node: ast.expr) -> Iterator[str]:
    for each in node.values if isinstance(node, ast.JoinedStr) else [node]:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            yield each.value


@pytest.mark.parametrize("path", MODULES, ids=lambda each: each.stem)
def test_the_reference_has_what_an_error_says(path):
    """Somebody who meets a sentence finds it in the table."""
    page = documentation("reference/errors.rst")
    assert [each for each in _sentences(path) if each not in page] == []


def test_sentences_are_found():
    """So that the test above looks at something."""
    assert sum(1 for path in MODULES for _ in _sentences(path)) > 100


@pytest.mark.parametrize("code", sorted({0, 2, *(error.exit_code for error in ERRORS)}))
def test_exit_codes_are_documented(code):
    """What a script may meet is in the table."""
    source = (DOCS / "reference" / "commands.rst").read_text(encoding="utf-8")
    table = source.partition("Exit codes\n")[2].partition("Streams\n")[0]
    assert re.search(rf"^{code} ", table, re.MULTILINE)


@pytest.mark.parametrize(("start", "hint"), [(row[0], row[2]) for row in alembic_texts._BY_TEXT])
def test_what_alembic_refuses_is_documented(start, hint):
    """Its sentence and our hint are in the table."""
    page = documentation("reference/errors.rst")
    assert start in page
    assert hint in page


#: Situations that the table must have, each with a part of what is said and of the way out.
SITUATIONS = {
    "no Migrate": ("has no Migrate attached.", "Migrate(app, db)"),
    "models not imported": ("The application has no models", "Import the modules of the models"),
    "no such command": ("No such command 'db'.", "flask --app app db"),
    "directory missing": ("Path doesn't exist", "flask db init"),
    "directory empty": ("has no env.py: it is no migration directory.", "flask db init"),
    "directory is a file": ("The migration directory 'x' is a file.", "move the file"),
    "directory unwritable": ("Permission denied.", "Choose another directory with -d"),
    "alembic.ini broken": ("alembic.ini cannot be read", "bring it back from version control"),
    "env.py broken": ("env.py, line 1: ModuleNotFoundError", "For the traceback"),
    "env.py idle": ("ended without running the migrations.", "flask db init -d new_migrations"),
    "database ahead": ("The database has a revision that no file here defines", "stamp --purge"),
    "ambiguous prefix": ("Multiple revisions start with 'abcd'", "Write more of the one you mean."),
    "several heads": ("Multiple head revisions are present", "Join the 2 heads"),
    "not up to date": ("Target database is not up to date.", "Bring it up to date first"),
    "duplicate ids": ("is in two files", "give it an id of its own."),
    "cycle": ("Cycle is detected in revisions", "Each revision must lead back to a base"),
    "missing parent": ("its down_revision 'zzz' is in no file.", "name another parent."),
    "syntax error": ("SyntaxError: invalid syntax", "Correct the file"),
    "no UTF-8": ("'utf-8' codec can't decode byte", "Correct the file"),
    "version rows": ("overlaps with other requested revisions", "record the newest alone"),
    "unreachable": ("OperationalError: connection failed", "that the server is up"),
    "access denied": ("Access denied for user", "what its user may do."),
    "read-only": ("attempt to write a readonly database", "flask db current"),
    "lock held": ("another migration run held the lock", "--lock-wait 600"),
}


@pytest.mark.parametrize("said", SITUATIONS.values(), ids=SITUATIONS)
def test_the_table_of_errors_has_the_situation(said):
    """Somebody who meets it finds it, and what to do."""
    page = documentation("reference/errors.rst")
    assert [part for part in said if part not in page] == []


# For contributors


def test_contributing_has_the_layers():
    """Its list is the table that is tested."""
    source = (ROOT / "CONTRIBUTING.rst").read_text(encoding="utf-8")
    rows = source.partition("Layers\n")[2].partition("Rules\n")[0].split("\n* ")[1:]
    # "``name``: what it is", but not a name inside of what it is.
    named = [set(re.findall(r"(?:^|\.\s+)``(\w+)``:", row)) for row in rows]
    assert named == [set(row) for row in ROWS]


def test_contributing_has_the_targets_of_make():
    """Each thing that there is to make is named."""
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)
    page = (ROOT / "CONTRIBUTING.rst").read_text(encoding="utf-8")
    assert [each for each in targets if not re.search(rf"``(make )?{each}``", page)] == []
