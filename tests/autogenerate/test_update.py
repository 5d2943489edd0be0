"""``migrate --update``: the last revision holds what the models have got since."""

from __future__ import annotations

import sys

import pytest
import sqlalchemy as sa

from ..project import Project, users, users_with_email


@pytest.fixture(autouse=True)
def bytecode_is_kept(monkeypatch, no_bytecode):
    """What was written is kept where bytecode is."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.fixture
def first(started):
    """A project with a revision that no database has yet."""
    started.run("migrate", rev_id="abc")
    started.models = users_with_email
    return started


def text_of(project):
    (path,) = project.revision_files()
    return path.read_text()


def updated(project, **given):
    """Run ``migrate --update`` and return its error, if any; the file is seen to be as it was."""
    before = {path.name: path.read_bytes() for path in project.revision_files()}
    outcome = project.run("migrate", update=True, **given)
    if outcome.error:
        assert {path.name: path.read_bytes() for path in project.revision_files()} == before
    return outcome.error


def test_new_changes_are_folded_into_the_last_revision(first, run):
    """One file makes the table as the models have it now; both ways run, and nothing is left."""
    run("migrate", update=True)
    assert "email" in text_of(first)
    assert "add_column" not in text_of(first)
    first.run("upgrade")
    assert first.run("check").exit_code == 0
    first.run("downgrade")
    assert first.tables() == {"alembic_version"}


def test_it_keeps_its_id_its_parent_and_its_date(first, monkeypatch):
    """The revision is the same to the history."""
    # The other date is as long as the one of a moment ago: to Python the file is the same.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    first.run("migrate", update=True)
    first.run("upgrade")

    def more(db):
        users_with_email(db)
        db.Table("more", db.Column("id", db.Integer, primary_key=True))

    first.models = more
    second = first.run("migrate", message="second", rev_id="def").value
    text = second._script_path.read_text().replace("Create Date: 20", "Create Date: 19")
    second._script_path.write_text(text)
    first.models = lambda db: (more(db), db.Table("most", db.Column("id", db.Integer)))
    again = first.run("migrate", update=True).value
    assert (again.revision, again.down_revision, again.path) == ("def", "abc", second.path)
    created = [line for line in text.splitlines() if line.startswith("Create Date")]
    assert created[0] in again._script_path.read_text()


def test_branch_labels_and_dependencies_stay(started):
    """What the revision says of itself, it says again."""
    started.run("revision", rev_id="one", message="one")
    started.run("upgrade")
    started.run(
        "migrate", rev_id="two", head="base", depends_on="one", branch_label="side", message="m"
    )
    started.models = users_with_email
    again = started.run("migrate", update=True, head="side@head").value
    assert (again.down_revision, again.dependencies) == (None, "one")
    assert again.branch_labels == {"side"}
    assert "email" in again._script_path.read_text()


def test_a_message_of_somebody_stays(started):
    """So does the name of the file."""
    path = started.run("migrate", message='my "first" one').value.path
    started.models = users_with_email
    again = started.run("migrate", update=True).value
    assert (again.doc, again.path) == ('my "first" one', path)


def test_a_message_made_of_the_operations_is_made_anew(started):
    """The file has another name then, and there is one of it."""
    started.run("migrate", rev_id="abc")

    def more(db):
        users(db)
        db.Table("more", db.Column("id", db.Integer, primary_key=True))

    started.models = more
    assert started.run("migrate", update=True).value.doc == "create more and create user"
    assert [path.name for path in started.revision_files()] == [
        "abc_create_more_and_create_user.py"
    ]


def test_a_message_may_be_given(first):
    """``-m`` is the new message."""
    assert first.run("migrate", update=True, message="both").value.doc == "both"
    assert [path.name for path in first.revision_files()] == ["abc_both.py"]


def test_nothing_to_fold_leaves_the_file_alone(started):
    """It says so, and exits with 0."""
    started.run("migrate", rev_id="abc")
    (path,) = started.revision_files()
    before = path.stat()
    outcome = started.run("migrate", "flask db", update=True)
    assert "Nothing to fold in: revision abc" in outcome.stderr
    assert outcome.exit_code == 0
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert started.revision_files() == [path]


def test_models_that_need_it_no_longer_leave_the_file_alone(first):
    """Where the database is as the models are without it, nothing is deleted."""
    first.models = lambda db: None
    outcome = first.run("migrate", "flask db", update=True)
    assert "need nothing of revision abc" in outcome.stderr
    assert "create_table('user'" in text_of(first)


def test_a_dry_run_shows_the_new_file_and_leaves_the_old_one(first, run):
    """Whatever is shown, the file is as it was."""
    before = text_of(first)
    outcome = run("migrate", update=True, dry_run=True)
    assert "email" in (outcome.value or outcome.stdout)
    assert text_of(first) == before


def test_scriptable_writes_the_new_path(first):
    """Standard output has the path of the file and nothing else."""
    outcome = first.run("migrate", "flask db", update=True, scriptable=True, message="both")
    assert outcome.stdout == f"{first.revision_files()[0]}\n"


def test_revision_autogenerate_can_do_it_too(first, run):
    """``revision --autogenerate --update`` is the same command."""
    run("revision", autogenerate=True, update=True)
    assert "email" in text_of(first)


def test_a_revision_that_a_database_has_is_refused(first):
    """The database is named, and the file is as it was."""
    first.run("upgrade")
    assert "the database default has it already" in str(updated(first))


def test_a_revision_that_one_of_several_databases_has_is_refused(first, tmp_path):
    """Each of them is asked."""
    (path,) = first.revision_files()
    path.unlink()
    first.binds = {"other": f"sqlite:///{tmp_path / 'other.db'}"}

    def models(db):
        users(db)
        db.Table("thing", db.Column("id", db.Integer, primary_key=True), bind_key="other")

    first.models = models
    import shutil

    shutil.rmtree(first.folder / "migrations")
    first.run("init", multidb=True)
    first.run("migrate", message="m")
    assert updated(first) is None
    first.run("upgrade", bind="other")
    first.models = lambda db: (models(db), db.Table("more", db.Column("id", db.Integer)))
    assert "the database other has it already" in str(updated(first))


def test_a_database_that_is_further_behind_is_refused(first):
    """The next command brings it to where the revision begins, and no further."""
    first.models = users
    first.run("revision", rev_id="next")
    first.models = users_with_email
    error = updated(first)
    assert "has to be where it begins, at abc" in str(error)
    assert error.hint == "Bring it there with: flask db upgrade abc"


def test_several_heads_are_refused(first):
    """One has to be named."""
    first.run("revision", rev_id="left", head="abc")
    first.run("revision", rev_id="right", head="abc", splice=True)
    error = updated(first)
    assert "the history has 2 heads: left, right" in str(error)
    assert "--head left" in error.hint


def test_a_merge_is_refused(first):
    """It belongs to the branches that it joins."""
    first.run("revision", rev_id="left", head="abc")
    first.run("revision", rev_id="right", head="abc", splice=True)
    first.run("merge", rev_id="both")
    assert "Revision both stays as it is: it merges others." in str(updated(first))


def test_a_revision_that_another_depends_on_is_refused(first):
    """The other one is named."""
    first.run("revision", rev_id="other", head="base", depends_on="abc")
    assert "revision other depends on it" in str(updated(first, head="abc"))


def test_a_revision_below_others_is_refused(first):
    """Only the last one can be written anew."""
    first.run("revision", rev_id="next")
    assert "abc is no head" in str(updated(first, head="abc"))


def test_an_empty_history_is_refused(started):
    """There is no revision yet."""
    assert "the history has none" in str(updated(started))


@pytest.mark.parametrize(
    "edit",
    [
        'op.execute("UPDATE user SET name = 1")',
        "op.bulk_insert(sa.table('user'), [])",
        "for name in ('a', 'b'):\n        op.execute(name)",
        "op.alter_column('user', 'name', new_column_name='nick')",
        "op.rename_table('user', 'person')",
        "op.create_index('ix', 'user', ['name'], postgresql_concurrently=True)",
        "op.alter_column('user', 'name', postgresql_using='name::text')",
        "print('hello')",
        "if op.get_bind():\n        pass",
    ],
)
@pytest.mark.parametrize("place", ["def upgrade():\n", "def downgrade():\n"])
def test_what_migrate_would_not_write_is_refused(first, place, edit):
    """The line is named; nothing of it is lost."""
    (path,) = first.revision_files()
    text = path.read_text().replace(place, f"{place}    {edit}\n")
    path.write_text(text)
    line = text[: text.index(edit)].count("\n") + 1
    assert f"line {line}: {edit.splitlines()[0]}".replace('"', "'") in str(updated(first)).replace(
        '"', "'"
    )


#: What somebody changed inside a call that migrate wrote, and took out of the file.
CHANGED = {
    "a length": ("length=50", "length=99"),
    "an option": ("nullable=True", "nullable=True, comment='mine'"),
    "a constraint": (
        "sa.PrimaryKeyConstraint('id')",
        "sa.PrimaryKeyConstraint('id', name='mine')",
    ),
    "a table in the downgrade": ("op.drop_table('user')", "op.drop_table('user', schema=None)"),
}


@pytest.mark.parametrize(("was", "now"), CHANGED.values(), ids=CHANGED)
def test_a_call_that_somebody_changed_is_refused(first, was, now):
    """The file is not as migrate wrote it: the line is named, and nothing of it is lost."""
    (path,) = first.revision_files()
    assert was in path.read_text()
    path.write_text(path.read_text().replace(was, now, 1))
    error = str(updated(first))
    assert "migrate would not write migrations/versions/abc_create_user.py, line " in error


def test_a_call_that_somebody_took_out_is_refused(first):
    """It would be there again."""
    (path,) = first.revision_files()
    path.write_text(path.read_text().replace("op.drop_table('user')", "pass"))
    assert "what was taken out of it again, line" in str(updated(first))
    assert "op.drop_table('user')" in str(updated(first))


@pytest.fixture
def reordered(started):
    """A revision of two indexes that somebody gave each other's place, and the moved line."""

    def indexed(db):
        users(db)
        table = db.metadata.tables["user"]
        sa.Index("ix_one", table.c.name)
        sa.Index("ix_two", table.c.id, table.c.name)

    started.models = indexed
    started.run("migrate", rev_id="abc")
    (path,) = started.revision_files()
    one, two = [line for line in path.read_text().splitlines() if "create_index" in line]
    text = path.read_text().replace(one, "HERE").replace(two, one).replace("HERE", two)
    path.write_text(text)

    def more(db):
        indexed(db)
        db.metadata.tables["user"].append_column(db.Column("email", db.String(120)))

    started.models = more
    line = text[: text.index(two)].count("\n") + 1
    return started, f"line {line}: batch_op.create_index('ix_two'"


