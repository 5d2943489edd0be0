"""The comparison of one database with the models."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Connection

from .. import collector
from .answers import Answers, LeftOut, answering
from .dependencies import sorted_in_one_pass
from .mariadb import MariaDBAnswers, whole_defaults
from .postgresql import remembered
from .sqlite import SQLiteAnswers, actions_known, uniques_known_by_index

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

_ANSWERS: dict[str, type[Answers]] = {
    "mariadb": MariaDBAnswers,
    "mysql": MariaDBAnswers,
    "sqlite": SQLiteAnswers,
}


@contextmanager
def comparison(context: MigrationContext) -> Iterator[None]:
    """Let what Alembic asks inside this block be read for all tables at once.

    It reads and interprets as ever. What is not known goes to the database, one
    table after the other.
    """
    connection: Any = context.connection
    # A stand-in, such as that of a test, may have no events.
    if not isinstance(connection, Connection) or context.as_sql:
        yield
        return
    with ExitStack() as stack:
        stack.enter_context(collector.paused())
        stack.enter_context(sorted_in_one_pass())
        left_out = stack.enter_context(_noted(context.opts))
        if connection.dialect.name == "postgresql":
            stack.enter_context(remembered(context.impl))
        if connection.dialect.name == "sqlite":
            stack.enter_context(uniques_known_by_index(connection.dialect))
            stack.enter_context(actions_known(connection.dialect))
        if connection.dialect.name in ("mariadb", "mysql"):
            stack.enter_context(whole_defaults(connection.dialect))
        if connection.dialect.name in _ANSWERS:
            answers = _ANSWERS[connection.dialect.name](connection, left_out)
            if answers.is_possible:
                stack.enter_context(answering(connection, answers))
        yield


@contextmanager
def _noted(opts: dict[str, Any]) -> Iterator[LeftOut]:
    """The tables that ``include_name`` leaves out, which fill up inside this block."""
    left_out: defaultdict[str | None, set[str]] = defaultdict(set)
    include_name: Callable[..., bool] | None = opts.get("include_name")
    if include_name is None:
        yield left_out
        return

    def noted(name: Any, kind: str, parents: Any) -> bool:
        is_included = include_name(name, kind, parents)
        if kind == "table" and not is_included:
            left_out[parents.get("schema_name")].add(name)
        return is_included

    opts["include_name"] = noted
    try:
        yield left_out
    finally:
        opts["include_name"] = include_name
