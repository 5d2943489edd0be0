"""What goes wrong on purpose inside a process; a copy of this lies beside its application."""

import os
import socket
import time
from pathlib import Path

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine

_ASKED, _ANSWERED = Path("asked"), Path("answered")


def arm(name, number="0"):
    """Let fault *name* happen at statement or operation *number*, counted from 1."""
    if name == "raise":
        _raise_after_operation(int(number))
    elif name == "half":
        _die_while_writing()
    else:
        _at_statement(int(number), FAULTS[name])


def _at_statement(number, fault):
    """Call *fault* before a statement; with number 0 the count is written down at the end.

    All that a driver is asked counts, the ends of transactions and the
    statements of locks and journals too.
    """
    count = 0

    def counted(driver):
        nonlocal count
        count += 1
        if count == number:
            fault(driver)
        if not number:
            Path("statements").write_text(str(count))

    _KINDS[_kind()](counted)


def _kind():
    return os.environ["APP_URL"].partition(":")[0].partition("+")[0]


def _watch_sqlite(counted):
    import sqlite3

    class Cursor(sqlite3.Cursor):
        def execute(self, *args):
            counted(self.connection)
            return super().execute(*args)

        def executemany(self, *args):
            counted(self.connection)
            return super().executemany(*args)

    class Connection(sqlite3.Connection):
        def cursor(self, factory=Cursor):
            return super().cursor(factory)

        def commit(self):
            if self.in_transaction:
                counted(self)
            super().commit()

    @event.listens_for(Engine, "do_connect")
    def connect(dialect, record, args, parameters):
        parameters["factory"] = Connection


def _watch_postgresql(counted):
    from psycopg2.extensions import connection, cursor

    class Cursor(cursor):
        def execute(self, *args):
            counted(self.connection)
            return super().execute(*args)

    class Connection(connection):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.cursor_factory = Cursor

        def commit(self):
            counted(self)
            super().commit()

    @event.listens_for(Engine, "do_connect")
    def connect(dialect, record, args, parameters):
        parameters["connection_factory"] = Connection


def _watch_mariadb(counted):
    from pymysql.connections import Connection

    execute = Connection._execute_command

    def execute_command(self, *args):
        counted(self)
        return execute(self, *args)

    Connection._execute_command = execute_command


_KINDS = {
    "sqlite": _watch_sqlite,
    "postgresql": _watch_postgresql,
    "mariadb": _watch_mariadb,
    "mysql": _watch_mariadb,
}


def _raise_after_operation(number):
    from alembic.operations import Operations

    count = 0
    invoke = Operations.invoke

    def counted(self, operation):
        nonlocal count
        result = invoke(self, operation)
        count += 1
        if count == number:
            raise ValueError("on purpose")
        if not number:
            Path("operations").write_text(str(count))
        return result

    Operations.invoke = counted


def _die_while_writing():
    """Write half a revision file, and end without a word."""
    from alembic.util import pyfiles

    def opened(path, mode):
        file = open(path, mode)  # noqa: SIM115

        class Half:
            def __enter__(self):
                return self

            def __exit__(self, *raised):
                file.close()

            def write(self, text):
                file.write(text[: len(text) // 2])
                file.flush()
                os._exit(9)

        return Half()

    pyfiles.open = opened


def _nothing(driver):
    pass


def _kill(driver):
    os._exit(9)


def _drop(driver):
    """Cut the connection, as a network does."""
    number = driver.fileno() if hasattr(driver, "fileno") else driver._sock.fileno()
    with socket.socket(fileno=os.dup(number)) as line:
        line.shutdown(socket.SHUT_RDWR)


def _terminate(driver):
    """End the session from another one, as an administrator does."""
    if _kind() == "postgresql":
        end = f"SELECT pg_terminate_backend({driver.info.backend_pid})"
    else:
        end = f"KILL {driver.thread_id()}"
    with create_engine(os.environ["APP_URL"]).connect() as other:
        other.execute(text(end))


def _fill(driver):
    """Let the database find no room from here on."""
    cursor = driver.cursor()
    cursor.execute("PRAGMA page_count")
    cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")


def _freeze(driver):
    """Let the database refuse to be written to from here on."""
    statements = {
        "sqlite": "PRAGMA query_only = ON",
        "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; "
        "SET TRANSACTION READ ONLY",
    }
    cursor = driver.cursor()
    cursor.execute(statements.get(_kind(), "SET SESSION TRANSACTION READ ONLY"))


def _ask(driver):
    """Ask whoever started the server to do something to it, and wait."""
    _ASKED.touch()
    while not _ANSWERED.exists():
        time.sleep(0.02)


FAULTS = {
    "count": _nothing,
    "kill": _kill,
    "drop": _drop,
    "terminate": _terminate,
    "fill": _fill,
    "freeze": _freeze,
    "ask": _ask,
}
