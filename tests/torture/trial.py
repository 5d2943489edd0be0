"""One trial: a project, a database of its own, and what must be true at the end."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy.engine import URL, make_url

from ..servers import PrivateServer, Server
from . import varied
from .children import Child
from .snapshot import differences, snapshot

#: Seconds after which a process hangs.
PATIENCE = 120

#: The lines of one.
SCREEN = 24

#: What no output may show.
PASSWORD = "secret@/w%rd"


class Trial:
    """A project whose database is as it was made."""

    def __init__(self, folder: Path, url: URL) -> None:
        self.folder = folder
        self.url = url
        self.problems: list[str] = []
        self.processes = 0

    @property
    def is_mariadb(self) -> bool:
        return self.url.get_backend_name() in ("mysql", "mariadb")

    def start(self, *words: str, **environment: str) -> Child:
        """Start ``flask db`` in a process of its own."""
        self.processes += 1
        url = self.url.render_as_string(hide_password=False)
        return Child(list(words), self.folder, {**os.environ, "APP_URL": url, **environment})

    def finish(self, child: Child, *exit_codes: int) -> str:
        """Wait for *child*, which must exit with one of *exit_codes*; returns what it said."""
        said = child.said(PATIENCE)
        if said is None:
            said = child.kill()
            self.problems.append(f"hangs: {said[-300:]}")
            return said
        if exit_codes and child.returncode not in exit_codes:
            self.problems.append(f"exits with {child.returncode}: {said[-600:]}")
        self._look_at(said)
        return said

    def _look_at(self, said: str) -> None:
        """What a command says is for people: one screen, and no secrets."""
        if "Traceback" in said:
            self.problems.append(f"a traceback: {said[-600:]}")
        if said.partition("Error:")[2].count("\n") > SCREEN:
            self.problems.append(f"more than a screen: {said[-600:]}")
        password = self.url.password
        if password and (password in said or quote(password, "") in said):
            self.problems.append(f"the password: {said[-600:]}")

    def run(self, *words: str, expect: tuple[int, ...] = (0,), **environment: str) -> str:
        """Run ``flask db`` to its end."""
        return self.finish(self.start(*words, **environment), *expect)

    def make_good(self) -> None:
        """Run again as a person would, who reads the error and corrects nothing."""
        resume = ["--resume"] if self.is_mariadb else []
        self.run("upgrade", *resume)

    def compare(self, expected: dict[str, Any]) -> None:
        """Note each difference to an undisturbed run."""
        self.problems += differences(snapshot(self.url), expected)
        left = [path.name for path in self.folder.glob("*.db-journal")]
        self.problems += [f"{name} is left" for name in left]

    def count(self, fault: str, what: str) -> int:
        """How many statements or operations an undisturbed run has."""
        self.run("upgrade", FAULT=f"{fault}:0")
        return int((self.folder / what).read_text())


class Workshop:
    """Makes trials on one kind of database."""

    def __init__(self, folder: Path, kind: str, server: Server | None) -> None:
        self.kind = kind
        self._folder = folder / kind
        self._server = server
        self._number = 0
        self._pattern = self._folder / "pattern"
        self._make_pattern()
        with self.trial() as trial:
            self.statements = trial.count("count", "statements")
            self.expected = snapshot(trial.url)
            assert not trial.problems, trial.problems
        with self.trial() as trial:
            self.operations = trial.count("raise", "operations")

    def _make_pattern(self) -> None:
        self._pattern.mkdir(parents=True)
        varied.write_app(self._pattern)
        trial = Trial(self._pattern, make_url("sqlite://"))
        trial.run("init")
        assert not trial.problems, trial.problems
        varied.write(self._pattern)

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """A project and an empty database."""
        self._number += 1
        folder = self._folder / str(self._number)
        shutil.copytree(self._pattern, folder)
        try:
            if self._server is None:
                yield Trial(folder, make_url(f"sqlite:///{folder / 'app.db'}"))
            else:
                with self._server.database() as url:
                    yield Trial(folder, _with_password(url, self._server))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _with_password(url: URL, server: Server) -> URL:
    """*url* with a password, if the server is ours to give it one."""
    if not isinstance(server, PrivateServer):
        return url
    if url.get_backend_name() == "postgresql":  # which trusts who is on this machine
        return url.set(password=PASSWORD)
    quoted = PASSWORD.replace("%", "%%")
    server.execute(f"GRANT ALL ON *.* TO torture@localhost IDENTIFIED BY '{quoted}'")
    return url.set(username="torture", password=PASSWORD)


def until(path: Path, child: Child) -> bool:
    """Wait for *path* to be there; false if *child* ended first."""
    while not path.exists():
        if not child.is_running():
            return False
        time.sleep(0.02)
    return True
