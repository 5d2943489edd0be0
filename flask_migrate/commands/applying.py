"""Changing databases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..command_table import command
from ..durations import duration
from .calls import check_range, invoke

if TYPE_CHECKING:
    from ..runs import Step
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
) -> tuple[Step, ...]:
    """Upgrade to a later version.

    :returns: The steps that were taken, in order.
    """
    check_range(revision)
    return invoke(
        "upgrade",
        directory,
        x_arg,
        bind,
        options=_options(
            lock_wait=lock_wait,
            no_lock=no_lock,
            lock_timeout=lock_timeout,
            statement_timeout=statement_timeout,
            connect_timeout=connect_timeout,
            retries=retries,
            resume=resume,
        ),
        revision=revision,
        sql=sql,
        tag=tag,
    ).steps


@command()
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
) -> tuple[Step, ...]:
    """Revert to a previous version.

    :returns: The steps that were taken, in order.
    """
    if sql and revision == "-1":
        revision = "head:-1"
    check_range(revision)
    return invoke(
        "downgrade",
        directory,
        x_arg,
        bind,
        options=_options(
            lock_wait=lock_wait,
            no_lock=no_lock,
            lock_timeout=lock_timeout,
            statement_timeout=statement_timeout,
            connect_timeout=connect_timeout,
            retries=retries,
            resume=resume,
        ),
        revision=revision,
        sql=sql,
        tag=tag,
    ).steps


# On a command line, several revisions may be given.
@command(revision={"many": True})
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
) -> tuple[Step, ...]:
    """Record a revision in the database without running it.

    :returns: The steps that the record moved by.
    """
    return invoke(
        "stamp",
        directory,
        x_arg,
        bind,
        options=_options(lock_wait=lock_wait, no_lock=no_lock),
        revision=revision if isinstance(revision, str) else list(revision),
        sql=sql,
        tag=tag,
        purge=purge,
    ).steps


@command()
def ensure_version(
    directory: Directory = None, sql: bool = False, x_arg: OneOrMore = None, bind: OneOrMore = None
) -> None:
    """Create the table that records the revision, unless it is there."""
    invoke("ensure_version", directory, x_arg, bind, sql=sql)


def _options(**given: Any) -> dict[str, Any]:
    """*given*, with each length of time in seconds."""
    times = ("lock_wait", "lock_timeout", "statement_timeout", "connect_timeout")
    return {
        name: duration(value) if name in times and value is not None else value
        for name, value in given.items()
    }
