"""What the ``env.py`` of a project calls.

A generated ``env.py`` is one call of :func:`run`. A project that wants other
steps calls the smaller functions, or Alembic itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import asynchronous, logs
from .databases import Database, identifier
from .offline import file_name
from .revision_files import drop_empty_revision, log
from .selection import ATTRIBUTE, Selection
from .state import state

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript
    from alembic.runtime.environment import EnvironmentContext
    from sqlalchemy.engine import Connection


def run(context: EnvironmentContext | Any, every_bind: bool = False, **options: Any) -> None:
    """Run the command that is under way on the databases of the application.

    :param context: The ``alembic.context`` of the ``env.py``.
    :param every_bind: Go to each bind, not only to the default database. The
        revisions then have one pair of functions for each bind.
    :param options: Options of ``context.configure()``; they win over those
        given to :class:`~flask_migrate.Migrate`.
    :raises NotConfiguredError: There is no database to go to.
    """
    logs.configure(context.config.config_file_name)
    found = state()
    settings = {**found.configure_args, **options}
    selection = context.config.attributes.get(ATTRIBUTE) or Selection()
    everyone = list(found.databases) if every_bind else [found.databases.default()]
    targets = [database for database in everyone if database.name in selection]
    for database in targets:
        is_last = database is targets[-1]
        if every_bind:
            log.info("Migrating database %s", database.name)
        per_database = {
            **settings,
            **(tokens(database) if every_bind else {}),
            "target_metadata": settings.get("target_metadata", database.metadata),
            "process_revision_directives": _directives(context, settings, is_last),
        }
        names = {"engine_name": database.identifier} if every_bind else {}
        if context.is_offline_mode():
            _run_offline(context, database, per_database, names, to_file=not selection.chosen)
        else:
            _run_online(context, database, per_database, names)
        selection.finished.append(database.name)


def tokens(database: Database) -> dict[str, str]:
    """The names under which ``script.py.mako`` finds the operations of one bind."""
    return {
        "upgrade_token": f"{database.identifier}_upgrades",
        "downgrade_token": f"{database.identifier}_downgrades",
    }


def engine_names() -> list[str]:
    """What ``script.py.mako`` writes a pair of functions for."""
    return [identifier(bind) for bind in state().databases.engines]


def _directives(
    context: EnvironmentContext, settings: dict[str, Any], is_last: bool
) -> Callable[..., None]:
    """The user's hook, then ours: after the last database an empty revision is dropped."""
    users = settings.get("process_revision_directives")

    def process(migration_context: Any, revision: Any, directives: list[MigrationScript]) -> None:
        if users is not None:
            users(migration_context, revision, directives)
        if is_last and getattr(context.config.cmd_opts, "autogenerate", False):
            drop_empty_revision(directives)

    return process


def _run_offline(
    context: EnvironmentContext,
    database: Database,
    settings: dict[str, Any],
    names: dict[str, str],
    to_file: bool,
) -> None:
    def write(**output: Any) -> None:
        context.configure(
            **{
                "literal_binds": True,
                # The URL itself, not its text: the password stays inside.
                "url": database.engine.url,
                **settings,
                **output,
            }
        )
        with context.begin_transaction():
            context.run_migrations(**names)

    if not names or not to_file:
        write()
        return
    path = file_name(database)
    log.info("Writing SQL to %s", path)
    with open(path, "w", encoding="utf-8") as file:
        write(output_buffer=file)


def _run_online(
    context: EnvironmentContext, database: Database, settings: dict[str, Any], names: dict[str, str]
) -> None:
    def work(connection: Connection) -> None:
        context.configure(connection=connection, **settings)
        with context.begin_transaction():
            context.run_migrations(**names)

    # A test fixture such as pytest-alembic's says which database it means.
    given = context.config.attributes.get("connection") if database.bind is None else None
    engine: Any = database.engine if given is None else given
    if hasattr(engine, "begin_nested"):  # a connection
        work(engine)
    else:
        with_connection(engine, work)


def with_connection(engine: Any, work: Callable[[Connection], None]) -> None:
    """Call *work* with a connection of *engine*, which may be an asynchronous one."""

    def connected() -> None:
        with getattr(engine, "sync_engine", engine).connect() as connection:
            work(connection)

    asynchronous.call(connected, [engine])
