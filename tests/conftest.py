from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from .project import FACES, Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project on SQLite, in the working directory."""
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)


@pytest.fixture
def started(project: Project) -> Project:
    """A project with a migration directory."""
    project.run("init")
    return project


@pytest.fixture(params=FACES)
def run(request: pytest.FixtureRequest, project: Project):
    """Run a command on each face in turn; the test sees one at a time."""
    return partial(project.run, face=request.param)
