"""What the commands do, on every face."""

from __future__ import annotations

import os

import pytest

from .project import users_with_email

#: What makes an ``env.py`` note a value in a file.
NOTE = """
import pathlib
pathlib.Path({name!r}).write_text({value})
"""


@pytest.fixture
def editor(tmp_path, monkeypatch):
    """An editor that notes which files it was to open."""
    noted, program = tmp_path / "opened", tmp_path / "editor"
    program.write_text(f'#!/bin/sh\nbasename "$1" >> {noted}\n')
    program.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(program))
    return lambda: noted.read_text().splitlines()


@pytest.fixture
def two_heads(started):
    """A project whose history has two heads."""
    started.run("revision", rev_id="left")
    started.run("revision", rev_id="right", head="base")
    return started


def test_upgrade_creates_the_tables(run, project):
    """After ``upgrade`` the database has the tables of the models."""
    run("init")
    run("migrate", message="first")
    assert run("upgrade").exit_code == 0
    assert project.tables() == {"alembic_version", "user"}


def test_a_changed_model_becomes_a_second_revision(run, project):
    """``migrate`` writes what changed since the database was last upgraded."""
    run("init")
    run("migrate", message="first")
    run("upgrade")
    project.models = users_with_email
    run("migrate", message="email")
    run("upgrade")
    assert len(project.revision_files()) == 2
    project.execute("INSERT INTO user (name, email) VALUES ('ann', 'ann@example.org')")


def test_downgrade_undoes_the_last_revision(run, project):
    """``downgrade`` alone goes back one revision."""
    run("init")
    run("migrate", message="first")
    run("upgrade")
    assert run("downgrade").exit_code == 0
    assert project.tables() == {"alembic_version"}


def test_list_templates_succeeds(run):
    """``list-templates`` needs no project."""
    assert run("list-templates").exit_code == 0


def test_init_makes_the_directory(run, project):
    """``init`` makes a directory that holds what the other commands need."""
    run("init")
    made = {path.name for path in (project.folder / "migrations").iterdir()}
    assert made == {"README", "alembic.ini", "env.py", "script.py.mako", "versions"}


def test_init_makes_the_directory_that_is_named(run, project):
    """``-d`` names another directory than that of the application."""
    run("init", directory="there")
    assert (project.folder / "there" / "env.py").exists()


def test_init_multidb_makes_a_project_for_several_databases(run, project):
    """``--multidb`` chooses the template."""
    run("init", multidb=True)
    assert "every_bind=True" in (project.folder / "migrations" / "env.py").read_text()


def test_init_refuses_a_directory_in_use(run, started):
    """A project is not overwritten."""
    env = started.folder / "migrations" / "env.py"
    env.write_text("# mine")
    assert (run("init").exit_code, env.read_text()) == (1, "# mine")


def test_revision_writes_an_empty_revision(run, started):
    """``revision`` writes a file for statements of the user's."""
    run("revision", message="by hand")
    (path,) = started.revision_files()
    assert path.name.endswith("_by_hand.py")


def test_revision_takes_an_id(run, started):
    """``--rev-id`` is the id and the beginning of the file's name."""
    run("revision", rev_id="abc", message="first")
    assert [path.name for path in started.revision_files()] == ["abc_first.py"]


def test_revision_autogenerate_compares(run, started):
    """``revision --autogenerate`` does what ``migrate`` does."""
    run("revision", autogenerate=True)
    (path,) = started.revision_files()
    assert "op.create_table('user'" in path.read_text()


def test_revision_takes_a_branch_label(run, started):
    """A label stands for the branch afterwards."""
    run("revision", rev_id="abc", branch_label="topic")
    assert started.run("heads").value == ("abc",)
    assert started.run("show", revision="topic@head").exit_code == 0


def test_revision_takes_dependencies(run, started):
    """``--depends-on`` writes what must be applied before."""
    started.run("revision", rev_id="a")
    started.run("revision", rev_id="b", head="base")
    run("revision", rev_id="c", head="b", depends_on=["a"])
    (script,) = started.run("show", revision="c").value
    assert script.dependencies == "a"


def test_revision_splices(run, started):
    """``--splice`` allows a new revision on one that has a successor."""
    started.write_revisions(2)
    run("revision", rev_id="beside", head="rev1", splice=True)
    assert set(started.run("heads").value) == {"rev2", "beside"}


