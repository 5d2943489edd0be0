"""What SQLite needs around the steps of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from .errors import DatabaseError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """Do not act on foreign keys inside this block, and see that none is broken at its end.

    SQLite alters a table by copying it and dropping the original; with
    ``PRAGMA foreign_keys=ON`` the drop deletes the rows of child tables.
    Steps 1, 10 and 12 of "Making Other Kinds Of Table Schema Changes" in
    https://www.sqlite.org/lang_altertable.html

    :raises DatabaseError: A row refers to a row that was there before and is gone.
    """
    if not connection.exec_driver_sql("PRAGMA foreign_keys").scalar():
        yield
        return
    before = _violations(connection)
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    try:
        yield
        broken = _violations(connection) - before
        if broken:
            raise DatabaseError(
                "Rows of these tables would refer to rows that are gone: "
                + ", ".join(sorted({f"{child} -> {parent}" for child, _, parent, _ in broken})),
                hint="Delete or change those rows in the revision.",
            )
    finally:
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def foreign_keys_restorer(connection: Connection) -> Callable[[], None]:
    """A function that gives the database connection its foreign keys back.

    For when the ``env.py`` is done with it: inside a transaction, as one for
    several databases opens, SQLite ignores the pragma, and the connection may
    live on in a pool.
    """
    driver = connection.connection.dbapi_connection
    was_on = connection.exec_driver_sql("PRAGMA foreign_keys").scalar()

    def restore() -> None:
        # It may be closed, which is as good.
        with suppress(Exception):
            if was_on and driver is not None:
                driver.cursor().execute("PRAGMA foreign_keys=ON")

    return restore


def _violations(connection: Connection) -> set[tuple[object, ...]]:
    return {tuple(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
