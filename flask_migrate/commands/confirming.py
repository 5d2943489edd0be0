"""What is asked before something is lost."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from .. import console
from ..refusals import NotConfirmedError, ProtectedDatabaseError
from .calls import invoke

if TYPE_CHECKING:
    from ..undoing import Loss, UndoPlanningRun
    from .calls import OneOrMore

F = TypeVar("F", bound=Callable[..., Any])


def guarded(switch: str = "") -> Callable[[F], F]:
    """Mark a command as one that takes something from a database.

    It is not called for a protected database whose name was not given. The mark is the
    attribute ``guard`` of the function.

    :param switch: The option with which it does; without one it always does.
    """

    def mark(function: F) -> F:
        signature = inspect.signature(function)
        name = function.__name__.replace("_", "-") + (f" --{switch}" if switch else "")

        @wraps(function)
        def asked(*args: Any, **given: Any) -> Any:
            bound = signature.bind(*args, **given)
            bound.apply_defaults()
            values = bound.arguments
            takes_nothing = values.get("sql") or values.get("dry_run")
            if not takes_nothing and (not switch or values[switch]):
                _confirm_protected(name, values["bind"], values["yes_i_mean"])
            return function(*args, **given)

        asked.guard = switch or "always"  # type: ignore[attr-defined]
        return asked  # type: ignore[return-value]

    return mark


def _confirm_protected(command: str, bind: OneOrMore, given: str | None) -> None:
    """See that whoever takes something from a protected database means that one.

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
            raise ProtectedDatabaseError(name, command)


def agreed_losses(
    command: str, kind: type[UndoPlanningRun], given: Mapping[str, Any], is_agreed: bool
) -> list[Loss] | None:
    """Look at every database before the first is touched; tell, and ask at a terminal.

    A library call is not asked, and has not to wait for the rows to be counted.

    :param given: What the run will be called with.
    :param is_agreed: Whether the answer is known.
    :returns: What was told; ``None`` where nothing was.
    :raises NotConfirmedError: The answer was no.
    :raises IrreversibleRevisionError: A revision that would be undone on one of them.
    """
    from ..autogenerate.questions import Questions
    from ..state import state

    counts = console.shows_notes() and not is_agreed
    if not counts and len(state().databases.engines) == 1:
        return None
    run: Any = invoke(
        "downgrade",
        *(given[key] for key in ("directory", "x_arg", "bind")),
        kind=kind,
        options={"counts": counts, "first": given.get("first")},
        revision=given["revision"],
        tag=given["tag"],
    )
    if not counts:
        return None
    losses: list[Loss] = run.losses
    for loss in losses:
        console.note(str(loss))
    questions = Questions({})
    if losses and questions.are_possible and not questions.confirm("Drop them?"):
        asked = given.get("first") if command == "redo" else given["revision"]
        raise NotConfirmedError(command if asked in (None, "-1") else f"{command} {asked}")
    return losses
