"""Why a project does not do what one expects of it."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app

from . import console, env_releases, failures
from .alembic_config import Config
from .connecting import limited
from .databases import Database
from .errors import HistoryError, ProblemsFoundError
from .history_check import check_directory, short
from .runs import Run, turn
from .state import state


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    ``is_problem`` is false for what is only worth knowing.
    """

    is_problem: bool
    message: str
    hint: str = ""

    def __str__(self) -> str:
        mark = "x" if self.is_problem else "-"
        return f"{mark} {self.message}" + (f"\n  {self.hint}" if self.hint else "")


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
    yield from _models(env)
    known: set[str] | None = None
    try:
        known = _revisions(config)
    except HistoryError as error:
        yield Finding(True, error.message, error.hint or "")
    else:
        yield from _heads(config)
    with limited(state().databases.engines):
        for database in state().databases:
            yield from _database(database, known)


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


def _models(env: env_releases.EnvFile) -> Iterator[Finding]:
    databases = state().databases
    names = {
        bind: metadata.tables
        for bind, metadata in databases.metadatas.items()
        if hasattr(metadata, "tables")
    }
    if (
        not any(names.values())
        and hasattr(databases.metadata, "tables")
        and (not databases.metadata.tables)
    ):
        yield Finding(
            True,
            "The application has no models: its metadata has no tables.",
            "Import the modules of the models where the application is made.",
        )
    if not env.every_bind:
        for bind in filter(None, names):
            if names[bind]:
                yield Finding(
                    True,
                    f"{short(env.path)} goes to the default database only; "
                    f"the tables of the bind {bind!r} are left out.",
                    "Let it go to every bind: environment.run(context, every_bind=True)",
                )
    for path, classes in _unimported_models():
        yield Finding(
            True,
            f"{short(path)} is never imported, so migrate does not see {', '.join(classes)}.",
            f"Import it where the application is made: import {_module_name(path)}",
        )


def _unimported_models() -> Iterator[tuple[Path, list[str]]]:
    """The modules of the application's package that define models and were not imported."""
    root = Path(current_app.root_path)
    if not (root / "__init__.py").exists():
        return
    imported = {
        os.path.realpath(file)
        for module in list(sys.modules.values())
        if (file := getattr(module, "__file__", None))
    }
    for path in sorted(root.rglob("*.py")):
        if os.path.realpath(path) not in imported:
            classes = _model_classes(path)
            if classes:
                yield path, classes


def _model_classes(path: Path) -> list[str]:
    """The classes in a file that look like models: they have a ``Model`` base or a table name."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return []
    return [
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and (_has_model_base(node) or _has_table_name(node))
    ]


def _has_model_base(node: ast.ClassDef) -> bool:
    return any(isinstance(base, ast.Attribute) and base.attr == "Model" for base in node.bases)


def _has_table_name(node: ast.ClassDef) -> bool:
    return any(
        isinstance(target, ast.Name) and target.id == "__tablename__"
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
    )


def _module_name(path: Path) -> str:
    package = Path(current_app.root_path)
    relative = path.relative_to(package.parent).with_suffix("")
    parts = relative.parts[:-1] if relative.name == "__init__" else relative.parts
    return ".".join(parts)


def _script(config: Config) -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(config)


def _revisions(config: Config) -> set[str]:
    run = Run(config, {})
    with failures.translated(run):
        run.loaded(_script(config))
        for _ in run.script.walk_revisions():  # type: ignore[union-attr]
            pass
    return set(run.revisions)


def _heads(config: Config) -> Iterator[Finding]:
    heads = _script(config).get_heads()
    if len(heads) > 1:
        yield Finding(
            True,
            f"The history has {len(heads)} heads: {', '.join(heads)}.",
            "Join them with: flask db merge",
        )


def _database(database: Database, known: set[str] | None) -> Iterator[Finding]:
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
                "Check its URL, that the server is up, and what its user may do.",
            )
        ]
    yield from found


def _connected(connection: Any, database: Database, known: set[str] | None) -> Iterator[Finding]:
    import sqlalchemy as sa
    from alembic.runtime.migration import MigrationContext

    options = state().configure_args
    context = MigrationContext.configure(
        connection,
        opts={
            key: options[key] for key in ("version_table", "version_table_schema") if key in options
        },
    )
    there = set(sa.inspect(connection).get_table_names()) - {context.version_table}
    heads = context.get_current_heads()
    models = set(getattr(database.metadata, "tables", {}))
    for head in heads:
        if known is not None and head not in known:
            yield Finding(
                True,
                f"The database {database.name} is at {head}, which no file here defines.",
                "Fetch the code that has it, or record another one with: "
                "flask db stamp --purge REVISION",
            )
    if models and models <= there and not heads:
        yield Finding(
            True,
            f"The database {database.name} has every table of the models ({len(models)}) and no "
            "revision: create_all() or another program made them, so migrate finds no change.",
            "Take create_all() out of the application; then write the first revision against an "
            "empty database and record it here with: flask db stamp head",
        )
    if there and not there & models:
        yield Finding(
            True,
            f"The models know no table of the database {database.name} ({len(there)}): "
            "migrate would drop them all.",
            "Import the modules of the models where the application is made, or check the URL.",
        )
