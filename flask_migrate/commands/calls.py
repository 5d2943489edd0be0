"""How a command calls Alembic, which is imported only then."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .. import alembic_parts, collector, console
from ..errors import InvalidNameError
from ..refusals import ContradictionError

if TYPE_CHECKING:
    from alembic.script import Script

    from ..planning import Plan
    from ..runs import Run

    Directory = str | os.PathLike[str] | None
    OneOrMore = str | Sequence[str] | None


def invoke(
    name: str, directory: Directory, x_arg: OneOrMore, bind: OneOrMore, **arguments: Any
) -> Run:
    """:func:`flask_migrate.bridge.invoke`."""
    with collector.paused():  # importing leaves no garbage
        alembic_parts.import_alembic()
        from ..bridge import invoke

    return invoke(name, directory, x_arg, bind, **arguments)


def updating_run() -> type[Run]:
    """What watches ``--update``."""
    alembic_parts.import_alembic()
    from ..updating import UpdatingRun

    return UpdatingRun


def history_of(run: Run) -> Any:
    """The history that *run* read."""
    return run.script


def named(run: Run, revision: str) -> tuple[Script, ...]:
    """The revisions that a symbol stands for."""
    symbol: str | Iterable[str] = run.heads if revision == "current" else revision
    return tuple(history_of(run).get_revisions(symbol))


def walked(run: Run, base: Any = "base", head: Any = "heads") -> tuple[Script, ...]:
    """The revisions between two, the newest first; none where they have been shown."""
    if console.shows_results():
        return ()
    return tuple(history_of(run).walk_revisions(base, head))


def check_range(text: str | None) -> None:
    """Refuse a range with more than two ends, which Alembic trips over."""
    if text is not None and text.count(":") > 1:
        raise InvalidNameError(
            f"{text!r} is no range of revisions.", text, hint="Write START:END, or one revision."
        )


def check_exclusive(**given: Any) -> None:
    """Refuse more than one of some options.

    :raises ContradictionError: Two were given.
    """
    names = [f"--{name.replace('_', '-')}" for name, value in given.items() if value]
    if len(names) > 1:
        raise ContradictionError(*names[:2])


def planned(
    name: str,
    directory: Directory,
    revision: str,
    tag: str | None,
    x_arg: OneOrMore,
    bind: OneOrMore,
    kind: type[Run] | None = None,
    **options: Any,
) -> tuple[Plan, ...]:
    """What ``upgrade`` or ``downgrade`` would do.

    :param kind: What finds it out, instead of the usual.
    """
    alembic_parts.import_alembic()
    from ..planning import PlanningRun

    check_range(revision)
    arguments = {"revision": revision, "tag": tag, "options": options}
    run: Any = invoke(name, directory, x_arg, bind, kind=kind or PlanningRun, **arguments)
    return tuple(run.plans)


def show_plans(plans: Iterable[Plan], with_sql: bool = False) -> None:
    """Show *plans* as the result of a command."""
    from ..planning import lines

    for plan in plans:
        for line in lines(plan, with_sql):
            console.result(line)
