"""Logging while an ``env.py`` runs.

Every ``env.py`` that Flask-Migrate has written since 0.1 calls
:func:`logging.config.fileConfig`, which disables the loggers of the program
and replaces its handlers. On a command line that shows the progress of a run;
inside a program it must not happen.
"""

from __future__ import annotations

import logging
import logging.config
import os
import sys
from collections.abc import Iterator
from configparser import ConfigParser
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from . import console
from .passwords import redacted

log = logging.getLogger("flask_migrate")

#: The loggers that tell about a run.
_TOLD = ("alembic", "flask_migrate")

_file_config = logging.config.fileConfig

# A connection that is gone is told about by the error of the run.
_POOLS = [
    logging.getLogger(f"sqlalchemy.pool.impl.{name}Pool")
    for name in ("AsyncAdaptedQueue", "Null", "Queue", "SingletonThread", "Static")
]

# Not the number of the thread: the ``env.py`` may run in one of its own.
_is_kept: ContextVar[bool] = ContextVar("flask_migrate_logs_kept", default=False)


def configure(ini: str | os.PathLike[str] | None) -> None:
    """Set logging up as *ini* says, where a command line is there to read it.

    :param ini: The path of an ``alembic.ini``. Where it has no ``[loggers]``,
        the progress of the run goes to standard error.
    """
    if not console.is_attached():
        return
    _configure(ini)
    if not console.shows_notes():
        for name in _TOLD:
            told = logging.getLogger(name)
            told.setLevel(max(told.level, logging.WARNING))


def _configure(ini: str | os.PathLike[str] | None) -> None:
    parsed = ConfigParser(interpolation=None)
    if ini is not None:
        parsed.read(ini, encoding="utf-8")
    if parsed.has_section("loggers"):
        try:
            _file_config(os.fspath(ini or ""), disable_existing_loggers=False)
            return
        except Exception as error:  # whatever a handler's class raises
            console.note(f"The logging settings in {ini} cannot be used: {error!r}")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(levelname)-5.5s [%(name)s] %(message)s"))
    for name in _TOLD:
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.INFO)


@contextmanager
def kept() -> Iterator[None]:
    """Leave logging as it was when the block ends, and unharmed meanwhile."""
    before = [(logger, _state(logger)) for logger in _loggers()]

    def file_config(fname: Any, *args: Any, **kwargs: Any) -> None:
        if _is_kept.get():
            configure(fname)
        else:
            _file_config(fname, *args, **kwargs)

    logging.config.fileConfig = file_config
    for pool in _POOLS:
        pool.addFilter(_without_traceback)
    token = _is_kept.set(True)
    try:
        yield
    finally:
        logging.config.fileConfig = _file_config
        for pool in _POOLS:
            pool.removeFilter(_without_traceback)
        _is_kept.reset(token)
        known = {logger for logger, _ in before}
        for logger in set(_loggers()) - known:
            _forget_settings(logger)
        for logger, state in before:
            _restore(logger, state)


def _without_traceback(record: logging.LogRecord) -> bool:
    """Keep the tracebacks of connections that are gone for the debug level, on a command line."""
    if not console.is_attached() or not record.exc_info:
        return True
    text = logging.Formatter().formatException(record.exc_info)
    log.debug("%s\n%s", record.getMessage(), redacted(text))
    return False


def _loggers() -> list[logging.Logger]:
    named = [logging.getLogger(name) for name in _TOLD]
    # A list at once: another thread may make a logger meanwhile.
    known = list(logging.Logger.manager.loggerDict.values())
    return [logging.root, *named, *(each for each in known if isinstance(each, logging.Logger))]


def _state(logger: logging.Logger) -> tuple[Any, ...]:
    return logger.level, list(logger.handlers), logger.propagate, logger.disabled


def _forget_settings(logger: logging.Logger) -> None:
    """Make a logger that the ini file brought up as if a library had."""
    silent = [each for each in logger.handlers if isinstance(each, logging.NullHandler)]
    _restore(logger, (logging.NOTSET, silent, True, False))


def _restore(logger: logging.Logger, state: tuple[Any, ...]) -> None:
    if _state(logger) != state:
        logger.setLevel(state[0])
        logger.handlers[:], logger.propagate, logger.disabled = state[1:]


@contextmanager
def contexts_unsaid() -> Iterator[None]:
    """Leave out what Alembic logs of each database that it comes to."""
    logger = logging.getLogger("alembic.runtime.migration")

    def is_said(record: logging.LogRecord) -> bool:
        return record.levelno > logging.INFO

    logger.addFilter(is_said)
    try:
        yield
    finally:
        logger.removeFilter(is_said)
