"""Which databases a run goes to, and what a revision does on each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, wraps
from typing import Any

from .databases import identifier
from .errors import CommandFailedError, InvalidNameError

#: What the database without a bind is called where every one has a name.
DEFAULT = "default"

#: The key in ``config.attributes`` under which an ``env.py`` finds the selection.
ATTRIBUTE = "flask_migrate.selection"


class Selection:
    """The databases of a run, by name: a bind, or ``"default"``.

    :param known: Returns the binds of the application; asked when they matter.
    :param chosen: Those that are meant; all, if none is named.
    :raises InvalidNameError: A chosen one is not known.

    .. attribute:: entered

        The one that the run is on, or on its way to.

    .. attribute:: finished

        Those that are done, and stay as they are if a later one fails.
    """

    def __init__(
        self, known: Callable[[], Iterable[str | None]] = lambda: (), chosen: Sequence[str] = ()
    ) -> None:
        self._known = known
        self.chosen = tuple(chosen)
        self.entered = DEFAULT
        self.finished: list[str] = []
        self._visited: set[str] = set()
        for name in chosen:
            if name not in self.names:
                raise InvalidNameError(
                    f"There is no database {name!r}; there are {', '.join(self.names) or 'none'}.",
                    name,
                    hint="Binds are the keys of SQLALCHEMY_BINDS.",
                )

    @cached_property
    def names(self) -> list[str]:
        """All the databases of the application."""
        return [bind or DEFAULT for bind in self._known()]

    def __contains__(self, name: str) -> bool:
        return not self.chosen or name in self.chosen

    def approach(self, bind: str | None) -> None:
        """Note that the run is about to connect to a database."""
        self.entered = bind or DEFAULT

    def enter(self, engine_name: str | None) -> bool:
        """Whether the database that an ``env.py`` calls *engine_name* is meant."""
        by_identifier = {identifier(name): name for name in self.names if name != DEFAULT}
        name = by_identifier.get(engine_name or "", engine_name) or DEFAULT
        if name not in self:
            return False
        self.entered = name
        self._visited.add(name)
        return True

    def check_visited(self, env: str) -> None:
        """Refuse to call a run done that went nowhere, or not where it was sent.

        :param env: The path of the ``env.py`` that ran.
        :raises CommandFailedError: It did.
        """
        missed = [name for name in self.chosen if name not in self._visited]
        if missed:
            raise CommandFailedError(
                f"{env} does not go to the database {', '.join(missed)}.",
                hint="Let it go to every bind: environment.run(context, every_bind=True)",
            )
        if not self._visited:
            raise CommandFailedError(
                f"{env} ended without running the migrations.",
                hint="Compare it with a new one: flask db init -d new_migrations",
            )

    def left(self) -> list[str]:
        """The databases that are meant and were not reached."""
        return [name for name in self.names if name in self and name not in self._visited]


def accepting(function: Callable[..., Any], names: dict[str, Any]) -> Callable[..., Any]:
    """*function* of a revision, made to run with the *names* that ``env.py`` passes.

    A revision written before the project had several databases takes no
    ``engine_name``: it is about the default one. A revision written before a
    bind was added has no function for that bind: it does nothing there.
    """
    if "engine_name" not in names:
        return function
    if not _accepts(function, names):
        return _standing_for(function, runs=not names["engine_name"])
    functions = getattr(function, "__globals__", {})
    prefix = f"{getattr(function, '__name__', '')}_"
    is_divided = any(name.startswith(prefix) for name in functions)
    if is_divided and f"{prefix}{names['engine_name']}" not in functions:
        return _standing_for(function, runs=False)
    return function


def _accepts(function: Callable[..., Any], names: dict[str, Any]) -> bool:
    try:
        inspect.signature(function).bind(**names)
    except TypeError:
        return False
    return True


def _standing_for(function: Callable[..., Any], runs: bool) -> Callable[..., Any]:
    """Something that takes any names and runs *function* without them, or nothing."""

    @wraps(function)  # Alembic logs the name
    def standing(**names: Any) -> Any:
        return function() if runs else None

    return standing
