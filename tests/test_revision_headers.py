"""The history is read without running revision files, and comes out as Alembic's."""

from __future__ import annotations

import os
import py_compile
import shutil
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from flask_migrate import revision_loading
from flask_migrate.errors import HistoryError
from flask_migrate.revision_graph import quicken
from flask_migrate.revision_headers import HeaderReader
from flask_migrate.revision_loading import HeaderScript

HEAD = '"""a message\n\nRevision ID: a\n"""\nfrom alembic import op\nimport sqlalchemy as sa\n'
NAMES = "revision = 'a'\ndown_revision = 'b'\nbranch_labels = None\ndepends_on = None\n"
FUNCTIONS = "def upgrade():\n    op.drop_table('t')\n\ndef downgrade():\n    pass\n"
TYPED = """
from typing import Sequence, Union
revision: str = 'a'
down_revision: Union[str, Sequence[str], None] = ('b', 'c')
branch_labels: str | Sequence[str] | None = 'x'
def upgrade() -> None: pass
def downgrade(engine_name: str = '') -> None: pass
"""

#: Files whose header is known without running them.
PLAIN = {
    "of Flask-Migrate": HEAD + NAMES + FUNCTIONS,
    "with types": HEAD + TYPED,
    "no docstring": NAMES + FUNCTIONS,
    "no labels": "revision = 'a'\ndown_revision = None\n",
    "twice": NAMES + "down_revision = 'c'\n",
    "merge": NAMES + "down_revision = ('c', 'd')\n",
    "constants": HEAD + NAMES + "x = 1\ny = ('a', 2)\n",
    "dialect": HEAD + "from sqlalchemy.dialects import postgresql\n" + NAMES,
    "dotted": HEAD + "import sqlalchemy.dialects.postgresql as pg\nimport os.path\n" + NAMES,
    "CRLF": (HEAD + NAMES + FUNCTIONS).replace("\n", "\r\n"),
    "indented docstring": '"""\n    a\n\tb\n  """\n' + NAMES,
    "long": HEAD + NAMES + "".join(f"x{number} = 'v{number}'\n" for number in range(300)),
}

#: Files that must run: running them does, or may do, something else.
UNCERTAIN = {
    "call": "revision = str('a')\ndown_revision = None\n",
    "call beside it": NAMES + "print()\n",
    "exec": NAMES + "exec(\"revision = 'z'\")\n",
    "globals": NAMES + "globals()['revision'] = 'z'\n",
    "star": NAMES + "from os import *\n",
    "import of what is not loaded": NAMES + "import this\n",
    "import that fails": NAMES + "from os import nothere\n",
    "imported name": NAMES + "from os import path as revision\n",
    "function of that name": NAMES + "def revision(): pass\n",
    "class of that name": NAMES + "class revision: pass\n",
    "deleted": NAMES + "del depends_on\n",
    "condition": NAMES + "if x:\n    revision = 'z'\n",
    "loop": NAMES + "for revision in 'xyz': pass\n",
    "with": NAMES + "with x as revision: pass\n",
    "try": NAMES + "try:\n    pass\nfinally:\n    revision = 'z'\n",
    "walrus": NAMES + "(revision := 'z')\n",
    "name unknown": NAMES + "x = nothere\n",
    "name of a builtin that acts": NAMES + "x = copyright\n",
    "decorator": NAMES + "@print\ndef upgrade(): pass\n",
    "default that fails": NAMES + "def upgrade(x=1/0): pass\n",
    "type that fails": NAMES.replace("revision =", "revision: nothere =", 1),
    "type that calls": NAMES.replace("revision =", "revision: print() =", 1),
    "operator": "revision = 'a' * x\ndown_revision = None\n",
    "list": "revision = 'a'\ndown_revision = ['b', x]\n",
    "module __getattr__": NAMES + "def __getattr__(name): return 'z'\n",
    "encoding of Alembic's": NAMES + "_alembic_source_encoding = 'latin-1'\n",
    "__annotations__ replaced": NAMES + "__annotations__ = 5\n",
    "number": "revision = 5\ndown_revision = None\n",
    "empty": "revision = ''\ndown_revision = None\n",
    "no revision": "down_revision = None\n",
    "no down_revision": "revision = 'a'\n",
    "numbers": "revision = 'a'\ndown_revision = (1, 2)\n",
}


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN)
def test_a_plain_header_is_what_running_the_file_gives(text):
    """Where the header is read, it has the values that the module has."""
    code = compile(text, "revision.py", "exec", dont_inherit=True)
    module: dict[str, object] = {}
    exec(code, module)
    header = HeaderReader().read(code)
    assert header is not None
    names = ("revision", "down_revision", "branch_labels", "depends_on", "__doc__")
    assert list(header) == [module.get(name) for name in names]


