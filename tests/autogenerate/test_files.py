"""The files that ``migrate`` writes, and what it says of them."""

from __future__ import annotations

import sys

import pytest

from ..project import users, users_with_email


def many(db):
    users(db)
    for number in range(10):
        db.Table(f"table_{number}", db.Column("id", db.Integer, primary_key=True))


def hostile(db):
    users(db)
    db.Table('../x"""\nraise SystemExit', db.Column("id", db.Integer, primary_key=True))


def indexed(db):
    class User(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        name = db.Column(db.String(50), index=True)
        email = db.Column(db.String(120), index=True)


@pytest.fixture
def written(started):
    """A project with a table in its database."""
    started.run("migrate", message="first", rev_id="first")
    started.run("upgrade")
    return started


def test_a_message_is_made_of_the_operations(started, run):
    """It is in the file and in its name."""
    run("migrate", rev_id="abc")
    (path,) = started.revision_files()
    assert path.name == "abc_create_user.py"
    assert path.read_text().startswith('"""create user\n')


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (users_with_email, "add user email"),
        (indexed, "add user email and add ix_user_email and more"),
        (many, "create table_0 and create table_1 and more"),
    ],
)
def test_a_message_says_what_it_has_room_for(written, models, message):
    """At most 52 characters; the rest is "and more"."""
    written.models = models
    assert written.run("migrate").value.doc == message
    assert len(message) <= 52


def test_a_renamed_column_is_called_so(written):
    """The message of a rename has both names."""

    def renamed(db):
        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            full_name = db.Column(db.String(50))

    written.models = renamed
    script = written.run("migrate", rename="user.name=full_name").value
    assert script.doc == "rename user name to full_name"


def test_a_message_that_was_given_stays(started):
    """Nothing is added to it."""
    assert started.run("migrate", message="mine").value.doc == "mine"


def test_a_hook_may_give_the_message(started):
    """The message of ``process_revision_directives`` stays."""

    def name(context, revision, directives):
        directives[0].message = "of a hook"

    started.options = {"process_revision_directives": name}
    assert started.run("migrate").value.doc == "of a hook"


def test_names_in_a_message_are_text(written):
    """A table called like code and like a path makes a file in its folder that can be read."""
    written.models = hostile
    script = written.run("migrate").value
    assert script.path.startswith(str(written.folder / "migrations" / "versions"))
    assert "raise SystemExit" in script.doc
    assert written.run("upgrade").exit_code == 0


def test_a_dry_run_shows_the_file_and_leaves_none(written, run):
    """Standard output has the file and nothing else; a program gets its text."""
    before = sorted(written.folder.rglob("*"))
    written.models = users_with_email
    outcome = run("migrate", dry_run=True)
    text = outcome.value or outcome.stdout
    compile(text, "shown", "exec")
    assert "sa.Column('email'" in text
    pyc = {path for path in written.folder.rglob("*") if "__pycache__" in path.parts}
    assert sorted(set(written.folder.rglob("*")) - pyc) == sorted(set(before) - pyc)
    assert not [path for path in pyc if "add_user" in path.name]


def test_a_dry_run_without_changes_shows_nothing(written, run):
    """There is nothing to show then."""
    assert run("migrate", dry_run=True).stdout == ""


def test_scriptable_writes_only_the_path(started, run):
    """What a script reads is the path and nothing else."""
    outcome = run("migrate", scriptable=True)
    (path,) = started.revision_files()
    assert outcome.stdout == ("" if outcome.value else f"{path}\n")


def test_an_empty_revision_has_no_operations(started, run):
    """``--empty`` writes a file for statements of one's own, whatever the models are."""
    run("migrate", empty=True)
    (path,) = started.revision_files()
    assert "create_table" not in path.read_text()


def test_hooks_of_alembic_see_the_file(started):
    """``post_write_hooks`` in ``alembic.ini`` are run."""
    hook = started.folder / "hook.py"
    hook.write_text("import sys\nopen(sys.argv[1], 'a').write('# seen\\n')\n")
    ini = started.folder / "migrations" / "alembic.ini"
    ini.write_text(
        f"[post_write_hooks]\nhooks = mine\nmine.type = exec\nmine.executable = {sys.executable}\n"
        f"mine.options = {hook} REVISION_SCRIPT_FILENAME\n" + ini.read_text()
    )
    started.run("migrate")
    assert started.revision_files()[0].read_text().endswith("# seen\n")
