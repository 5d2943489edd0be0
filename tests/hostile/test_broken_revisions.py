"""A revision file that is broken is refused by name, and everything stays as it is."""

from __future__ import annotations

import shutil

import pytest

from .refusal import assert_untouched, file_of, revision_text, write_revision

BROKEN_FILES = {
    "empty": (b"", "revision"),
    "syntax error": (b"x = 1\ndef (", "line 2"),
    "indentation": (b"x = 1\n  y = 2\n", "line 2"),
    "conflict markers": (b"<<<<<<< HEAD\nx = 1\n=======\n", "line 1"),
    "raises": (b"1/0", "line 1"),
    "raises an error without text": (b"raise KeyError", "KeyError"),
    "import missing": (b"import nothere", "nothere"),
    "exits with 0": (b"import sys; sys.exit(0)", "sys.exit(0)"),
    "endless recursion": (b"def f(): f()\nf()", "RecursionError"),
    "NUL": (b"\0\0", "null bytes"),
    "UTF-16": (revision_text("bbbb", "aaaa").encode("utf-16"), "SyntaxError"),
    "not UTF-8": (b"x = '\xe9'\n" + revision_text("bbbb", "aaaa").encode(), "SyntaxError"),
    "unknown coding": (b"# coding: nothere\n", "nothere"),
    "no revision": (b"down_revision = 'aaaa'\n", "revision"),
    "no down_revision": (b"revision = 'bbbb'\n", "down_revision"),
    "revision None": (revision_text(None, "aaaa").encode(), "None"),
    "revision a number": (revision_text(5, "aaaa").encode(), "5"),
    "revision empty": (revision_text("", "aaaa").encode(), "''"),
    "revision a list": (revision_text(["x"], "aaaa").encode(), "['x']"),
    "revision bytes": (revision_text(b"x", "aaaa").encode(), "b'x'"),
    "revision with a reserved character": (revision_text("a@b", "aaaa").encode(), "a@b"),
    "down_revision a number": (revision_text("bbbb", 5).encode(), "5"),
    "down_revision of numbers": (revision_text("bbbb", (5, 6)).encode(), "5"),
    "down_revision empty text": (revision_text("bbbb", "").encode(), "down_revision"),
    "down_revision itself": (revision_text("bbbb", "bbbb").encode(), "bbbb"),
    "down_revision missing": (revision_text("bbbb", "zzzz").encode(), "'zzzz'"),
    "depends_on missing": (revision_text("bbbb", "aaaa", "depends_on = 'zzzz'").encode(), "zzzz"),
    "depends_on itself": (revision_text("bbbb", "aaaa", "depends_on = 'bbbb'").encode(), "bbbb"),
    "depends_on a number": (revision_text("bbbb", "aaaa", "depends_on = 5").encode(), "5"),
    "label a number": (revision_text("bbbb", "aaaa", "branch_labels = 5").encode(), "5"),
    "label of a revision": (
        revision_text("bbbb", "aaaa", "branch_labels = 'aaaa'").encode(),
        "aaaa",
    ),
}


@pytest.mark.parametrize("command", ["heads", "upgrade", "migrate", "stamp"])
@pytest.mark.parametrize(("text", "said"), BROKEN_FILES.values(), ids=BROKEN_FILES)
def test_a_broken_revision_file(damaged, command, text, said):
    """A file that is no revision is named with what is wrong in it."""
    file_of(damaged, "bbbb").write_bytes(text)
    assert_untouched(damaged, command, "bbbb_second.py", said)


def test_two_files_of_one_revision(damaged):
    """Both files are named."""
    shutil.copy(file_of(damaged, "bbbb"), file_of(damaged, "bbbb").with_name("copy.py"))
    assert_untouched(damaged, "upgrade", "bbbb_second.py", "copy.py")


@pytest.mark.parametrize("command", ["heads", "upgrade", "migrate", "stamp"])
def test_a_cycle(damaged, command):
    """The files of the circle are named."""
    write_revision(damaged, "xx.py", revision_text("xx", "yy"))
    write_revision(damaged, "yy.py", revision_text("yy", "xx"))
    assert_untouched(damaged, command, "xx", "yy", hint="xx.py")


def test_a_circle_of_the_whole_history(damaged):
    """A history without a base is refused as well."""
    for path in damaged.revision_files():
        path.unlink()
    write_revision(damaged, "aaaa.py", revision_text("aaaa", "bbbb"))
    write_revision(damaged, "bbbb.py", revision_text("bbbb", "aaaa"))
    assert_untouched(damaged, "upgrade", "aaaa", "bbbb", hint="aaaa.py")


def test_a_circle_of_dependencies(damaged):
    """Two revisions that depend on each other are named."""
    write_revision(damaged, "xx.py", revision_text("xx", "bbbb", "depends_on = 'yy'"))
    write_revision(damaged, "yy.py", revision_text("yy", "bbbb", "depends_on = 'xx'"))
    assert_untouched(damaged, "upgrade", "xx", "yy", hint="xx.py", revision="heads")


BROKEN_STEPS = {
    "raises": ("1/0", "ZeroDivisionError"),
    "raises without text": ("raise ValueError", "ValueError"),
    "exits with 0": ("import sys; sys.exit(0)", "sys.exit(0)"),
    "asserts": ("assert False", "AssertionError"),
    "bad SQL": ("op.execute('SELECT * FROM nothere')", "nothere"),
    "table twice": ("op.create_table('user')", "user"),
    "table missing": ("op.drop_table('nothere')", "nothere"),
    "not UTF-8 in text": ("raise ValueError('\\udce9')", "ValueError"),
}


@pytest.mark.parametrize(("body", "said"), BROKEN_STEPS.values(), ids=BROKEN_STEPS)
def test_a_revision_that_fails(damaged, body, said):
    """A revision that cannot be applied is named with its file and line."""
    damaged.run("downgrade")
    text = file_of(damaged, "bbbb").read_text().replace("    pass", f"    {body}", 1)
    file_of(damaged, "bbbb").write_text(text)
    assert_untouched(damaged, "upgrade", "Revision bbbb failed", "bbbb_second.py, line", said)
    assert damaged.current() == {"aaaa"}


@pytest.mark.parametrize(
    ("command", "function"), [("upgrade", "upgrade"), ("downgrade", "downgrade")]
)
def test_a_revision_without_a_function(damaged, command, function):
    """A function that is missing is named with the file."""
    if command == "upgrade":
        damaged.run("downgrade")
    path = file_of(damaged, "bbbb")
    path.write_text(path.read_text().replace(f"def {function}", f"def other_{function}"))
    assert_untouched(damaged, command, "bbbb_second.py", function)