def test_lines_that_somebody_moved_are_refused(reordered):
    """Their order would be lost; the first one that has another place is named."""
    project, line = reordered
    said = f"migrate would write in another order migrations/versions/abc_create_user.py, {line}"
    assert said in str(updated(project))


def test_another_order_is_told_where_nobody_knows_what_was_written(reordered):
    """In a fresh checkout nothing says whether somebody chose it."""
    project, line = reordered
    for each in (project.revision_files()[0].parent / "__pycache__").iterdir():
        each.unlink()
    outcome = project.run("migrate", "flask db", update=True)
    assert outcome.exit_code == 0
    assert f"No longer in this order: {line}" in outcome.stderr


def test_a_file_that_was_only_laid_out_anew_is_updated(first):
    """Lines, quotes and comments are no edits."""
    (path,) = first.revision_files()
    text = path.read_text().replace("('user',", '(\n        "user",\n')
    path.write_text(text.replace("# ### commands", "# my commands\n    #"))
    assert updated(first) is None
    assert "email" in text_of(first)


def test_an_edit_that_the_models_have_too_is_no_edit(first):
    """What somebody wrote by hand and then into the models stays."""
    (path,) = first.revision_files()
    path.write_text(path.read_text().replace("length=50", "length=99"))
    first.models = lambda db: db.Table(
        "user",
        db.metadata,
        db.Column("id", db.Integer, primary_key=True, nullable=False),
        db.Column("name", db.String(99)),
    )
    assert updated(first) is None


