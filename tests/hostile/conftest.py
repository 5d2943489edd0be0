from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from ..project import Project


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project of two revisions, ``aaaa`` and ``bbbb``, both applied."""
    before = Path.cwd()
    folder = tmp_path_factory.mktemp("sound")
    os.chdir(folder)
    try:
        project = Project(folder)
        project.run("init")
        project.run("migrate", message="first", rev_id="aaaa")
        project.run("revision", message="second", rev_id="bbbb")
        project.run("upgrade")
    finally:
        os.chdir(before)
    shutil.rmtree(folder / "migrations" / "versions" / "__pycache__", ignore_errors=True)
    return folder


@pytest.fixture
def damaged(sound: Path, project: Project) -> Project:
    """A project of its own for a test to damage."""
    shutil.copytree(sound, project.folder, dirs_exist_ok=True)
    return project
