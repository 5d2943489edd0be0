"""What ``--json`` writes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from flask_migrate import documents
from flask_migrate.errors import MigrateError, MultipleHeadsError
from flask_migrate.runs import Step

from .project import Project

COMMAND_LINES = ["flask db", "manage.py db"]


@pytest.fixture(params=COMMAND_LINES)
def document(request, project: Project):
    """Run a command with ``--json`` on each command line; returns the document."""

    def run(name: str, **given):
        outcome = project.run(name, request.param, json=True, **given)
        return json.loads(outcome.stdout)

    return run


def test_a_document_says_what_it_is(document, started):
    """A program can tell the version of the format and the command."""
    found = document("heads")
    assert (found["version"], found["command"]) == (documents.VERSION, "heads")


def test_the_result_is_what_the_function_returns(document, started):
    """``heads`` gives ids, as ``flask_migrate.heads()`` does."""
    started.write_revisions(2)
    assert document("heads")["result"] == ["rev2"]


def test_a_written_revision_is_described(document, started):
    """``revision`` tells the id, the place in the history and the file."""
    found = document("revision", message="first", rev_id="aaa")["result"]
    assert (found["revision"], found["down_revision"], found["message"]) == ("aaa", None, "first")
    assert Path(found["path"]).is_file()


def test_steps_are_described(document, started):
    """``upgrade`` tells each step that it took."""
    started.write_revisions(2)
    steps = document("upgrade")["result"]
    assert [(each["revision"], each["is_upgrade"]) for each in steps] == [
        ("rev1", True),
        ("rev2", True),
    ]


def test_what_a_revision_prints_is_not_in_the_document(document, started):
    """Standard output is one document, whatever a revision writes."""
    started.write_revisions(1)
    started.edit_revision('print("surprise")')
    assert len(document("upgrade")["result"]) == 1


def test_an_error_is_a_document_with_its_facts(document, started):
    """A program need not read the text: the kind, the exit code and the facts are there."""
    started.write_revisions(1)
    started.edit_revision('op.execute("INSERT INTO nowhere VALUES (1)")')
    error = document("upgrade")["error"]
    assert (error["kind"], error["exit_code"], error["revision"]) == (
        "RevisionFailedError",
        1,
        "rev1",
    )
    assert error["sql"] == "INSERT INTO nowhere VALUES (1)"


def test_an_error_is_on_standard_error_as_well(project, started):
    """Whoever reads the log of a program sees the sentence."""
    outcome = started.run("upgrade", "flask db", json=True, revision="nonsense")
    assert "Error: Can't locate revision" in outcome.stderr


def test_what_json_does_not_have_becomes_what_it_has():
    """Paths are text, sets are sorted lists, steps are objects."""
    step = Step("a", True, False, "first", "a.py", "default")
    assert documents.plain({Path("x"): {"b", "a"}, "steps": (step,)}) == {
        "x": ["a", "b"],
        "steps": [
            {
                "revision": "a",
                "is_upgrade": True,
                "is_stamp": False,
                "message": "first",
                "path": "a.py",
                "database": "default",
                "seconds": 0.0,
            }
        ],
    }


@pytest.mark.parametrize("error", [MigrateError("a", hint="b"), MultipleHeadsError("a", ["x"])])
def test_an_error_keeps_its_hint(error):
    """The next command is for programs, too."""
    assert json.loads(documents.of_error("upgrade", error))["error"]["hint"] == error.hint
