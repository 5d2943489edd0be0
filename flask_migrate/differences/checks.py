"""CHECK constraints: their names, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import conventional_names
from ..logs import log
from . import spelling

if TYPE_CHECKING:
    import sqlalchemy as sa
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search

#: Alembic's own comparison, by name; a project that has it on keeps it.
_PLUGIN = "alembic.ext.checkconstraint_byname"


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find CHECK constraints that came, went or say something else.

    Those of the model that have no name are told by what they say, and never added.
    """
    import sqlalchemy as sa

    if _PLUGIN in (context.opts.get("autogenerate_plugins") or ()):
        return
    from alembic.autogenerate.compare.util import _InspectorConv

    # Alembic has read those of all tables together.
    inspector: Any = _InspectorConv(context.inspector)
    reflected = inspector.get_check_constraints(there.name, schema=there.schema)
    old = {each["name"]: each["sqltext"] for each in reflected if each["name"]}
    new = _named(model, context)
    texts = {name: sql_of(each.sqltext, context.dialect) for name, each in new.items()}
    is_same = old.keys() == new.keys() and all(_same(old[name], texts[name]) for name in old)
    if len(old) < len(reflected) and context.dialect.name == "sqlite":
        _compare_unnamed(context, ops, there, model, found.definition(there.name))
    if is_same:
        return
    wanted, unnamed = _wanted(found, context, model, texts, old)
    removed = [
        sa.CheckConstraint(text(sql), name=name, table=there)
        for name, sql in old.items()
        if not _same(wanted.get(name), sql)
        and (name in wanted or spelling.plain(sql) not in unnamed)
    ]
    added = [
        each
        for name, each in new.items()
        if not each._type_bound and not (name in old and _same(old[name], wanted[name]))
    ]
    added += [
        _by_itself(name, each, model, ops, texts[name])
        for name, each in new.items()
        if each._type_bound and name in old and not _same(old[name], wanted[name])
    ]
    _write(context, ops, removed, added)


def _compare_unnamed(
    context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any, definition: Any
) -> None:
    """Find those of types on SQLite that the model has not, where they stand in its way.

    A server gives them names, by which they are found.
    """
    import sqlalchemy as sa

    types = {column.name: column.type for column in model.columns}
    known = {}
    for each in model.constraints:
        if isinstance(each, sa.CheckConstraint) and _applies(each, context.dialect):
            known[spelling.plain(sql_of(each.sqltext, context.dialect))] = each
    for check in definition.checks if definition is not None else ():
        column = None if check.name else check.listed
        if not column or spelling.plain(check.text) in known or column not in types:
            continue
        of_type = [
            each
            for each in known.values()
            if each._type_bound and not isinstance(each.name, str) and column in each.columns
        ]
        if not of_type and not _is_in_the_way(check.text, types[column], ops, column):
            continue
        name = conventional_names.check(model.name, column)
        again = [
            _by_itself(name, each, model, ops, sql_of(each.sqltext, context.dialect))
            for each in of_type
        ]
        removed = sa.CheckConstraint(text(check.text), name=name, table=there)
        _write(context, ops, [removed], again)


def _is_in_the_way(sql: str, type_: Any, ops: ModifyTableOps, column: str) -> bool:
    """Whether a check forbids labels of the type that its column has, or stays from another."""
    labels = getattr(type_, "enums", ())
    if any(spelling.quoted(each) not in sql for each in labels):
        return True
    changed = [op for op in ops.ops if getattr(op, "modify_type", None) is not None]
    return any(getattr(op, "column_name", None) == column for op in changed)


def give_to_tables(metadata: Any) -> None:
    """Let each constraint that stands inside a column stand beside it.

    It means the same, and Alembic passes by the others.
    """
    import sqlalchemy as sa

    for table in metadata.tables.values():
        for column in table.columns:
            inside = [each for each in column.constraints if isinstance(each, sa.CheckConstraint)]
            for check in inside:
                column.constraints.discard(check)
                table.append_constraint(check)


def _named(model: Any, context: AutogenContext) -> dict[str, Any]:
    """The constraints of a model that have a name, by the one that they have on the server."""
    import sqlalchemy as sa
    from alembic.util import sqla_compat

    found = {}
    for each in model.constraints:
        if isinstance(each, sa.CheckConstraint) and _applies(each, context.dialect):
            name = sqla_compat._get_constraint_final_name(each, context.dialect)
            if isinstance(name, str):
                found[name] = each
    return found


def _applies(constraint: Any, dialect: Any) -> bool:
    """Whether a constraint is made on this dialect: some types bring theirs only where needed."""
    rule = constraint._create_rule
    return rule is None or bool(rule(dialect.ddl_compiler(dialect, None)))


def _wanted(
    found: Search,
    context: AutogenContext,
    model: Any,
    texts: dict[str, str],
    old: dict[str, str],
) -> tuple[dict[str, str], set[str]]:
    """The text of each named constraint as the database spells it, and those without a name."""
    import sqlalchemy as sa

    plain = {
        spelling.plain(sql_of(each.sqltext, context.dialect))
        for each in model.constraints
        if isinstance(each, sa.CheckConstraint)
    }
    if context.dialect.name == "sqlite":
        return texts, plain
    twin = found.twin(model)
    if twin is None:
        # Whether a text changed cannot be told; a name can.
        return {name: old.get(name, sql) for name, sql in texts.items()}, plain
    made = {each["name"]: each["sqltext"] for each in twin.checks}
    wanted = {name: made.get(name, old.get(name, sql)) for name, sql in texts.items()}
    return wanted, plain | {spelling.plain(each["sqltext"]) for each in twin.checks}


def _write(
    context: AutogenContext, ops: ModifyTableOps, removed: list[Any], added: list[Any]
) -> None:
    """Drop before everything else, add after it: columns may come and go in between."""
    from alembic.operations import ops as operations

    for constraint in removed:
        if context.run_object_filters(constraint, constraint.name, "check_constraint", True, None):
            log.info("Detected removed or changed check constraint %r", constraint.name)
            ops.ops.insert(0, operations.DropConstraintOp.from_constraint(constraint))
    for constraint in added:
        if context.run_object_filters(constraint, constraint.name, "check_constraint", False, None):
            log.info("Detected added or changed check constraint %r", constraint.name)
            ops.ops.append(operations.AddConstraintOp.from_constraint(constraint))


def _by_itself(
    name: str, constraint: Any, model: Any, ops: ModifyTableOps, sql: str
) -> sa.CheckConstraint:
    """A constraint that comes with the type of a column, apart from it.

    A column that gets no other type does not bring it, and MySQL and MariaDB do not take it
    away with the type.
    """
    import sqlalchemy as sa

    columns = {column.name for column in constraint.columns}
    for op in ops.ops:
        type_ = getattr(op, "modify_type", None)
        if type_ is not None and getattr(op, "column_name", None) in columns:
            plain: Any = type_.copy()
            plain.create_constraint = False
            changed: Any = op
            changed.modify_type = plain
    table = sa.Table(model.name, sa.MetaData(), schema=model.schema)
    return sa.CheckConstraint(text(sql), name=name, table=table)


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and spelling.plain(one) == spelling.plain(other)


def text(sql: str) -> Any:
    """*sql* as a text in which a colon is no parameter."""
    import sqlalchemy as sa

    return sa.text(spelling.without_parameters(sql))


def sql_of(clause: Any, dialect: Any) -> str:
    """An expression of a model in the words of a dialect."""
    options = {"literal_binds": True, "include_table": False}
    sql = str(clause.compile(dialect=dialect, compile_kwargs=options))
    return spelling.undoubled(dialect, sql)
