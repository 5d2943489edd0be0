"""Asynchronous engines, for Alembic and for an ``env.py`` that know nothing of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from typing import Any

# Whether the code that runs may wait for an asynchronous driver as if it were
# an ordinary one.
_is_bridged: ContextVar[bool] = ContextVar("flask_migrate_bridged", default=False)


def call(work: Callable[[], None], engines: Iterable[Any]) -> None:
    """Call *work*, which may use *engines* as if they were ordinary ones.

    It works where an event loop is running as well: that one then waits.
    """
    synchronous = [_synchronous(engine) for engine in engines if is_asynchronous(engine)]
    if not synchronous or _is_bridged.get():
        work()
        return
    import asyncio

    with _without_pools(synchronous):
        _without_loop(lambda: asyncio.run(_spawned(work)))


def call_with_loop(work: Callable[[], None], engines: Iterable[Any]) -> None:
    """Call *work*, which uses *engines* in an event loop that it runs itself."""

    import asyncio

    def with_loop() -> None:
        loop = asyncio.new_event_loop()
        # Python 3.14 makes none for who asks with get_event_loop().
        asyncio.set_event_loop(loop)
        try:
            work()
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    with _without_pools([_synchronous(engine) for engine in engines]):
        _without_loop(with_loop)


def suitable(engine: Any) -> Any:
    """*engine*, of the kind that the ``env.py`` under way can use."""
    if not is_asynchronous(engine):
        return engine
    if _is_bridged.get():
        return _synchronous(engine)
    from sqlalchemy.ext.asyncio import AsyncEngine

    return engine if isinstance(engine, AsyncEngine) else AsyncEngine(engine)


def is_asynchronous(engine: Any) -> bool:
    """Whether the driver of *engine* is for coroutines."""
    return hasattr(engine, "dialect") and engine.dialect.is_async


def _synchronous(engine: Any) -> Any:
    return getattr(engine, "sync_engine", engine)


async def _spawned(work: Callable[[], None]) -> None:
    from sqlalchemy.util import greenlet_spawn

    _is_bridged.set(True)
    await greenlet_spawn(work)


def _without_loop(work: Callable[[], None]) -> None:
    """Call *work* where no event loop is running."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        work()
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=1) as executor:
        executor.submit(copy_context().run, work).result()


@contextmanager
def _without_pools(engines: list[Any]) -> Iterator[None]:
    """Keep the connections of this block, which belong to its loop, out of the pools."""
    from sqlalchemy.pool import NullPool, StaticPool

    # The only connection of a database in memory is the database.
    pools = {engine: engine.pool for engine in engines if not isinstance(engine.pool, StaticPool)}
    for engine, pool in pools.items():
        engine.pool = NullPool(pool._creator, dialect=pool._dialect, _dispatch=pool.dispatch)
    try:
        yield
    finally:
        for engine, pool in pools.items():
            engine.pool = pool
