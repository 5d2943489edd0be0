"""What :class:`~flask_migrate.Migrate` leaves on an application."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from flask import current_app

if TYPE_CHECKING:
    from .databases import Databases
    from .extension import Migrate
    from .health import Health


class AppState:
    """The value of ``app.extensions["migrate"]``.

    .. attribute:: migrate

        The :class:`~flask_migrate.Migrate` that was attached.

    .. attribute:: directory

        The migration directory, as text.

    .. attribute:: history

        Whether runs are written down in the database.

    .. attribute:: release

        The release of the application that these rows name.
    """

    def __init__(
        self,
        migrate: Migrate,
        db: Any,
        directory: str,
        configure_args: Mapping[str, Any],
        metadata: Any = None,
        engine: Any = None,
        history: bool = False,
        release: str | None = None,
    ) -> None:
        self.migrate = migrate
        self.directory = directory
        self._given = {"metadata": metadata, "engine": engine}
        self.history = history
        self.release = release
        #: What is known of the databases for health checks, once it was asked for.
        self.health: Health | None = None
        self._db = db
        self._configure_args = dict(configure_args)

    @cached_property
    def databases(self) -> Databases:
        """Where migrations go to; a web worker need not know."""
        from .databases import Databases

        return Databases(self._db, **self._given)

    @property
    def db(self) -> Any:
        """The database object that was given to :class:`~flask_migrate.Migrate`.

        While an ``env.py`` runs, what stands in for it there.
        """
        from .databases import is_environment_running

        if self._db is None or is_environment_running():
            return self.databases
        return self._db

    @property
    def configure_args(self) -> dict[str, Any]:
        """The options for ``context.configure()``.

        A new dictionary each time: an ``env.py`` of Flask-Migrate 4 writes its
        own hook into it, which the next command must not see.
        """
        return dict(self._configure_args)

    @property
    def metadata(self) -> Any:
        """The metadata of the default database, for an ``env.py`` of Flask-Migrate 1.0."""
        return self.db.metadata


def state() -> AppState:
    """The state of the current application.

    :raises NotConfiguredError: There is no application context, or no
        :class:`~flask_migrate.Migrate` was attached to its application.
    """
    from .errors import NotConfiguredError

    if not current_app:
        raise NotConfiguredError(
            "Migration commands work inside an application context.",
            hint="Call them inside: with app.app_context():",
        )
    found = current_app.extensions.get("migrate")
    if not isinstance(found, AppState):
        raise NotConfiguredError(
            f"The application {current_app.name!r} has no Migrate attached.",
            hint="Add this where the application is made: Migrate(app, db)",
        )
    return found
