"""Imports of the types that a revision names, and whether it can be run with them."""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic.autogenerate.render import _render_gen_name, _repr_type

from ..errors import UnwritableTypeError

if TYPE_CHECKING:
    from types import ModuleType

    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison


def import_types(comparison: Comparison, script: MigrationScript) -> None:
    """Let each type that is written bring its import.

    Alembic writes one that is not SQLAlchemy's with its module, and leaves the
    import to the reader. A ``render_item`` of the project comes first.
    """
    options = comparison.context.opts
    options["render_item"] = _importing(options.get("render_item"), comparison.questions.tell)


def _importing(users: Callable[..., Any] | None, tell: Callable[[str], None]) -> Callable[..., Any]:
    def render_item(kind: str, item: Any, context: Any) -> Any:
        rendered = users(kind, item, context) if users is not None else False
        if rendered is not False:
            return rendered
        if kind == "server_default":
            return _default(getattr(item, "arg", None))
        if kind == "primary_key":
            return _key(item, context)
        module = type(item).__module__
        prefix = context.opts.get("user_module_prefix")
        # A prefix of the project's has an import of the project's.
        if kind != "type" or prefix is not None or _package(item) in ("sqlalchemy", "builtins"):
            return False
        stored = _stored(item, context.dialect)
        if stored is not None:
            name = type(item).__name__
            tell(f"{name} does not say how it is made; what it is stored as is written.")
            return _repr_type(stored, context)
        if _package(item) in _TAKEN:
            name = "_" + module.replace(".", "_")
            context.imports.add(f"import {module} as {name}")
            return f"{name}.{item!r}"
        context.imports.add(f"import {module}")
        if hasattr(item, "spatial_index"):
            return f"{module}.{_spatial(item, context.dialect)!r}"
        return False

    return render_item


#: What a revision calls other things.
_TAKEN = {
    *("op", "sa", "upgrade", "downgrade"),
    *("revision", "down_revision", "branch_labels", "depends_on"),
}


def _default(text: Any) -> Any:
    """A default that has a quote at one end, which Alembic would take away; else ``False``.

    One with quotes around it is what whoever thought of SQL meant.
    """
    is_text = isinstance(text, str)
    if not is_text or (len(text) > 1 and text[0] == text[-1] == "'"):
        return False
    return repr(text) if text.startswith("'") or text.endswith("'") else False


def _key(key: Any, context: Any) -> Any:
    """A primary key with its options, such as ``INCLUDE``, which Alembic leaves out."""
    options = [f"{name}={value!r}" for name, value in key.dialect_kwargs.items() if value != []]
    if not options or not key.columns:
        return False
    words = [repr(column.name) for column in key.columns]
    if key.name:
        words.append(f"name={_render_gen_name(context, key.name)!r}")
    prefix = context.opts["sqlalchemy_module_prefix"] or ""
    return f"{prefix}PrimaryKeyConstraint({', '.join([*words, *options])})"


def _package(item: Any) -> str:
    return type(item).__module__.partition(".")[0]


def _stored(item: Any, dialect: Any) -> Any:
    """What a decorated type is to a database, where its ``repr()`` does not make it again.

    ``None`` where it does, and for what a file cannot name.
    """
    import sqlalchemy as sa

    home = sys.modules.get(type(item).__module__)
    is_reachable = getattr(home, type(item).__name__, None) is type(item)
    if not isinstance(item, sa.types.TypeDecorator) or not is_reachable:
        return None
    known = {"sa": sa, _package(item): sys.modules.get(_package(item))}
    try:
        wanted = item.compile(dialect=dialect)
    except Exception:  # of another kind of database
        return None
    try:
        # What Alembic would write, and upgrade would run.
        made = eval(f"{type(item).__module__}.{item!r}", known)  # noqa: S307
        is_same = made.compile(dialect=dialect) == wanted
    except Exception:
        is_same = False
    return None if is_same else item.load_dialect_impl(dialect)


def _spatial(item: Any, dialect: Any) -> Any:
    """A type of GeoAlchemy2 that leaves to its column what the column says."""
    copy = item.copy()
    # Else no column that has it could do without a value for a while.
    copy.nullable = True
    # A note to itself, which other releases of it do not know.
    copy._spatial_index_reflected = None
    if dialect.name == "postgresql":
        # GeoAlchemy2 would make the index that is written beside it.
        copy.spatial_index = copy.use_N_D_index = False
    return copy


def check_names(module: ModuleType, template: Path) -> None:
    """See that the functions of a revision can be run: each name is there, each type can be made.

    :param template: The ``script.py.mako`` that it was written with.
    :raises UnwritableTypeError: A name is missing or a type cannot be made.
    """
    source = Path(module.__file__ or "").read_text("utf-8")
    known = vars(module)
    for function in ast.parse(source).body:
        if isinstance(function, ast.FunctionDef):
            local = _local_names(function)
            for column, expression in _expressions(function):
                _check(expression, column, known, local, template)


def _expressions(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    """Each call in *function*, with the column that it belongs to."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            words = [each.value for each in node.args[:1] if isinstance(each, ast.Constant)]
            is_column = isinstance(node.func, ast.Attribute) and node.func.attr == "Column"
            if is_column and words and len(node.args) > 1:
                yield str(words[0]), node.args[1]
            for keyword in node.keywords:
                if keyword.arg in ("type_", "existing_type") and words:
                    yield str(words[0]), keyword.value


def _local_names(function: ast.FunctionDef) -> set[str]:
    names = {each.arg for each in function.args.args}
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


#: What Alembic writes of a type that was not reflected.
_UNKNOWN = "sa.NullType()"

_BY_HAND = "Write what is to be done by hand, with op.execute(): flask db revision -m change"


def _check(
    expression: ast.expr, column: str, known: dict[str, Any], local: set[str], template: Path
) -> None:
    names = {node.id for node in ast.walk(expression) if isinstance(node, ast.Name)}
    if names & local:
        return
    text = ast.unparse(expression)
    if text == _UNKNOWN:
        reason = "SQLAlchemy does not know the type that the database has"
        raise UnwritableTypeError(column, text, reason, hint=_BY_HAND)
    missing = sorted(name for name in names if name not in known and not hasattr(builtins, name))
    if missing and "imports" not in template.read_text("utf-8", "replace"):
        raise UnwritableTypeError(
            column,
            text,
            f"{template.name} writes no imports",
            hint=f'Put this line below the imports in {template}: ${{imports if imports else ""}}',
        )
    code = compile(ast.Expression(expression), "<revision>", "eval")
    try:
        # What Alembic wrote of a type, and what upgrade will run.
        eval(code, dict(known))  # noqa: S307
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise UnwritableTypeError(column, text, reason) from error
