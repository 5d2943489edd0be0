"""What the commands return to a program, and show on a command line."""

from __future__ import annotations

import re

import pytest
from alembic.script import Script

import flask_migrate
from flask_migrate.repository import LAYERS

from .project import users_with_email


@pytest.fixture(params=["flask db", "manage.py db"])
def show(request, project):
    """What a command shows on standard output, on each command line in turn."""
    return lambda name, **given: project.run(name, request.param, **given).stdout


@pytest.fixture
def two_heads(started):
    """A project whose history divides after its first revision."""
    started.run("revision", rev_id="root", message="first")
    started.run("revision", rev_id="left", head="root")
    started.run("revision", rev_id="right", head="root", splice=True)
    return started


def ids(scripts):
    return [script.revision for script in scripts]


def test_list_templates_returns_the_synopses(project):
    """The value has each template's name and one line about it."""
    value = project.run("list-templates").value
    assert list(value) == list(LAYERS)
    assert all(value.values())


def test_list_templates_shows_each(show):
    """The output has the name of each template."""
    shown = show("list-templates")
    assert {name for name in LAYERS if f"{name} - " not in shown} == set()


def test_init_returns_the_directory(project):
    """The value is the directory that was made."""
    assert project.run("init", directory="there").value == "there"


def test_init_shows_what_it_made(show):
    """The output has each file."""
    assert "Created migrations/env.py" in show("init")


@pytest.mark.parametrize("face", ["flask db", "manage.py db"])
def test_init_says_what_is_next(project, face):
    """The next command is on standard error, spelled for the command line."""
    spelled = "python manage.py db" if face == "manage.py db" else face
    assert f"{spelled} migrate" in project.run("init", face).stderr


def test_revision_returns_the_script(started):
    """The value is Alembic's ``Script``, with id and path."""
    script = started.run("revision", message="first", rev_id="abc").value
    assert isinstance(script, Script)
    assert (script.revision, script.doc) == ("abc", "first")


def test_migrate_returns_the_script(started):
    """The value is the revision that was written."""
    assert isinstance(started.run("migrate").value, Script)


def test_migrate_returns_none_without_changes(started):
    """The value is ``None`` where nothing was written."""
    started.run("migrate")
    started.run("upgrade")
    assert started.run("migrate").value is None


def test_migrate_returns_several_scripts_of_a_hook(started):
    """A hook that makes two revisions of one gives a tuple."""

    def divide(context, revision, directives):
        from alembic.operations.ops import DowngradeOps, MigrationScript, UpgradeOps

        second = MigrationScript(
            "second",
            UpgradeOps([]),
            DowngradeOps([]),
            head=directives[0].rev_id,
            splice=True,
            message="second",
        )
        directives.append(second)

    started.options = {"process_revision_directives": divide}
    assert len(started.run("migrate").value) == 2


def test_migrate_shows_the_file(show, started):
    """The output has the path of the file that was written."""
    shown = show("migrate", rev_id="abc")
    assert "migrations/versions/abc_create_user.py" in shown.replace("\n", "").replace("  ", "")


def test_edit_returns_the_files(started, monkeypatch):
    """The value has the paths that were opened."""
    monkeypatch.setenv("EDITOR", "true")
    started.write_revisions(1)
    (path,) = started.run("edit", revision="head").value
    assert path.endswith("rev1_number_1.py")


def test_edit_means_the_current_revision_by_default(started, monkeypatch):
    """A call without revision opens what the database is at."""
    monkeypatch.setenv("EDITOR", "true")
    started.write_revisions(2)
    started.run("upgrade", revision="rev1")
    (path,) = started.run("edit").value
    assert path.endswith("rev1_number_1.py")


def test_merge_returns_the_script(two_heads):
    """The value is the revision that joins the heads."""
    script = two_heads.run("merge").value
    assert set(script.down_revision) == {"left", "right"}


def test_show_returns_the_revision(two_heads):
    """The value has the revisions that the symbol stands for."""
    assert ids(two_heads.run("show", revision="root").value) == ["root"]


def test_show_returns_several_revisions(two_heads):
    """``heads`` stands for all of them."""
    assert set(ids(two_heads.run("show", revision="heads").value)) == {"left", "right"}


def test_show_returns_the_current_revision(two_heads):
    """``current`` stands for what the database is at."""
    two_heads.run("upgrade", revision="root")
    assert ids(two_heads.run("show", revision="current").value) == ["root"]


def test_show_shows_the_revision(show, two_heads):
    """The output has the id and the message."""
    shown = show("show", revision="root")
    assert ("Rev: root" in shown, "first" in shown) == (True, True)


