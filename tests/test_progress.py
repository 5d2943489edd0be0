"""How far a run is, on a terminal and elsewhere."""

from __future__ import annotations

import io
import logging
import sys
from contextlib import redirect_stderr

import pytest

from flask_migrate import console, progress
from flask_migrate.runs import Step

from .project import Project

CLEAR = "\r\x1b[K"


class Terminal(io.StringIO):
    """A stream that people look at."""

    def isatty(self):
        return True

    @property
    def screen(self) -> list[str]:
        """The lines that are left when everything was written."""
        lines = self.getvalue().split("\n")
        return [line.rpartition(CLEAR)[2] for line in lines]


@pytest.fixture
def terminal(monkeypatch):
    """A terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    return Terminal()


def step(name: str) -> Step:
    return Step(name, True, False, f"make {name}", "", "default", 0.25)


def shown(stream, *names: str, **display):
    """Show on *stream* the progress of a run of as many steps; stop inside the last one."""
    with (
        redirect_stderr(stream),
        console.attached(console.Display(**display)),
        progress.shown(len(names)) as view,
    ):
        for name in names[:-1]:
            view.began(step(name))
            view.done(step(name))
        view.began(step(names[-1]))
        yield view


def test_a_line_tells_the_number_the_revision_and_the_seconds():
    """Where nobody watches, each step that is done is a line."""
    stream = io.StringIO()
    for view in shown(stream, "aaa", "bbb"):
        view.done(step("bbb"))
    assert stream.getvalue().splitlines() == [
        "[1/2] aaa make aaa  0.25 s",
        "[2/2] bbb make bbb  0.25 s",
    ]


def test_a_bar_tells_what_runs_and_what_is_left(terminal):
    """On a terminal the last line has the position, the revision, its message and its time."""
    for _ in shown(terminal, "aaa", "bbb"):
        [line] = terminal.screen
    assert line.startswith("[##########----------] 1/2")
    assert line.endswith("bbb make bbb  0 s")


def test_a_bar_is_gone_when_the_run_is_over(terminal):
    """The summary has the line to itself."""
    for _ in shown(terminal, "aaa"):
        pass
    assert terminal.screen == [""]


def test_a_bar_stays_below_what_is_written(terminal):
    """What a revision or a logger writes stands above the bar, whole."""
    handler = logging.StreamHandler(terminal)
    log = logging.getLogger("alembic")
    log.addHandler(handler)
    try:
        for _ in shown(terminal, "aaa"):
            print("first", file=sys.stderr)
            log.warning("second")
            lines = terminal.screen
    finally:
        log.removeHandler(handler)
    assert lines[:2] == ["first", "second"]
    assert lines[2].startswith("[-----")


def test_a_bar_gives_the_streams_back(terminal):
    """After the run nothing stands between a program and its terminal."""
    handler = logging.StreamHandler(terminal)
    logging.getLogger("alembic").addHandler(handler)
    try:
        for _ in shown(terminal, "aaa"):
            assert sys.stderr is not terminal
            assert handler.stream is not terminal
    finally:
        logging.getLogger("alembic").removeHandler(handler)
    assert handler.stream is terminal


def test_a_long_message_does_not_break_the_bar(terminal, monkeypatch):
    """The line is cut at the edge of the terminal."""
    monkeypatch.setenv("COLUMNS", "30")
    for _ in shown(terminal, "a" * 100):
        assert max(map(len, terminal.screen)) < 30


def test_a_dumb_terminal_has_lines(terminal, monkeypatch):
    """Where the cursor cannot move there is no bar."""
    monkeypatch.setenv("TERM", "dumb")
    for _ in shown(terminal, "aaa", "bbb"):
        pass
    assert terminal.getvalue() == "[1/2] aaa make aaa  0.25 s\n"


def test_quiet_shows_nothing(terminal):
    """With ``--quiet`` neither a bar nor a line."""
    for _ in shown(terminal, "aaa", quiet=True):
        pass
    assert terminal.getvalue() == ""


def test_a_program_is_shown_nothing(terminal):
    """A library call has no terminal."""
    with redirect_stderr(terminal), progress.shown(1) as view:
        view.began(step("aaa"))
        view.done(step("aaa"))
    assert terminal.getvalue() == ""


@pytest.fixture(params=["flask db", "manage.py db"])
def lines(request, project: Project):
    """Run a command on each command line; returns its standard error, line by line."""

    def run(name: str, **given):
        return project.run(name, request.param, **given).stderr.splitlines()

    return run


def test_a_run_ends_with_a_summary(lines, started):
    """The last line tells how many revisions, how long, and where it ended."""
    started.write_revisions(2)
    assert lines("upgrade")[-1].startswith("Applied 2 revisions in 0.")
    assert lines("upgrade")[-1] == "Nothing to do; the database is at rev2."
    assert lines("downgrade")[-1].endswith("; the database is at rev1.")
    assert lines("stamp")[-1].startswith("Recorded 1 revision in")


def test_a_downgrade_ends_with_where_the_database_is(started):
    """Also where a branch goes and the other one stays."""
    started.run("revision", rev_id="root")
    started.run("revision", rev_id="left", head="root")
    started.run("revision", rev_id="right", head="root", splice=True)
    started.run("upgrade", revision="heads")
    started.run("revision", rev_id="more", head="left")
    started.run("upgrade", revision="heads")
    told = started.run("downgrade", "flask db", revision="left").stderr
    assert told.splitlines()[-1].endswith("; the database is at left, right."), told
    told = started.run("downgrade", "flask db", revision="left@-1").stderr
    assert told.splitlines()[-1].endswith("; the database is at right."), told
    told = started.run("downgrade", "flask db", revision="base").stderr
    assert told.splitlines()[-1].endswith("; the database is at base.")


def test_a_downgrade_of_several_databases_says_where_each_is(project):
    """By its name."""
    project.binds = {"orders": f"sqlite:///{project.folder}/orders.db"}
    project.run("init", multidb=True)
    project.write_revisions(2)
    project.run("upgrade")
    told = project.run("downgrade", "flask db").stderr
    assert told.splitlines()[-1].endswith(" s; default is at rev1, orders is at rev1.")


def test_quiet_leaves_results_and_errors(lines, started):
    """``--quiet`` has neither progress nor Alembic's own lines, and errors all the same."""
    started.write_revisions(1)
    assert lines("upgrade", quiet=True) == []
    assert lines("upgrade", quiet=True, revision="nonsense")[0].startswith("Error: ")


def test_sql_has_no_summary(lines, started):
    """Nothing was applied."""
    started.write_revisions(1)
    assert not any(line.startswith("Applied") for line in lines("upgrade", sql=True))


def test_verbose_shows_the_traceback(lines, started):
    """``--verbose`` has it, without it there is none."""
    started.write_revisions(1)
    started.edit_revision("1 / 0")
    assert not any("Traceback" in line for line in lines("upgrade"))
    assert any("Traceback" in line for line in lines("upgrade", verbose=True))
