"""Projects made by every earlier release run unchanged."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from flask_migrate import env_releases

from . import __main__, matrix
from .releases import MULTI, SINGLE, templates


@pytest.mark.parametrize("face", matrix.FACES)
@pytest.mark.parametrize(("template", "release"), matrix.PROJECTS)
def test_a_project_of_an_earlier_release_runs(tmp_path, monkeypatch, template, release, face):
    """It does everything with the release's own files, which stay as they are."""
    monkeypatch.chdir(tmp_path)
    project = matrix.project(tmp_path, template, release)
    before = files(tmp_path)
    assert matrix.results(project, face) == dict.fromkeys(matrix.COMMANDS, "ok")
    assert files(tmp_path) == before


def files(folder: Path) -> dict[str, bytes]:
    """What the release wrote."""
    return {path.name: path.read_bytes() for path in folder.glob("migrations/*.*")}


@pytest.mark.parametrize(("template", "release"), matrix.PROJECTS)
def test_the_doctor_knows_the_env_of_a_release(template, release):
    """The table has the git name of each ``env.py``, and the release is in its range."""
    env = templates(release) / template / "env.py"
    content = env.read_bytes()
    name = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()[:7]
    known = env_releases.MULTI if "multidb" in template else env_releases.SINGLE
    assert name in known
    first, _, last = known[name].partition("-")
    assert release in (first, last)
    assert env_releases.recognised(env).releases == known[name]


def test_every_variant_that_the_doctor_knows_is_tried():
    """No row of the table is without a project."""
    assert len(env_releases.SINGLE) == len(SINGLE) == 17
    assert len(env_releases.MULTI) == len(MULTI) == 15


@pytest.fixture
def one_project(monkeypatch):
    """A table with a single row, and what each of its commands comes to."""
    found = dict.fromkeys(matrix.COMMANDS, "ok")
    monkeypatch.setattr(matrix, "PROJECTS", [("flask", "4.1.0")])
    monkeypatch.setattr(matrix, "results", lambda project, face: found)
    return found


def test_the_table_ends_with_the_number_of_good_projects(one_project, capsys):
    """The exit code is 0 where all are good."""
    assert __main__.main() == 0
    assert capsys.readouterr().out.splitlines()[-1] == "1 of 1 projects: ok"


def test_the_table_says_what_failed(one_project, capsys):
    """The exit code is 1, and the reason is below the table."""
    one_project["check"] = "the reason"
    assert __main__.main() == 1
    lines = capsys.readouterr().out.splitlines()
    assert "4.1.0: flask db check: the reason" in lines
    assert lines[-1] == "0 of 1 projects: ok"
