"""Servers of one's own that are killed, or whose disk is full, in the middle of a run."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import servers
from . import trials as sorts
from .trial import Workshop

Done = list[tuple[int, list[str]]]

#: Bytes of the disk that is to be full; what an empty server needs and a little more.
DISK = {"postgresql": "160m", "mariadb": "400m"}


def trials(folder: Path, kind: str, rounds: int) -> Iterator[tuple[str, Done]]:
    """Run them on private servers below *folder*; yields the name of each sort and what it did."""
    start = getattr(servers, f"private_{kind}")
    with start() as server:
        workshop = Workshop(folder / "restarted", kind, server)

        def restart() -> Callable[[], None]:
            server.restart()
            return lambda: None

        yield "the server is killed and restarted", _done(workshop, restart, rounds)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with small_disk(folder / f"disk-{kind}", DISK[kind]) as disk, start(disk) as server:
            workshop = Workshop(folder / "filled", kind, server)
            yield "the disk is full", _done(workshop, lambda: filled(disk), rounds)
    except PermissionError as error:
        print(f"{kind:<11} the disk is full: not run, {error}")


def _done(workshop: Workshop, act: Callable[[], Callable[[], None]], rounds: int) -> Done:
    done = []
    for statement in range(5, workshop.statements, max(1, workshop.statements // rounds)):
        with workshop.trial() as trial:
            sorts.asking(trial, workshop, statement, act)
            done.append((trial.processes, trial.problems))
    return done


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A disk of *size* at *place*.

    :raises PermissionError: Only root may have one.
    """
    place.mkdir(parents=True)
    for folder in (place, *place.parents[:3]):  # the server has an account of its own
        folder.chmod(folder.stat().st_mode | 0o011)
    words = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=1777", "tmpfs", str(place)]
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise PermissionError(f"a disk cannot be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def filled(disk: Path) -> Callable[[], None]:
    """Fill *disk* to the last byte; returns what makes room again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(65536))
        except OSError:
            pass
    return ballast.unlink
