"""Before rows are lost: what is told and asked, what cannot be undone, what is protected."""

from __future__ import annotations

import pytest

from flask_migrate import refusals
from flask_migrate.autogenerate import questions

LINES = ["flask db", "manage.py db"]


@pytest.fixture
def filled(started, database_url):
    """A table with two rows, on each database in turn."""
    started.url = database_url
    started.run("revision", message="users", rev_id="r1", autogenerate=True)
    started.run("upgrade")
    for number in (1, 2):
        started.execute(f"INSERT INTO {quoted(started)} (id, name) VALUES ({number}, 'x')")
    return started


@pytest.fixture
def lite(started):
    """A revision that makes a table, applied, on SQLite."""
    started.run("revision", message="users", rev_id="r1", autogenerate=True)
    started.run("upgrade")
    started.execute("INSERT INTO user (id, name) VALUES (1, 'x')")
    return started


@pytest.fixture
def asked(monkeypatch):
    """Somebody sits at a terminal and gives the answers in the list."""
    answers, heard = [], []

    def answer(question, **options):
        heard.append(question)
        return answers.pop(0)

    monkeypatch.setattr(questions, "_is_terminal", lambda stream: True)
    monkeypatch.setattr(questions.click, "confirm", answer)
    monkeypatch.setattr(questions.click, "prompt", answer)
    return answers, heard


def quoted(project):
    """The table's name: ``user`` is a word of PostgreSQL's."""
    return '"user"' if "postgresql" in str(project.url) else "user"


def declare(project, line):
    """Write *line* into the newest revision."""
    path = project.revision_files()[-1]
    path.write_text(path.read_text().replace("\ndef upgrade", f"\n{line}\n\ndef upgrade", 1))


@pytest.mark.parametrize("face", LINES)
def test_without_a_terminal_the_rows_are_told(filled, face):
    """A script goes on as ever, and its output says what was lost."""
    outcome = filled.run("downgrade", face)
    assert outcome.exit_code == 0
    assert "r1 on default drops" in outcome.stderr
    assert "with 2 rows." in outcome.stderr
    assert "user" not in filled.tables()


@pytest.mark.parametrize("face", LINES)
@pytest.mark.parametrize("is_yes", [True, False])
def test_at_a_terminal_the_answer_counts(filled, asked, face, is_yes):
    """No leaves everything as it is."""
    answers, heard = asked
    answers.append(is_yes)
    outcome = filled.run("downgrade", face)
    assert heard == ["Drop them?"]
    assert outcome.exit_code == (0 if is_yes else 1)
    assert ("user" in filled.tables()) == (not is_yes)
    assert ("Nothing was undone." in outcome.stderr) == (not is_yes)


@pytest.mark.parametrize(
    ("command", "revision", "said"),
    [
        ("downgrade", "base", "downgrade base --yes"),
        ("redo", "r1", "redo r1 --yes"),
        ("redo", None, "redo --yes"),
    ],
)
def test_after_a_no_the_hint_goes_as_far(lite, asked, command, revision, said):
    """It names the revision that was given."""
    asked[0].append(False)
    given = {"revision": revision} if revision else {}
    outcome = lite.run(command, "flask db", **given)
    assert f"Hint: Without the question: flask db {said}\n" in outcome.stderr


def test_an_empty_table_is_not_asked_about(lite, asked):
    """Nothing is lost."""
    lite.execute("DELETE FROM user")
    assert lite.run("downgrade", "flask db").exit_code == 0
    assert asked[1] == []


@pytest.mark.parametrize(("face", "given"), [("flask db", {"yes": True}), ("python", {})])
def test_yes_and_a_program_are_not_asked(lite, asked, face, given):
    """They have answered, or nobody is there."""
    assert lite.run("downgrade", face, **given).exit_code == 0
    assert asked[1] == []
    assert "user" not in lite.tables()


def test_an_irreversible_revision_stops_before_anything_ran(run, lite):
    """The newer one, which could be undone, is there as well."""
    declare(lite, 'irreversible = "the old names are gone."')
    lite.run("revision", message="more", rev_id="r2")
    lite.run("upgrade")
    outcome = run("downgrade", revision="base", yes=True)
    assert outcome.exit_code == 1 or isinstance(outcome.error, refusals.IrreversibleRevisionError)
    assert lite.current() == {"r2"}
    assert "user" in lite.tables()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('irreversible = "why"', "Revision r1 is irreversible: why. Nothing was undone."),
        ("irreversible = True", "Revision r1 is irreversible. Nothing was undone."),
    ],
)
def test_the_reason_is_shown(filled, line, said):
    """A text is the reason."""
    declare(filled, line)
    error = filled.run("downgrade").error
    assert isinstance(error, refusals.IrreversibleRevisionError)
    assert error.message == said
    assert filled.current() == {"r1"}


def test_irreversible_false_is_none(lite):
    """It may be written out."""
    declare(lite, "irreversible = False")
    assert lite.run("downgrade").exit_code == 0


@pytest.mark.parametrize("face", ["python", *LINES])
def test_a_protected_database_is_refused_without_its_name(filled, monkeypatch, face):
    """Whoever cannot be asked must have said it; ``--yes`` is not enough."""
    monkeypatch.setenv("FLASK_DB_PROTECT", "nothing *://*")
    outcome = filled.run("downgrade", face, yes=True)
    error = outcome.error
    assert outcome.exit_code == 3 or isinstance(error, refusals.ProtectedDatabaseError)
    assert filled.current() == {"r1"}


def test_the_name_lets_a_run_through(run, lite, monkeypatch):
    """On every face."""
    monkeypatch.setenv("FLASK_DB_PROTECT", "sqlite:*app.db")
    run("downgrade", yes_i_mean="other")
    assert lite.current() == {"r1"}
    run("downgrade", yes_i_mean="app.db")
    assert lite.current() == set()


@pytest.mark.parametrize(("typed", "left"), [("app.db", set()), ("app", {"r1"})])
def test_at_a_terminal_the_name_is_typed(lite, asked, monkeypatch, typed, left):
    """Only the right one counts."""
    monkeypatch.setenv("FLASK_DB_PROTECT", "sqlite:*")
    asked[0].extend([typed, True])
    lite.run("downgrade", "flask db")
    assert asked[1][0] == "app.db is protected. Type its name to go on"
    assert lite.current() == left


def test_each_protected_database_is_asked_for(project, asked, monkeypatch):
    """Nothing runs on any of them before all were named."""
    project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.run("init", multidb=True)
    project.write_revisions(1)
    project.run("upgrade")
    monkeypatch.setenv("FLASK_DB_PROTECT", "sqlite:*")
    asked[0].extend(["app.db", "wrong"])
    assert project.run("downgrade", "flask db").exit_code == 3
    assert project.current() == {"rev1"}
    asked[0].extend(["app.db", "other.db"])
    assert project.run("downgrade", "flask db").exit_code == 0
    assert project.current() == set()


def test_other_databases_are_not_protected(lite, monkeypatch):
    """A pattern that does not match asks nothing."""
    monkeypatch.setenv("FLASK_DB_PROTECT", "db.example.org postgresql:*")
    assert lite.run("downgrade").exit_code == 0


def test_a_host_is_a_pattern_too(lite, monkeypatch):
    """And no password is compared."""
    from sqlalchemy.engine import make_url

    from flask_migrate import protection

    url = make_url("postgresql://ann:secret@db.example.org/shop")
    assert protection._matches(url, "db.example.*")
    assert protection._matches(url, "postgresql://ann@db.example.org/shop")
    assert not protection._matches(url, "*secret*")
