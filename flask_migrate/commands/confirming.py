"""What is asked before something is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from .. import console
from ..errors import MigrateError
from ..refusals import NotConfirmedError, ProtectedDatabaseError
from .calls import invoke

if TYPE_CHECKING:
    from ..planning import Plan
    from .calls import Directory, OneOrMore


def confirm_losses(
    directory: Directory, x_arg: OneOrMore, bind: OneOrMore, **arguments: Any
) -> None:
    """Tell a command line which rows ``downgrade`` drops, and ask at a terminal.

    A library call is not asked, and has not to wait for the rows to be counted.

    :raises NotConfirmedError: The answer was no.
    """
    if not console.shows_notes():
        return
    from ..autogenerate.questions import Questions
    from ..planning import PlanningRun

    plans: list[Plan] = []
    # What keeps it from being planned keeps the run itself from running, and is told then.
    with suppress(MigrateError):
        run: Any = invoke("downgrade", directory, x_arg, bind, kind=PlanningRun, **arguments)
        plans = run.plans
    losses = list(_losses(plans))
    for loss in losses:
        console.note(loss)
    questions = Questions({})
    if losses and questions.are_possible and not questions.confirm("Drop them?"):
        raise NotConfirmedError()


def confirm_protected(bind: OneOrMore, given: str | None) -> None:
    """See that whoever takes something from a protected database means that one.

    :param given: The name that was given with the command.
    :raises ProtectedDatabaseError: It is not the name, and nobody could be asked
        or another one was typed.
    """
    from ..autogenerate.questions import Questions
    from ..protection import protected

    questions = Questions({})
    for name in protected([bind] if isinstance(bind, str) else bind or ()):
        answer = given
        if answer is None and questions.are_possible:
            answer = questions.text(f"{name} is protected. Type its name to go on")
        if answer != name:
            raise ProtectedDatabaseError(name)


def _losses(plans: list[Plan]) -> Iterator[str]:
    for plan in plans:
        for step in plan.steps:
            for each in step.operations:
                if each.symbol == "-" and each.rows:
                    rows = f"{each.rows} row{'s' * (each.rows != 1)}"
                    yield f"{step.revision} on {plan.database} drops {each.text} with {rows}."
