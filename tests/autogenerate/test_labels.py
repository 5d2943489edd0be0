"""Labels of enums under new names: the rows that have them get the new one."""

from __future__ import annotations

import click
import pytest
import sqlalchemy as sa

from flask_migrate.autogenerate import questions

#: How a column keeps its labels: in a type of the database, in a CHECK, or nowhere.
KINDS = {
    "native": {},
    "check": {"native_enum": False, "create_constraint": True},
    "text": {"native_enum": False},
}


def models(*labels, default=None, **options):
    def made(db):
        class Thing(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            mood = db.Column(sa.Enum(*labels, name="mood", **options), server_default=default)

    return made


@pytest.fixture(params=KINDS)
def options(request):
    return KINDS[request.param]


@pytest.fixture
def project(begun, database_url):
    """A project on each kind of database."""
    return begun(database_url)


def begin(project, *labels, **options):
    """Make the table with two rows: one has the first label, one the last."""
    project.models = models(*labels, **options)
    project.run("migrate", message="before", rev_id="one")
    assert project.run("upgrade").exit_code == 0
    first, last = labels[0].replace(":", "\\:"), labels[-1].replace(":", "\\:")
    first, last = first.replace("'", "''"), last.replace("'", "''")
    project.execute(f"INSERT INTO thing (id, mood) VALUES (1, '{first}'), (2, '{last}')")


def rows(project):
    return [row[0] for row in project.execute("SELECT mood FROM thing ORDER BY id")]


def there_and_back(project, old, new):
    """Run what was written both ways; the rows follow, and nothing is left to find."""
    outcome = project.run("upgrade")
    assert outcome.exit_code == 0, outcome.error
    assert rows(project) == new
    assert project.run("check").exit_code == 0
    outcome = project.run("downgrade")
    assert outcome.exit_code == 0, outcome.error
    assert rows(project) == old


@pytest.mark.parametrize("label", ["mad", "unhappy", "it's 100%:x", "a=b"])
def test_rows_get_the_new_label(project, options, label):
    """Whether it is as long or longer; the downgrade gives them the old one again."""
    begin(project, "sad", "happy", **options)
    project.models = models(label, "happy", **options)
    outcome = project.run("migrate", rename_value=f"mood.sad={label}")
    assert outcome.exit_code == 0, outcome.error
    there_and_back(project, ["sad", "happy"], [label, "happy"])


def test_a_shorter_label(project, options):
    """The column gets shorter after the rows have changed."""
    begin(project, "melancholic", "happy", **options)
    project.models = models("sad", "happy", **options)
    project.run("migrate", rename_value="mood.melancholic=sad")
    there_and_back(project, ["melancholic", "happy"], ["sad", "happy"])


def test_a_rename_beside_a_label_that_is_new(project, options):
    """One is renamed, the other is none that rows have."""
    begin(project, "sad", "happy", **options)
    project.models = models("new", "mad", "happy", "last", **options)
    project.run("migrate", rename_value="thing.mood.sad=mad")
    there_and_back(project, ["sad", "happy"], ["mad", "happy"])


def test_a_label_that_is_the_default(project):
    """The default follows, both ways."""
    begin(project, "sad", "happy", default="sad")
    project.models = models("mad", "happy", default="mad")
    project.run("migrate", rename_value="mood.sad=mad")
    assert project.run("upgrade").exit_code == 0
    project.execute("INSERT INTO thing (id) VALUES (3)")
    assert rows(project) == ["mad", "happy", "mad"]
    assert project.run("check").exit_code == 0
    outcome = project.run("downgrade")
    assert outcome.exit_code == 0, outcome.error
    project.execute("INSERT INTO thing (id) VALUES (4)")
    assert rows(project) == ["sad", "happy", "sad", "sad"]


def test_the_column_has_a_new_name_too(project, options):
    """Both are written into one revision."""
    begin(project, "sad", "happy", **options)

    def renamed(db):
        class Thing(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            feeling = db.Column(sa.Enum("mad", "happy", name="mood", **options))

    project.models = renamed
    outcome = project.run("migrate", rename="thing.mood=feeling", rename_value="mood.sad=mad")
    assert outcome.exit_code == 0, outcome.error
    assert project.run("upgrade").exit_code == 0
    assert project.execute("SELECT feeling FROM thing ORDER BY id") == [("mad",), ("happy",)]
    assert project.run("check").exit_code == 0
    outcome = project.run("downgrade")
    assert outcome.exit_code == 0, outcome.error
    assert rows(project) == ["sad", "happy"]


def test_an_array_on_postgresql(begun, postgresql_url):
    """The type is renamed wherever it is; two columns are no more work than one."""
    project = begun(postgresql_url)

    def arrays(*labels):
        def made(db):
            class Thing(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                mood = db.Column(sa.Enum(*labels, name="mood"))
                moods = db.Column(sa.ARRAY(sa.Enum(*labels, name="mood")))

        return made

    project.models = arrays("sad", "happy")
    project.run("migrate", message="one")
    project.run("upgrade")
    project.execute("INSERT INTO thing VALUES (1, 'happy', '{sad,happy}')")
    project.models = arrays("mad", "happy")
    script = project.run("migrate", rename_value="mood.sad=mad").value
    assert script.doc == "rename mood sad to mad"
    assert "op.execute(\"ALTER TYPE mood RENAME VALUE 'sad' TO 'mad'\")" in (
        script._script_path.read_text()
    )
    project.run("upgrade")
    assert project.execute("SELECT moods\\:\\:text FROM thing") == [("{mad,happy}",)]
    assert project.run("check").exit_code == 0
    assert project.run("downgrade").exit_code == 0


def test_what_names_the_label_on_postgresql(begun, postgresql_url):
    """A CHECK and an index that compare with it are made again, both ways."""
    project = begun(postgresql_url)

    def compared(label):
        def made(db):
            class Thing(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                mood = db.Column(sa.Enum(label, "happy", name="mood"))
                __table_args__ = (
                    db.CheckConstraint(f"mood <> '{label}' OR id < 9", name="ck"),
                    db.Index("ix", "id", postgresql_where=sa.text(f"mood = '{label}'")),
                )

        return made

    project.models = compared("sad")
    project.run("migrate", message="one")
    project.run("upgrade")
    project.execute("INSERT INTO thing VALUES (1, 'sad')")
    project.models = compared("mad")
    project.run("migrate", rename_value="mood.sad=mad")
    there_and_back(project, ["sad"], ["mad"])


def test_what_is_made_of_the_label_on_postgresql(begun, postgresql_url):
    """A generated column and the default of an array follow it, and another label may go."""
    project = begun(postgresql_url)

    def made_of(label, *more):
        def made(db):
            class Thing(db.Model):
                id = db.Column(db.Integer, primary_key=True)
                mood = db.Column(sa.Enum(label, "happy", *more, name="mood"))
                moods = db.Column(
                    sa.ARRAY(sa.Enum(label, "happy", *more, name="mood")),
                    server_default=f"{{{label},happy}}",
                )
                is_low = db.Column(sa.Boolean, sa.Computed(f"mood = '{label}'", persisted=True))
                __table_args__ = (db.CheckConstraint("mood <> 'happy' OR id < 9", name="ck"),)

        return made

    project.models = made_of("sad", "gone")
    project.run("migrate", message="one")
    project.run("upgrade")
    project.execute("INSERT INTO thing VALUES (1, 'sad')")
    project.models = made_of("mad")
    project.run("migrate", rename_value="mood.sad=mad")
    there_and_back(project, ["sad"], ["mad"])
    assert project.execute("SELECT moods\\:\\:text FROM thing") == [("{sad,happy}",)]


# Questions


@pytest.fixture
def terminal(monkeypatch):
    """Somebody who answers questions; the list of what was asked."""
    asked, answers = [], []

    def confirm(text, **options):
        asked.append((text, options["default"]))
        return answers.pop(0)

    monkeypatch.setattr(questions, "_is_terminal", lambda stream: True)
    monkeypatch.setattr(click, "confirm", confirm)
    return {"asked": asked, "answers": answers}


@pytest.mark.parametrize(
    "label", ['"""', "\nraise SystemExit", "'); DROP TABLE thing; --", "ł", "back\\slash"]
)
def test_a_label_is_never_code(project, label):
    """Whatever it is, the file can be read and the table is there."""
    if {"\n", "\\"} & set(label) and "mysql" in str(project.url):
        pytest.skip("SQLAlchemy reads both as two characters in an ENUM.")
    if "ł" in label and "mysql" in str(project.url):
        project.execute("ALTER DATABASE CHARACTER SET utf8mb4")
    begin(project, "sad", "happy")
    project.models = models(label, "happy")
    outcome = project.run("migrate", rename_value=f"mood.sad={label}")
    assert outcome.exit_code == 0, outcome.error
    there_and_back(project, ["sad", "happy"], [label, "happy"])
    project.run("migrate", no_input=True, rev_id="asked")
    compile("".join(path.read_text() for path in project.revision_files()), "files", "exec")


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_a_terminal_is_asked_with_the_facts(project, terminal, face):
    """The default is no; the rows are counted; yes is told as an option."""
    begin(project, "sad", "happy")
    project.models = models("unhappy", "happy")
    terminal["answers"].append(True)
    outcome = project.run("migrate", face)
    ((question, default),) = terminal["asked"]
    assert question.startswith("Was the label 'sad' of ")
    assert question.endswith(" renamed to 'unhappy'?")
    assert default is False
    assert "1 rows with 'sad'" in outcome.stderr
    assert ".sad=unhappy" in outcome.stderr
    there_and_back(project, ["sad", "happy"], ["unhappy", "happy"])


def test_no_writes_it_as_it_was_found(project, terminal):
    """No row gets another label."""
    begin(project, "sad", "happy")
    project.models = models("unhappy", "happy")
    terminal["answers"].append(False)
    outcome = project.run("migrate", "flask db")
    assert "--no-rename" in outcome.stderr
    texts = "".join(path.read_text() for path in project.revision_files())
    assert "RENAME VALUE" not in texts
    assert ".update()" not in texts


def test_without_a_terminal_there_is_a_warning_and_a_comment(project):
    """It names the option."""
    begin(project, "sad", "happy")
    project.models = models("unhappy", "happy")
    outcome = project.run("migrate", "flask db")
    assert "'sad' -> 'unhappy' looks like a renamed label" in outcome.stderr
    assert ".sad=unhappy or --no-rename." in outcome.stderr
    if project.url.get_backend_name() != "sqlite":
        texts = "".join(path.read_text() for path in project.revision_files())
        assert "looks like a renamed label" in texts


def test_strict_exits_with_3(project):
    """No file is left."""
    begin(project, "sad", "happy")
    project.models = models("unhappy", "happy")
    assert project.run("migrate", "flask db", strict=True).exit_code == 3
    assert len(project.revision_files()) == 1


def test_no_rename_is_silent(project):
    """Who says so is not warned."""
    begin(project, "sad", "happy")
    project.models = models("unhappy", "happy")
    outcome = project.run("migrate", "flask db", no_rename=True, strict=True)
    assert outcome.exit_code == 0
    assert "looks like" not in outcome.stderr


def test_labels_without_likeness_are_not_asked_about(begun, postgresql_url):
    """One that goes at the end and one that comes at the beginning have nothing in common."""
    project = begun(postgresql_url)
    begin(project, "happy", "so so", "sad")
    project.execute("DELETE FROM thing WHERE mood = 'sad'")
    project.models = models("extra", "happy", "so so")
    outcome = project.run("migrate", "flask db", strict=True)
    assert outcome.exit_code == 0


def test_a_name_that_is_no_label_is_refused(project):
    """It exits with 2 and says what there is."""
    begin(project, "sad", "happy")
    project.models = models("unhappy", "happy")
    outcome = project.run("migrate", "flask db", rename_value="mood.sda=unhappy")
    assert outcome.exit_code == 2
    assert "no label mood.sda disappeared while unhappy appeared in its enum" in outcome.stderr
    assert "--rename-value mood.sad=unhappy" in outcome.stderr


def test_a_check_that_changed_is_made_again(project):
    """Labels as long as the others: no other type brings the constraint."""
    begin(project, "sad", "happy", **KINDS["check"])
    project.execute("DELETE FROM thing")
    project.models = models("mad", "happy", **KINDS["check"])
    assert project.run("migrate", no_rename=True).exit_code == 0
    assert project.run("upgrade").exit_code == 0
    with pytest.raises(sa.exc.DBAPIError):
        project.execute("INSERT INTO thing (id, mood) VALUES (3, 'sad')")
    assert project.run("downgrade").exit_code == 0
    with pytest.raises(sa.exc.DBAPIError):
        project.execute("INSERT INTO thing (id, mood) VALUES (3, 'mad')")
