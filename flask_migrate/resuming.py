"""Going on with a revision that a database has in part.

On MariaDB and MySQL a statement that changes tables commits by itself, and on
PostgreSQL and SQLite a revision may leave the transaction in an
``autocommit_block()`` or for a concurrent index. A revision that fails or is
killed then stays as far as it came. A journal in the database says how far: it
is written on the connection of the run, so that what was not committed is not
in the journal either, and its lines go in the transaction that records the
revision.

A statement that commits by itself has its ``begun`` committed before it and its
``done`` right after it. Only between these two can a killed run leave a doubt,
and the next one settles it by trying the statement: it is atomic, and says so
if its work is there already.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from itertools import count
from typing import Any

from .errors import ResumeError, UnfinishedRevisionError
from .logs import log
from .refusals import DoubtfulStatementError

TABLE = "alembic_resume"

#: The databases on which a run is never one transaction.
JOURNALED = {"mysql", "mariadb"}

_CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    revision VARCHAR(255) NOT NULL, direction VARCHAR(9) NOT NULL, number INTEGER NOT NULL,
    state VARCHAR(5) NOT NULL, digest CHAR(64) NOT NULL, statement TEXT NOT NULL,
    PRIMARY KEY (revision, direction, number)
)"""

# InnoDB, because the lines must come and go with a transaction.
_SUFFIX = {"mysql": " ENGINE=InnoDB", "mariadb": " ENGINE=InnoDB"}

_VALUES = "VALUES (%s, %s, %s, %s, %s, %s)"
_UPSERT = f"""
INSERT INTO {TABLE} {_VALUES} ON CONFLICT (revision, direction, number) DO UPDATE
SET state = excluded.state, digest = excluded.digest, statement = excluded.statement"""
_REPLACE = dict.fromkeys(("mysql", "mariadb"), f"REPLACE INTO {TABLE} {_VALUES}")

# What leaves nothing in the database, and is run each time.
_PASSING = re.compile(
    r"\s*(SELECT|SHOW|DESCRIBE|EXPLAIN|SET|USE|PRAGMA|LOCK|UNLOCK"
    r"|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE)\b",
    re.IGNORECASE,
)

# What changes rows, within a transaction; on MariaDB anything else commits by itself.
_ROWS = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|LOAD|WITH)\b", re.IGNORECASE)

# The work of a statement is there. MySQL: table exists, unknown table, duplicate
# column, duplicate key, cannot drop, duplicate foreign key, unknown column.
# PostgreSQL: duplicate table, column or object, undefined object, table or column.
_NUMBERS = {1050, 1051, 1054, 1060, 1061, 1091, 1146, 1826}
_SQLSTATES = {"42P07", "42701", "42710", "42704", "42P01", "42703"}
_TEXTS = re.compile(r"already exists|duplicate column name|no such (table|index|column)")

# What MariaDB does a second time, under another name that it makes up.
_UNNAMED = re.compile(
    r"\s*ALTER\s+TABLE\s.*\sADD\s+(UNIQUE|INDEX|KEY|FOREIGN\s+KEY|CHECK)(\s+(INDEX|KEY))?\s*\(",
    re.IGNORECASE | re.DOTALL,
)

#: A statement of a revision: its number, state, digest and text.
_Line = tuple[int, str, str, str]


