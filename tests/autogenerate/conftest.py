"""What tests of ``migrate`` begin with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from ..project import Project


@pytest.fixture
def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[URL], Project]:
    """Makes a project with a migration directory on a database."""

    def begin(url: URL) -> Project:
        monkeypatch.chdir(tmp_path)
        project = Project(tmp_path, url)
        project.run("init")
        return project

    return begin
