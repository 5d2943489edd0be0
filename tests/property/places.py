"""Databases for pairs of schemas."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from .. import servers
from .trial import Bench

BACKENDS = ("sqlite", "postgresql", "mariadb")


@contextmanager
def bench(backend: str, folder: Path) -> Iterator[Bench]:
    """A bench on a server of its own, or on files.

    :raises UnavailableError: There is no such server.
    """
    if backend == "sqlite":
        with on_files(folder) as found:
            yield found
        return
    starting = servers.postgresql() if backend == "postgresql" else servers.mariadb()
    with starting as server, on_server(server, folder) as found:
        yield found


@contextmanager
def on_files(folder: Path) -> Iterator[Bench]:
    """A bench on SQLite."""
    yield from _closed(Bench(folder, make_url(f"sqlite:///{folder}/app.db"), make_url("sqlite://")))


@contextmanager
def on_server(server: servers.Server, folder: Path) -> Iterator[Bench]:
    """A bench on two new databases of *server*."""
    with server.database() as url, server.database() as scratch:
        yield from _closed(Bench(folder, url, scratch))


def _closed(found: Bench) -> Iterator[Bench]:
    try:
        yield found
    finally:
        found.close()