def test_an_edit_after_an_update_is_one_too(first):
    """What an update wrote is remembered like what was written at first."""
    assert updated(first) is None
    (path,) = first.revision_files()
    path.write_text(path.read_text().replace("length=120", "length=99"))
    first.models = users
    assert "would not write" in str(updated(first))


def test_what_is_made_anew_is_told_where_nobody_knows_what_was_written(first):
    """In a fresh checkout nothing says whether a call is as migrate wrote it."""
    (path,) = first.revision_files()
    for each in (path.parent / "__pycache__").iterdir():
        each.unlink()
    path.write_text(path.read_text().replace("length=50", "length=99"))
    outcome = first.run("migrate", "flask db", update=True)
    assert outcome.exit_code == 0
    assert "op.create_table('user', sa.Column(" in outcome.stderr.partition("No longer in it")[2]
    assert "length=99" in outcome.stderr


def test_what_was_written_on_a_dry_run_is_not_remembered(started):
    """A file that is not there leaves nothing."""
    started.run("migrate", rev_id="abc", dry_run=True)
    assert not list((started.folder / "migrations").rglob("*.written"))


def test_what_a_hook_of_alembic_did_is_no_edit(started):
    """What is remembered is the file as the hooks left it."""
    hook = started.folder / "hook.py"
    hook.write_text(
        "import sys; path = sys.argv[1]; text = open(path).read();"
        "open(path, 'w').write(text.replace('length=50', 'length=60'))"
    )
    ini = started.folder / "migrations" / "alembic.ini"
    lines = ["[post_write_hooks]", "hooks = mine", "mine.type = exec"]
    lines += [
        f"mine.executable = {sys.executable}",
        f"mine.options = {hook} REVISION_SCRIPT_FILENAME",
    ]
    ini.write_text("\n".join([ini.read_text(), *lines]) + "\n")
    started.run("migrate", rev_id="abc")
    assert "length=60" in text_of(started)
    started.models = users_with_email
    assert updated(started) is None
    assert "length=60" in text_of(started)


