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
    else:
        _at_statement(int(number), {**FAULTS}[name])


def _at_statement(number, fault):
    """Call *fault* before a statement; with number 0 the count is written down at the end."""
    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def counted(connection, cursor, statement, parameters, context, executemany):
        nonlocal count
        count += 1
        if count == number:
            fault(connection)
        if not number:
            Path("statements").write_text(str(count))


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


def _nothing(connection):
    pass


def _kill(connection):
    os._exit(9)


def _drop(connection):
    """Cut the connection, as a network does."""
    driver = connection.connection.dbapi_connection
    number = driver.fileno() if hasattr(driver, "fileno") else driver._sock.fileno()
    with socket.socket(fileno=os.dup(number)) as line:
        line.shutdown(socket.SHUT_RDWR)


def _terminate(connection):
    """End the session from another one, as an administrator does."""
    is_postgresql = connection.dialect.name == "postgresql"
    own = "SELECT pg_backend_pid()" if is_postgresql else "SELECT CONNECTION_ID()"
    end = "SELECT pg_terminate_backend({})" if is_postgresql else "KILL {}"
    cursor = connection.connection.dbapi_connection.cursor()
    cursor.execute(own)
    session = cursor.fetchone()[0]
    with create_engine(os.environ["APP_URL"]).connect() as other:
        other.execute(text(end.format(session)))


def _fill(connection):
    """Let the database find no room from here on."""
    cursor = connection.connection.dbapi_connection.cursor()
    cursor.execute("PRAGMA page_count")
    cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")


def _freeze(connection):
    """Let the database refuse to be written to from here on."""
    statements = {
        "sqlite": "PRAGMA query_only = ON",
        "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; "
        "SET TRANSACTION READ ONLY",
    }
    name = connection.dialect.name
    cursor = connection.connection.dbapi_connection.cursor()
    cursor.execute(statements.get(name, "SET SESSION TRANSACTION READ ONLY"))


def _ask(connection):
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
