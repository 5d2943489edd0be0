"""What makes a run on SQLite whole or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from .errors import DatabaseError


def make_transactional(connection: Any, options: dict[str, Any]) -> None:
    """Let Alembic take SQLite for what :func:`begin_as_one` makes of it, unless told otherwise.

    :param options: Those for ``context.configure()``.
    """
    is_sqlite = connection is not None and connection.dialect.name == "sqlite"
    if is_sqlite and options.get("transactional_ddl") is None:
        options["transactional_ddl"] = True


def begin_as_one(connection: Any) -> Callable[[], None]:
    """Make each transaction of *connection* a real one, with foreign keys at rest.

    The driver begins a transaction with the first row that is written, so that
    the tables made before it stay when the run fails. Here it begins with
    ``BEGIN IMMEDIATE``, which also keeps other writers out from the start.

    SQLite alters a table by copying it and dropping the original; with
    ``PRAGMA foreign_keys=ON`` the drop deletes the rows of child tables, and
    inside a transaction the pragma is ignored, so it is set before. Steps 1 and 2 of
    "Making Other Kinds Of Table Schema Changes" in
    https://www.sqlite.org/lang_altertable.html

    :returns: A function that puts the foreign keys back, for when the
        connection is no longer in use: it may live on in a pool.
    """
    from sqlalchemy import event

    raw = connection.connection
    was_begun = connection.in_transaction()
    had_foreign_keys = bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar())
    if had_foreign_keys:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    if not was_begun and connection.in_transaction():
        connection.get_transaction().rollback()

    def begin(begun: Any) -> None:
        is_autocommit = begun.get_execution_options().get("isolation_level") == "AUTOCOMMIT"
        if not is_autocommit and not raw.driver_connection.in_transaction:
            begun.exec_driver_sql("BEGIN IMMEDIATE")

    if was_begun:  # by the env.py of a project for several databases
        begin(connection)
    event.listen(connection, "begin", begin)
    driver, is_asynchronous = raw.dbapi_connection, connection.dialect.is_async

    def restore() -> None:
        # It may be closed, which is as good; an asynchronous one is by now.
        with suppress(Exception):
            if had_foreign_keys and not is_asynchronous:
                driver.cursor().execute("PRAGMA foreign_keys=ON")

    return restore


def drop_orphans(connection: Any) -> list[str]:
    """Drop the copies of tables that an earlier run left behind, and return their names.

    A run of an earlier release that failed while it copied a table left the
    copy, and every later run fails because it is there. It is dropped where
    the table itself is there too; else it holds the only rows and stays.
    """
    names = {
        name
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type='table'"
        )
    }
    orphans = [
        name
        for name in sorted(names)
        if name.startswith(_COPY) and name.removeprefix(_COPY) in names
    ]
    quote = connection.dialect.identifier_preparer.quote_identifier
    for name in orphans:
        connection.exec_driver_sql(f"DROP TABLE {quote(name)}")
    return orphans


# What Alembic calls the copy of a table until it takes the table's place.
_COPY = "_alembic_tmp_"


@contextmanager
def foreign_keys_checked(connection: Any) -> Iterator[None]:
    """See that this block breaks no foreign key, before its transaction ends.

    :raises DatabaseError: A row refers to a row that was there before and is gone.
    """
    before = _violations(connection)
    yield
    broken = _violations(connection) - before
    if broken:
        tables = sorted({f"{child} -> {parent}" for child, _, parent, _ in broken})
        raise DatabaseError(
            f"Rows of these tables would refer to rows that are gone: {', '.join(tables)}.",
            hint="Delete or change those rows in the revision.",
        )


def _violations(connection: Any) -> set[tuple[object, ...]]:
    return {tuple(row) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
