"""Knowing what a run will do, with the ``env.py`` of every earlier release."""

from __future__ import annotations

import pytest

from . import matrix

PROJECTS = pytest.mark.parametrize(("template", "release"), matrix.PROJECTS)


@pytest.fixture
def old(tmp_path, monkeypatch, template, release):
    """A project of the release with a revision that is not applied."""
    monkeypatch.chdir(tmp_path)
    project = matrix.project(tmp_path, template, release)
    project.run("migrate", message="first")
    return project


def tables(project):
    return set().union(*(project.tables(bind) for bind in (None, *project.binds)))


def databases(project):
    return sorted(["default", *project.binds])


@PROJECTS
def test_a_plan_is_made_for_each_database(old):
    """And nothing is written."""
    plans = old.run("plan", sql=True).value
    assert sorted(plan.database for plan in plans) == databases(old)
    assert {each.text for plan in plans for step in plan.steps for each in step.operations} == (
        {"table user", "table order"} if old.binds else {"table user"}
    )
    assert all(each.sql for plan in plans for step in plan.steps for each in step.operations)
    assert tables(old) == set()


@PROJECTS
def test_a_saved_plan_is_run(old):
    """It holds as long as nothing changed, and not twice."""
    assert old.run("plan", save="plan.json").exit_code == 0
    assert old.run("upgrade", from_plan="plan.json").exit_code == 0
    assert {"user", "alembic_version"} <= tables(old)
    assert old.run("upgrade", from_plan="plan.json").exit_code == 3


@PROJECTS
def test_a_trial_leaves_nothing(old):
    """Each database is tried, and none is written to."""
    steps = old.run("upgrade", dry_run=True).value
    assert sorted(step.database for step in steps) == databases(old)
    assert tables(old) == set()


@PROJECTS
def test_status_and_wait_know_each_database(old):
    """Before and after the run."""
    before = old.run("status").value
    assert sorted(each.database for each in before) == databases(old)
    assert all(each.pending for each in before)
    assert old.run("wait", timeout=0).exit_code == 4
    old.run("upgrade")
    assert not any(each.pending for each in old.run("wait", timeout=0).value)
