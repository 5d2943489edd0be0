"""Types from anywhere."""

from __future__ import annotations

import sys

import pytest
import sqlalchemy as sa

from flask_migrate.errors import UnwritableTypeError

from ..project import Project

MODULE = """
import sqlalchemy as sa

class Shouted(sa.types.TypeDecorator):
    impl = sa.String(50)
    cache_ok = True

class Chosen(sa.types.UserDefinedType):
    cache_ok = True

    def __init__(self, choices):
        self.options = choices

    def get_col_spec(self, **kw):
        return "INTEGER"

    def __repr__(self):
        return "Chosen()"
"""


@pytest.fixture
def types(started, monkeypatch):
    """A module of the project with types of its own."""
    package = started.folder / "shop_of_tests"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "kinds.py").write_text(MODULE)
    monkeypatch.syspath_prepend(started.folder)
    import importlib
    import sys

    importlib.invalidate_caches()
    for name in ("shop_of_tests", "shop_of_tests.kinds"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return importlib.import_module("shop_of_tests.kinds")


def with_type(type_):
    """A model with a column of a type."""

    def models(db):
        class Thing(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            kind = db.Column(type_)

    return models


def test_a_type_of_the_project_is_imported(started, types):
    """The file runs as it was written."""
    started.models = with_type(types.Shouted())
    started.run("migrate")
    text = started.revision_files()[0].read_text()
    assert "import shop_of_tests.kinds\n" in text
    assert "shop_of_tests.kinds.Shouted(" in text
    assert started.run("upgrade").exit_code == 0
    assert started.run("check").exit_code == 0


@pytest.mark.parametrize("name", ["op", "sa", "revision"])
def test_a_module_called_like_something_in_a_revision(started, monkeypatch, name):
    """It has another name in the file; what the file calls so stays what it is."""
    import importlib

    (started.folder / f"{name}.py").write_text(MODULE)
    monkeypatch.syspath_prepend(started.folder)
    importlib.invalidate_caches()
    monkeypatch.delitem(sys.modules, name, raising=False)
    started.models = with_type(importlib.import_module(name).Shouted())
    try:
        started.run("migrate")
        assert f"import {name} as _{name}\n" in started.revision_files()[0].read_text()
        assert started.run("upgrade").exit_code == 0
        assert started.run("check").exit_code == 0
    finally:
        sys.modules.pop(name, None)


def test_types_of_one_name_in_two_modules(started, types, monkeypatch):
    """Each is written with its module."""
    import importlib

    (started.folder / "shop_of_tests" / "others.py").write_text(MODULE)
    importlib.invalidate_caches()
    others = importlib.import_module("shop_of_tests.others")
    started.models = lambda db: db.Table(
        "thing",
        db.metadata,
        db.Column("id", db.Integer, primary_key=True),
        db.Column("one", types.Shouted()),
        db.Column("two", others.Shouted()),
    )
    started.run("migrate")
    text = started.revision_files()[0].read_text()
    assert "import shop_of_tests.kinds\n" in text
    assert "import shop_of_tests.others\n" in text
    assert started.run("upgrade").exit_code == 0
    monkeypatch.delitem(sys.modules, "shop_of_tests.others")


def test_render_item_of_the_project_comes_first(started, types):
    """Who says how a type is written has said it."""
    started.models = with_type(types.Shouted())
    started.options = {
        "render_item": lambda kind, item, context: (
            "sa.Text()" if isinstance(item, types.Shouted) else False
        )
    }
    started.run("migrate")
    text = started.revision_files()[0].read_text()
    assert "sa.Text()" in text
    assert "shop_of_tests" not in text


def test_a_type_in_a_function_is_refused(started):
    """No module leads to it, and nothing is written."""

    class Local(sa.types.TypeDecorator):
        impl = sa.String(50)
        cache_ok = True

    started.models = with_type(Local())
    outcome = started.run("migrate")
    assert isinstance(outcome.error, UnwritableTypeError)
    assert outcome.error.column == "kind"
    assert "Local" in outcome.error.type
    assert started.revision_files() == []


def test_a_type_that_does_not_say_how_it_is_made_is_refused(started, types):
    """Its text lacks what its class needs."""
    started.models = with_type(types.Chosen([1, 2]))
    outcome = started.run("migrate")
    assert isinstance(outcome.error, UnwritableTypeError)
    assert "choices" in str(outcome.error)
    assert "render_item" in outcome.error.hint
    assert started.revision_files() == []


def test_a_template_without_imports_is_named(started, types):
    """It is of the project's own making; the line that is missing can be pasted."""
    template = started.folder / "migrations" / "script.py.mako"
    template.write_text(template.read_text().replace('${imports if imports else ""}\n', ""))
    started.models = with_type(types.Shouted())
    outcome = started.run("migrate")
    assert "script.py.mako writes no imports" in str(outcome.error)
    assert '${imports if imports else ""}' in outcome.error.hint
    assert started.revision_files() == []


@pytest.mark.filterwarnings("ignore:Did not recognize type")
def test_a_type_that_sqlalchemy_does_not_know_is_not_written(tmp_path, monkeypatch, postgresql_url):
    """The downgrade could not make the column again."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, postgresql_url)
    project.run("init")
    project.execute("CREATE TABLE thing (id serial PRIMARY KEY, path jsonpath)")
    project.models = lambda db: db.Table(
        "thing", db.metadata, sa.Column("id", sa.Integer, primary_key=True)
    )
    outcome = project.run("migrate")
    assert isinstance(outcome.error, UnwritableTypeError)
    assert "the column path cannot be written" in outcome.error.message
    assert "op.execute()" in outcome.error.hint
    assert project.revision_files() == []
