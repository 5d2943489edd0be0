"""Undoing revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import alembic_parts
from ..command_table import command
from .applying import DRY_RUN, LOCK_WAIT, applied, followed, tried
from .calls import check_exclusive, check_range
from .confirming import agreed_losses, guarded

if TYPE_CHECKING:
    from ..runs import Run, Step
    from .calls import Directory, OneOrMore


@command(dry_run=DRY_RUN)
@guarded()
def downgrade(
    directory: Directory = None,
    revision: str = "-1",
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
    dry_run: bool = False,
    from_plan: str | None = None,
    yes: bool = False,
    yes_i_mean: str | None = None,
) -> tuple[Step, ...]:
    """Revert to a previous version.

    On a command line it says which rows are dropped, and asks at a terminal.

    :param dry_run: Do it in a transaction, and roll that back.
    :param from_plan: A file of ``plan --down --save``: do what it says, or nothing.
    :param yes: Do not ask.
    :param yes_i_mean: The name of the database, where ``FLASK_DB_PROTECT`` protects it.
    :returns: The steps that were taken, in order; with ``dry_run``, those that could be.
    :raises IrreversibleRevisionError: A revision says ``irreversible``; nothing was undone.
    :raises UntriableError: ``dry_run``, and not everything can be rolled back.
    :raises PlanChangedError: ``from_plan``, and something else would be done now.
    :raises ContradictionError: Two of these options.
    :raises ProtectedDatabaseError: The database is protected, and its name was not given.
    """
    check_exclusive(sql=sql, dry_run=dry_run, from_plan=from_plan)
    if sql and revision == "-1":
        revision = "head:-1"
    check_range(revision)
    if dry_run:
        return tried("downgrade", locals())
    if from_plan:
        return _undone("downgrade", *followed("downgrade", locals()))
    return _undone("downgrade", locals())


@command(revision={"help": "The first one to undo (default is the last one that was applied)"})
@guarded()
def redo(
    directory: Directory = None,
    revision: str | None = None,
    tag: str | None = None,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
    lock_wait: float | str = LOCK_WAIT,
    no_lock: bool = False,
    lock_timeout: float | str | None = None,
    statement_timeout: float | str | None = None,
    connect_timeout: float | str | None = None,
    retries: int = 0,
    yes: bool = False,
    yes_i_mean: str | None = None,
) -> tuple[Step, ...]:
    """Undo the last revision, or those from one on, and apply them again.

    Asks as :func:`downgrade` does: what a revision drops does not come back with it.

    :param revision: The first one to undo; all that was applied after it goes with it.
    :returns: The steps that were taken, in order.
    :raises NothingToRedoError: The revision is not applied, or it was not said which.
    """
    first, revision, sql = revision, "base", False
    return _undone("redo", locals())


def _undone(name: str, given: dict[str, Any], kind: type[Run] | None = None) -> tuple[Step, ...]:
    """The steps that a command took, after it was asked whether it may.

    :param kind: What watches it, instead of the usual.
    """
    alembic_parts.import_alembic()
    from .. import undoing

    look, usual = {
        "downgrade": (undoing.UndoPlanningRun, undoing.DowngradeRun),
        "redo": (undoing.RedoPlanningRun, undoing.RedoRun),
    }[name]
    yes, yes_i_mean = given.pop("yes"), given.pop("yes_i_mean")
    if not given["sql"]:
        given["agreed"] = agreed_losses(name, look, given, yes or yes_i_mean is not None)
    return applied(name, given, kind or usual)