def test_revision_refuses_a_second_successor_without_splice(run, started):
    """A branch is not made by accident."""
    started.write_revisions(2)
    assert run("revision", head="rev1").exit_code == 1


def test_revision_takes_a_folder(run, started):
    """``--version-path`` names one of several folders."""
    extra = started.folder / "extra"
    extra.mkdir()
    ini = started.folder / "migrations" / "alembic.ini"
    places = f"%(here)s/versions{os.pathsep}{extra}"
    setting = f"[alembic]\nversion_locations = {places}\n"
    ini.write_text(ini.read_text().replace("[alembic]\n", setting))
    run("revision", rev_id="abc", version_path=str(extra))
    assert [path.name for path in extra.glob("*.py")] == ["abc_.py"]


def test_migrate_writes_what_changed(run, started):
    """``migrate`` writes the statements that make the database as the models are."""
    run("migrate", message="users")
    (path,) = started.revision_files()
    assert "op.create_table('user'" in path.read_text()


def test_migrate_without_changes_writes_nothing(run, started):
    """``migrate`` on what is up to date leaves no file, and is no failure."""
    started.run("migrate")
    started.run("upgrade")
    assert (run("migrate").exit_code, len(started.revision_files())) == (0, 1)


def test_edit_opens_the_newest_revision(run, editor, started):
    """``edit head`` opens the file in ``$EDITOR``."""
    started.write_revisions(2)
    assert run("edit", revision="head").exit_code == 0
    assert editor() == ["rev2_number_2.py"]


def test_edit_opens_the_revision_that_is_named(run, editor, started):
    """``edit REVISION`` opens that one."""
    started.write_revisions(2)
    run("edit", revision="rev1")
    assert editor() == ["rev1_number_1.py"]


def test_merge_joins_all_heads(run, two_heads):
    """``merge`` without revisions leaves one head."""
    run("merge", rev_id="both")
    assert two_heads.run("heads").value == ("both",)


def test_merge_joins_the_revisions_that_are_named(run, two_heads):
    """``merge REVISION...`` joins these, and leaves the others."""
    two_heads.run("revision", rev_id="third", head="base")
    run("merge", revisions=["left", "right"], rev_id="both")
    assert set(two_heads.run("heads").value) == {"both", "third"}


def test_merge_splices(run, two_heads):
    """``merge --splice`` joins a revision that has a successor."""
    two_heads.run("revision", rev_id="lefter", head="left")
    assert run("merge", revisions=["left", "right"], rev_id="both", splice=True).exit_code == 0


def test_upgrade_stops_at_a_revision(run, started):
    """``upgrade REVISION`` applies that revision and nothing after it."""
    first, _ = started.write_revisions(2)
    run("upgrade", revision=first)
    assert started.current() == {first}


def test_upgrade_takes_a_number_of_steps(run, started):
    """``upgrade +1`` applies one revision."""
    first, _ = started.write_revisions(2)
    run("upgrade", revision="+1")
    assert started.current() == {first}


def test_upgrade_takes_all_heads(run, two_heads):
    """``upgrade heads`` applies every branch."""
    run("upgrade", revision="heads")
    assert two_heads.current() == {"left", "right"}


def test_upgrade_sql_leaves_the_database_alone(run, started):
    """``upgrade --sql`` writes to standard output only."""
    started.run("migrate")
    assert "CREATE TABLE user" in run("upgrade", sql=True).stdout
    assert "user" not in started.tables()


def test_upgrade_passes_a_tag(run, started):
    """``--tag`` is what ``env.py`` gets from ``context.get_tag_argument()``."""
    started.run("revision")
    env = started.folder / "migrations" / "env.py"
    env.write_text(env.read_text() + NOTE.format(name="tag", value="context.get_tag_argument()"))
    run("upgrade", tag="release")
    assert (started.folder / "tag").read_text() == "release"


def test_x_arguments_reach_env(run, started):
    """Several ``-x`` are what ``env.py`` gets from ``context.get_x_argument()``."""
    env = started.folder / "migrations" / "env.py"
    value = "' '.join(context.get_x_argument())"
    env.write_text(env.read_text() + NOTE.format(name="x", value=value))
    run("upgrade", x_arg=["a=1", "b=2"])
    assert (started.folder / "x").read_text() == "a=1 b=2"


