"""Models that ``migrate`` does not see."""

from __future__ import annotations

import ast
import gc
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from flask import current_app

from . import env_releases
from .finding import Finding
from .history_check import short
from .state import state


def check_models(env: env_releases.EnvFile) -> Iterator[Finding]:
    """What keeps ``migrate`` from seeing the models of the current application."""
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
    for module, classes in _stray_models():
        yield Finding(
            True,
            f"{module} has models on a MetaData that Migrate was not given, so migrate does not "
            f"see {', '.join(classes)}.",
            "Let them have the base class of the others, or give Migrate both: "
            "Migrate(app, db, metadata=[db.metadata, Base.metadata])",
        )
    for path, classes in _unimported_models():
        yield Finding(
            True,
            f"{short(path)} is never imported, so migrate does not see {', '.join(classes)}.",
            f"Import it where the application is made: import {_module_name(path)}",
        )


def _stray_models() -> Iterator[tuple[str, list[str]]]:
    """The modules of the application with models on other metadata, and those models."""
    from sqlalchemy.orm import registry

    databases = state().databases
    migrated = [
        each
        for metadata in (databases.metadata, *databases.metadatas.values())
        for each in (metadata if isinstance(metadata, Sequence) else [metadata])
    ]
    package = current_app.import_name.partition(".")[0]
    found: dict[str, list[str]] = {}
    registries = [each for each in gc.get_objects() if isinstance(each, registry)]
    for mapper in {mapper for each in registries for mapper in each.mappers}:
        module, metadata = mapper.class_.__module__, getattr(mapper.local_table, "metadata", None)
        is_stray = metadata is not None and not any(metadata is each for each in migrated)
        # Another application of this process has its own.
        if is_stray and module.partition(".")[0] == package:
            found.setdefault(module, []).append(mapper.class_.__name__)
    for module, classes in sorted(found.items()):
        yield module, sorted(classes)


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