RANGES = {
    None: ["rev3", "rev2", "rev1"],
    "rev2:": ["rev3", "rev2"],
    ":rev2": ["rev2", "rev1"],
    "rev1:rev2": ["rev2", "rev1"],
    "current:": ["rev3", "rev2"],
    ":current": ["rev2", "rev1"],
    "-1:": ["rev3", "rev2"],
    "base:rev1": ["rev1"],
}


@pytest.mark.parametrize("rev_range", RANGES)
def test_history_returns_the_revisions_of_a_range(started, rev_range):
    """The value is what the command line lists, the newest first."""
    started.write_revisions(3)
    started.run("upgrade", revision="rev2")
    assert ids(started.run("history", rev_range=rev_range).value) == RANGES[rev_range]


@pytest.mark.parametrize("rev_range", RANGES)
def test_history_shows_the_revisions_of_a_range(show, started, rev_range):
    """The output has the same revisions as the value."""
    started.write_revisions(3)
    started.run("upgrade", revision="rev2")
    given = {} if rev_range is None else {"rev_range": rev_range}
    lines = show("history", **given).splitlines()
    assert [re.search(r"-> (\w+)", line)[1] for line in lines] == RANGES[rev_range]


def test_history_shows_the_messages(show, started):
    """The output has one line for each revision, the newest first."""
    started.write_revisions(2)
    lines = show("history").splitlines()
    assert [line[-8:] for line in lines] == ["number 2", "number 1"]


def test_history_shows_the_current_revision(show, started):
    """``--indicate-current`` marks it."""
    started.write_revisions(2)
    started.run("upgrade", revision="rev1")
    marked = [
        line for line in show("history", indicate_current=True).splitlines() if "(current)" in line
    ]
    assert ["rev1" in line for line in marked] == [True]


def test_heads_returns_all(two_heads):
    """The value has the ids of all heads."""
    assert set(two_heads.run("heads").value) == {"left", "right"}


def test_heads_shows_all(show, two_heads):
    """The output has one line for each head."""
    assert set(show("heads").splitlines()) == {"left (head)", "right (head)"}


def test_heads_resolves_dependencies(two_heads):
    """A head that another one depends on is none with ``--resolve-dependencies``."""
    two_heads.run("revision", rev_id="top", head="right", depends_on="left")
    assert two_heads.run("heads", resolve_dependencies=True).value == ("top",)


def test_branches_returns_the_branch_points(two_heads):
    """The value has the revision after which the history divides."""
    assert ids(two_heads.run("branches").value) == ["root"]


def test_branches_shows_the_branch_points(show, two_heads):
    """The output has the revision and its successors."""
    assert "root" in show("branches")


def test_current_shows_the_revision(show, started):
    """The output has the id, and whether it is a head."""
    started.write_revisions(1)
    started.run("upgrade")
    assert show("current") == "rev1 (head)\n"


def test_current_returns_all_of_several(two_heads):
    """The value has every revision that the database is at."""
    two_heads.run("upgrade", revision="heads")
    assert set(two_heads.run("current").value) == {"left", "right"}


def test_check_returns_nothing(started):
    """``check`` has no value; it raises."""
    started.run("migrate")
    started.run("upgrade")
    assert started.run("check").value is None


def test_check_shows_the_text_that_scripts_look_for(show, started):
    """The output of a clean check is that of 4.1.0."""
    started.run("migrate")
    started.run("upgrade")
    assert show("check") == "No new upgrade operations detected.\n"


@pytest.mark.parametrize("name", ["upgrade", "downgrade", "stamp"])
def test_a_change_of_the_database_shows_no_result(show, started, name):
    """The progress is on standard error; there is nothing to print."""
    started.write_revisions(2)
    started.run("upgrade", revision="rev1")
    assert show(name) == ""


def test_ensure_version_returns_nothing(started):
    """``ensure_version`` has no value."""
    assert started.run("ensure-version").value is None


def test_a_function_shows_nothing(started, capsys):
    """A program that calls the functions keeps its standard output for itself."""
    started.write_revisions(1)
    with started.app().app_context():
        flask_migrate.list_templates()
        flask_migrate.heads()
        flask_migrate.history()
        flask_migrate.upgrade()
        flask_migrate.current()
        flask_migrate.show()
    assert capsys.readouterr() == ("", "")


def test_a_function_that_is_asked_for_sql_shows_it(started, capsys):
    """``upgrade(sql=True)`` writes to the standard output of the program."""
    started.run("migrate")
    with started.app().app_context():
        flask_migrate.upgrade(sql=True)
    assert "CREATE TABLE user" in capsys.readouterr().out


def test_a_function_takes_its_arguments_by_position(started):
    """``upgrade(directory, revision, sql, tag, x_arg)`` is how programs call it."""
    started.models = users_with_email
    started.write_revisions(2)
    with started.app().app_context():
        steps = flask_migrate.upgrade("migrations", "rev1", False, None, ["a=1"])
    assert [step.revision for step in steps] == ["rev1"]
