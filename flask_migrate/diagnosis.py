"""Why a project does not do what one expects of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.exc import NoSuchModuleError

from . import console, creation, env_releases, failures, resuming
from .alembic_config import Config
from .applied_history import AppliedHistory, ways_out
from .connecting import limited
from .databases import Database
from .errors import HistoryError, ProblemsFoundError
from .finding import Finding
from .history_check import check_directory, short
from .model_check import check_models
from .runs import Run, turn
from .state import state

# Options of Alembic that hide objects from it.
_FILTERS = {"include_name", "include_object"}

# What to install for a driver whose module has another name.
_PACKAGES = {"MySQLdb": "mysqlclient", "psycopg2": "psycopg2-binary"}


def diagnose(
    directory: str | os.PathLike[str] | None, x_arg: str | Sequence[str] | None, fix: bool
) -> tuple[Finding, ...]:
    """Look the project over, and show what was found.

    :param fix: Replace an ``env.py`` that is as an earlier release wrote it.
    :raises ProblemsFoundError: Something keeps it from working.
    """
    with turn(), failures.translated():
        config = state().migrate.get_config(directory, x_arg=x_arg)
        if fix:
            _replace_env(config)
        found = tuple(findings(config))
    for each in found:
        console.result(str(each))
    if any(each.is_problem for each in found):
        raise ProblemsFoundError(found)
    if not found:
        console.result("Nothing found.")
    return found


def _replace_env(config: Config) -> None:
    env = env_releases.recognised(Path(config.get_main_option("script_location") or "", "env.py"))
    if env.releases is not None and not env.is_thin:
        console.result(f"Replaced {env.path}; the old one is {env.replace()}.")


def findings(config: Config) -> Iterator[Finding]:
    """What is wrong, or worth knowing, about the project that *config* is for.

    :raises MigrateError: There is no project to look at.
    """
    directory = config.get_main_option("script_location") or ""
    check_directory(directory)
    _script(config)
    env = env_releases.recognised(Path(directory, "env.py"))
    yield from _environment(env)
    yield from _settings(config)
    yield from check_models(env)
    known: dict[str, Any] | None = None
    try:
        known = _revisions(config)
    except HistoryError as error:
        yield Finding(True, error.message, error.hint or "")
    else:
        yield from _heads(config)
    yield from _databases(known)


def _environment(env: env_releases.EnvFile) -> Iterator[Finding]:
    if env.is_thin:
        return
    if env.releases is None:
        message = (
            f"{short(env.path)} is of an earlier release, or not of this package, and was changed."
        )
        hint = "It keeps working. To compare it with a new one, see the difference below."
    else:
        message = f"{short(env.path)} is the one that Flask-Migrate {env.releases} wrote."
        hint = "It keeps working. Replace it with today's: flask db doctor --fix"
    yield Finding(False, message, f"{hint}\n{env.difference()}")


def _settings(config: Config) -> Iterator[Finding]:
    url = config.file_config.get(config.config_ini_section, "sqlalchemy.url", fallback="", raw=True)
    if "@" in url and ":" in url.partition("://")[2].rpartition("@")[0]:
        yield Finding(
            True,
            f"{config.config_file_name} has a database password in sqlalchemy.url.",
            "Take it out, and change the password: the file is in version control.",
        )
    for name in ("compare_type", "render_as_batch"):
        if not state().configure_args.get(name):
            yield Finding(False, f"{name} is off: Migrate(app, db, {name}=False).")
    for name in _FILTERS & set(state().configure_args):
        yield Finding(False, f"{name} is given to Migrate: migrate sees only what it lets through.")


def _script(config: Config) -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config)


def _revisions(config: Config) -> dict[str, Any]:
    run = Run(config, {})
    with failures.translated(run):
        run.loaded(_script(config))
        for _ in run.script.walk_revisions():  # type: ignore[union-attr]
            pass
    return dict(run.revisions)


def _heads(config: Config) -> Iterator[Finding]:
    heads = _script(config).get_heads()
    if len(heads) > 1:
        yield Finding(
            True,
            f"The history has {len(heads)} heads: {', '.join(heads)}.",
            "Join them with: flask db merge",
        )


def _databases(known: dict[str, Any] | None) -> Iterator[Finding]:
    databases = state().databases
    try:
        engines = databases.engines
    except (ImportError, NoSuchModuleError) as error:
        name = getattr(error, "name", None)
        yield Finding(
            True,
            f"The driver of a database is missing: {failures.reason(error)}",
            f"Install it: pip install {_PACKAGES.get(name, name)}"
            if name
            else "Check the part of its URL that stands before ://",
        )
        return
    for bind, metadata in databases.metadatas.items():
        if bind not in engines and getattr(metadata, "tables", None):
            yield Finding(
                True,
                f"There are models for the bind {bind!r}, and no database of that name."
                if bind
                else "There are models for the default database, and there is none.",
                "Add it to SQLALCHEMY_BINDS." if bind else "Set SQLALCHEMY_DATABASE_URI.",
            )
    with limited(engines):
        for database in databases:
            yield from _database(database, known)


def _database(database: Database, known: dict[str, Any] | None) -> Iterator[Finding]:
    from .environment import with_connection

    found: list[Finding] = []
    try:
        with_connection(
            database.engine,
            lambda connection: found.extend(_connected(connection, database, known)),
        )
    except Exception as error:
        found = [
            Finding(
                True,
                f"The database {database.name} does not answer: {failures.reason(error)}",
                "Make it, and its tables, with: flask db prepare"
                if creation.is_missing(error)
                else "Check its URL, that the server is up, and what its user may do.",
            )
        ]
    yield from found


def _connected(
    connection: Any, database: Database, known: dict[str, Any] | None
) -> Iterator[Finding]:
    import sqlalchemy as sa
    from alembic.runtime.migration import MigrationContext

    options = state().configure_args
    context = MigrationContext.configure(
        connection,
        opts={
            key: options[key] for key in ("version_table", "version_table_schema") if key in options
        },
    )
    there = set(sa.inspect(connection).get_table_names()) - {context.version_table, resuming.TABLE}
    there -= {AppliedHistory(context).name}
    heads = context.get_current_heads()
    for head in heads:
        if known is not None and head not in known:
            yield Finding(
                True,
                f"The database {database.name} is at {head}, which no file here defines.",
                ways_out([name for name, each in known.items() if each.is_head]),
            )
    yield from _tables(database, there, has_revision=bool(heads), known=known)


def _tables(
    database: Database, there: set[str], has_revision: bool, known: dict[str, Any] | None
) -> Iterator[Finding]:
    """What the tables that are *there* tell about what ``migrate`` will find."""
    metadata = database.metadata
    models = {
        name
        for each in (metadata if isinstance(metadata, Sequence) else [metadata])
        for name in each.tables
    }
    both = models & there
    if there and not both:
        yield Finding(
            True,
            f"The models know no table of the database {database.name} ({len(there)}): "
            "migrate would drop them all.",
            "Import the modules of the models where the application is made, or check the URL.",
        )
    elif there - models and not _FILTERS & set(state().configure_args):
        yield Finding(
            False,
            f"The database {database.name} has tables that no model knows, and migrate would drop "
            f"them: {', '.join(sorted(there - models))}.",
            "Import the modules of their models; those of other programs keep out with "
            "Migrate(app, db, include_object=...)",
        )
    if both and not has_revision:
        yield Finding(
            True,
            f"The database {database.name} has {_all_or_some(both, models)} and no revision: "
            "create_all() or another program made them, so migrate finds no change.",
            "Take create_all() out of the application; then write the first revision against an "
            "empty database, and record here which one it has: flask db adopt",
        )
    elif both and known is not None:
        sources = _sources(known)
        unknown = [name for name in sorted(both) if not _is_named(name, sources)]
        if unknown:
            yield Finding(
                True,
                f"No revision makes these tables, which the database {database.name} has: "
                f"{', '.join(unknown)}. create_all() or another program made them, so "
                "migrate finds no change.",
                "Take create_all() out of the application, drop them if they are empty, and run: "
                "flask db migrate",
            )


def _all_or_some(some: set[str], everything: set[str]) -> str:
    which = "every table" if some == everything else "some tables"
    return f"{which} of the models ({len(some)})"


def _is_named(table: str, sources: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(table.rpartition('.')[2])}(?!\w)", sources) is not None


def _sources(known: dict[str, Any]) -> str:
    return "".join(Path(each.path).read_text("utf-8", "replace") for each in known.values())
