"""Processes that write revisions: two at once, and some that are killed."""

from __future__ import annotations

import signal
import time
from pathlib import Path

from sqlalchemy.engine import make_url

from . import varied
from .trial import Trial

MODEL = """

class User(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(50))
"""


def started(folder: Path) -> Trial:
    """A new project with a model and no revision."""
    folder.mkdir(parents=True)
    varied.write_app(folder, MODEL)
    trial = Trial(folder, make_url(f"sqlite:///{folder / 'app.db'}"))
    trial.run("init")
    return trial


def several_at_once(folder: Path, count: int) -> Trial:
    """*count* processes migrate: those that succeed have a file each, the others are told why."""
    trial = started(folder)
    children = [trial.start("migrate", "-m", "the same words") for _ in range(count)]
    told = [trial.finish(child, 0, 1) for child in children]
    good = sum(child.returncode == 0 for child in children)
    if len(_revisions(trial)) != good or not good:
        trial.problems.append(f"{good} succeeded, and there are {_revisions(trial)}")
    reasons = ("written at the same time", "Target database is not up to date")
    for said in told:
        if "Error:" in said and not any(reason in said for reason in reasons):
            trial.problems.append(f"does not say why: {said[-400:]}")
    _check_history(trial)
    return trial


def killed_with_half_a_file(folder: Path) -> Trial:
    """Killed in the middle of writing the file; the next run writes one, and nothing is left."""
    trial = started(folder)
    trial.run("migrate", expect=(9,), FAULT="half")
    if _revisions(trial):
        trial.problems.append(f"half a file: {_revisions(trial)}")
    trial.run("history")
    trial.run("migrate")
    _check_history(trial)
    left = sorted(path.name for path in _versions(trial).glob(".*"))
    trial.problems += [f"{name} is left" for name in left]
    return trial


def killed_after(folder: Path, seconds: float) -> Trial:
    """Killed from outside at a moment; the whole file is there, or the next run writes it."""
    trial = started(folder)
    child = trial.start("migrate")
    time.sleep(seconds)
    child.kill()
    trial.finish(child, -signal.SIGKILL, 0)
    if not _revisions(trial):
        trial.run("migrate")
    _check_history(trial)
    return trial


def _check_history(trial: Trial) -> None:
    trial.run("upgrade")
    trial.run("check")
    said = trial.run("heads")
    if said.count("(head)") != 1:
        trial.problems.append(f"not one head: {said[-200:]}")


def _versions(trial: Trial) -> Path:
    return trial.folder / "migrations" / "versions"


def _revisions(trial: Trial) -> list[str]:
    return sorted(path.name for path in _versions(trial).glob("*.py"))
