"""The errors of what is not undone: somebody said no, or did not say which database."""

from __future__ import annotations

import shlex

from .errors import HistoryError, MigrateError


class NotConfirmedError(MigrateError):
    """Somebody was asked, and said no."""

    def __init__(self) -> None:
        super().__init__(
            "Nothing was undone.", hint="Without the question: flask db downgrade --yes"
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
