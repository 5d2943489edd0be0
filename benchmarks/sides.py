"""The two that are compared: each an environment of its own, with the same libraries."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: The release that this package is measured against.
PEER = "4.1.0"

#: What both sides have in the same version.
SHARED = ("alembic", "SQLAlchemy", "Flask", "Flask-SQLAlchemy", "psycopg2-binary", "PyMySQL")


@dataclass(frozen=True)
class Side:
    """One of the two."""

    name: str
    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    @property
    def flask(self) -> str:
        return str(self.folder / "bin" / "flask")


def prepared(folder: Path) -> tuple[Side, Side]:
    """This package and its peer, installed below *folder*."""
    ours = Side("this package", folder / ".venv-bench")
    peer = Side(f"Flask-Migrate {PEER}", folder / ".venv-bench-peer")
    versions = [f"{name}=={_version(name)}" for name in SHARED]
    _make(ours, [*versions, str(ROOT)])
    _make(peer, [*versions, f"Flask-Migrate=={PEER}"])
    return ours, peer


def _make(side: Side, requirements: list[str]) -> None:
    if not side.folder.exists():
        subprocess.run([sys.executable, "-m", "venv", str(side.folder)], check=True)
    pip = [side.python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *requirements], check=True)
    if str(ROOT) in requirements:  # the sources may have changed under the same version
        subprocess.run([*pip, "--force-reinstall", "--no-deps", str(ROOT)], check=True)


def _version(distribution: str) -> str:
    from importlib.metadata import version

    return version(distribution)