def test_downgrade_takes_a_number_of_steps(run, started):
    """``downgrade -2`` goes back two revisions."""
    first, *_ = started.write_revisions(3)
    started.run("upgrade")
    run("downgrade", revision="-2")
    assert started.current() == {first}


def test_downgrade_stops_at_a_revision(run, started):
    """``downgrade REVISION`` undoes what came after it."""
    _, second, _ = started.write_revisions(3)
    started.run("upgrade")
    run("downgrade", revision=second)
    assert started.current() == {second}


def test_downgrade_sql_undoes_the_newest_revision(run, started):
    """``downgrade --sql`` alone means ``head:-1``."""
    started.run("migrate")
    started.run("upgrade")
    assert "DROP TABLE user" in run("downgrade", sql=True).stdout
    assert "user" in started.tables()


def test_show_succeeds(run, started):
    """``show`` alone shows the newest revision."""
    started.write_revisions(1)
    assert run("show").exit_code == 0


def test_history_succeeds(run, started):
    """``history`` shows the revisions of a range."""
    started.write_revisions(3)
    assert run("history", rev_range="rev1:rev2", verbose=True).exit_code == 0


def test_history_indicates_the_current_revision(run, started):
    """``history --indicate-current`` looks into the database."""
    started.write_revisions(1)
    assert run("history", indicate_current=True).exit_code == 0


def test_heads_succeeds(run, two_heads):
    """``heads`` is no failure where there are several."""
    assert run("heads", resolve_dependencies=True).exit_code == 0


def test_branches_succeeds(run, two_heads):
    """``branches`` shows where the history divides."""
    assert run("branches", verbose=True).exit_code == 0


def test_current_succeeds_on_an_empty_database(run, started):
    """``current`` is no failure before the first upgrade."""
    assert run("current").exit_code == 0


def test_current_checks_heads(run, started):
    """``current --check-heads`` fails until every head is applied."""
    started.write_revisions(1)
    before = run("current", check_heads=True).exit_code
    started.run("upgrade")
    assert (before, run("current", check_heads=True).exit_code) == (1, 0)


def test_stamp_records_the_head(run, started):
    """``stamp`` alone records the newest revision and runs nothing."""
    started.run("migrate", rev_id="abc")
    run("stamp")
    assert (started.current(), started.tables()) == ({"abc"}, {"alembic_version"})


def test_stamp_records_several_revisions(run, two_heads):
    """``stamp REVISION...`` records all of them."""
    run("stamp", revision=["left", "right"])
    assert two_heads.current() == {"left", "right"}


def test_stamp_purges(run, started):
    """``stamp --purge`` forgets a revision that no file defines."""
    (first,) = started.write_revisions(1)
    started.run("upgrade")
    started.execute("UPDATE alembic_version SET version_num = 'gone'")
    run("stamp", purge=True)
    assert started.current() == {first}


def test_stamp_purge_says_so_where_nothing_is_recorded(started):
    """The record is gone, which is not nothing."""
    started.write_revisions(1)
    started.run("upgrade")
    outcome = started.run("stamp", "flask db", revision=["base"], purge=True)
    assert "Purged; the database is at base." in outcome.stderr
    assert started.current() == set()


def test_stamp_sql_leaves_the_database_alone(run, started):
    """``stamp --sql`` writes to standard output only."""
    started.write_revisions(1)
    assert "INSERT INTO alembic_version" in run("stamp", sql=True).stdout
    assert started.current() == set()


def test_check_accepts_what_is_up_to_date(run, started):
    """``check`` succeeds where the models are as the revisions."""
    started.run("migrate")
    started.run("upgrade")
    assert run("check").exit_code == 0


def test_check_fails_on_a_changed_model(run, started):
    """``check`` exits with 1 where a revision is missing."""
    started.run("migrate")
    started.run("upgrade")
    started.models = users_with_email
    assert run("check").exit_code == 1


def test_ensure_version_makes_the_table(run, started):
    """``ensure-version`` makes the table that records the revision."""
    run("ensure-version")
    assert started.tables() == {"alembic_version"}


def test_ensure_version_sql_leaves_the_database_alone(run, started):
    """``ensure-version --sql`` writes to standard output only."""
    assert "CREATE TABLE alembic_version" in run("ensure-version", sql=True).stdout
    assert started.tables() == set()
