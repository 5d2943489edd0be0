"""The kinds of trial. Each notes its problems on the trial, and finds none in a good package."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from . import varied
from .trial import Trial, Workshop, until

#: Where the history is begun in the middle.
MIDDLE = varied.name(13)


def simultaneous(trial: Trial, workshop: Workshop, count: int, from_middle: bool) -> None:
    """*count* processes upgrade at once: each exits with 0, and each revision runs once."""
    if from_middle:
        trial.run("upgrade", MIDDLE)
    processes = [trial.start("upgrade", "--lock-wait", "100") for _ in range(count)]
    for process in processes:
        trial.finish(process, 0)
    trial.compare(workshop.expected)


def killed_at(trial: Trial, workshop: Workshop, statement: int) -> None:
    """Killed before a statement, and run again."""
    # A slower run looks at its lock more often, and a faster one less.
    trial.run("upgrade", expect=(9, 0), FAULT=f"kill:{statement}")
    trial.make_good()
    trial.compare(workshop.expected)


def killed_after(trial: Trial, workshop: Workshop, seconds: float) -> None:
    """Killed from outside at a moment, and run again."""
    process = trial.start("upgrade")
    time.sleep(seconds)
    process.kill()
    trial.finish(process, -signal.SIGKILL, 0)
    trial.make_good()
    trial.compare(workshop.expected)


def raising_after(trial: Trial, workshop: Workshop, operation: int) -> None:
    """A revision raises after one of its operations, is corrected and run again."""
    said = trial.run("upgrade", expect=(1,), FAULT=f"raise:{operation}")
    _expect(trial, said, "Error: Revision r", "ValueError: on purpose")
    trial.make_good()
    trial.compare(workshop.expected)


def disturbed_by(trial: Trial, workshop: Workshop, fault: str, statement: int) -> None:
    """The connection, the disk or the rights are lost at a statement; then run again."""
    said = trial.run("upgrade", expect=(0, 1), FAULT=f"{fault}:{statement}")
    if "Error:" in said:
        trial.make_good()
    trial.compare(workshop.expected)


def asking(
    trial: Trial, workshop: Workshop, statement: int, act: Callable[[], Callable[[], None]]
) -> None:
    """*act* on the server at a statement; what it returns makes the server well again."""
    process = trial.start("upgrade", FAULT=f"ask:{statement}")
    if not until(trial.folder / "asked", process):
        trial.problems.append("never got to the statement")
        return
    make_well = act()
    (trial.folder / "answered").touch()
    said = trial.finish(process, 0, 1)
    make_well()
    if "Error:" in said:
        trial.make_good()
    trial.compare(workshop.expected)


def held_table(trial: Trial, workshop: Workshop, statement: int) -> None:
    """Another session holds a table; the run gives up in time, and goes through afterwards."""
    trial.run("upgrade", MIDDLE)
    engine = sa.create_engine(trial.url, poolclass=sa.pool.NullPool)
    with engine.connect() as other:
        _hold(other)
        said = trial.run("upgrade", "--lock-timeout", "1s", expect=(1,))
        _expect(trial, said, "Error: ")
        _release(other)
    trial.make_good()
    trial.compare(workshop.expected)


def _hold(connection: Any) -> None:
    statements = {
        "sqlite": "BEGIN IMMEDIATE",
        "postgresql": "LOCK TABLE account IN ACCESS EXCLUSIVE MODE",
    }
    name = connection.dialect.name
    if name == "sqlite":
        connection.connection.dbapi_connection.isolation_level = None
    connection.exec_driver_sql(statements.get(name, "LOCK TABLES account WRITE"))


def _release(connection: Any) -> None:
    if connection.dialect.name in ("mysql", "mariadb"):
        connection.exec_driver_sql("UNLOCK TABLES")
    connection.rollback()


def _expect(trial: Trial, said: str, *texts: str) -> None:
    trial.problems += [f"{text!r} is not in: {said[-400:]}" for text in texts if text not in said]


def moments(count: int, seed: int, longest: float) -> list[float]:
    """Seconds after the start at which processes are killed."""
    return [random.Random(seed + n).uniform(0.3, longest) for n in range(count)]
