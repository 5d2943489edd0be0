"""Other databases on the server of an engine, reached as the engine reaches its own."""

from __future__ import annotations

from typing import Any


class NoNeighbourError(Exception):
    """The engine has a ``creator``, so that it leads to its own database only."""

    def __str__(self) -> str:
        return "the application connects with a function of its own (creator)"


def neighbour(engine: Any, url: Any) -> Any:
    """An engine for the database at *url*, which has the host and the user of *engine*.

    It connects with what the application gave to *engine* besides the URL, such as
    certificates, or a password that a listener fetches.
    """
    from sqlalchemy import create_engine, event
    from sqlalchemy.pool import NullPool

    own = engine.dialect.create_connect_args(engine.url)[1]

    def creator() -> Any:
        is_asked: list[bool] = []

        def connect(dialect: Any, record: Any, args: Any, given: dict[str, Any]) -> Any:
            if is_asked:
                return None
            is_asked.append(True)
            there, others = dialect.create_connect_args(url)
            changed = {key: each for key, each in others.items() if own.get(key) != each}
            # Copies: earlier versions of SQLAlchemy keep what listeners change.
            return _connected(dialect, record, list(there or args), {**given, **changed})

        event.listen(engine, "do_connect", connect)
        # Others may connect by themselves, and SQLAlchemy does not listen to insert=True here.
        engine.dialect.dispatch.do_connect.listeners.rotate(1)
        try:
            connection = engine.pool._invoke_creator(None)
        finally:
            event.remove(engine, "do_connect", connect)
        if not is_asked:
            connection.close()
            raise NoNeighbourError()
        return connection

    return create_engine(url, creator=creator, poolclass=NullPool)


def _connected(dialect: Any, record: Any, args: list[Any], given: dict[str, Any]) -> Any:
    """A connection, made as an engine makes it: its listeners may change what is given."""
    for listener in dialect.dispatch.do_connect:
        connection = listener(dialect, record, args, given)
        if connection is not None:
            return connection
    return dialect.connect(*args, **given)
