"""The project and the databases that a case runs on."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL

from tests import servers

from . import projects
from .cases import Case
from .sides import Side

#: The same statements without Alembic, after the same start.
RAW = """\
import os, sys, app
with app.app.app_context():
    connection = app.db.engine.raw_connection()
    driver = connection.driver_connection
    if app.db.engine.name == "sqlite":
        driver.isolation_level = None
        driver.execute("BEGIN")
    cursor = driver.cursor()
    for statement in open("raw.sql").read().split(";\\n"):
        if statement.strip():
            cursor.execute(statement)
    driver.execute("COMMIT") if app.db.engine.name == "sqlite" else driver.commit()
"""


class Stage:
    """A project for each side, and a database for each."""

    def __init__(self, folder: Path, case: Case, sides: tuple[Side, ...], urls: list[URL]) -> None:
        self.case = case
        self.folders = {side: folder / side.folder.name for side in sides}
        self._urls = dict(zip(sides, urls, strict=True))
        ours, peer = sides
        first = projects.write(self.folders[ours], peer)
        projects.write_history(first, case.revisions, case.statement, case.is_branchy)
        if case.tables:
            self._call(peer, "migrate", at=first, url=self.url(ours))
        shutil.copytree(first, self.folders[peer])
        if case.is_upgraded:
            for side in sides:
                self._call(side, "upgrade", at=self.folders[side], url=self.url(side))

    def url(self, side: Side) -> str:
        return self._urls[side].render_as_string(hide_password=False)

    def variables(self, side: Side) -> dict[str, str]:
        """The environment of a run."""
        case = self.case
        found = {"BENCH_URL": self.url(side), "BENCH_TABLES": str(case.tables)}
        if not case.is_python:
            found["BENCH_STATEMENTS"] = str(self.folders[side] / "statements")
        if case.latency:
            found["BENCH_LATENCY"] = str(case.latency)
        return found

    def reset(self, side: Side) -> None:
        """As before the first run."""
        versions = self.folders[side] / "migrations" / "versions"
        if self.case.is_cold:
            shutil.rmtree(versions / "__pycache__", ignore_errors=True)
        if self.case.revisions and not self.case.is_upgraded:
            _empty(self._urls[side])

    def state(self, side: Side) -> tuple[list[str], list[str]]:
        """What a run left in the database: its tables, and the revisions it is at."""
        engine = sa.create_engine(self._urls[side], poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            tables = sorted(sa.inspect(connection).get_table_names())
            if "alembic_version" not in tables:
                return tables, []
            found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
            return tables, sorted(found.scalars())

    def write_raw(self, side: Side) -> list[str]:
        """The command that sends the statements of ``upgrade`` and does nothing else."""
        folder = self.folders[side]
        done = self._call(side, "upgrade", "--sql", at=folder, url=self.url(side))
        lines = [line for line in done.splitlines() if not line.startswith("--")]
        text = re.sub(r"(?m)^(BEGIN|COMMIT);$", "", "\n".join(lines))
        (folder / "raw.sql").write_text(text)
        (folder / "raw.py").write_text(RAW)
        return [side.python, "raw.py"]

    def _call(self, side: Side, *words: str, at: Path, url: str) -> str:
        variables = {"PATH": "/usr/bin:/bin", "BENCH_URL": url}
        variables["BENCH_TABLES"] = str(self.case.tables)
        done = subprocess.run(
            [side.flask, "db", *words],
            cwd=at,
            env=variables,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{words} exited with {done.returncode}: {done.stderr[-500:]}")
        return done.stdout


class Stages:
    """The stages of a run of benchmarks; those that are alike are made once."""

    def __init__(self, folder: Path, sides: tuple[Side, ...]) -> None:
        self._folder = folder
        self._sides = sides
        self._made: dict[Any, Stage] = {}
        self._stack = ExitStack()
        self._servers: dict[str, servers.Server] = {}

    def __enter__(self) -> Stages:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def stage(self, case: Case) -> Stage:
        key = (case.revisions, case.statement, case.is_branchy, case.tables, case.server)
        key = (*key, case.is_upgraded)
        if key not in self._made:
            folder = self._folder / str(len(self._made))
            urls = [self._database(case.server, folder / each.folder.name) for each in self._sides]
            self._made[key] = Stage(folder, case, self._sides, urls)
        made = self._made[key]
        made.case = case
        return made

    def _database(self, kind: str, folder: Path) -> URL:
        if kind == "sqlite":
            return sa.make_url(f"sqlite:///{folder / 'app.db'}")
        if kind not in self._servers:
            starting = getattr(servers, kind)()
            self._servers[kind] = self._stack.enter_context(starting)
        return self._stack.enter_context(self._servers[kind].database())


def _empty(url: URL) -> None:
    """Drop everything in a database."""
    if url.get_backend_name() == "sqlite":
        Path(url.database or "").unlink(missing_ok=True)
        return
    is_postgresql = url.get_backend_name() == "postgresql"
    whole = "SCHEMA public" if is_postgresql else f"DATABASE {url.database}"
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP {whole}{' CASCADE' if is_postgresql else ''}")
        connection.exec_driver_sql(f"CREATE {whole}")


@contextmanager
def staged(folder: Path, sides: tuple[Side, ...]) -> Iterator[Stages]:
    """Make stages in *folder* inside this block."""
    with Stages(folder, sides) as stages:
        yield stages
