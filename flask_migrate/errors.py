"""Every error that Flask-Migrate raises on purpose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any

import click

from . import console


class MigrateError(click.ClickException, RuntimeError):
    """A command could not do what was asked.

    Inside a click command an uncaught one ends the program with an ``Error:``
    line; anywhere else it is an ordinary :exc:`RuntimeError`.

    :param message: One sentence that names the thing that is wrong.
    :param hint: The next step, with a command that can be pasted; ``flask db``
        in it becomes the spelling of the command line that is running.
    """

    #: What a command line exits with.
    exit_code = 1

    #: Lines that a command line shows between the message and the hint.
    details: tuple[str, ...] = ()

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint.replace("flask db", console.prefix()) if hint else None

    def show(self, file: IO[Any] | None = None) -> None:
        """Write the message and the hint to *file*, standard error by default."""
        click.echo(f"Error: {self.format_message()}", file=file, err=True)
        for detail in self.details:
            click.echo(f"  {detail}", file=file, err=True)
        if self.hint:
            click.echo(f"Hint: {self.hint}", file=file, err=True)


class NotConfiguredError(MigrateError):
    """No :class:`~flask_migrate.Migrate` is attached to the application."""


class ReentrantRunError(MigrateError):
    """A migration command was called from inside a running one."""


class TemplateError(MigrateError):
    """A project template is missing or incomplete."""


class InvalidNameError(MigrateError):
    """A revision id, a label or another name cannot be used.

    .. attribute:: value
    """

    def __init__(self, message: str, value: str, hint: str | None = None) -> None:
        self.value = value
        super().__init__(message, hint)


class CommandFailedError(MigrateError):
    """Alembic refused a command; its own error is the ``__cause__``."""


class HistoryError(CommandFailedError):
    """The revision files do not form a history that the command can use."""


class MultipleHeadsError(HistoryError):
    """A single head was asked for, and the history has several.

    .. attribute:: heads

        The revision ids of the heads.
    """

    def __init__(self, message: str, heads: Iterable[str] = (), hint: str | None = None) -> None:
        self.heads = tuple(heads)
        super().__init__(message, hint)


class UnknownRevisionError(HistoryError):
    """A revision that no file of the history defines.

    .. attribute:: revision
    """

    def __init__(self, message: str, revision: str, hint: str | None = None) -> None:
        self.revision = revision
        super().__init__(message, hint)


class PendingMigrationsError(CommandFailedError):
    """The database is behind the history."""


class NotAtHeadError(CommandFailedError):
    """A database is not at the head, for ``status --exit-code`` and ``wait``.

    .. attribute:: statuses

        Where each database is, as :class:`~flask_migrate.standing.Status`.
    """

    exit_code = 4

    def __init__(self, message: str, statuses: Iterable[Any] = (), hint: str | None = None) -> None:
        self.statuses = tuple(statuses)
        super().__init__(message, hint)


class DamagedHistoryError(NotAtHeadError):
    """A database has a revision that no file defines, or whose file was edited; the same."""

    exit_code = 9


class ModelsChangedError(CommandFailedError):
    """The models and the database differ.

    .. attribute:: changes

        The differences, as :func:`alembic.autogenerate.compare_metadata` gives them.
    """

    def __init__(self, message: str, changes: Iterable[Any] = (), hint: str | None = None) -> None:
        self.changes = tuple(changes)
        super().__init__(message, hint)


class ProblemsFoundError(MigrateError):
    """The doctor found something that keeps the project from working.

    .. attribute:: findings

        Everything it found, as :class:`~flask_migrate.finding.Finding`.
    """

    def __init__(self, findings: Iterable[Any]) -> None:
        self.findings = tuple(findings)
        problems = sum(each.is_problem for each in self.findings)
        super().__init__(f"{problems} problem{'s' if problems > 1 else ''} found.")


class QuestionNotAskedError(MigrateError):
    """Something must be decided, and there is nobody at a terminal to ask.

    .. attribute:: question

        What must be decided.
    """

    exit_code = 3

    def __init__(self, question: str, hint: str) -> None:
        self.question = question
        super().__init__(question, hint)


class UnwritableTypeError(MigrateError):
    """A column has a type that a revision cannot name, or cannot make again.

    .. attribute:: column

        The name of the column.

    .. attribute:: type

        What would have been written.
    """

    def __init__(self, column: str, type_: str, reason: str, hint: str | None = None) -> None:
        self.column = column
        self.type = type_
        super().__init__(
            f"The type of the column {column} cannot be written as {type_}: {reason}.",
            hint
            or "Give its class a place in a module and a __repr__() that makes it again, or say "
            "how it is written: Migrate(app, db, render_item=...)",
        )


class DropAllError(MigrateError):
    """A revision would drop every table of a database.

    .. attribute:: database

        A bind, or ``"default"``.

    .. attribute:: tables

        The names of the tables.
    """

    exit_code = 3

    def __init__(self, database: str, tables: Iterable[str], has_models: bool) -> None:
        self.database = database
        self.tables = tuple(tables)
        models = "The models know none of them" if has_models else "There are no models"
        super().__init__(
            f"This would drop every table of the database {database}: {', '.join(self.tables)}. "
            f"{models}: were their modules imported?",
            hint="See what is missing with: flask db doctor. "
            "If they are to go: flask db migrate --allow-drop-all",
        )


class UnknownColumnError(InvalidNameError):
    """An option about a rename or a default, or a model, names nothing that changes."""

    exit_code = 2


class NoAppliedHistoryError(MigrateError):
    """A database does not say what was run on it.

    .. attribute:: database
    """

    def __init__(self, database: str) -> None:
        self.database = database
        super().__init__(
            f"The database {database} has no history of what was run on it.",
            hint="It begins with the next run after this: Migrate(app, db, history=True)",
        )


class RevisionsChangedError(MigrateError):
    """Revisions were changed after they were run.

    .. attribute:: changes

        Each as :class:`~flask_migrate.sealing.Change`.
    """

    exit_code = 9

    def __init__(self, changes: Iterable[Any]) -> None:
        self.changes = tuple(changes)
        lines = "".join(f"\n  {_changed(each)}" for each in self.changes)
        count = len(self.changes)
        super().__init__(
            f"{count} revision{'s were' if count > 1 else ' was'} changed after being run:{lines}",
            hint="Bring the file back as it was, or accept it as it is now: "
            f"flask db repair {self.changes[0].revision}",
        )


def _changed(change: Any) -> str:
    when = f"{change.revision} on {change.database}, run {change.applied_at}"
    if not change.path:
        return f"{when}: its file is gone"
    where = f"{change.function}()" if change.function else "outside functions"
    return f"{change.path}:{change.line}: {where} ({when})"


class DatabaseError(CommandFailedError):
    """The database could not be reached, or refused a statement outside a revision."""


class RevisionFailedError(CommandFailedError):
    """A revision raised while it ran; what it raised is the ``__cause__``.

    .. attribute:: revision

        The id of the revision that failed.

    .. attribute:: database

        The bind it failed on, or ``"default"``.

    .. attribute:: operation

        The statement of the revision that failed.

    .. attribute:: sql

        What of it the database refused, without the values.

    .. attribute:: said

        What the database says of it beyond the first line, which is in the message.

    .. attribute:: done

        The steps that had been completed before it, as :class:`~flask_migrate.runs.Step`.

    .. attribute:: left

        The steps that the database has not, this one among them.

    .. attribute:: is_undone

        Whether nothing is left of the revision, so that it can be run again.
    """

    def __init__(
        self,
        message: str,
        revision: str,
        database: str = "default",
        operation: str = "",
        sql: str = "",
        said: str = "",
        done: Iterable[Any] = (),
        left: Iterable[Any] = (),
        is_undone: bool = False,
        hint: str | None = None,
    ) -> None:
        self.revision = revision
        self.database = database
        self.operation = operation
        self.sql = sql
        self.said = said
        self.done = tuple(done)
        self.left = tuple(left)
        self.is_undone = is_undone
        facts = {"Operation": operation, "SQL": sql, "Database": said}
        self.details = tuple(f"{name}: {fact}" for name, fact in facts.items() if fact)
        super().__init__(message, hint)


class LockError(MigrateError):
    """The lock that keeps two runs apart cannot be used here."""


class LockTimeoutError(LockError):
    """Another run held the lock for too long.

    .. attribute:: holder

        Who holds it, as far as the database knows.

    .. attribute:: waited

        Seconds.
    """

    exit_code = 8

    def __init__(self, holder: str, waited: float) -> None:
        self.holder = holder
        self.waited = waited
        super().__init__(
            f"Nothing was run: another migration run held the lock for {waited:.0f} s ({holder}).",
            hint="Run it again when that one is done, or wait longer: "
            "flask db upgrade --lock-wait 600",
        )


class LockLostError(LockError):
    """The session that held the lock ended during the run."""

    def __init__(self) -> None:
        super().__init__(
            "The session that held the migration lock is gone; the run stopped before the "
            "next revision.",
            hint="See what was applied with: flask db current",
        )


class UnfinishedRevisionError(MigrateError):
    """A revision was begun by an earlier run and is there in part.

    .. attribute:: revision

    .. attribute:: statements

        The statements of it that were run, as text.
    """

    def __init__(self, revision: str, direction: str, statements: Iterable[str]) -> None:
        self.revision = revision
        self.statements = tuple(statements)
        done = "".join(f"\n  {statement}" for statement in self.statements)
        super().__init__(
            f"The {direction} of revision {revision} was begun by an earlier run and is there "
            f"in part ({console.counted(len(self.statements), 'statement')}).",
            hint=f"Let it do the rest: flask db {direction} --resume\nDone so far:{done}",
        )


class ResumeError(MigrateError):
    """A revision cannot be continued, because it is no longer the one that was begun."""

    def __init__(self, revision: str, number: int, before: str, now: str) -> None:
        self.revision = revision
        super().__init__(
            f"Revision {revision} cannot be resumed: its statement {number} was run as "
            f"{before!r} and is now {' '.join(now.split())[:500]!r}.",
            hint="Bring the revision back as it was; or make by hand what it still lacks, drop "
            f"the table alembic_resume, and record it: flask db stamp {revision}",
        )
