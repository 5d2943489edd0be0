"""Tables and columns that are dropped with what is in them."""

from __future__ import annotations

import pytest

from flask_migrate import errors
from flask_migrate.autogenerate import questions

from ..project import Project

COLUMN = "user.name is dropped with its values in 2 rows."
TABLE = "Table other is dropped with 1 row"


def both(db, *, name=True, other=True):
    columns = [db.Column("name", db.String(50))] if name else []
    db.Table("user", db.metadata, db.Column("id", db.Integer, primary_key=True), *columns)
    if other:
        db.Table("other", db.metadata, db.Column("id", db.Integer, primary_key=True))


@pytest.fixture
def filled(tmp_path, monkeypatch, database_url):
    """A project on each kind of database with rows in two tables."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.models = both
    for command in ("init", "migrate", "upgrade"):
        assert project.run(command).exit_code == 0
    quote = "`" if database_url.get_backend_name() == "mysql" else '"'
    project.execute(
        f"INSERT INTO {quote}user{quote} (id, name) VALUES (1, 'a'), (2, 'b'), (3, NULL)"
    )
    project.execute("INSERT INTO other (id) VALUES (1)")
    return project


def without(**parts):
    return lambda db: both(db, **parts)


GONE = [({"name": False}, COLUMN), ({"other": False}, TABLE + ".")]


@pytest.mark.parametrize(("parts", "facts"), GONE)
def test_what_is_dropped_with_rows_is_told(filled, parts, facts):
    """On standard error, and above the line."""
    filled.models = without(**parts)
    outcome = filled.run("migrate", "flask db")
    assert outcome.exit_code == 0
    assert f"Warning: {facts} Say --allow-drops if that is meant." in outcome.stderr
    written = max(filled.revision_files(), key=lambda path: path.stat().st_mtime_ns).read_text()
    assert facts in " ".join(written.replace("#", " ").split())


def test_a_table_that_no_revision_made_may_be_of_another_program(filled):
    """It says so, in case somebody else needs it."""
    filled.execute("CREATE TABLE theirs (id INTEGER PRIMARY KEY)")
    filled.execute("INSERT INTO theirs VALUES (1)")
    said = filled.run("migrate", "flask db").stderr
    assert "Table theirs is dropped with 1 row; no revision has made it" in said


def test_what_is_empty_is_not_told(filled):
    """There is nothing to lose."""
    filled.execute("DELETE FROM other")
    filled.models = without(other=False)
    assert "is dropped with" not in filled.run("migrate", "flask db").stderr


def test_strict_fails(filled):
    """Exit code 3, and no file."""
    filled.models = without(name=False)
    outcome = filled.run("migrate", strict=True)
    assert isinstance(outcome.error, errors.QuestionNotAskedError)
    assert outcome.error.hint == "Say --allow-drops if that is meant."
    assert len(filled.revision_files()) == 1


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_the_option_says_that_it_is_meant(filled, face):
    """Nothing is said, not even with ``--strict``."""
    filled.models = without(name=False)
    outcome = filled.run("migrate", face, allow_drops=True, strict=True)
    assert outcome.exit_code == 0
    assert "is dropped with" not in outcome.stderr


@pytest.fixture
def asked(monkeypatch):
    """The questions that somebody at a terminal answers with what ``answers`` has."""
    found = {"questions": [], "answers": []}

    def confirm(question, **options):
        found["questions"].append(question)
        return found["answers"].pop(0)

    monkeypatch.setattr(questions, "_is_terminal", lambda stream: True)
    monkeypatch.setattr("click.confirm", confirm)
    return found


@pytest.mark.parametrize(("answer", "files"), [(True, 2), (False, 1)])
def test_somebody_at_a_terminal_is_asked_once(filled, asked, answer, files):
    """With all the facts; no is the default, and writes nothing."""
    filled.models = without(name=False, other=False)
    asked["answers"].append(answer)
    outcome = filled.run("migrate", "flask db")
    assert asked["questions"] == ["Drop them?"]
    assert COLUMN in outcome.stderr
    assert TABLE in outcome.stderr
    assert len(filled.revision_files()) == files


def test_what_was_asked_as_a_rename_is_not_asked_again(filled, asked):
    """The facts have been said."""

    def renamed(db):
        both(db, name=False)
        db.metadata.tables["user"].append_column(db.Column("full_name", db.String(50)))

    filled.models = renamed
    asked["answers"].append(False)
    assert filled.run("migrate", "flask db").exit_code == 0
    assert len(asked["questions"]) == 1