class Journal:
    """What one run does to a database that cannot be undone.

    :param connection: The connection of the run.
    :param resume: Whether to go on with a revision that was begun before.
    :param is_lazy: Whether the run is a transaction, so that there is nothing
        to write down until it leaves that.
    """

    def __init__(self, connection: Any, resume: bool, is_lazy: bool = False) -> None:
        self.connection = connection
        self.resume = resume
        #: Whether lines are written to the table as they come.
        self.is_open = not is_lazy
        self._is_lazy = is_lazy
        self._is_outside = not is_lazy
        self._step: tuple[str, str] | None = None
        self._number = 0
        self._before: dict[int, _Line] = {}
        self._waiting: list[_Line] = []
        self._has_table = False

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Write down every change that the connection makes in this block."""
        from sqlalchemy import event

        if self.is_open:
            self._create()
        else:
            self._has_table = self._finds_table()
        engine = self.connection.engine
        for name, run in self._events():
            event.listen(engine, name, run)
        try:
            yield
            if self._has_table:
                self._drop_if_empty()
        finally:
            for name, run in self._events():
                event.remove(engine, name, run)

    @contextmanager
    def outside(self) -> Iterator[None]:
        """The run leaves its transaction for this block.

        What the step under way has done is committed with its lines.
        """
        if self._step is not None and not self.is_open:
            self._create()
            self.is_open = True
            for line in self._waiting:
                self._write(*line)
            self._waiting = []
        was_outside, self._is_outside = self._is_outside, True
        try:
            yield
        finally:
            self._is_outside = was_outside

    def around(
        self, migrate: Callable[..., None], revision: str, is_upgrade: bool
    ) -> Callable[..., None]:
        """*migrate*, the function of a step, with its statements written down."""

        # Alembic tells of the step by the name of the function.
        @wraps(migrate)
        def journaled(**names: Any) -> None:
            self.begin(revision, is_upgrade)
            migrate(**names)
            self.end()

        return journaled

    def begin(self, revision: str, is_upgrade: bool) -> None:
        """The step of a revision begins.

        :raises UnfinishedRevisionError: It was begun before, and resuming was
            not asked for.
        """
        self._step = (revision, "upgrade" if is_upgrade else "downgrade")
        self._number = 0
        self._waiting = []
        self._before = {line[0]: line for line in self._lines()} if self._has_table else {}
        if self._before and not self.resume:
            raise UnfinishedRevisionError(*self._step, [line[3] for line in self._before.values()])
        if self._before:
            self.is_open = True
            done = "; ".join(line[3] for line in self._before.values())
            log.warning("Going on with the %s of revision %s after: %s", *self._step[::-1], done)

    def end(self) -> None:
        """The step has done its work; its lines go with the transaction that records it."""
        if self.is_open:
            self._execute(
                f"DELETE FROM {TABLE} WHERE revision = %s AND direction = %s",  # noqa: S608
                self._step,
            )
        self.is_open = not self._is_lazy
        self._step = None

    def _events(self) -> list[tuple[str, Callable[..., bool | None]]]:
        return [
            ("do_execute", self._execute_one),
            ("do_executemany", self._execute_many),
            ("do_execute_no_params", self._execute_without),
        ]

    def _execute_one(self, *executed: Any) -> bool | None:
        return self._run("do_execute", *executed)

    def _execute_many(self, *executed: Any) -> bool | None:
        return self._run("do_executemany", *executed)

    def _execute_without(self, cursor: Any, statement: str, context: Any) -> bool | None:
        return self._run("do_execute", cursor, statement, None, context)

    def _run(
        self, how: str, cursor: Any, statement: str, parameters: Any, context: Any
    ) -> bool | None:
        """Run a statement of the revision; true if there is nothing left to do."""
        ours = context is not None and context.root_connection is self.connection
        if not ours or self._step is None or _PASSING.match(statement):
            return None
        self._number += 1
        # Drivers have several ways to say that there are no parameters.
        digest = hashlib.sha256(f"{statement} {parameters or None!r}".encode()).hexdigest()
        _, state, known, text = self._before.get(self._number, (0, "", "", ""))
        if state == "done":
            if known != digest:
                raise ResumeError(self._step[0], self._number, text, statement)
            return True

        def run() -> None:
            getattr(context.dialect, how)(cursor, statement, parameters, context)

        if not self._is_outside or (not self._is_lazy and _ROWS.match(statement)):
            run()
            self._note("done", digest, statement)
        elif _ROWS.match(statement):
            self._as_one(run, digest, statement)
        else:
            was_begun = state == "begun" and known == digest
            self._change_tables(run, digest, statement, was_begun)
        return True

    def _as_one(self, run: Callable[[], None], digest: str, statement: str) -> None:
        """Change rows and write it down, together, where each statement is a transaction."""
        self._execute("BEGIN")
        try:
            run()
            self._note("done", digest, statement)
        except BaseException:
            self._execute("ROLLBACK")
            raise
        self._execute("COMMIT")

    def _change_tables(
        self, run: Callable[[], None], digest: str, statement: str, was_begun: bool
    ) -> None:
        if was_begun and _UNNAMED.match(statement):
            revision = self._step[0] if self._step else ""
            raise DoubtfulStatementError(revision, self._number, _short(statement))
        self._note("begun", digest, statement)
        try:
            run()
        except Exception as error:
            if not was_begun or not _is_there(error):
                self._forget()
                raise
            log.warning("Had been done when the run before ended: %s", _short(statement))
        self._note("done", digest, statement)
        self._commit()

    def _note(self, state: str, digest: str, statement: str) -> None:
        line = (self._number, state, digest, _short(statement))
        if self.is_open:
            self._write(*line)
        else:
            self._waiting.append(line)

    def _write(self, number: int, state: str, digest: str, statement: str) -> None:
        # In one statement: outside a transaction a run may be killed between two.
        self._execute(
            _REPLACE.get(self.connection.dialect.name, _UPSERT),
            (*(self._step or ("", "")), number, state, digest, statement),
        )

    def _erase(self, number: int) -> None:
        self._execute(
            f"DELETE FROM {TABLE} "  # noqa: S608
            "WHERE revision = %s AND direction = %s AND number = %s",
            (*(self._step or ("", "")), number),
        )

    def _forget(self) -> None:
        """The statement failed, and had no effect."""
        self._erase(self._number)
        self._commit()

    def _lines(self) -> list[_Line]:
        return [
            tuple(line)
            for line in self._execute(
                f"SELECT number, state, digest, statement FROM {TABLE} "  # noqa: S608
                "WHERE revision = %s AND direction = %s ORDER BY number",
                self._step,
            )
        ]

    def _create(self) -> None:
        create = _CREATE + _SUFFIX.get(self.connection.dialect.name, "")
        if self.connection.dialect.name in JOURNALED:
            # Whatever the database has, a statement may have any character.
            create = create.replace(" TEXT ", " TEXT CHARACTER SET utf8mb4 ")
        self._execute(create)
        self._has_table = True

    def drop_leftover(self) -> None:
        """Drop what a run that was killed at its very end has left; it says nothing any more."""
        if self._finds_table():
            self._drop_if_empty()

    def _finds_table(self) -> bool:
        from sqlalchemy import inspect

        return bool(inspect(self.connection).has_table(TABLE))

    def _drop_if_empty(self) -> None:
        if not self._execute(f"SELECT 1 FROM {TABLE} LIMIT 1"):  # noqa: S608
            self._execute(f"DROP TABLE {TABLE}")
        if not self.connection.in_transaction():
            self.connection.connection.commit()

    def _execute(self, statement: str, parameters: Any = None) -> list[Any]:
        """Run a statement past SQLAlchemy, whose transaction it must not begin."""
        statement = _spelled(statement, self.connection.dialect.paramstyle)
        cursor = self.connection.connection.cursor()
        try:
            cursor.execute(statement, *([] if parameters is None else [parameters]))
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            cursor.close()

    def _commit(self) -> None:
        # Outside its transaction a lazy one's statements commit by themselves.
        if not self._is_lazy:
            self.connection.connection.commit()


def _is_there(error: Any) -> bool:
    number = (getattr(error, "args", None) or (0,))[0]
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if number == 1005:  # MariaDB cannot create a table: a foreign key of that name is there
        return "errno: 121" in str(error)
    is_sqlite = type(error).__module__ == "sqlite3" and _TEXTS.search(str(error))
    return number in _NUMBERS or state in _SQLSTATES or bool(is_sqlite)


def _spelled(statement: str, paramstyle: str) -> str:
    """*statement* with its parameters as the driver wants them."""
    if paramstyle == "numeric_dollar":
        numbers = count(1)
        return re.sub("%s", lambda _: f"${next(numbers)}", statement)
    return statement.replace("%s", "?") if paramstyle == "qmark" else statement


def _short(statement: str) -> str:
    return " ".join(statement.split())[:500]
