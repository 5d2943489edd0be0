"""When somebody is asked about a rename, and what happens when nobody can be."""

from __future__ import annotations

import click
import pytest

from flask_migrate.autogenerate import questions


def before(db):
    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(50))


def after(db):
    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        full_name = db.Column(db.String(50))


def told(db):
    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        full_name = db.Column(db.String(50), info={"renamed_from": "name"})


def table_told(db):
    class Account(db.Model):
        __table_args__ = {"info": {"renamed_from": "user"}}
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(50))


@pytest.fixture
def renamed(started):
    """A project in which a column with a value was given another name."""
    started.models = before
    started.run("migrate", message="before")
    started.run("upgrade")
    started.execute("INSERT INTO user (name) VALUES ('Ann'), (NULL)")
    started.models = after
    return started


@pytest.fixture
def terminal(monkeypatch):
    """Somebody who answers questions; the list of what was asked."""
    asked = []
    answers = []

    def confirm(text, **options):
        asked.append((text, options["default"]))
        return answers.pop(0)

    monkeypatch.setattr(questions, "_is_terminal", lambda stream: True)
    monkeypatch.setattr(click, "confirm", confirm)
    return {"asked": asked, "answers": answers}


def text(project):
    return next(f.read_text() for f in project.revision_files() if "_before" not in f.name)


def test_a_terminal_is_asked_once_with_the_facts(renamed, terminal):
    """The default is no; the rows with a value are counted; yes is told as an option."""
    terminal["answers"].append(True)
    outcome = renamed.run("migrate", face="flask db")
    assert terminal["asked"] == [("Was user.name renamed to user.full_name?", False)]
    assert "1 row with a value" in outcome.stderr
    assert "--rename user.name=full_name" in outcome.stderr
    assert "new_column_name='full_name'" in text(renamed)


def test_no_writes_what_alembic_found(renamed, terminal):
    """The answer no leaves a new column and a dropped one."""
    terminal["answers"].append(False)
    outcome = renamed.run("migrate", face="flask db")
    assert "--no-rename" in outcome.stderr
    assert "drop_column('name')" in text(renamed)


def many(number):
    """A table with five columns of one type, whose names end in a number."""

    def models(db):
        columns = [db.Column(f"{letter}{number}", db.String(10)) for letter in "abcde"]
        db.Table("thing", db.metadata, db.Column("id", db.Integer, primary_key=True), *columns)

    return models


@pytest.fixture
def manifold(started):
    """A project in which five columns were given other names."""
    started.models = many(1)
    started.run("migrate", message="before")
    started.run("upgrade")
    started.models = many(2)
    return started


def test_of_many_columns_each_is_asked_about_in_their_order(manifold, terminal):
    """The likeliest first, and once where the answer is yes."""
    terminal["answers"].extend([True] * 5)
    assert manifold.run("migrate", face="flask db").exit_code == 0
    asked = [f"Was thing.{each}1 renamed to thing.{each}2?" for each in "abcde"]
    assert [question for question, _ in terminal["asked"]] == asked
    assert "drop_column" not in text(manifold).partition("def downgrade")[0]


def test_whoever_says_no_is_not_asked_about_every_pair(manifold, terminal):
    """Twice for each column that disappeared; the option is told once."""
    terminal["answers"].extend([False] * 25)
    outcome = manifold.run("migrate", face="flask db")
    assert outcome.exit_code == 0
    assert len(terminal["asked"]) == 10
    assert outcome.stderr.count("--no-rename") == 1


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_whoever_stops_gets_no_file(renamed, monkeypatch, terminal, face):
    """Ctrl-C and the end of the input are no error of ``env.py``."""

    def stopped(text, **options):
        raise click.Abort

    monkeypatch.setattr(click, "confirm", stopped)
    outcome = renamed.run("migrate", face=face)
    assert outcome.exit_code == 1
    assert "Error: Stopped: nothing was written." in outcome.stderr
    assert "env.py" not in outcome.stderr
    assert len(renamed.revision_files()) == 1


