"""New names that are old names of something else: refused, as nothing of it can be seen."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ..project import Project

#: Columns or tables before and after, what each was, and the two that are told.
CROSSED = {
    "two that swap": ({"a": None, "b": None}, {"a": "b", "b": "a"}, ("a", "b")),
    "three in a circle": (
        {"a": None, "b": None, "c": None},
        {"a": "c", "b": "a", "c": "b"},
        ("a", "c"),
    ),
    "a chain": ({"a": None, "b": None}, {"b": "a", "c": "b"}, ("c", "b")),
    "one that stays": ({"a": None}, {"a": None, "b": "a"}, ("b", "a")),
}

#: What may be said all the same: it was done before, or there is no such thing any more.
PLAIN = {
    "done": ({"b": None}, {"b": "a"}),
    "both were there": ({"a": None, "b": None}, {"a": None, "b": "a"}),
    "one comes anew after it": ({"b": None}, {"a": None, "b": "a"}),
    "itself": ({"a": None}, {"a": "a"}),
}


def columns(names):
    """One table, with columns that say what they were."""

    def models(db):
        made = [sa.Column(name, sa.String(20), info=told(old)) for name, old in names.items()]
        db.Table("person", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *made)

    return models


def tables(names):
    """Tables that say what they were."""

    def models(db):
        for name, old in names.items():
            key = sa.Column("id", sa.Integer, primary_key=True)
            db.Table(name, db.metadata, key, info=told(old))

    return models


def told(old):
    return {"renamed_from": old} if old else {}


@pytest.fixture(params=[columns, tables])
def kind(request):
    return request.param


def begun(folder, monkeypatch, url, models):
    monkeypatch.chdir(folder)
    project = Project(folder, url)
    project.models = models
    project.run("init")
    project.run("migrate")
    assert project.run("upgrade").exit_code == 0
    return project


@pytest.mark.parametrize(("before", "after", "names"), CROSSED.values(), ids=CROSSED)
def test_models_that_say_it_are_refused(
    tmp_path, monkeypatch, database_url, kind, before, after, names
):
    """No row changes hands without a word, and no file is left."""
    project = begun(tmp_path, monkeypatch, database_url, kind(before))
    project.models = kind(after)
    outcome = project.run("migrate")
    where = "person." if kind is columns else "table "
    new, old = (f"{where}{name}" for name in names)
    assert outcome.exit_code == 2
    assert str(outcome.error).startswith(f"{new} was {names[1]}, its model says")
    assert f"there is a {old} before and after" in str(outcome.error)
    assert "flask db revision" in outcome.error.hint
    assert len(project.revision_files()) == 1


@pytest.mark.parametrize(("before", "after"), PLAIN.values(), ids=PLAIN)
def test_what_was_done_before_may_still_be_said(started, kind, before, after):
    """``renamed_from`` may stay in the models until somebody takes it out."""
    started.models = kind(before)
    started.run("migrate")
    started.run("upgrade")
    started.models = kind(after)
    assert started.run("migrate", strict=True).exit_code == 0


@pytest.mark.parametrize(
    "options",
    [{"rename": ("person.a=b", "person.b=a")}, {"rename": ("person.a=b", "person.b=c")}],
    ids=["swap", "chain"],
)
def test_options_that_say_it_of_columns_are_refused(started, run, options):
    """The sentence says which is there before and after, the hint what to do."""
    refused(started, run, columns, options, "--rename person.a=b: there is a person.b before")


@pytest.mark.parametrize(
    "options", [{"rename_table": ("a=b", "b=a")}, {"rename_table": ("a=b", "b=c")}]
)
def test_options_that_say_it_of_tables_are_refused(started, run, options):
    """Tables are like columns."""
    refused(started, run, tables, options, "--rename-table a=b: there is a b before")


def refused(project, run, kind, options, text):
    project.models = kind({"a": None, "b": None})
    project.run("migrate")
    project.run("upgrade")
    is_chain = any(each.endswith("=c") for given in options.values() for each in given)
    project.models = kind({"b": None, "c": None} if is_chain else {"a": None, "b": None})
    outcome = run("migrate", **options)
    assert outcome.exit_code == 2
    assert text in (outcome.stderr or str(outcome.error))
    assert " db revision -m names" in (outcome.stderr or outcome.error.hint)
    assert len(project.revision_files()) == 1
