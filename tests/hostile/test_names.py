"""A name that would break something is refused, and nothing is written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ..project import users_with_email
from .refusal import assert_untouched, write_revision

BAD_IDS = {
    "up": "../../x",
    "up on Windows": "..\\..\\x",
    "folder": "a/b",
    "absolute": "/tmp/flask-migrate-hostile",
    "dots": "..",
    "dot": ".",
    "hidden": ".x",
    "single quote": "a'b",
    "double quote": 'a"b',
    "space": "a b",
    "at": "a@b",
    "minus": "a-b",
    "negative": "-1",
    "plus": "+1",
    "colon": "a:b",
    "comma": "a,b",
    "per cent": "%s",
    "mako": "${1}",
    "newline": "a\nb",
    "trailing newline": "cccc\n",
    "NUL": "a\0b",
    "SQL": "'; DROP TABLE user; --",
    "33 characters": "a" * 33,
    "1000 characters": "a" * 1000,
    "existing": "aaaa",
    "existing head": "bbbb",
    "head": "head",
    "heads": "heads",
    "base": "base",
    "current": "current",
    "blank": " ",
    "letters of another script": "révision",
    "surrogate": "a\udce9",
}


@pytest.mark.parametrize("command", ["revision", "migrate", "merge"])
@pytest.mark.parametrize("rev_id", BAD_IDS.values(), ids=BAD_IDS)
def test_a_bad_revision_id_is_refused(damaged, command, rev_id):
    """An id that breaks the history, a file name or SQL is named, and nothing is written."""
    if command == "merge":
        damaged.run("revision", head="aaaa", splice=True, rev_id="cccc")
    damaged.models = users_with_email
    assert_untouched(damaged, command, repr(rev_id), hint="--rev-id", rev_id=rev_id)
    assert not Path("/tmp/flask-migrate-hostile.py").exists()


@pytest.mark.parametrize(
    "rev_id", ["a", "aaa", "aaaab", "0001", "v1.2", "a_b", "_x", "A" * 32, "None", "1e5"]
)
def test_a_good_revision_id_is_taken(damaged, rev_id):
    """An id of letters, digits, dots and underscores works, be it the beginning of another."""
    assert damaged.run("revision", "flask db", rev_id=rev_id).exit_code == 0
    assert damaged.run("upgrade", "flask db").exit_code == 0
    assert damaged.current() == {rev_id}
    assert damaged.run("downgrade", "flask db", revision="aaaa").exit_code == 0
    assert damaged.current() == {"aaaa"}


def test_a_revision_id_that_is_a_label_is_refused(damaged):
    """An id and a label are looked up in one place."""
    damaged.run("revision", rev_id="cccc", branch_label="feature")
    assert_untouched(damaged, "revision", "'feature'", rev_id="feature")


def test_a_new_file_never_replaces_an_old_one(damaged):
    """Two revisions whose files would have one name do not lose the first."""
    damaged.run("revision", rev_id="x", message="y z")
    assert_untouched(damaged, "revision", "x_y_z.py", rev_id="x_y", message="z")


def test_a_file_template_without_an_id_never_replaces_an_old_file(damaged):
    """A ``file_template`` of the message alone gives equal messages one name."""
    ini = damaged.folder / "migrations" / "alembic.ini"
    ini.write_text("[alembic]\nfile_template = %%(slug)s\n")
    damaged.run("revision", message="again")
    assert_untouched(damaged, "revision", "again.py", message="again")


# Branch labels

BAD_LABELS = {
    "existing id": "aaaa",
    "existing label": "feature",
    "head": "head",
    "heads": "heads",
    "base": "base",
    "current": "current",
    "space": "a b",
    "at": "a@b",
    "colon": "a:b",
    "plus": "+1",
    "minus": "-1",
    "relative": "a+1",
    "relative with minus": "feature-2",
    "blank": " ",
    "newline": "a\nb",
    "the new id": "cccc",
}


@pytest.mark.parametrize("label", BAD_LABELS.values(), ids=BAD_LABELS)
def test_a_bad_branch_label_is_refused(damaged, label):
    """A label that Alembic cannot tell from something else is named."""
    damaged.run("revision", rev_id="labelled", branch_label="feature")
    assert_untouched(damaged, "revision", repr(label)[1:-1], rev_id="cccc", branch_label=label)


@pytest.mark.parametrize(
    "label", ["feature", "my-feature-2", "v2.0", "Ünïcode", "a'b", 'a"b', "a,b"]
)
def test_a_good_branch_label_is_taken(damaged, label):
    """Others work, and stand for the branch."""
    assert damaged.run("revision", "flask db", rev_id="cccc", branch_label=label).exit_code == 0
    assert damaged.run("upgrade", "flask db", revision=f"{label}@head").exit_code == 0
    assert damaged.current() == {"cccc"}


@pytest.mark.parametrize("option", ["rev_id", "branch_label", "message"])
def test_an_empty_option_is_as_good_as_none(damaged, option):
    """``--rev-id "$ID"`` without the variable makes an ordinary revision."""
    assert damaged.run("revision", "flask db", **{option: ""}).exit_code == 0
    assert damaged.run("upgrade", "flask db").exit_code == 0
    assert damaged.current() == set(damaged.run("heads").value)


# Where a revision goes


@pytest.mark.parametrize("place", ["..", ".", "/tmp", "elsewhere", "migrations", "a\0b", " "])
def test_a_version_path_outside_is_refused(damaged, place):
    """A revision is written where the project looks for revisions, or not at all."""
    assert_untouched(damaged, "revision", f"Path {place} is not", version_path=place)


NOWHERE = {
    "unknown": "zzzz",
    "unknown branch": "nothere@head",
    "unknown on a branch": "aaaa@zzzz",
    "two ats": "a@b@c",
    "only at": "@",
    "quotes": "'\"",
    "SQL": "' OR 1=1 --",
    "too far": "aaaa+5",
    "too far back": "bbbb-9",
    "NUL": "a\0b",
    "surrogate": "\udce9",
    "blank": " ",
    "number": "99",
    "long": "z" * 5000,
}


@pytest.mark.parametrize("option", ["head", "depends_on"])
@pytest.mark.parametrize("value", NOWHERE.values(), ids=NOWHERE)
def test_a_parent_that_is_none_is_refused(damaged, option, value):
    """What no revision is called is named, and nothing is written."""
    given = [value] if option == "depends_on" else value
    assert_untouched(damaged, "revision", rev_id="cccc", **{option: given})


@pytest.mark.parametrize("command", ["upgrade", "downgrade", "stamp", "show", "edit"])
@pytest.mark.parametrize("value", NOWHERE.values(), ids=NOWHERE)
def test_a_revision_that_is_none_is_refused(damaged, command, value, monkeypatch):
    """What no revision is called is refused, and the database stays where it is."""
    monkeypatch.setenv("EDITOR", "false")
    given = [value] if command == "stamp" else value
    assert_untouched(damaged, command, revision=given)


@pytest.mark.parametrize("command", ["upgrade", "stamp"])
def test_sql_to_a_revision_that_is_none_names_it(damaged, command):
    """No database is asked, or said to be of no use."""
    given = ["zzzz"] if command == "stamp" else "zzzz"
    said = "Can't locate revision identified by 'zzzz'"
    assert_untouched(damaged, command, said, revision=given, sql=True)


def test_two_heads_are_no_matter_where_something_else_is_wrong(damaged):
    """A hint is about the error: a range that is none, a branch of which nothing is applied."""
    side = {"head": "base", "rev_id": "cccc", "branch_label": "side", "depends_on": ["bbbb"]}
    assert damaged.run("revision", "flask db", **side).exit_code == 0
    for command, given, hint in (
        ("history", {"rev_range": "a"}, "Write START:END"),
        ("history", {"rev_range": "bbbb:"}, "flask db history"),
        ("downgrade", {"revision": "side@-1"}, "flask db history"),
    ):
        assert_untouched(damaged, command, hint=hint, **given)


@pytest.mark.parametrize("command", ["show", "edit", "stamp", "downgrade"])
@pytest.mark.parametrize("value", ["-3", "-9"])
def test_more_steps_down_than_there_are_revisions_are_refused(damaged, command, value):
    """It is said that there are too many, and where to count them."""
    assert damaged.run("downgrade", "flask db", revision="base").exit_code == 0
    given = [value] if command == "stamp" else value
    hint = "flask db status"
    assert_untouched(damaged, command, f"Relative revision {value}", hint=hint, revision=given)


@pytest.mark.parametrize("value", ["a", "a:b:c", "zzzz:", ":zzzz", "aaaa:zzzz", "@:", "bbbb:aaaa"])
def test_a_range_that_is_none_is_refused(damaged, value):
    """A range of revisions that cannot be walked is refused."""
    assert_untouched(damaged, "history", rev_range=value)


def test_a_parent_that_is_no_head_needs_splice(damaged):
    """The option that begins a branch is named."""
    assert_untouched(damaged, "revision", "aaaa", hint="--splice", head="aaaa")


def test_a_range_is_no_parent(damaged):
    """A parent is one revision."""
    assert_untouched(damaged, "revision", "aaaa:bbbb", head="aaaa:bbbb")


def test_a_revision_depends_on_itself_never(damaged):
    """An id that does not exist yet is no dependency."""
    assert_untouched(damaged, "revision", "cccc", rev_id="cccc", depends_on=["cccc"])


# Values for env.py


@pytest.mark.parametrize("value", ["", "=", "a", "a=b=c", "%s", "\0", "\udce9", "-x", "'\""])
def test_an_x_argument_is_only_passed_on(damaged, value):
    """``-x`` takes any text."""
    damaged.run("downgrade")
    assert damaged.run("upgrade", "flask db", x_arg=[value]).exit_code == 0
    assert damaged.current() == {"bbbb"}


@pytest.mark.parametrize("tag", ["", "%s", "\0", "\udce9", "'\""])
def test_a_tag_is_only_passed_on(damaged, tag):
    """``--tag`` takes any text."""
    damaged.run("downgrade")
    assert damaged.run("upgrade", "flask db", tag=tag).exit_code == 0


def test_leaving_a_dependency_out_of_reach(damaged):
    """A file that was there and vanished is told, not walked past."""
    write_revision(damaged, "cccc.py", "revision = 'cccc'\ndown_revision = 'dddd'\n")
    assert_untouched(damaged, "upgrade", "cccc.py", "'dddd'")
    os.unlink("migrations/versions/cccc.py")
    assert damaged.run("upgrade").exit_code == 0
