"""Processes of ``flask db`` that start fast: each is forked from one that has imported it all."""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
import tempfile
import threading
from multiprocessing import process as processes
from pathlib import Path

_starting = threading.Lock()
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(
    [
        "flask.cli",
        "flask_sqlalchemy",
        "flask_migrate.cli",
        "flask_migrate.bridge",
        "flask_migrate.environment",
        "sqlalchemy.dialects.sqlite",
        "psycopg2",
        "pymysql",
    ]
)


class Child:
    """A process of ``flask db`` in *folder*, like one of :mod:`subprocess`."""

    def __init__(self, words: list[str], folder: Path, environment: dict[str, str]) -> None:
        number, said = tempfile.mkstemp(dir=folder, prefix="said-")
        os.close(number)
        self._said = Path(said)
        self._process = _context.Process(
            target=_be_flask, args=(words, str(folder), environment, said), daemon=True
        )
        with _starting:
            self._process.start()
            # Each start asks all the others whether they have ended, in its own thread, and
            # only one of two that ask at once is told what one exited with.
            processes._children.discard(self._process)

    @property
    def returncode(self) -> int | None:
        """What it exited with; the number of a signal is negative."""
        return self._process.exitcode

    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.is_alive()

    def said(self, timeout: float) -> str | None:
        """What it wrote, to both streams, once it has ended; ``None`` if it does not in time."""
        self._process.join(timeout)
        return None if self.is_running() else self._said.read_text(encoding="utf-8")

    def kill(self) -> str:
        """End it at once, and return what it wrote."""
        if self._process.pid is not None and self.is_running():
            os.kill(self._process.pid, signal.SIGKILL)
        self._process.join()
        return self._said.read_text(encoding="utf-8")


def _be_flask(words: list[str], folder: str, environment: dict[str, str], said: str) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    number = os.open(said, os.O_WRONLY | os.O_APPEND)
    os.dup2(number, 1)
    os.dup2(number, 2)
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    sys.path.insert(0, folder)
    sys.argv = ["flask", "--app", "app", "db", *words]
    runpy.run_module("flask", run_name="__main__", alter_sys=True)
