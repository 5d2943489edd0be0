"""Answers of a database that were read ahead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData

#: The names of tables that ``include_name`` leaves out, by schema.
LeftOut = Mapping["str | None", "set[str]"]

# What changes nothing that was read.
_READS = (
    *("SELECT", "PRAGMA", "SHOW", "DESCRIBE", "BEGIN", "SAVEPOINT", "RELEASE"),
    # Nor does a table that nobody else sees.
    *("CREATE TEMPORARY TABLE", "DROP TEMPORARY TABLE"),
)


class Answers:
    """What a database would say to the statements with which a dialect reflects tables.

    The dialect asks and interprets as ever. What is not known here goes to the
    database.

    :param connection: The connection that is asked.
    :param left_out: Tables that are never asked for.
    """

    def __init__(self, connection: Any, left_out: LeftOut) -> None:
        self.ask: Callable[..., Any] = connection.exec_driver_sql
        self.dialect = connection.dialect
        self.left_out = left_out

    @property
    def is_possible(self) -> bool:
        """Whether this database can be asked about all tables at once."""
        return True

    def answer(self, statement: str, parameters: Any) -> Rows | None:
        """What the database would say; ``None`` if that is not known."""
        raise NotImplementedError

    def forget(self) -> None:
        """Let go of what was read: something was written."""
        raise NotImplementedError


class Columns:
    """The columns of an answer."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)

    @cached_property
    def metadata(self) -> Any:
        """What a result knows of them."""
        return SimpleResultMetaData(self.names)


class Rows:
    """The rows of one answer."""

    def __init__(self, columns: Columns, rows: Sequence[tuple[Any, ...]] = ()) -> None:
        self.columns = columns
        self.rows = rows

    def result(self) -> Any:
        """What ``exec_driver_sql`` returns for them."""
        return IteratorResult(self.columns.metadata, iter(self.rows))


@contextmanager
def answering(connection: Any, answers: Answers) -> Iterator[None]:
    """Let *answers* be asked before the database, on *connection* and inside this block."""

    def exec_driver_sql(statement: str, parameters: Any = None, *rest: Any, **options: Any) -> Any:
        known = None if rest or options else answers.answer(statement, parameters)
        if known is None:
            return answers.ask(statement, parameters, *rest, **options)
        return known.result()

    def written(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.lstrip().upper().startswith(_READS):
            answers.forget()

    def undone(connection: Any, *rest: Any) -> None:
        answers.forget()

    heard = {"before_cursor_execute": written, "rollback": undone, "rollback_savepoint": undone}
    for name, function in heard.items():
        event.listen(connection, name, function)
    connection.exec_driver_sql = exec_driver_sql
    try:
        yield
    finally:
        del connection.exec_driver_sql
        for name, function in heard.items():
            event.remove(connection, name, function)
