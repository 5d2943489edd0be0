"""What a refusal looks like, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..project import Outcome, Project


def told(outcome: Outcome) -> list[str]:
    """What a command wrote to standard error, without the progress of the run."""
    return [line for line in outcome.stderr.splitlines() if not line.startswith("INFO")]


def assert_refused(outcome: Outcome, *named: str, hint: str | None = "") -> None:
    """A command ended with exit code 1, one ``Error:`` line, a ``Hint:`` and no traceback.

    :param named: What the error says, besides.
    :param hint: What the hint says; ``None`` if none is needed.
    """
    text = "\n".join(told(outcome))
    errors = [line for line in told(outcome) if line.startswith("Error: ")]
    assert outcome.exit_code == 1, (outcome.stdout, text)
    assert len(errors) == 1, text
    assert "Traceback" not in text
    for each in named:
        assert each in errors[0], text
    if hint is not None:
        assert "\nHint: " in text, text
        assert hint in text.partition("\nHint: ")[2], text


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below *folder*, the database as well, and every folder.

    The lock beside a database on SQLite stays when a run is over; it does not count.
    """
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
        if "__pycache__" not in path.parts and path.suffix != ".migrate-lock"
    }


def assert_untouched(
    project: Project, command: str, *named: str, hint: str = "", **given: Any
) -> None:
    """``flask db`` refuses a command, and no file and no row changes."""
    before = contents(project.folder)
    assert_refused(project.run(command, "flask db", **given), *named, hint=hint)
    assert contents(project.folder) == before


def file_of(project: Project, revision: str) -> Path:
    """The file of one of the two revisions of the fixture ``damaged``."""
    return next(path for path in project.revision_files() if path.name.startswith(revision))


def write_revision(project: Project, name: str, text: str) -> Path:
    """Put *text* into a file of the versions folder."""
    path = project.folder / "migrations" / "versions" / name
    path.write_text(text, encoding="utf-8")
    return path


def revision_text(revision: object, down_revision: object, more: str = "") -> str:
    """A revision file that does nothing."""
    return (
        f"revision = {revision!r}\ndown_revision = {down_revision!r}\n{more}\n"
        "def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    )
