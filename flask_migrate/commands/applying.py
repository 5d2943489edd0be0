"""Changing databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import console
from ..command_table import command
from ..durations import DurationError, duration, times
from ..errors import InvalidNameError
from ..refusals import ContradictionError
from .calls import check_exclusive, check_range, invoke, planned, show_plans
from .confirming import guarded

if TYPE_CHECKING:
    from ..planning import Plan
    from ..runs import Run, Step
    from .calls import Directory, OneOrMore

#: Seconds to wait for another run.
LOCK_WAIT = 60.0


#: What ``--dry-run`` says of commands that change databases.
DRY_RUN = {"help": "Do it in a transaction, and roll that back (SQLite, PostgreSQL)"}


@command(dry_run=DRY_RUN)
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
    dry_run: bool = False,
    from_plan: str | None = None,
) -> tuple[Step, ...] | tuple[Plan, ...]:
    """Upgrade to a later version.

    :param from_current: With ``sql``: begin where each database is, not at the base.
    :param plan: Do nothing; say what would be done, as :func:`plan` does.
    :param dry_run: Do it in a transaction, and roll that back.
    :param from_plan: A file of ``plan --save``: do what it says, or nothing.
    :returns: The steps that were taken, in order; with ``dry_run``, those that could be.
    :raises UntriableError: ``dry_run``, and not everything can be rolled back.
    :raises PlanChangedError: ``from_plan``, and something else would be done now.
    :raises ContradictionError: Two of these options.
    """
    check_exclusive(sql=sql, plan=plan, dry_run=dry_run, from_plan=from_plan)
    check_range(revision)
    if plan:
        plans = planned("upgrade", directory, revision, tag, x_arg, bind)
        show_plans(plans)
        return plans
    if dry_run:
        return tried("upgrade", locals())
    if from_plan:
        return applied("upgrade", *followed("upgrade", locals()))
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
    if purge and sql:
        raise ContradictionError("--purge", "--sql")
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


def tried(name: str, given: dict[str, Any]) -> tuple[Step, ...]:
    """The steps that a command took on each database, nothing of which is kept."""
    from ..standing import look
    from ..trying import RolledBackError, TryingDowngradeRun, TryingRun

    kind = TryingDowngradeRun if name == "downgrade" else TryingRun
    directory, x_arg, bind = given["directory"], given["x_arg"], given["bind"]
    databases = [each.database for each in look(directory, x_arg, bind).statuses]
    steps: list[Step] = []
    for database in databases:
        # The end of a trial is the end of its env.py, which goes to several.
        each = {**given, "bind": [database] if databases[1:] else bind}
        steps += _invoked(name, each, kind, RolledBackError).steps
    count = console.counted(len(steps), "revision")
    console.note(f"Tried {count} in {_seconds(steps):.2f} s; nothing is kept.")
    return tuple(steps)


def followed(name: str, given: dict[str, Any]) -> tuple[dict[str, Any], type[Run]]:
    """The parameters of a command that does what a saved plan says, and what does it."""
    from ..saved_plans import ComparedPlanningRun, FollowingDowngradeRun, FollowingRun, read

    if given["revision"] != ("-1" if name == "downgrade" else "head"):
        raise ContradictionError("--from-plan", "REVISION")
    check_exclusive(from_plan=given["from_plan"], tag=given["tag"])
    saved = read(given["from_plan"], name)
    given = {**given, "revision": saved.revision, "tag": saved.tag, "saved": saved}
    where = {key: given[key] for key in ("directory", "revision", "tag", "x_arg", "bind")}
    now = planned(name, **where, kind=ComparedPlanningRun, with_sql=True, saved=saved)
    saved.check_all(now)
    return given, FollowingDowngradeRun if name == "downgrade" else FollowingRun


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


#: What of a command's parameters says where it goes.
_CALL = ("directory", "x_arg", "bind")

#: What is for Alembic.
_ALEMBIC = ("revision", "sql", "tag", "purge")

#: How numbers are read that somebody may write as a text.
_READERS: dict[str, Callable[[Any], float]] = {
    "lock_wait": duration,
    "lock_timeout": duration,
    "statement_timeout": duration,
    "connect_timeout": duration,
    "retries": times,
}


def applied(name: str, given: dict[str, Any], kind: type[Run] | None = None) -> tuple[Step, ...]:
    """The steps that a command took; *given* are its parameters."""
    run = _invoked("downgrade" if name == "redo" else name, given, kind)
    if not given.get("sql"):
        console.note(_summary(name, run, "Purged" if given.get("purge") else "Nothing to do"))
    return tuple(run.steps)


def _invoked(
    name: str,
    given: Mapping[str, Any],
    kind: type[Run] | None = None,
    end: type[BaseException] | None = None,
) -> Run:
    """The run of a command.

    :param end: What ends it without being an error.
    """
    directory, x_arg, bind = (given[key] for key in _CALL)
    arguments = {key: given[key] for key in _ALEMBIC if key in given}
    options = {
        key: number(key, each) if key in _READERS else each
        for key, each in given.items()
        if key not in (*_CALL, *_ALEMBIC)
    }
    return invoke(name, directory, x_arg, bind, options=options, kind=kind, end=end, **arguments)


#: What each command did to its revisions.
_DID = {"upgrade": "Applied", "downgrade": "Undid", "redo": "Redid", "stamp": "Recorded"}


def _summary(name: str, run: Run, without_steps: str) -> str:
    if not run.steps:
        return f"{without_steps}; the database is at {', '.join(run.heads) or 'base'}."
    count = sum(step.is_upgrade for step in run.steps) if name == "redo" else len(run.steps)
    revisions = console.counted(count, "revision")
    did = f"{_DID[name]} {revisions} in {_seconds(run.steps):.2f} s"
    if name != "downgrade":
        return f"{did}; the last one is {run.steps[-1].revision or 'base'}."
    # The last one that was undone is just where the database is not.
    ends: Any = run
    places = [(database, ", ".join(heads) or "base") for database, heads in ends.ends()]
    if len(places) == 1:
        return f"{did}; the database is at {places[0][1]}."
    return f"{did}; {', '.join(f'{database} is at {place}' for database, place in places)}."


def _seconds(steps: Iterable[Step]) -> float:
    return sum(step.seconds for step in steps)


def number(name: str, value: float | str | None) -> float | None:
    """*value* of the parameter *name*, a length of time in seconds."""
    try:
        return None if value is None else _READERS.get(name, duration)(value)
    except DurationError as error:
        raise InvalidNameError(f"{name}: {error}.", str(value)) from error
