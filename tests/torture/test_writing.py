"""A revision file is there whole or not at all, and none is lost."""

from __future__ import annotations

import pytest

from flask_migrate import errors

from . import writing


@pytest.mark.parametrize("count", [2, 4])
def test_migrations_at_once_leave_one_history(tmp_path, count):
    """One is written; the others are told, instead of making a second head of the same."""
    assert writing.several_at_once(tmp_path / "app", count).problems == []


def test_a_run_killed_while_it_writes_leaves_no_revision(tmp_path):
    """The history can be read, and the next run writes the file."""
    assert writing.killed_with_half_a_file(tmp_path / "app").problems == []


def test_a_revision_that_appears_meanwhile_is_not_passed_over(started):
    """The later of two runs stops, and the file of the other stays."""
    other = started.folder / "migrations" / "versions" / "other.py"
    template = started.folder / "migrations" / "script.py.mako"
    text = 'revision = "other"\ndown_revision = None\n'
    line = f"<% import pathlib; pathlib.Path({str(other)!r}).write_text({text!r}) %>"
    template.write_text(line + template.read_text())
    outcome = started.run("migrate")
    assert isinstance(outcome.error, errors.HistoryError)
    assert "written at the same time: migrations/versions/other.py" in outcome.error.message
    assert started.revision_files() == [other]
    assert [each.name for each in other.parent.glob(".*")] == []


def test_the_file_that_is_announced_is_the_one_that_is_written(started):
    """Not the one beside it."""
    outcome = started.run("migrate", "flask db", message="first")
    (file,) = started.revision_files()
    assert f"Generating {file}" in outcome.stdout.replace("\n", "").replace("  ", "")
