"""Databases that are awaited, with all that is done around a run."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["aiosqlite", "asyncpg"])
def awaited(request, project):
    """A project with two revisions on an asynchronous driver; ``plain`` is the other way in."""
    if request.param == "asyncpg":
        project.plain = request.getfixturevalue("postgresql_url")
        project.url = project.plain.set(drivername="postgresql+asyncpg")
    else:
        path = project.folder / "async.db"
        project.plain, project.url = f"sqlite:///{path}", f"sqlite+aiosqlite:///{path}"
    project.run("init")
    project.write_revisions(2)
    return project


def look(project, question):
    """What *question* says of the project on an ordinary driver."""
    awaited, project.url = project.url, project.plain
    try:
        return question(project)
    finally:
        project.url = awaited


def test_a_trial_leaves_nothing(awaited):
    """The transaction is rolled back inside the event loop."""
    outcome = awaited.run("upgrade", dry_run=True)
    assert [step.revision for step in outcome.value] == ["rev1", "rev2"]
    assert look(awaited, lambda project: project.tables()) == set()


def test_a_saved_plan_is_run(awaited):
    """It is compared under the lock."""
    assert awaited.run("plan", sql=True, save="plan.json").exit_code == 0
    assert awaited.run("upgrade", from_plan="plan.json").exit_code == 0
    assert awaited.run("upgrade", from_plan="plan.json").exit_code == 3


def test_the_history_is_written(awaited):
    """Each step has a row, and ``status`` and ``verify`` know it."""
    awaited.options = {"history": True}
    awaited.run("upgrade")
    awaited.run("downgrade")
    rows = "SELECT revision, direction FROM alembic_history ORDER BY id"
    assert look(awaited, lambda project: project.execute(rows)) == [
        ("rev1", "upgrade"),
        ("rev2", "upgrade"),
        ("rev2", "downgrade"),
    ]
    (status,) = awaited.run("status").value
    assert [bool(each.applied_at) for each in status.revisions] == [True, False]
    assert awaited.run("verify").exit_code == 0


def test_it_is_waited_for(awaited):
    """``wait`` ends with the run."""
    assert awaited.run("wait", timeout=0).exit_code == 4
    awaited.run("upgrade")
    assert awaited.run("wait", timeout=0).exit_code == 0
