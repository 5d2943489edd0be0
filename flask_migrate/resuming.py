"""Going on with a revision that MariaDB or MySQL has done in part.

There a statement that changes tables commits by itself, so a revision that
fails or is killed stays as far as it came. A journal in the database says how
far: it is written on the connection of the run, so that what was not committed
is not in the journal either, and it is dropped when the run is over.

A statement that changes tables first commits what came before it, so that its
``begun`` is there when it runs; its ``done`` is committed right after it. Only
between these two can a killed run leave a doubt, and the next one settles it by
trying the statement: it is atomic, and says so if its work is there already.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .errors import ResumeError, UnfinishedRevisionError
from .logs import log

TABLE = "alembic_resume"

#: The databases that need one.
JOURNALED = {"mysql", "mariadb"}

_CREATE = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    revision VARCHAR(255) NOT NULL, direction VARCHAR(9) NOT NULL, number INTEGER NOT NULL,
    state VARCHAR(5) NOT NULL, digest CHAR(64) NOT NULL, statement TEXT NOT NULL,
    PRIMARY KEY (revision, direction, number)
) ENGINE=InnoDB"""

# What does not change anything, and is run each time.
_READS = re.compile(r"\s*(SELECT|SHOW|DESCRIBE|EXPLAIN|SET|USE)\b", re.IGNORECASE)

# What changes rows, within the transaction; anything else commits by itself.
_ROWS = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|LOAD|WITH)\b", re.IGNORECASE)

# Table exists, unknown table, duplicate column, duplicate key, cannot drop,
# duplicate foreign key, unknown column: the work of the statement is there.
_THERE = {1050, 1051, 1054, 1060, 1061, 1091, 1146, 1826}


class Journal:
    """What one run does to a database on which it cannot be undone.

    :param connection: The connection of the run.
    :param resume: Whether to go on with a revision that was begun before.
    """

    def __init__(self, connection: Any, resume: bool) -> None:
        self.connection = connection
        self.resume = resume
        self._step: tuple[str, str] | None = None
        self._number = 0
        self._before: dict[int, tuple[str, str, str]] = {}

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Write down every change that the connection makes in this block."""
        from sqlalchemy import event

        self._execute(_CREATE)
        engine = self.connection.engine
        for name in ("do_execute", "do_executemany"):
            event.listen(engine, name, self._run)
        event.listen(engine, "do_execute_no_params", self._run_without)
        try:
            yield
            self._drop_if_empty()
        finally:
            for name in ("do_execute", "do_executemany"):
                event.remove(engine, name, self._run)
            event.remove(engine, "do_execute_no_params", self._run_without)

    def begin(self, revision: str, is_upgrade: bool) -> None:
        """The step of a revision begins.

        :raises UnfinishedRevisionError: It was begun before, and resuming was
            not asked for.
        """
        self._step = (revision, "upgrade" if is_upgrade else "downgrade")
        self._number = 0
        self._before = {
            number: (state, digest, statement)
            for number, state, digest, statement in self._execute(
                f"SELECT number, state, digest, statement FROM {TABLE} "  # noqa: S608
                "WHERE revision = %s AND direction = %s",
                self._step,
            )
        }
        if self._before and not self.resume:
            raise UnfinishedRevisionError(
                *self._step, [statement for _, _, statement in self._before.values()]
            )

    def end(self) -> None:
        """The step is over and committed."""
        if self._step is not None:
            self._execute(
                f"DELETE FROM {TABLE} WHERE revision = %s AND direction = %s",  # noqa: S608
                self._step,
            )
            self._commit()
            self._step = None

    def _run_without(self, cursor: Any, statement: str, context: Any) -> bool | None:
        return self._run(cursor, statement, None, context)

    def _run(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
        """Run a statement of the revision; true if there is nothing left to do."""
        ours = context is not None and context.root_connection is self.connection
        if not ours or self._step is None or _READS.match(statement):
            return None
        self._number += 1
        digest = hashlib.sha256(f"{statement} {parameters!r}".encode()).hexdigest()
        state, known, text = self._before.get(self._number, ("", "", ""))
        if state == "done":
            if known != digest:
                raise ResumeError(self._step[0], self._number, text, statement)
            return True
        call = context.dialect.do_executemany if context.executemany else context.dialect.do_execute
        if _ROWS.match(statement):
            call(cursor, statement, parameters, context)
            self._note("done", digest, statement)
        else:
            self._change_tables(
                lambda: call(cursor, statement, parameters, context),
                digest,
                statement,
                was_begun=state == "begun" and known == digest,
            )
        return True

    def _change_tables(self, run: Any, digest: str, statement: str, was_begun: bool) -> None:
        self._note("begun", digest, statement)
        try:
            run()
        except Exception as error:
            if not was_begun or (getattr(error, "args", None) or (0,))[0] not in _THERE:
                self._forget()
                raise
            log.warning("Had been done when the run before ended: %s", _short(statement))
        self._note("done", digest, statement)
        self._commit()

    def _note(self, state: str, digest: str, statement: str) -> None:
        assert self._step is not None  # noqa: S101
        self._execute(
            f"REPLACE INTO {TABLE} VALUES (%s, %s, %s, %s, %s, %s)",  # noqa: S608
            (*self._step, self._number, state, digest, _short(statement)),
        )

    def _forget(self) -> None:
        """The statement failed, and had no effect."""
        self._execute(
            f"DELETE FROM {TABLE} "  # noqa: S608
            "WHERE revision = %s AND direction = %s AND number = %s",
            (*(self._step or ("", "")), self._number),
        )
        self._commit()

    def _drop_if_empty(self) -> None:
        if not self._execute(f"SELECT 1 FROM {TABLE} LIMIT 1"):  # noqa: S608
            self._execute(f"DROP TABLE {TABLE}")

    def _execute(self, statement: str, parameters: Any = None) -> list[Any]:
        """Run a statement past SQLAlchemy, whose transaction it must not begin."""
        if self.connection.dialect.paramstyle == "qmark":
            statement = statement.replace("%s", "?")
        cursor = self.connection.connection.cursor()
        try:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall()) if cursor.description else []
        finally:
            cursor.close()

    def _commit(self) -> None:
        self.connection.connection.commit()


def _short(statement: str) -> str:
    return " ".join(statement.split())[:500]