@pytest.mark.parametrize("text", UNCERTAIN.values(), ids=UNCERTAIN)
def test_a_file_in_doubt_is_run(text):
    """What does more than to name constants is not read."""
    assert HeaderReader().read(compile(text, "revision.py", "exec", dont_inherit=True)) is None


def test_a_module_like_one_before_is_read_for_its_own_values():
    """Files of one template have one sequence of instructions and values of their own."""
    reader = HeaderReader()
    texts = [NAMES, NAMES.replace("'a'", "'z'"), "revision = 7\n" + NAMES.partition("\n")[2]]
    headers = [reader.read(compile(text, "x", "exec", dont_inherit=True)) for text in texts]
    assert [header and header.revision for header in headers] == ["a", "z", None]


def test_a_replaced_import_statement_sees_the_imports(monkeypatch):
    """A program that watches imports misses none."""
    seen = __import__
    monkeypatch.setattr("builtins.__import__", lambda *args, **names: seen(*args, **names))
    assert HeaderReader().read(compile(HEAD + NAMES, "x", "exec", dont_inherit=True)) is None


# Files in folders.


def project_with(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / "versions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def revision(name: str, down: str | None, more: str = "") -> str:
    return f'"""{name}"""\nrevision = {name!r}\n' + (
        f"down_revision = {down!r}\n{more}\n" + FUNCTIONS
    )


def seen(script: ScriptDirectory) -> list[list[object]]:
    """All that a history says, without the names of classes."""
    return [
        [
            *(each.revision, each.down_revision, each.dependencies, each.branch_labels),
            *(each.path, each.longdoc, each.doc, str(each), each.log_entry, each.nextrev),
        ]
        for each in script.walk_revisions()
    ]


def quick(folder: Path, **options) -> ScriptDirectory:
    script = ScriptDirectory(str(folder), **options)
    quicken(script)
    return script


FILES = {
    "a.py": revision("a", None),
    "b.py": revision("b", "a", "branch_labels = ('left',)"),
    "c.py": revision("c", "a", "x = 'computed'.upper()\ndepends_on = 'left'"),
    "deep/d.py": revision("d", "c"),
    "deep/__init__.py": "1/0",
    ".#e.py": "1/0",
    "notes.txt": "",
    "12ab.py": "down_revision = 'b'\n" + FUNCTIONS,
}

LAYOUTS = {
    "one folder": {},
    "recursive": {"recursive_version_locations": True},
    "sourceless": {"sourceless": True},
}


@pytest.mark.parametrize("options", LAYOUTS.values(), ids=LAYOUTS)
def test_the_history_is_alembics(tmp_path, options):
    """The same revisions, texts and paths, in the same order."""
    folder = project_with(tmp_path, FILES)
    assert seen(quick(folder, **options)) == seen(ScriptDirectory(str(folder), **options))


def test_several_folders_with_links_are_alembics(tmp_path):
    """Files that are linked count once, under their real path."""
    folder = project_with(tmp_path, FILES)
    other = tmp_path / "other"
    other.mkdir()
    (other / "link.py").symlink_to(folder / "versions" / "deep" / "d.py")
    (tmp_path / "again").symlink_to(folder / "versions")
    places = [str(folder / "versions"), str(other), str(tmp_path / "again"), str(tmp_path / "no")]
    with pytest.warns(UserWarning, match="loaded twice") as ours:
        found = seen(quick(folder, version_locations=places))
    with pytest.warns(UserWarning, match="loaded twice") as alembics:
        assert found == seen(ScriptDirectory(str(folder), version_locations=places))
    assert [str(each.message) for each in ours] == [str(each.message) for each in alembics]


def test_revisions_without_sources_are_alembics(tmp_path):
    """``sourceless`` finds what is compiled only."""
    folder = project_with(tmp_path, {"a.py": revision("a", None), "b.py": revision("b", "a")})
    path = folder / "versions" / "b.py"
    py_compile.compile(str(path), cfile=f"{path}c", doraise=True)
    path.unlink()
    found = seen(quick(folder, sourceless=True))
    assert found == seen(ScriptDirectory(str(folder), sourceless=True))
    assert len(found) == 2


def executed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The revision files that run from now on."""
    ran: list[str] = []
    from importlib.machinery import SourceFileLoader

    run = SourceFileLoader.exec_module

    def exec_module(self, module):
        if os.path.join("migrations", "versions") in self.path:
            ran.append(os.path.basename(self.path))
        run(self, module)

    monkeypatch.setattr(SourceFileLoader, "exec_module", exec_module)
    return ran


@pytest.mark.parametrize("command", ["heads", "history", "current", "branches", "show", "check"])
def test_a_command_that_reads_runs_no_revision(started, monkeypatch, command):
    """The files of applied revisions are not run to be known."""
    started.models = lambda db: None
    started.write_revisions(3)
    started.run("upgrade")
    ran = executed(monkeypatch)
    assert started.run(command).exit_code == 0
    assert ran == []


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("heads", {}),
        ("history", {}),
        ("branches", {}),
        ("show", {}),
        ("status", {"offline": True}),
        ("list_templates", {}),
    ],
)
def test_the_history_is_read_without_an_engine(started, monkeypatch, command, given):
    """No file is run, and nothing is asked for a database."""
    started.write_revisions(3)

    def engines(databases):
        raise AssertionError("an engine was asked for")

    monkeypatch.setattr("flask_migrate.databases.Databases.engines", property(engines))
    ran = executed(monkeypatch)
    outcome = started.run(command, **given)
    assert (outcome.error, outcome.exit_code, ran) == (None, 0, [])


def test_upgrade_runs_only_the_files_that_it_applies(started, monkeypatch):
    """Two of three are applied already."""
    started.write_revisions(3)
    started.run("upgrade", revision="rev2")
    ran = executed(monkeypatch)
    started.run("upgrade")
    assert [name[:4] for name in ran] == ["rev3"]


def test_only_files_in_doubt_run(started, monkeypatch):
    """One file that computes does not make the others run."""
    started.write_revisions(2)
    path = started.revision_files()[0]
    path.write_text(path.read_text().replace("'rev1'", "str('rev1')"))
    ran = executed(monkeypatch)
    assert started.run("heads").value == ("rev2",)
    assert ran == [path.name]


@pytest.fixture
def with_bytecode(monkeypatch):
    """Python keeps what it compiles, as it does unless told otherwise."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def test_bytecode_is_kept_for_the_next_time(with_bytecode, started):
    """What was compiled to read a header is where Python looks for it."""
    started.write_revisions(2)
    shutil.rmtree(started.folder / "migrations/versions/__pycache__", ignore_errors=True)
    started.run("heads")
    kept = list((started.folder / "migrations/versions/__pycache__").glob("rev?_*.pyc"))
    assert len(kept) == 2


def test_what_there_is_no_time_to_keep_is_read_all_the_same(with_bytecode, started, monkeypatch):
    """A run in a new checkout of thousands of revisions does not wait for the file system."""
    monkeypatch.setattr("flask_migrate.revision_loading._KEEPING", 0.0)
    started.write_revisions(4)
    shutil.rmtree(started.folder / "migrations/versions/__pycache__", ignore_errors=True)
    types = {type(each) for each in quick(started.folder / "migrations").walk_revisions()}
    kept = list((started.folder / "migrations/versions/__pycache__").glob("*.pyc"))
    assert (types, len(kept)) == ({HeaderScript}, 1)


def test_no_bytecode_is_written_where_python_may_not(started, monkeypatch):
    """``PYTHONDONTWRITEBYTECODE`` holds."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    started.write_revisions(1)
    started.run("heads")
    assert not list((started.folder / "migrations/versions").glob("__pycache__/*"))


def test_a_file_that_was_compiled_is_not_compiled_again(with_bytecode, started, monkeypatch):
    """The bytecode is read as long as it is that of the file."""
    started.write_revisions(2)
    started.run("heads")
    monkeypatch.setattr("flask_migrate.revision_loading._Bytecode.compiled", None)
    assert {type(each) for each in quick(started.folder / "migrations").walk_revisions()} == {
        HeaderScript
    }


def test_an_edited_file_is_read_again(with_bytecode, started):
    """Bytecode of another time or size is not believed."""
    started.write_revisions(1)
    started.run("heads")
    path = started.revision_files()[0]
    before = path.stat()
    path.write_text(path.read_text().replace("'rev1'", "'rev9'"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 10**9))
    assert started.run("heads").value == ("rev9",)


@pytest.mark.parametrize("text", ["def (", "  x = 1\n", "return\n"])
def test_a_plain_header_does_not_hide_broken_code(started, text):
    """What does not compile below a good header is refused by name."""
    started.write_revisions(1)
    path = started.revision_files()[0]
    path.write_text(path.read_text() + text)
    error = started.run("heads").error
    assert isinstance(error, HistoryError)
    assert path.name in str(error)


def test_a_script_directory_of_the_application_is_left_alone(started, monkeypatch):
    """``alembic.command.ScriptDirectory`` may be a class with a way of its own."""
    import alembic.command

    loaded = []

    class Own(ScriptDirectory):
        @classmethod
        def from_config(cls, config):
            made = super().from_config(config)
            made.__class__ = cls
            made.revision_map._generator = made._load_revisions
            return made

        def _load_revisions(self):
            for each in super()._load_revisions():
                loaded.append(each.revision)
                yield each

    started.write_revisions(2)
    monkeypatch.setattr(alembic.command, "ScriptDirectory", Own)
    assert started.run("heads").value == ("rev2",)
    assert sorted(loaded) == ["rev1", "rev2"]


def test_a_replaced_step_of_alembics_is_used(started, monkeypatch):
    """Whoever replaced ``load_python_file`` still loads every file."""
    from alembic import util

    load, loaded = util.load_python_file, []
    monkeypatch.setattr(
        util, "load_python_file", lambda *place: loaded.append(place[1]) or load(*place)
    )
    started.write_revisions(1)
    loaded.clear()
    started.run("heads")
    assert [name[:4] for name in loaded] == ["rev1"]


@pytest.mark.parametrize("size", [0, 1, 8191, 8192, 8193, 1_000_000])
def test_a_file_of_any_size_is_read_in_a_few_pieces(tmp_path, monkeypatch, size):
    """The first revision of a project that is old makes all its tables."""
    path = tmp_path / "revision.pyc"
    path.write_bytes(b"x" * size)
    read, pieces = os.read, []
    monkeypatch.setattr(os, "read", lambda *given: pieces.append(given) or read(*given))
    assert revision_loading._content(str(path)) == b"x" * size
    assert len(pieces) <= 3
