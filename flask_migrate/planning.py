"""A run that says what another would do, and does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .recording import Record, record, told
from .runs import Run
from .selection import accepting

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext


@dataclass(frozen=True)
class PlannedOperation:
    """One thing that a revision does.

    ``symbol`` is ``+`` for what is made, ``-`` for what is dropped, ``~`` for what is
    changed, ``s`` for SQL, ``p`` for Python that uses the database and ``?`` for what is
    not known. ``rows`` is how many rows a dropped table has now, how many values a dropped
    column, or how many rows a changed type concerns; ``None`` where it does not matter.
    """

    symbol: str
    text: str
    rows: int | None = None


@dataclass(frozen=True)
class PlannedStep:
    """One revision that a run would apply or undo.

    ``is_transactional`` says whether the database undoes it when it fails,
    ``is_reversible`` whether the revision has a way back.
    """

    revision: str
    message: str
    path: str
    is_upgrade: bool
    is_transactional: bool
    is_reversible: bool
    operations: tuple[PlannedOperation, ...]


@dataclass(frozen=True)
class Plan:
    """What a run would do on one database.

    ``database`` is a bind, or ``"default"``; ``heads`` are the revisions it is at.
    """

    database: str
    dialect: str
    heads: tuple[str, ...]
    steps: tuple[PlannedStep, ...]


class PlanningRun(Run):
    """A run of ``upgrade`` or ``downgrade`` that takes none of the steps.

    .. attribute:: plans

        What it would do, as :class:`Plan`, one for each database.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plans: list[Plan] = []

    def configuring(self, connection: Any, options: dict[str, Any]) -> None:
        # As the run itself will have it.
        is_sqlite = connection is not None and connection.dialect.name == "sqlite"
        if is_sqlite and options.get("transactional_ddl") is None:
            options["transactional_ddl"] = True

    def configured(self, context: MigrationContext, options: dict[str, Any]) -> None:
        # Else Alembic makes the table alembic_version.
        context.opts["dont_mutate"] = True

    def noted(self, steps: list[Any], context: MigrationContext) -> Iterator[Any]:
        heads = tuple(context.get_current_heads())
        planned = tuple(self._planned(step, context) for step in steps)
        self.plans.append(Plan(self.selection.entered, context.dialect.name, heads, planned))
        return iter(())

    def _planned(self, step: Any, context: MigrationContext) -> PlannedStep:
        revision = step.info.up_revision
        done = self._record(step.migration_fn, context)
        is_transactional = bool(context.impl.transactional_ddl) and not done.is_interrupted
        return PlannedStep(
            revision=revision.revision,
            message=revision.doc or "",
            path=revision.path,
            is_upgrade=step.info.is_upgrade,
            is_transactional=is_transactional,
            is_reversible=not step.info.is_upgrade or self._is_reversible(revision, done, context),
            operations=tuple(_operations(done, context)),
        )

    def _record(self, function: Any, context: MigrationContext) -> Record:
        return record(accepting(function, self._names), context.dialect, **self._names)

    def _is_reversible(self, revision: Any, done: Record, context: MigrationContext) -> bool:
        module = revision.module
        if getattr(module, "irreversible", False) or not hasattr(module, "downgrade"):
            return False
        undone = self._record(module.downgrade, context)
        does_nothing = not undone.operations and not undone.uses_database
        return undone.error is None and not (done.operations and does_nothing)


def _operations(done: Record, context: MigrationContext) -> Iterator[PlannedOperation]:
    for operation in done.operations:
        symbol, text = told(operation, context.dialect)
        yield PlannedOperation(symbol, text, _rows(operation, context.connection))
    if done.uses_database:
        yield PlannedOperation("p", "Python that uses the database; what follows is not known")
    if done.error is not None:
        said = (str(done.error).splitlines() or [""])[0]
        yield PlannedOperation("?", f"not known: {type(done.error).__name__}: {said}")


def _rows(operation: Any, connection: Any) -> int | None:
    """How many rows an operation loses or rewrites, as the database is now."""
    kind = type(operation).__name__
    is_retyped = kind == "AlterColumnOp" and operation.modify_type is not None
    if kind not in ("DropTableOp", "DropColumnOp") and not is_retyped:
        return None
    from sqlalchemy import column, func, inspect, select, table

    name, schema = operation.table_name, operation.schema
    inspector = inspect(connection)
    if not inspector.has_table(name, schema=schema):
        return None
    counted = func.count()
    if kind == "DropColumnOp":
        names = {each["name"] for each in inspector.get_columns(name, schema=schema)}
        if operation.column_name not in names:
            return None
        counted = func.count(column(operation.column_name))
    rows = connection.execute(select(counted).select_from(table(name, schema=schema)))
    return int(rows.scalar())


def lines(plan: Plan) -> Iterator[str]:
    """A plan as people read it."""
    now = ", ".join(plan.heads) or "base"
    if not plan.steps:
        yield f"{plan.database} ({plan.dialect})   now {now}   nothing to do"
        return
    operations = sum(len(step.operations) for step in plan.steps)
    counted = f"{_counted(len(plan.steps), 'revision')}, {_counted(operations, 'operation')}"
    yield f"{plan.database} ({plan.dialect})   now {now}   {counted}"
    for step in plan.steps:
        words = ["transactional" if step.is_transactional else "NOT transactional"]
        words += [] if step.is_reversible else ["IRREVERSIBLE"]
        sign = "+" if step.is_upgrade else "-"
        yield f"{sign} {step.revision} {step.message}   {', '.join(words)}"
        for each in step.operations:
            rows = f"   {_counted(each.rows, 'row')}" if each.rows is not None else ""
            yield f"    {each.symbol} {each.text}{rows}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