def test_functions_of_ones_own_are_refused(first):
    """So is whatever else stands in the file."""
    (path,) = first.revision_files()
    path.write_text(path.read_text() + "\n\nirreversible = 'mine'\n")
    assert "irreversible = 'mine'" in str(updated(first))


def test_what_the_models_do_not_have_is_told(started):
    """An index that the models had when the file was written, and have no longer."""

    def indexed(db):
        users(db)
        db.Index("ix_mine", db.metadata.tables["user"].c.name)

    started.models = indexed
    started.run("migrate", rev_id="abc")
    started.models = users
    outcome = started.run("migrate", "flask db", update=True)
    assert "No longer in it: line" in outcome.stderr
    assert "create_index('ix_mine'" in outcome.stderr


def test_an_index_of_ones_own_is_refused(first):
    """One that only the file has is none that the models have got."""
    (path,) = first.revision_files()
    edit = "    op.create_index('ix_mine', 'user', ['name'])\n"
    path.write_text(path.read_text().replace("\n\n\ndef downgrade", f"\n{edit}\n\ndef downgrade"))
    assert "op.create_index('ix_mine', 'user', ['name'])" in str(updated(first))


def test_a_comment_of_somebody_is_told(first):
    """It is not kept."""
    (path,) = first.revision_files()
    path.write_text(path.read_text().replace("def upgrade", "# because of Ann\ndef upgrade"))
    outcome = first.run("migrate", "flask db", update=True)
    assert "# because of Ann" in outcome.stderr
    assert outcome.stderr.count("No longer in it") == 1


def test_an_answer_has_to_be_given_again(written_with_rows):
    """A rename that would be lost stops it; with the option it is written again."""
    project = written_with_rows

    def renamed(db):
        class User(db.Model):
            id = db.Column(db.Integer, primary_key=True)
            full_name = db.Column(db.String(50))

    def more(db):
        renamed(db)
        db.Table("more", db.Column("id", db.Integer, primary_key=True))

    project.models = renamed
    project.run("migrate", rename="user.name=full_name", rev_id="def")
    project.models = more
    assert "new_column_name='full_name'" in str(updated(project))
    assert updated(project, rename="user.name=full_name") is None
    project.run("upgrade")
    assert project.execute("SELECT full_name FROM user") == [("Ada",)]


