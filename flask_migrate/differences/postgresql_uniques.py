"""What Alembic leaves out of the comparison of PostgreSQL's unique constraints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..logs import log
from .operations import IncludingUniqueOp

if TYPE_CHECKING:
    from alembic.autogenerate.api import AutogenContext
    from alembic.operations.ops import ModifyTableOps

    from .search import Search

_OPTIONS = """
SELECT NULLIF(n.nspname, current_schema()), t.relname, c.conname, c.condeferrable, c.condeferred,
       ARRAY(SELECT a.attname::text FROM unnest(i.indkey) WITH ORDINALITY AS k(number, place)
             JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
             WHERE k.place > i.indnkeyatts ORDER BY k.place)
FROM pg_constraint c JOIN pg_index i ON i.indexrelid = c.conindid
JOIN pg_class t ON t.oid = c.conrelid JOIN pg_namespace n ON n.oid = t.relnamespace
WHERE c.contype = 'u' AND (c.condeferrable OR i.indnatts > i.indnkeyatts)
"""

#: The first release in which an index includes columns.
_RELEASE = (11,)


def compare(
    found: Search, context: AutogenContext, ops: ModifyTableOps, there: Any, model: Any
) -> None:
    """Find constraints that are checked at another time, or include other columns."""
    dialect: Any = context.dialect
    if dialect.name != "postgresql" or there is None or dialect.server_version_info < _RELEASE:
        return
    options = _options(found).get((there.schema, there.name), {})
    present = _uniques(there)
    for name, constraints in present.items():
        for constraint in constraints:
            _give(constraint, options.get(name, {}))
    if model is not None:
        _compare(context, ops, present, options, model)


def spell(container: Any) -> None:
    """Write constraints that include columns so that they can be made."""
    from alembic.operations import ops as operations

    for place, op in enumerate(container.ops):
        if isinstance(op, operations.ModifyTableOps):
            spell(op)
        is_unique = isinstance(op, operations.CreateUniqueConstraintOp)
        if is_unique and op.kw.get("postgresql_include"):
            container.ops[place] = IncludingUniqueOp.of(op)


def _compare(
    context: AutogenContext,
    ops: ModifyTableOps,
    present: dict[str, list[Any]],
    options: dict[str, dict[str, Any]],
    model: Any,
) -> None:
    from alembic.operations import ops as operations

    gone = set()
    for op in ops.ops:
        if isinstance(op, operations.DropConstraintOp) and op.constraint_type == "unique":
            gone.add(op.constraint_name)
            again: Any = op._reverse
            again.kw.update(options.get(str(op.constraint_name), {}))
    by_columns = {_columns(each): name for name, (each, *_) in present.items()}
    for wanted in (each for several in _uniques(model).values() for each in several):
        name = by_columns.get(_columns(wanted))
        if name is None or name in gone:
            continue
        was = present[name][0]
        if _of(wanted) == options.get(name, {}) and _joins_nulls(wanted) == _joins_nulls(was):
            continue
        if context.run_object_filters(wanted, name, "unique_constraint", False, was):
            log.info("Detected changed unique constraint %r on %r", name, model.name)
            ops.ops.append(operations.DropConstraintOp.from_constraint(was))
            again = operations.CreateUniqueConstraintOp.from_constraint(wanted)
            again.constraint_name = again.constraint_name or name
            ops.ops.append(again)


def _uniques(table: Any) -> dict[str, list[Any]]:
    """The constraints by name; Alembic adds each to what it reflected once more."""
    import sqlalchemy as sa

    found: dict[str, list[Any]] = {}
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint):
            found.setdefault(str(constraint.name), []).append(constraint)
    return found


def _columns(constraint: Any) -> tuple[str, ...]:
    return tuple(sorted(column.name for column in constraint.columns))


def _of(constraint: Any) -> dict[str, Any]:
    """What a constraint of a model says, in the words of :func:`_options`."""
    include = constraint.dialect_kwargs.get("postgresql_include") or ()
    is_deferred = (constraint.initially or "").upper() == "DEFERRED"
    return _said(
        bool(constraint.deferrable) or is_deferred,
        is_deferred,
        [getattr(each, "name", each) for each in include],
    )


def _joins_nulls(constraint: Any) -> bool:
    """Whether NULL is the same as another NULL; Alembic compares that of named ones only."""
    return bool(constraint.dialect_kwargs.get("postgresql_nulls_not_distinct"))


def _said(is_deferrable: bool, is_deferred: bool, include: list[str]) -> dict[str, Any]:
    said = {
        "deferrable": is_deferrable,
        "initially": "DEFERRED" if is_deferred else None,
        "postgresql_include": include,
    }
    return {name: value for name, value in said.items() if value}


def _give(constraint: Any, options: dict[str, Any]) -> None:
    """Let a constraint that was reflected know its options."""
    constraint.deferrable = options.get("deferrable")
    constraint.initially = options.get("initially")
    if "postgresql_include" in options:
        constraint.kwargs["postgresql_include"] = options["postgresql_include"]


def _options(found: Search) -> dict[Any, dict[str, dict[str, Any]]]:
    """The options of all constraints that have any, by schema and table and by name."""
    if found.unique_options is None:
        connection: Any = found.context.connection
        found.unique_options = {}
        for schema, table, name, *options in connection.exec_driver_sql(_OPTIONS):
            found.unique_options.setdefault((schema, table), {})[name] = _said(*options)
    return found.unique_options
