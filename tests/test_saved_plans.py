"""``plan --save`` and ``upgrade --from-plan``: what was looked at is what is run."""

from __future__ import annotations

import json

import pytest

from flask_migrate.refusals import (
    ContradictionError,
    OtherPlanError,
    PlanChangedError,
    PlanFileError,
)
from flask_migrate.saved_plans import SavedPlan

FACES = pytest.mark.parametrize("face", ["python", "flask db", "manage.py db"])

BODY = 'op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))'


@pytest.fixture
def saved(started, database_url):
    """A project on each database, with the plan of its only revision in a file."""
    started.url = database_url
    started.run("revision", rev_id="one")
    started.edit_revision(BODY)
    assert started.run("plan", save="plan.json").exit_code == 0
    return started


def refused(project, **given):
    """The differences that an upgrade says, after which nothing has been run."""
    before = project.tables()
    error = project.run("upgrade", from_plan="plan.json", **given).error
    assert isinstance(error, PlanChangedError)
    assert error.exit_code == 3
    assert project.tables() - {"alembic_version"} == before - {"alembic_version"}
    return " ".join(error.differences)


@FACES
def test_a_plan_that_holds_is_run(saved, face):
    """The revision is applied."""
    saved.run("plan", face, save="plan.json")
    assert saved.run("upgrade", face, from_plan="plan.json").exit_code == 0
    assert saved.current() == {"one"}


def test_a_database_that_went_on_is_refused(saved):
    """The same plan is not run twice."""
    saved.run("upgrade")
    assert "default was at base and is at one." in refused(saved)


def test_a_new_revision_is_refused(saved):
    """The plan goes to the head that there was."""
    saved.run("revision", rev_id="two")
    assert "revision two is not in it" in refused(saved)


def test_a_revision_that_is_gone_is_refused(saved):
    """What was planned cannot be done."""
    saved.revision_files()[0].unlink()
    assert "revision one is not run any more" in refused(saved)


def test_another_operation_is_refused_with_both(saved):
    """The sentence has what it was and what it is."""
    saved.edit_revision(BODY.replace('"t"', '"u"'))
    assert "operation 1 was '+ table t' and is '+ table u'" in refused(saved)


def test_one_more_operation_is_refused(saved):
    """Nothing was planned in its place."""
    saved.edit_revision(f'{BODY}\nop.execute("SELECT 1")')
    assert "operation 2 was 'nothing' and is 's SQL: SELECT 1'" in refused(saved)


def test_other_sql_of_the_same_operation_is_refused(saved):
    """A table of the same name with another column."""
    saved.edit_revision(BODY.replace("sa.Integer", "sa.BigInteger"))
    assert "the SQL of + table t is another" in refused(saved)


def test_other_python_is_refused(saved):
    """What is no operation is compared by what the file means."""
    saved.edit_revision(f"{BODY}\nprint('something else')")
    assert "its file was changed" in refused(saved)


def test_a_comment_is_no_difference(saved):
    """The file means the same."""
    saved.edit_revision(f"# Nobody runs this.\n{BODY}")
    assert saved.run("upgrade", from_plan="plan.json").exit_code == 0


def test_a_plan_of_another_kind_of_database_is_refused(saved):
    """Its SQL is for that one."""
    content = json.loads((saved.folder / "plan.json").read_text())
    content["databases"]["default"]["dialect"] = "oracle"
    (saved.folder / "plan.json").write_text(json.dumps(content))
    assert "default was oracle and is" in refused(saved)


def test_what_changes_while_the_lock_is_waited_for_is_seen(saved, monkeypatch):
    """The plan is compared again once nobody else can change anything."""

    def meanwhile(plan, plans):
        saved.edit_revision(BODY.replace('"t"', '"u"'))

    monkeypatch.setattr(SavedPlan, "check_all", meanwhile)
    assert "is '+ table u'" in refused(saved)


def test_a_database_that_moves_while_the_lock_is_waited_for_is_seen(saved_down, monkeypatch):
    """Where the target would lead nowhere, the difference is said all the same."""

    def meanwhile(plan, plans):
        saved_down.execute("DELETE FROM alembic_version")

    monkeypatch.setattr(SavedPlan, "check_all", meanwhile)
    error = saved_down.run("downgrade", from_plan="plan.json").error
    assert isinstance(error, PlanChangedError)
    assert error.differences == ("default was at one and is at base.",)
    assert "Nothing was run on default: " in error.message


def test_the_plan_goes_where_it_was_told_to(saved):
    """A plan to a revision is run to that revision."""
    saved.run("revision", rev_id="two")
    saved.run("plan", revision="one", save="plan.json")
    assert saved.run("upgrade", from_plan="plan.json").exit_code == 0
    assert saved.current() == {"one"}