@pytest.fixture
def written_with_rows(started):
    """A project with a row in its table."""
    started.run("migrate", rev_id="abc")
    started.run("upgrade")
    started.execute("INSERT INTO user (name) VALUES ('Ada')")
    return started


@pytest.mark.parametrize("option", ["rev_id", "branch_label", "version_path", "depends_on"])
def test_what_the_revision_has_already_is_refused(first, option):
    """``--update`` keeps it."""
    assert option.replace("_", "-") in str(updated(first, **{option: "x"}))


def test_empty_is_refused(first):
    """An empty revision has nothing to be folded in; nor has one without a comparison."""
    assert "--empty, or revision without --autogenerate, cannot" in str(updated(first, empty=True))
    error = first.run("revision", update=True).error
    assert error.hint.endswith("flask db migrate --update")


def test_one_of_several_databases_is_refused(first):
    """The file holds what all of them need."""
    assert "--bind cannot go with --update" in str(updated(first, bind="default"))


def test_a_hook_that_fails_brings_the_old_file_back(first):
    """It runs when the new file is in its place."""
    ini = first.folder / "migrations" / "alembic.ini"
    ini.write_text(
        "[post_write_hooks]\nhooks = mine\nmine.type = console_scripts\nmine.entrypoint = no\n"
        + ini.read_text()
    )
    assert updated(first, message="other") is not None


def test_hooks_of_alembic_see_the_new_file(first):
    """``post_write_hooks`` run on it once."""
    hook = first.folder / "hook.py"
    hook.write_text("import sys\nopen(sys.argv[1], 'a').write('# seen\\n')\n")
    ini = first.folder / "migrations" / "alembic.ini"
    ini.write_text(
        f"[post_write_hooks]\nhooks = mine\nmine.type = exec\nmine.executable = {sys.executable}\n"
        f"mine.options = {hook} REVISION_SCRIPT_FILENAME\n" + ini.read_text()
    )
    first.run("migrate", update=True, dry_run=True)
    assert "# seen" not in text_of(first)
    first.run("migrate", update=True)
    assert text_of(first).count("# seen") == 1


def test_a_run_that_is_killed_loses_neither_file(first, monkeypatch):
    """Wherever it stops, a whole revision with the id is there, once."""
    import os

    replace, seen = os.replace, []

    def killed(source, target):
        if len(seen) == stop:
            raise KeyboardInterrupt
        seen.append(target)
        replace(source, target)

    for stop in (0, 1):
        seen.clear()
        with monkeypatch.context() as patch:
            patch.setattr("flask_migrate.updating.UpdatingRun.failed", lambda self, error: None)
            patch.setattr("flask_migrate.updating.os.replace", killed)
            with pytest.raises(KeyboardInterrupt):
                first.run("migrate", update=True, message="other")
        compile(text_of(first), "file", "exec")
        assert [each.revision for each in first.run("history").value] == ["abc"]
        assert ("email" in text_of(first)) == bool(stop)


def test_enums_and_constraints_are_folded_in_on_each_database(tmp_path, monkeypatch, database_url):
    """A type with labels of its own, a CHECK, a foreign key; both ways, twice."""
    monkeypatch.chdir(tmp_path)
    project = Project(tmp_path, database_url)
    project.run("init")

    def models(*labels, more=False):
        def made(db):
            columns = [sa.Column("mood", sa.Enum(*labels, name="mood"), server_default=labels[0])]
            if more:
                columns += [sa.Column("n", sa.Integer), sa.CheckConstraint("n > 0", name="ck")]
                columns += [sa.Column("up_id", sa.ForeignKey("thing.id"))]
            db.Table("thing", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *columns)

        return made

    project.models = models("sad")
    project.run("migrate", rev_id="one")
    project.run("upgrade")
    project.models = models("sad", "happy")
    project.run("migrate", rev_id="two")
    for labels in (("sad", "so so", "happy"), ("new", "sad", "happy")):
        project.models = models(*labels, more=True)
        assert updated(project) is None
        assert project.run("upgrade").exit_code == 0
        assert project.run("check").exit_code == 0
        assert project.run("downgrade").exit_code == 0
    assert len(project.revision_files()) == 2
