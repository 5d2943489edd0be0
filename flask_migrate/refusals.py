"""The errors of what is not done: somebody said no, or nobody can know whether it is there."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from typing import Any

from .errors import CommandFailedError, HistoryError, InvalidNameError, MigrateError

_JOURNAL = "alembic_resume"


class NotConfirmedError(MigrateError):
    """Somebody was asked, and said no."""

    def __init__(self, command: str = "downgrade") -> None:
        super().__init__(
            "Nothing was undone.", hint=f"Without the question: flask db {command} --yes"
        )


class OtherLossesError(MigrateError):
    """More would be lost than was shown: something ran in between.

    .. attribute:: losses

        What was not shown, as text.
    """

    def __init__(self, losses: Iterable[str]) -> None:
        self.losses = tuple(losses)
        self.details = self.losses
        super().__init__(
            "More would be lost than was shown a moment ago. Nothing was undone.",
            hint="See it all with: flask db plan --down, and run the command again.",
        )


class NothingToRedoError(HistoryError):
    """``redo`` was not told which revision, or told one that the database has not.

    .. attribute:: database

    .. attribute:: heads

        The revisions that it is at.
    """

    def __init__(self, database: str, heads: Iterable[str], revision: str = "") -> None:
        self.database = database
        self.heads = tuple(heads)
        now = ", ".join(self.heads) or "base"
        what = (
            f"Revision {revision} is not applied" if revision else "There is no one last revision"
        )
        is_one = revision not in ("", "base")
        hint = "Apply it with: flask db upgrade" if is_one or not self.heads else ""
        super().__init__(
            f"{what} on the database {database}, which is at {now}. Nothing was undone.",
            hint=hint or f"Name one: flask db redo {self.heads[0]}",
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

    def __init__(self, database: str, command: str = "downgrade") -> None:
        self.database = database
        super().__init__(
            f"The database {database} is protected by FLASK_DB_PROTECT, and nothing was done.",
            hint=f"If it is meant: flask db {command} --yes-i-mean {shlex.quote(database)}",
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


class FormatterError(MigrateError):
    """The tool that is to format a revision file cannot do it."""


class UnknownFormatterError(InvalidNameError):
    """A revision file is to be formatted with a tool that is not known."""

    exit_code = 2

    def __init__(self, name: str, known: Iterable[str]) -> None:
        options = " or ".join(f"--format {each}" for each in known)
        super().__init__(f"{name!r} is no formatter that is known.", name, hint=f"Say {options}")


class NotUpdatableError(HistoryError):
    """A revision cannot be written anew; its file is as it was.

    .. attribute:: revision

        Its id; ``None`` where there is none to choose.
    """

    def __init__(self, revision: str | None, reason: str, hint: str | None = None) -> None:
        self.revision = revision
        outcome = f"Revision {revision} stays as it is" if revision else "No revision was updated"
        super().__init__(
            f"{outcome}: {reason}.", hint or "Write a revision of its own with: flask db migrate"
        )


class WorkToDoError(CommandFailedError):
    """A plan is not empty, for ``plan --exit-code``.

    .. attribute:: plans

        Those of all databases, as :class:`~flask_migrate.planning.Plan`.
    """

    exit_code = 4

    def __init__(self, plans: Iterable[Any], down: bool) -> None:
        self.plans = tuple(plans)
        several = [f"{plan.database}: {len(plan.steps)}" for plan in self.plans if plan.steps]
        super().__init__(
            f"Revisions are to be {'undone' if down else 'applied'} ({', '.join(several)}).",
            hint="Do it with: flask db downgrade" if down else "Apply them with: flask db upgrade",
        )


class PlanFileError(MigrateError):
    """A file has no plan that could be read, or cannot be written.

    .. attribute:: path
    """

    def __init__(self, path: str, said: str, command: str | None = None) -> None:
        self.path = path
        plan = "flask db plan --down" if command == "downgrade" else "flask db plan"
        makes = f"Make one with: {plan} --save {shlex.quote(path)}"
        super().__init__(
            f"The file {path!r} {said}.",
            hint=makes if command else "Name one that can be written: flask db plan --save FILE",
        )


class OtherPlanError(MigrateError):
    """A file has the plan of another command.

    .. attribute:: path
    """

    def __init__(self, path: str, command: str, given: str) -> None:
        self.path = path
        super().__init__(
            f"The file {path!r} is the plan of {command}, not of {given}.",
            hint=f"Run it with: flask db {command} --from-plan {shlex.quote(path)}",
        )


class PlanChangedError(MigrateError):
    """A saved plan is not what would be done now; nothing was run.

    .. attribute:: path

    .. attribute:: database

        The only one of several on which nothing was run; ``None`` if that is all of them.

    .. attribute:: differences

        A sentence for each.
    """

    exit_code = 3

    def __init__(
        self, path: str, command: str, differences: Iterable[str], database: str | None = None
    ) -> None:
        self.path = path
        self.database = database
        self.differences = tuple(differences)
        self.details = self.differences
        down = "--down " if command == "downgrade" else ""
        on = f" on {database}" if database else ""
        super().__init__(
            f"Nothing was run{on}: the plan in {path!r} is not what would be done now.",
            hint=f"Look again with: flask db plan {down}--sql --save {shlex.quote(path)}",
        )


class UntriableError(MigrateError):
    """A run cannot be tried, as not everything could be rolled back; nothing is left of it.

    .. attribute:: database

    .. attribute:: revision

        The one that leaves the transaction, if it is that.
    """

    def __init__(self, database: str, dialect: str | None, revision: str | None = None) -> None:
        self.database = database
        self.revision = revision
        because = (
            f"{dialect} commits each change by itself"
            if dialect
            else f"revision {revision} leaves the transaction"
        )
        super().__init__(
            f"The database {database} cannot try it: {because}. Nothing was changed.",
            hint="See what would be done with: flask db plan --sql",
        )


class KeptTrialError(MigrateError):
    """A trial did not keep what it did to itself: a revision has committed it.

    .. attribute:: database

    .. attribute:: revision
    """

    def __init__(self, database: str, revision: str) -> None:
        self.database = database
        self.revision = revision
        super().__init__(
            f"The trial on {database} was not rolled back as a whole: revision {revision} left the "
            "transaction by itself.",
            hint="Look at the tables that it and those before it change, and see what would be "
            "done with: flask db plan --sql",
        )


class NoRevisionsError(HistoryError):
    """There is nothing that a database could be at.

    .. attribute:: database
    """

    def __init__(self, database: str) -> None:
        self.database = database
        super().__init__(
            f"The database {database} has tables, and there is no revision to compare them with.",
            hint="Write the first one with an empty database: flask db migrate",
        )


class NoScratchError(MigrateError):
    """No database could be made to try the revisions out on.

    .. attribute:: reason

        What its server said.
    """

    def __init__(self, dialect: str, reason: str, hint: str | None = None) -> None:
        self.reason = reason
        name = "flask_migrate_scratch_%"
        right = {
            "postgresql": "Let the user make databases (ALTER ROLE ... CREATEDB)",
            "sqlite": "See that the folder for temporary files can be written",
        }.get(dialect, f"Let the user make databases (GRANT ALL ON `{name}`.* TO ...)")
        super().__init__(
            f"No scratch database could be made to run the revisions on: {reason}.",
            hint=hint
            or f"{right}, or name another server of the same kind: "
            "flask db adopt --scratch-url URL",
        )


class NotCreatedError(MigrateError):
    """A database is not there, and could not be made.

    .. attribute:: database
    """

    def __init__(self, database: str, quoted: str, reason: str) -> None:
        self.database = database
        super().__init__(
            f"The database {database} is not there and cannot be made: {reason}.",
            hint=f"Let a user who may do this make it: CREATE DATABASE {quoted}",
        )


class NotReplayableError(MigrateError):
    """A revision does what cannot be tried out on a scratch database.

    .. attribute:: database

    .. attribute:: revision
    """

    def __init__(self, database: str, revision: str, why: str) -> None:
        self.database = database
        self.revision = revision
        super().__init__(
            f"Revision {revision} cannot be run on an empty database: {why}",
            hint="If you know what the database is at, record that: flask db stamp REVISION",
        )


class NotAdoptedError(MigrateError):
    """A database is at a revision, or near one, and that was not recorded.

    .. attribute:: adoptions

        What was found out, each as :class:`~flask_migrate.adopting.Adoption`.
    """

    def __init__(self, message: str, adoptions: Iterable[object], hint: str) -> None:
        self.adoptions = tuple(adoptions)
        super().__init__(message, hint=hint)


class AdoptionNotAgreedError(NotAdoptedError):
    """Somebody should have been asked whether a revision is to be recorded."""

    exit_code = 3
