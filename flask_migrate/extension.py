"""The Flask extension."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from flask import current_app

from .state import AppState, state

if TYPE_CHECKING:
    from flask import Flask

    from .alembic_config import Config
    from .standing import Status

    Configure = Callable[[Config], Config | None]


class Migrate:
    """Attach database migrations to an application.

    :param app: The application, if there is one already.
    :param db: The database object of the application: of Flask-SQLAlchemy,
        Flask-SQLAlchemy-Lite or Alchemical.
    :param directory: The migration directory. A relative one is looked up from
        the working directory.
    :param command: The name of the command group: ``flask db``.
    :param compare_type: Whether ``migrate`` finds changed column types.
    :param render_as_batch: Whether ``migrate`` writes batch operations, which
        SQLite needs to alter tables.
    :param metadata: The models, where *db* does not know them: a ``MetaData``, a
        declarative base or a list of these; or a mapping of binds to these.
    :param engine: The database, where *db* does not know it: an engine or a URL,
        or a mapping of binds to these.
    :param history: Whether each run is written down in a table of the database.
    :param release: The release of the application, for that table.
    :param kwargs: Other options of Alembic's ``context.configure()``.
    """

    def __init__(
        self,
        app: Flask | None = None,
        db: Any = None,
        directory: str | os.PathLike[str] = "migrations",
        command: str = "db",
        compare_type: bool | Callable[..., Any] = True,
        render_as_batch: bool = True,
        *,
        metadata: Any = None,
        engine: Any = None,
        history: bool = False,
        release: str | None = None,
        **kwargs: Any,
    ) -> None:
        self.configure_callbacks: list[Configure] = []
        self.db = db
        self.directory = os.fspath(directory)
        self.command = command
        self.alembic_ctx_kwargs = {
            "compare_type": compare_type,
            "render_as_batch": render_as_batch,
            **kwargs,
        }
        self.metadata = metadata
        self.engine = engine
        self.history = history
        self.release = release
        if app is not None and (db is not None or metadata is not None):
            self.init_app(app)

    def init_app(
        self,
        app: Flask,
        db: Any = None,
        directory: str | os.PathLike[str] | None = None,
        command: str | None = None,
        compare_type: bool | Callable[..., Any] | None = None,
        render_as_batch: bool | None = None,
        *,
        metadata: Any = None,
        engine: Any = None,
        history: bool | None = None,
        release: str | None = None,
        **kwargs: Any,
    ) -> None:
        """Attach to *app*; what is not given is as in :class:`Migrate`.

        What is given here holds for *app* only: one :class:`Migrate` may serve
        several applications.
        """
        from .cli import db as group

        given = {"compare_type": compare_type, "render_as_batch": render_as_batch}
        app.extensions["migrate"] = AppState(
            migrate=self,
            db=self.db if db is None else db,
            directory=self.directory if directory is None else os.fspath(directory),
            configure_args={
                **self.alembic_ctx_kwargs,
                **{name: value for name, value in given.items() if value is not None},
                **kwargs,
            },
            metadata=self.metadata if metadata is None else metadata,
            engine=self.engine if engine is None else engine,
            history=self.history if history is None else history,
            release=self.release if release is None else release,
        )
        if self.db is None:
            self.db = db
        app.cli.add_command(group, command or self.command)

    def pending(self) -> tuple[str, ...] | None:
        """The revisions that a database of the current application has not.

        For health checks: it never raises. The databases are asked when a revision file
        came or went, and else every 30 seconds; in between the last answer is returned.
        What kept them from being asked is in the log.

        :returns: Their ids; ``None`` if it is not known.
        """
        found = _statuses()
        if found is None:
            return None
        return tuple(dict.fromkeys(each for status in found for each in status.pending))

    def is_current(self) -> bool | None:
        """Whether each database of the current application has every revision.

        As :meth:`pending`. A database that has a revision which no file defines is
        not current.

        :returns: ``None`` if it is not known.
        """
        found = _statuses()
        if found is None:
            return None
        return not any(status.pending or status.missing for status in found)

    def configure(self, f: Configure) -> Configure:
        """Register a function that may change the configuration of every run.

        It receives the :class:`~flask_migrate.Config` and returns it, or
        another one. Usable as a decorator.
        """
        self.configure_callbacks.append(f)
        return f

    def call_configure_callbacks(self, config: Config) -> Config:
        """Pass *config* through the functions given to :meth:`configure`."""
        for callback in self.configure_callbacks:
            config = callback(config) or config
        return config

    def get_config(
        self,
        directory: str | os.PathLike[str] | None = None,
        x_arg: str | Sequence[str] | None = None,
        opts: Iterable[str] | None = None,
    ) -> Config:
        """Make a configuration for :mod:`alembic.command`.

        :param directory: Instead of the one of the current application.
        :param x_arg: What ``context.get_x_argument()`` returns in ``env.py``.
        :param opts: Names that are true on ``config.cmd_opts``.
        """
        from argparse import Namespace

        from .alembic_config import for_directory

        named = state().directory if directory is None else os.fspath(directory)
        config = for_directory(_found(named))
        given = [x_arg] if isinstance(x_arg, str) else list(x_arg or ())
        # get_x_argument() in an env.py wants the name to be there.
        config.cmd_opts = Namespace(**dict.fromkeys(opts or (), True), x=given)
        return self.call_configure_callbacks(config)


def _statuses() -> tuple[Status, ...] | None:
    """Where the databases are, as far as it is known."""
    from .errors import NotConfiguredError

    try:
        found = state()
    except NotConfiguredError:
        return None
    if found.health is None:
        from .health import Health

        found.health = Health()
    return found.health.statuses()


def _found(directory: str) -> str:
    """*directory*, looked up beside the application where the working directory has none."""
    if os.path.exists(directory):
        return directory
    places = [current_app.root_path]
    if os.path.exists(os.path.join(current_app.root_path, "__init__.py")):
        places.append(os.path.dirname(current_app.root_path))  # the package's project
    candidates = [os.path.join(place, directory) for place in places]
    return next(filter(os.path.exists, candidates), directory)


def _get_config(
    directory: str | os.PathLike[str] | None,
    x_arg: str | Sequence[str] | None = None,
    opts: Iterable[str] | None = None,
) -> Config:
    """``Migrate.get_config()`` as Flask-Migrate called it until 1.6."""
    return state().migrate.get_config(directory, x_arg, opts)
