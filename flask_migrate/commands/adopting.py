"""Databases that were made without migrations, or not made yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import alembic_parts, console
from ..command_table import command
from ..refusals import AdoptionNotAgreedError, NotAdoptedError
from .applying import LOCK_WAIT, applied, number
from .calls import invoke

if TYPE_CHECKING:
    from ..adopting import Adoption
    from ..runs import Step
    from .calls import Directory, OneOrMore


@command(yes={"help": "Record without asking"})
def adopt(
    directory: Directory = None,
    yes: bool = False,
    scratch_url: str | None = None,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
    lock_wait: float | str = LOCK_WAIT,
    no_lock: bool = False,
    connect_timeout: float | str | None = None,
) -> tuple[Adoption, ...]:
    """Find out at which revision a database is that was made without migrations, and record it.

    The revisions are run on a scratch database of the same kind, which is dropped.

    :param yes: Record it. Without it somebody at a terminal is asked.
    :param scratch_url: Any database of a server on which the scratch database is made,
        instead of the server of the database.
    :returns: One :class:`~flask_migrate.adopting.Adoption` for each database.
    :raises NotAdoptedError: A database has other tables than any revision makes, or has
        none, or has a revision already.
    :raises AdoptionNotAgreedError: There is one that could be recorded; nobody said yes.
    """
    found = _adoptions(locals())
    if not _adopted(found):
        raise _nothing_to_adopt(found)
    return found


@dataclass(frozen=True)
class Preparation:
    """``created`` are the databases that were made, ``adopted`` those whose revision was found
    out, ``steps`` what was applied."""

    created: tuple[str, ...]
    adopted: tuple[Adoption, ...]
    steps: tuple[Step, ...]


@command(timeout={"help": "How long to wait for the server to answer (default is 0s)"})
def prepare(
    directory: Directory = None,
    revision: str = "head",
    timeout: float | str = 0.0,
    scratch_url: str | None = None,
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
) -> Preparation:
    """Make the database if it is missing, and bring it up to date.

    What was made without migrations is adopted first. Does nothing where nothing is to be
    done, and may run in several processes at once.

    :param timeout: How long to wait for the server: seconds, or a text such as ``"5min"``.
    :param scratch_url: As for :func:`adopt`.
    :raises NotCreatedError: A database is not there, and could not be made.
    :raises NotAdoptedError: A database has other tables than any revision makes; nothing
        was applied.
    """
    given = locals()
    alembic_parts.import_alembic()
    wait = number("timeout", given.pop("timeout")) or 0.0
    created = tuple(_created(bind, wait, number("connect_timeout", connect_timeout)))
    for name in created:
        console.note(f"Made the database {name}.")
    found = _adoptions({**given, "yes": True})
    adopted = _adopted(found)
    del given["scratch_url"]
    return Preparation(created, adopted, applied("upgrade", {**given, "sql": False}))


def _created(bind: OneOrMore, wait: float, connect_timeout: float | None) -> Iterator[str]:
    """The databases that were not there."""
    from ..creation import create_if_missing
    from ..failures import translated
    from ..selection import Selection
    from ..state import state

    engines = state().databases.engines
    chosen = Selection(lambda: engines, [bind] if isinstance(bind, str) else list(bind or ()))
    for each, engine in engines.items():
        name = each or "default"
        with translated():
            is_new = name in chosen and create_if_missing(name, engine, wait, connect_timeout)
        if is_new:
            yield name


def _adoptions(given: dict[str, Any]) -> tuple[Adoption, ...]:
    """What became of each database; *given* are the parameters of a command."""
    alembic_parts.import_alembic()
    from ..adopting import AdoptingRun

    options = {
        "is_agreed": given["yes"],
        "scratch_url": given["scratch_url"],
        "no_lock": given["no_lock"],
        **{key: number(key, given[key]) for key in ("lock_wait", "connect_timeout")},
    }
    place = (given[key] for key in ("directory", "x_arg", "bind"))
    run: Any = invoke("stamp", *place, kind=AdoptingRun, options=options, revision="heads")
    return tuple(run.adoptions)


def _adopted(found: Sequence[Adoption]) -> tuple[Adoption, ...]:
    """Those that were recorded."""
    _check(found)
    adopted = tuple(_in(found, "adopted"))
    for each in adopted:
        console.note(f"Recorded: {each.database} is at {', '.join(each.revisions)}.")
    return adopted


def _in(found: Sequence[Adoption], outcome: str) -> list[Adoption]:
    return [each for each in found if each.outcome == outcome]


def _check(found: Sequence[Adoption]) -> None:
    """Refuse to call it done where a database with tables has no revision after all."""
    different = _in(found, "different")
    if different:
        from ..adopting import lines

        for each in different:
            for line in lines(each):
                console.result(line)
        first = different[0]
        raise NotAdoptedError(
            f"The tables of the database {first.database} are not those of any revision.",
            found,
            hint="Change it by hand as shown, then: flask db adopt; or record the nearest one as "
            f"it is: flask db stamp {' '.join(first.revisions)}",
        )
    waiting = _in(found, "found")
    if waiting:
        first = waiting[0]
        raise AdoptionNotAgreedError(
            f"The database {first.database} is at {', '.join(first.revisions)}, and that was not "
            "recorded.",
            found,
            hint="Record it with: flask db adopt --yes",
        )


def _nothing_to_adopt(found: Sequence[Adoption]) -> NotAdoptedError:
    begun = _in(found, "begun")
    if begun:
        return NotAdoptedError(
            f"The database {begun[0].database} has its first revision in part.",
            found,
            hint="Let it do the rest: flask db upgrade --resume",
        )
    migrated = _in(found, "migrated")
    if migrated:
        first = migrated[0]
        return NotAdoptedError(
            f"The database {first.database} is at {', '.join(first.revisions)} already.",
            found,
            hint="See what is pending with: flask db status; apply it with: flask db upgrade",
        )
    unknown = _in(found, "unknown")
    if unknown:
        return NotAdoptedError(
            f"The database {unknown[0].database} is on {unknown[0].dialect}; adopt knows SQLite, "
            "PostgreSQL, MariaDB and MySQL.",
            found,
            hint="If you know what it is at, record that: flask db stamp REVISION",
        )
    return NotAdoptedError(
        f"The database {found[0].database} is empty; there is nothing to adopt.",
        found,
        hint="Make its tables with: flask db upgrade",
    )