def test_the_file_has_no_password(started, postgresql_url):
    """It says which database it is for, without a user."""
    started.url = postgresql_url.set(username="postgres", password="secret-word")
    started.write_revisions(1)
    assert started.run("plan", save="plan.json").exit_code == 0
    text = (started.folder / "plan.json").read_text()
    assert "secret-word" not in text
    (database,) = json.loads(text)["databases"].values()
    assert database["dialect"] == "postgresql"
    assert database["address"].endswith(f"/{postgresql_url.database}")
    assert "postgres:" not in database["address"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is no plan"),
        ("[]", "is no plan"),
        ("[" * 100_000, "is no plan"),
        ('{"format": "other"}', "is no plan"),
        ('{"format": "flask-migrate plan", "version": 9}', "is a plan of format 9, not 1"),
        ('{"format": "flask-migrate plan", "version": 1}', "is a plan without"),
        (
            '{"format": "flask-migrate plan", "version": 1, "command": "upgrade", '
            '"revision": "head", "tag": null, "databases": {"default": {"dialect": "sqlite", '
            '"address": "", "heads": [], "steps": [{}]}}}',
            "is a plan without",
        ),
        (
            '{"format": "flask-migrate plan", "version": 1, "command": "upgrade", '
            '"revision": "head", "tag": null, "databases": []}',
            "is no plan",
        ),
    ],
)
def test_a_file_that_is_no_plan_is_refused(started, content, said):
    """The sentence names the file, and the hint how to make one."""
    (started.folder / "plan.json").write_text(content)
    error = started.run("upgrade", from_plan="plan.json").error
    assert isinstance(error, PlanFileError)
    assert (error.path, said in error.message) == ("plan.json", True)
    assert error.hint == "Make one with: flask db plan --save plan.json"


def test_a_file_that_is_not_there_is_refused(started):
    """By name."""
    error = started.run("upgrade", from_plan="nothing.json").error
    assert "The file 'nothing.json' cannot be read: No such file or directory." in str(error)


def test_a_folder_is_no_file_for_a_plan(started):
    """It is refused, and nothing is left beside it."""
    started.write_revisions(1)
    before = set(started.folder.iterdir())
    error = started.run("plan", save="migrations").error
    assert isinstance(error, PlanFileError)
    assert {path.name for path in set(started.folder.iterdir()) - before} <= {"app.db"}


def test_a_folder_that_is_not_there_is_refused(started):
    """Nothing is written, and nothing is left beside it."""
    started.write_revisions(1)
    error = started.run("plan", save="nowhere/plan.json").error
    assert isinstance(error, PlanFileError)
    assert "cannot be written" in error.message


@pytest.fixture
def saved_down(saved):
    """The same with its revision applied, and the plan to undo it in the file."""
    path = saved.revision_files()[0]
    path.write_text(path.read_text() + "\ndef downgrade():\n    op.drop_table('t')\n")
    saved.run("upgrade")
    assert saved.run("plan", down=True, save="plan.json").exit_code == 0
    return saved


@FACES
def test_a_plan_to_undo_is_undone(saved_down, face):
    """``downgrade`` follows what ``plan --down`` saved, and not twice."""
    shown = saved_down.run("plan", "flask db", down=True, save="plan.json").stderr
    assert "Saved; run it with: flask db downgrade --from-plan plan.json" in shown
    assert saved_down.run("downgrade", face, from_plan="plan.json").exit_code == 0
    assert saved_down.current() == set()
    error = saved_down.run("downgrade", from_plan="plan.json").error
    assert "default was at one and is at base." in error.differences
    assert error.hint == "Look again with: flask db plan --down --sql --save plan.json"


def test_a_downgrade_that_was_edited_is_refused(saved_down):
    """Nothing is undone."""
    path = saved_down.revision_files()[0]
    path.write_text(path.read_text().replace("drop_table('t')", "drop_table('u')"))
    error = saved_down.run("downgrade", from_plan="plan.json").error
    assert "operation 1 was '- table t' and is '- table u'" in error.differences[0]
    assert saved_down.current() == {"one"}


@pytest.mark.parametrize(("down", "other"), [(True, "upgrade"), (False, "downgrade")])
def test_a_plan_is_of_one_direction(saved, down, other):
    """The hint has the command that it is of."""
    if down:
        saved.run("upgrade")
        saved.run("plan", down=True, save="plan.json")
    error = saved.run(other, from_plan="plan.json").error
    assert isinstance(error, OtherPlanError)
    assert f"not of {other}." in error.message
    assert error.hint.endswith("grade --from-plan plan.json")


CONTRADICTIONS = [{"sql": True}, {"dry_run": True}, {"revision": "+1"}, {"tag": "x"}]


@pytest.mark.parametrize("given", CONTRADICTIONS)
@pytest.mark.parametrize("name", ["upgrade", "downgrade"])
def test_what_contradicts_the_plan_is_refused(saved, name, given):
    """The plan says where to go, and that it is run."""
    assert isinstance(saved.run(name, from_plan="plan.json", **given).error, ContradictionError)


def test_another_database_is_refused(saved):
    """The same revisions at the same place in a database of another name."""
    content = json.loads((saved.folder / "plan.json").read_text())
    content["databases"]["default"]["address"] = "db1:5432/shop"
    (saved.folder / "plan.json").write_text(json.dumps(content))
    assert "default was at 'db1:5432/shop' and is at '" in refused(saved)


def test_each_of_several_databases_is_compared(project):
    """Before the first is touched."""
    project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.run("init", multidb=True)
    project.write_revisions(1)
    project.run("plan", save="plan.json")
    project.run("upgrade", bind="other")
    error = project.run("upgrade", from_plan="plan.json").error
    assert "other was at base and is at rev1." in error.differences
    assert project.current() == set()


def test_other_databases_are_refused(project):
    """The plan names those that it is for."""
    project.binds = {"other": f"sqlite:///{project.folder / 'other.db'}"}
    project.run("init", multidb=True)
    project.write_revisions(1)
    project.run("plan", bind="other", save="plan.json")
    error = project.run("upgrade", from_plan="plan.json").error
    assert error.differences == ("The database default is not in it.",)
    assert project.run("upgrade", from_plan="plan.json", bind="other").exit_code == 0
