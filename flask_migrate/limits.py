"""How long a run waits for the locks of others, and how long a statement may take."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .logs import log


@dataclass(frozen=True)
class Limits:
    """Seconds; ``None`` leaves what the server or the driver has.

    ``lock`` is for waiting for a table or a row that another session holds,
    ``statement`` for a whole statement.
    """

    lock: float | None = None
    statement: float | None = None

    def apply(self, connection: Any) -> Callable[[], None]:
        """Set them for what *connection* runs.

        :returns: A function that takes them back, for when the connection is no
            longer in use: it may live on in a pool.
        """
        setter = _SETTERS.get(connection.dialect.name)
        if setter is None or (self.lock is None and self.statement is None):
            return _nothing
        return setter(connection, self)


def _nothing() -> None:
    pass


def _postgresql(connection: Any, limits: Limits) -> Callable[[], None]:
    """``SET LOCAL`` in each transaction: its end takes the setting back."""
    from sqlalchemy import event

    milliseconds = {
        name: math.ceil(seconds * 1000)
        for name, seconds in (
            ("lock_timeout", limits.lock),
            ("statement_timeout", limits.statement),
        )
        if seconds is not None
    }
    outside: list[str] = []

    def begin(begun: Any) -> None:
        is_autocommit = begun.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        while outside and not is_autocommit:
            begun.exec_driver_sql(f"RESET {outside.pop()}")
        for name, value in milliseconds.items():
            # A bare number would be milliseconds too, but who reads it knows that?
            scope = "SESSION" if is_autocommit else "LOCAL"
            begun.exec_driver_sql(f"SET {scope} {name} = '{value}ms'")
            outside.extend([name] if is_autocommit else [])

    if connection.in_transaction():
        begin(connection)
    event.listen(connection, "begin", begin)
    return _nothing


def _mysql(connection: Any, limits: Limits) -> Callable[[], None]:
    settings: dict[str, float] = {}
    if limits.lock is not None:
        whole = max(1, math.ceil(limits.lock))
        settings = {"lock_wait_timeout": whole, "innodb_lock_wait_timeout": whole}
    if limits.statement is not None and connection.dialect.is_mariadb:
        settings["max_statement_time"] = limits.statement
    elif limits.statement is not None:
        log.warning("MySQL has no limit for statements that change tables; none is set.")
    run(connection, [f"SET SESSION {name} = {value:g}" for name, value in settings.items()])
    return undoing(connection, [f"SET SESSION {name} = DEFAULT" for name in settings])


def _sqlite(connection: Any, limits: Limits) -> Callable[[], None]:
    if limits.statement is not None:
        log.warning("SQLite has no limit for statements; none is set.")
    if limits.lock is None:
        return _nothing
    pragma = "PRAGMA busy_timeout"
    before = run(connection, [pragma])
    run(connection, [f"{pragma} = {math.ceil(limits.lock * 1000)}"])
    return undoing(connection, [f"{pragma} = {before}"])


def run(connection: Any, statements: list[str]) -> Any:
    """Run *statements* and leave the connection as it was; the first value of the last."""
    was_begun = connection.in_transaction()
    value = None
    for statement in statements:
        result = connection.exec_driver_sql(statement)
        value = result.scalar() if result.returns_rows else None
    if not was_begun and connection.in_transaction():
        connection.get_transaction().rollback()
    return value


def undoing(connection: Any, statements: list[str]) -> Callable[[], None]:
    """What runs *statements* when the connection is no longer in use."""
    driver, is_asynchronous = connection.connection.dbapi_connection, connection.dialect.is_async

    def undo() -> None:
        # It may be closed, which is as good; an asynchronous one is by now.
        with suppress(Exception):
            for statement in () if is_asynchronous else statements:
                driver.cursor().execute(statement)

    return undo


_SETTERS: dict[str, Callable[[Any, Limits], Callable[[], None]]] = {
    "postgresql": _postgresql,
    "mysql": _mysql,
    "mariadb": _mysql,
    "sqlite": _sqlite,
}
