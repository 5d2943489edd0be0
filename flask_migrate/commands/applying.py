"""Changing databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import console
from ..command_table import command
from ..durations import DurationError, duration
from ..errors import InvalidNameError
from .calls import check_range, invoke, planned
from .confirming import guarded

if TYPE_CHECKING:
    from ..planning import Plan
    from ..runs import Run, Step
    from .calls import Directory, OneOrMore

#: Seconds to wait for another run.
LOCK_WAIT = 60.0


@command()
def upgrade(
    directory: Directory = None,
    revision: str = "head",
    sql: bool = False,
    tag: str | None = None,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
    lock_wait: float | str = LOCK_WAIT,
    no_lock: bool = False,
    lock_timeout: float | str | None = None,
    statement_timeout: float | str | None = None,
    connect_timeout: float | str | None = None,
    retries: int = 0,
    resume: bool = False,
    plan: bool = False,
    from_current: bool = False,
) -> tuple[Step, ...] | tuple[Plan, ...]:
    """Upgrade to a later version.

    :param from_current: With ``sql``: begin where each database is, not at the base.
    :param plan: Do nothing; say what would be done, as :func:`plan` does.
    :returns: The steps that were taken, in order.
    """
    if plan:
        return planned("upgrade", directory, revision, tag, x_arg, bind)
    check_range(revision)
    starts = _starts(directory, revision, sql, x_arg, bind) if from_current else None
    return applied("upgrade", locals())


# On a command line, several revisions may be given.
@command(revision={"many": True})
@guarded("purge")
def stamp(
    directory: Directory = None,
    revision: str | Sequence[str] = "head",
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
    lock_wait: float | str = LOCK_WAIT,
    no_lock: bool = False,
    yes_i_mean: str | None = None,
) -> tuple[Step, ...]:
    """Record a revision in the database without running it.

    :param yes_i_mean: With ``purge``: the name of the database, where ``FLASK_DB_PROTECT``
        protects it.
    :returns: The steps that the record moved by.
    """
    revision = revision if isinstance(revision, str) else list(revision)
    given = locals()
    del given["yes_i_mean"]
    return applied("stamp", given)


@command()
def ensure_version(
    directory: Directory = None, sql: bool = False, x_arg: OneOrMore = None, bind: OneOrMore = None
) -> None:
    """Create the table that records the revision, unless it is there."""
    invoke("ensure_version", directory, x_arg, bind, sql=sql)


def _starts(
    directory: Directory, revision: str, sql: bool, x_arg: OneOrMore, bind: OneOrMore
) -> dict[str, tuple[str, ...]]:
    """Where each database is."""
    from ..standing import look

    if not sql or ":" in revision:
        raise InvalidNameError(
            "--from-current says where SQL begins.",
            revision,
            hint="Write: flask db upgrade --sql --from-current, and one revision at most.",
        )
    return {each.database: each.heads for each in look(directory, x_arg, bind).statuses}


#: What of a command's parameters is for Alembic.
_ALEMBIC = ("revision", "sql", "tag", "purge")

_TIMES = ("lock_wait", "lock_timeout", "statement_timeout", "connect_timeout")


def applied(name: str, given: dict[str, Any], kind: type[Run] | None = None) -> tuple[Step, ...]:
    """The steps that a command took; *given* are its parameters."""
    directory, x_arg, bind = (given.pop(key) for key in ("directory", "x_arg", "bind"))
    arguments = {key: given.pop(key) for key in _ALEMBIC if key in given}
    options = {key: seconds(key, each) if key in _TIMES else each for key, each in given.items()}
    function = "downgrade" if name == "redo" else name
    run = invoke(function, directory, x_arg, bind, options=options, kind=kind, **arguments)
    if not arguments["sql"]:
        console.note(_summary(name, run))
    return tuple(run.steps)


#: What each command did to its revisions.
_DID = {"upgrade": "Applied", "downgrade": "Undid", "redo": "Redid", "stamp": "Recorded"}


def _summary(name: str, run: Run) -> str:
    if not run.steps:
        return f"Nothing to do; the database is at {', '.join(run.heads) or 'base'}."
    last = run.steps[-1].revision or "base"
    count = sum(step.is_upgrade for step in run.steps) if name == "redo" else len(run.steps)
    revisions = "1 revision" if count == 1 else f"{count} revisions"
    seconds = sum(step.seconds for step in run.steps)
    return f"{_DID[name]} {revisions} in {seconds:.2f} s; the last one is {last}."


def seconds(name: str, value: float | str | None) -> float | None:
    """*value* of the parameter *name* in seconds."""
    try:
        return None if value is None else duration(value)
    except DurationError as error:
        raise InvalidNameError(f"{name}: {error}.", str(value)) from error
