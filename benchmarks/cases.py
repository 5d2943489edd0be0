"""What is measured: a table of cases."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from .projects import NOTHING, TABLE

#: What a web worker pays; the last line of the output has the seconds.
IMPORT = """\
import time
import flask, flask_sqlalchemy, sys
app = flask.Flask("app")
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
db = flask_sqlalchemy.SQLAlchemy(app)
before, began = set(sys.modules), time.perf_counter()
from flask_migrate import Migrate
Migrate(app, db)
print(time.perf_counter() - began, len(set(sys.modules) - before), "modules")
"""


@dataclass(frozen=True)
class Case:
    """One command, on a project of one size."""

    name: str
    #: What comes after ``flask``; or a Python program, if ``is_python``.
    words: tuple[str, ...]
    is_python: bool = False
    revisions: int = 0
    #: What each revision does.
    statement: str = NOTHING
    is_branchy: bool = False
    tables: int = 0
    server: str = "sqlite"
    #: Whether the database is at the head when the command begins.
    is_upgraded: bool = False
    #: Seconds that each statement takes longer.
    latency: float = 0.0
    runs: int = 5
    #: Without the bytecode of the revisions, as after a checkout.
    is_cold: bool = False
    reading: Callable[[str], float] | None = None
    #: Standard output without what differs by design.
    plain: Callable[[str], str] = field(default=lambda output: output.strip())


def _nothing(output: str) -> str:
    return ""


#: Commands that read the history, and whether the database is looked at.
READING = ("heads", "current", "history", "upgrade", "stamp", "check", "migrate")

SIZES = (10, 100, 1000, 5000)
TABLES = (50, 500, 2000)
SERVERS = ("sqlite", "postgresql", "mariadb")


def cases(is_quick: bool) -> Iterator[Case]:
    """The cases, the cheap first."""
    yield Case(
        "import and Migrate(app, db)",
        ("-c", IMPORT),
        is_python=True,
        reading=lambda output: float(output.split()[0]),
        plain=_nothing,
        runs=7,
    )
    # The texts of help differ: this package has more commands.
    yield Case("flask db --help", ("db", "--help"), plain=_nothing)
    yield Case("list-templates", ("db", "list-templates"), plain=_nothing)
    for size in SIZES if not is_quick else SIZES[1:3]:
        for name in READING if not is_quick else READING[:4]:
            yield _reading(name, size, runs=3 if size == SIZES[-1] else 5)
    if not is_quick:
        yield _reading("heads", 5000, runs=3, is_cold=True)
        for name in ("heads", "current", "history"):
            yield _reading(name, 5000, runs=3, is_branchy=True)
    for server in SERVERS:
        for tables in TABLES if not is_quick else TABLES[:1]:
            for name in ("check", "migrate") if not is_quick else ("check",):
                yield _comparing(name, server, tables)
        if not is_quick:
            yield _comparing("check", server, 500, latency=0.005)
    for server in SERVERS:
        yield Case(
            f"upgrade from empty, {100 if is_quick else 1000} revisions, {server}",
            ("db", "upgrade"),
            revisions=100 if is_quick else 1000,
            server=server,
            statement=TABLE,
            runs=3,
        )


def _reading(
    name: str, size: int, runs: int, is_branchy: bool = False, is_cold: bool = False
) -> Case:
    kind = "branchy " if is_branchy else ""
    return Case(
        f"{name}, {size} {kind}revisions{', cold' if is_cold else ''}",
        ("db", name),
        revisions=size,
        is_branchy=is_branchy,
        is_upgraded=True,
        is_cold=is_cold,
        runs=runs,
        plain=lambda output: re.sub(r"\s+", " ", output).strip(),
    )


def _comparing(name: str, server: str, tables: int, latency: float = 0.0) -> Case:
    slow = f", {latency * 1000:.0f} ms more each statement" if latency else ""
    return Case(
        f"{name}, {tables} tables, {server}{slow}",
        ("db", name),
        tables=tables,
        server=server,
        is_upgraded=True,
        latency=latency,
        runs=1 if latency else 3,
    )
