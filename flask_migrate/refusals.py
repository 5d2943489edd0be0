"""The errors of what is not done: somebody said no, or nobody can know whether it is there."""

from __future__ import annotations

import shlex

from .errors import HistoryError, MigrateError

_JOURNAL = "alembic_resume"


class NotConfirmedError(MigrateError):
    """Somebody was asked, and said no."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was undone.", hint="Without the question: flask db downgrade --yes"
        )


class ContradictionError(MigrateError):
    """Two options were given of which one makes the other impossible.

    .. attribute:: options
    """

    exit_code = 2

    def __init__(self, option: str, other: str) -> None:
        self.options = (option, other)
        super().__init__(
            f"{option} and {other} contradict each other.", hint="Leave one of them out."
        )


class ProtectedDatabaseError(MigrateError):
    """Something would be taken from a protected database, and its name was not given.

    .. attribute:: database

        The name of the database.
    """

    exit_code = 3

    def __init__(self, database: str) -> None:
        self.database = database
        super().__init__(
            f"The database {database} is protected by FLASK_DB_PROTECT, and nothing was undone.",
            hint=f"If it is meant: flask db downgrade --yes-i-mean {shlex.quote(database)}",
        )


class IrreversibleRevisionError(HistoryError):
    """A revision says that it cannot be undone.

    .. attribute:: revision

    .. attribute:: reason

        What it says, or nothing.
    """

    def __init__(self, revision: str, reason: str, path: str) -> None:
        self.revision = revision
        self.reason = reason
        because = f": {reason}" if reason else ""
        super().__init__(
            f"Revision {revision} is irreversible{because}. Nothing was undone.",
            hint=f"Bring the data back from a backup; {path} says irreversible.",
        )


class DoubtfulStatementError(MigrateError):
    """A run ended in a statement that MariaDB would do a second time.

    .. attribute:: revision

    .. attribute:: statement
    """

    def __init__(self, revision: str, number: int, statement: str) -> None:
        self.revision = revision
        self.statement = statement
        line = f"WHERE revision = '{revision}' AND number = {number}"
        done = f"UPDATE {_JOURNAL} SET state = 'done' {line}"  # noqa: S608
        not_done = f"DELETE FROM {_JOURNAL} {line}"  # noqa: S608
        super().__init__(
            f"Revision {revision} cannot be resumed: nobody can tell whether this was done: "
            f"{statement}",
            hint=f"Look with SHOW CREATE TABLE. If it is there: {done}; if not: {not_done}. "
            "Then run: flask db upgrade --resume\nGive constraints and indexes names.",
        )
