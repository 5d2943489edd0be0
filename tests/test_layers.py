"""Imports point one way, and modules stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import flask_migrate
from flask_migrate import commands  # noqa: F401  (fills the table)
from flask_migrate.command_table import COMMANDS

PACKAGE = Path(flask_migrate.__file__).parent

#: A module imports only from rows above its own; imports inside functions count.
ROWS = (
    (
        "console",
        "collector",
        "durations",
        "meaning",
        "alembic_parts",
        "template_folders",
        "_compat",
        "sqlite_definitions",
        "sqlite_dependents",
        "copied_values",
        "conventional_names",
        "hand_edits",
    ),
    ("errors", "finding", "progress", "passwords"),
    ("command_table", "refusals", "offline", "connecting", "logs"),
    (
        "documents",
        "places",
        "asynchronous",
        "limits",
        "watching",
        "retrying",
        "resuming",
        "applied_history",
        "formatting",
        "revision_headers",
        "revision_order",
        "neighbours",
        "alembic_texts",
    ),
    (
        "databases",
        "alembic_config",
        "history_check",
        "sqlite",
        "table_copies",
        "version_moves",
        "locking",
        "concurrent_indexes",
        "mariadb_columns",
        "comparing",
        "differences",
        "revision_loading",
        "recording",
        "scratch",
        "creation",
    ),
    ("state", "selection", "env_releases", "revision_graph", "schema_facts"),
    ("autogenerate",),
    ("runs", "failures", "model_check"),
    (
        "repository",
        "revision_files",
        "observation",
        "applying",
        "planning",
        "protection",
        "replaying",
    ),
    ("undoing", "adopting"),
    ("bridge", "environment", "saved_plans", "sealing", "trying", "updating"),
    ("diagnosis", "standing"),
    ("commands", "health"),
    ("front_end",),
    ("app_migrations", "cli", "script"),
    ("extension",),
    ("__init__",),
)

ROW_OF = {name: number for number, names in enumerate(ROWS) for name in names}

#: The files of each module; those of a package are one module to the others.
FILES = {
    **{path.stem: [path] for path in PACKAGE.glob("*.py")},
    **{path.parent.name: [*path.parent.glob("*.py")] for path in PACKAGE.glob("*/__init__.py")},
}

MODULES = sorted(FILES)


def trees(module: str) -> list[ast.AST]:
    """The sources of a module, as syntax trees."""
    return [ast.parse(path.read_text(encoding="utf-8")) for path in FILES[module]]


def imports(tree: ast.AST, level: int = 1) -> Iterator[str]:
    """The modules of the package that a module imports when it runs.

    *level* is how many dots lead to the package.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            absolute = module.partition(".")[0] == flask_migrate.__name__
            if absolute:
                module = module.partition(".")[2]
            if node.level == level or absolute:
                names = [module] if module else [alias.name for alias in node.names]
                yield from (name.partition(".")[0] for name in names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                package, _, module = alias.name.partition(".")
                if package == flask_migrate.__name__:
                    yield module.partition(".")[0] or "__init__"
        else:
            yield from imports(node, level)


@pytest.mark.parametrize("module", MODULES)
def test_every_module_has_a_row(module):
    """A module that the table does not know makes its author place it."""
    assert module in ROW_OF, f"Put {module!r} into ROWS in tests/test_layers.py."


def test_every_row_is_of_a_module():
    """The table names no module that is gone."""
    assert set(ROW_OF) == set(MODULES)


@pytest.mark.parametrize("module", [name for name in MODULES if name in ROW_OF])
def test_a_module_imports_only_from_rows_above_its_own(module):
    """No import points down or sideways."""
    level = 1 if FILES[module][0].parent == PACKAGE else 2
    found = {name for tree in trees(module) for name in imports(tree, level)}
    wrong = {name for name in found if ROW_OF.get(name, 99) >= ROW_OF[module]}
    assert not wrong, f"{module} is in row {ROW_OF[module]} and imports {sorted(wrong)}"


def test_imports_inside_functions_are_seen():
    """The reader of imports looks into functions and past type checking."""
    source = """
if TYPE_CHECKING:
    from .extension import Migrate
def function():
    from . import console
    from .errors import MigrateError
    import flask_migrate.cli
"""
    assert sorted(imports(ast.parse(source))) == ["cli", "console", "errors"]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_has_at_most_400_lines(module):
    """A longer module is two modules."""
    lengths = {path.name: len(path.read_text().splitlines()) for path in FILES[module]}
    assert max(lengths.values()) <= 400, lengths


@pytest.mark.parametrize("row", COMMANDS.values(), ids=COMMANDS)
def test_no_module_hides_a_command(row):
    """Importing a module of that name would put it in the place of the function."""
    assert row.function.__name__ not in MODULES


def test_only_front_ends_exit():
    """``sys.exit`` is called by the front end of Flask-Script, and by no command."""
    callers = {
        module
        for module in MODULES
        for tree in trees(module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("sys.exit", "exit", "quit")
    }
    assert callers <= {"cli", "script"}