@pytest.mark.parametrize("option", ["no_input", "no_rename"])
def test_who_wants_no_questions_gets_none(renamed, terminal, option):
    """The options keep a terminal from being asked."""
    assert renamed.run("migrate", face="flask db", **{option: True}).exit_code == 0
    assert terminal["asked"] == []
    assert "drop_column('name')" in text(renamed)


def test_a_program_is_never_asked(renamed, terminal):
    """A library call writes what it would have written."""
    renamed.run("migrate")
    assert terminal["asked"] == []


def test_without_a_terminal_there_is_a_warning_and_a_comment(renamed, run):
    """What is lost stands above the line that loses it."""
    outcome = run("migrate")
    comment = "# user.name -> user.full_name looks like a rename; its values are dropped."
    lines = [each.strip() for each in text(renamed).splitlines()]
    place = next(i for i, each in enumerate(lines) if each.startswith(comment))
    assert "drop_column('name')" in "".join(lines[place + 1 : place + 4])
    if outcome.value is None:
        assert "Say --rename user.name=full_name or --no-rename." in outcome.stderr


def test_strict_fails_with_3(renamed, run):
    """Nothing is written where something should have been asked."""
    outcome = run("migrate", strict=True)
    assert outcome.exit_code == 3
    assert len(renamed.revision_files()) == 1


def test_no_rename_is_an_answer_for_strict(renamed):
    """``--strict`` has nothing to ask then, and nothing is noted."""
    assert renamed.run("migrate", strict=True, no_rename=True).exit_code == 0
    assert "looks like" not in text(renamed)


def test_a_wrong_name_is_refused_with_those_near_it(renamed, run):
    """The exit code is that of a wrong command line."""
    outcome = run("migrate", rename=["user.nme=full_name"])
    assert outcome.exit_code == 2
    assert "--rename user.name=full_name" in (outcome.stderr or outcome.error.hint)
    assert len(renamed.revision_files()) == 1


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_wrong_name_is_refused_without_warnings_about_others(renamed, face):
    """What would be dropped does not matter: nothing is written."""
    outcome = renamed.run("migrate", face, rename=["user.nme=full_name"])
    assert outcome.exit_code == 2
    assert "Warning" not in outcome.stderr


@pytest.mark.parametrize("value", ["user.name", "=x", "user.name=", ""])
def test_an_option_of_the_wrong_form_is_refused(renamed, value):
    """An example shows the form."""
    outcome = renamed.run("migrate", rename=[value])
    assert outcome.exit_code == 2
    assert "--rename user.name=full_name" in outcome.error.hint


def test_the_model_may_say_it(renamed):
    """``info={"renamed_from": ...}`` on a column needs no option."""
    renamed.models = told
    renamed.run("migrate", strict=True)
    assert "new_column_name='full_name'" in text(renamed)


def test_the_model_of_a_table_may_say_it(renamed):
    """``info={"renamed_from": ...}`` on a table needs no option."""
    renamed.models = table_told
    renamed.run("migrate", strict=True)
    renamed.run("upgrade")
    assert renamed.execute("SELECT name FROM account ORDER BY id") == [("Ann",), (None,)]


def test_each_name_is_used_once(started):
    """Of two columns that could be the old one, the likelier is."""

    def two(db):
        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            nick = db.Column(db.String(50))
            full_name = db.Column(db.String(50))

    started.models = before
    started.run("migrate", message="before")
    started.run("upgrade")
    started.models = two
    started.run("migrate")
    assert text(started).count("looks like a rename") == 1
    assert "user.name -> user.full_name looks" in text(started)


def test_hostile_names_stay_names(started):
    """A column called like code is text in the file, and its rename runs."""
    code = "x'); raise SystemExit #"

    def hostile(db):
        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            name = db.Column(code, db.String(50))

    started.models = before
    started.run("migrate", message="before")
    started.run("upgrade")
    started.execute("INSERT INTO user (name) VALUES ('Ann')")
    started.models = hostile
    assert started.run("migrate", rename=f"user.name={code}").exit_code == 0
    assert started.run("upgrade").exit_code == 0
    assert started.run("check").exit_code == 0
    assert started.execute("SELECT * FROM user") == [(1, "Ann")]
    assert started.run("downgrade").exit_code == 0
