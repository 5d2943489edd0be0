"""What a command refuses because it would do nothing, or not what was meant."""

from __future__ import annotations


def test_merge_refuses_a_history_with_one_head(run, started):
    """It would write a revision that joins nothing."""
    started.write_revisions(2)
    outcome = run("merge", message="nothing")
    assert outcome.exit_code == 1
    assert len(started.revision_files()) == 2
    said = outcome.stderr or str(outcome.error)
    assert "There is nothing to merge: the history has 1 head." in said


def test_downgrade_from_a_merge_says_to_name_the_revision(started):
    """There are two revisions one step away."""
    (first,) = started.write_revisions(1)
    for name in ("left", "right"):
        started.run("revision", rev_id=name, head=first, splice=True)
    started.run("merge", rev_id="joined")
    started.run("upgrade")
    outcome = started.run("downgrade", "flask db")
    assert outcome.exit_code == 1
    assert "name the one to go to: flask db downgrade REVISION" in outcome.stderr


def test_a_revision_without_sql_is_told_from_a_wrong_one(started):
    """On SQLite a copy of a table cannot be written without looking at it."""
    started.write_revisions(1)
    change = "with op.batch_alter_table('t') as b: b.drop_column('c')"
    started.edit_revision(change)
    outcome = started.run("upgrade", "flask db", sql=True)
    assert outcome.exit_code == 1
    assert "No database was changed" in outcome.stderr
    assert "Correct the revision" not in outcome.stderr
