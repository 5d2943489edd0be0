"""Looking at the history and the databases."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from .. import console
from ..command_table import command
from ..refusals import WorkToDoError
from .calls import (
    check_range,
    history_of,
    invoke,
    named,
    planned,
    show_plans,
    walked,
)

if TYPE_CHECKING:
    from alembic.script import Script

    from ..planning import Plan
    from .calls import Directory, OneOrMore


@command()
def show(
    directory: Directory = None,
    revision: str = "head",
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
) -> tuple[Script, ...]:
    """Show the revision denoted by the given symbol.

    :returns: The revisions that the symbol stands for.
    """
    return named(invoke("show", directory, x_arg, bind, rev=revision), revision)


@command()
def history(
    directory: Directory = None,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
) -> tuple[Script, ...]:
    """List the revisions, the newest first.

    :param rev_range: ``START:END``; either may be missing or ``current``.
    """
    check_range(rev_range)
    run = invoke(
        "history",
        directory,
        x_arg,
        bind,
        rev_range=rev_range,
        verbose=verbose,
        indicate_current=indicate_current,
    )
    base, _, head = (rev_range or ":").strip().partition(":")
    ends = {"current": run.heads}
    return walked(run, ends.get(base, base) or "base", ends.get(head, head) or "heads")


@command()
def heads(
    directory: Directory = None,
    verbose: bool = False,
    resolve_dependencies: bool = False,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
) -> tuple[str, ...]:
    """Show the heads of the history.

    :returns: Their revision ids.
    """
    run = invoke(
        "heads", directory, x_arg, bind, verbose=verbose, resolve_dependencies=resolve_dependencies
    )
    if resolve_dependencies:
        return tuple(script.revision for script in named(run, "heads"))
    return tuple(history_of(run).get_heads())


@command()
def branches(
    directory: Directory = None,
    verbose: bool = False,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
) -> tuple[Script, ...]:
    """Show the revisions at which the history branches."""
    run = invoke("branches", directory, x_arg, bind, verbose=verbose)
    return tuple(each for each in walked(run) if each.is_branch_point)


@command()
def current(
    directory: Directory = None,
    verbose: bool = False,
    check_heads: bool = False,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
) -> tuple[str, ...]:
    """Show the revision that each database is at.

    :returns: The revision ids, those of all databases together.
    :raises PendingMigrationsError: ``check_heads`` was asked for and a head is
        missing in the database.
    """
    return invoke("current", directory, x_arg, bind, verbose=verbose, check_heads=check_heads).heads


@command()
def check(directory: Directory = None, x_arg: OneOrMore = None, bind: OneOrMore = None) -> None:
    """Check whether there are changes that no revision has.

    :raises ModelsChangedError: There are.
    """
    invoke("check", directory, x_arg, bind)


@command(
    sql={"help": "With the SQL of each operation", "is_output": False},
    exit_code={"help": "Exit with 4 if there is something to do"},
)
def plan(
    directory: Directory = None,
    revision: str | None = None,
    down: bool = False,
    sql: bool = False,
    save: str | None = None,
    exit_code: bool = False,
    tag: str | None = None,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
) -> tuple[Plan, ...]:
    """Say what an upgrade would do, operation by operation, and do nothing.

    :param revision: Where to; ``"head"`` if it is not given, ``"-1"`` with ``down``.
    :param down: Say what ``downgrade`` would do.
    :param sql: With the statements of each operation.
    :param save: A file for ``--from-plan`` of ``upgrade``, or with ``down`` of ``downgrade``.
    :param exit_code: Raise where there is something to do.
    :returns: One :class:`~flask_migrate.planning.Plan` for each database.
    :raises WorkToDoError: ``exit_code``, and there is.
    :raises PlanFileError: The file cannot be written.
    """
    target = revision or ("-1" if down else "head")
    name = "downgrade" if down else "upgrade"
    plans = planned(name, directory, target, tag, x_arg, bind, with_sql=sql or bool(save))
    show_plans(plans, sql)
    if save:
        from .. import saved_plans

        saved_plans.save(save, plans, name, target, tag)
        console.note(f"Saved; run it with: flask db {name} --from-plan {shlex.quote(save)}")
    if exit_code and any(each.steps for each in plans):
        raise WorkToDoError(plans, down)
    return plans
