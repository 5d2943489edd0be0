"""A run that says what another would do, and does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import sqlite
from .console import counted
from .passwords import redacted
from .recording import Record, record, told
from .runs import Run, check_branch
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
    ``sql`` are its statements; ``None`` where they were not asked for, or depend on the
    table as it is when the revision runs.
    """

    symbol: str
    text: str
    rows: int | None = None
    sql: tuple[str, ...] | None = None


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

    ``database`` is a bind, or ``"default"``; ``address`` says which one that is, by its host
    and name or by its file, without a user and a password; ``heads`` are the revisions it is at.
    """

    database: str
    dialect: str
    address: str
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
        sqlite.make_transactional(connection, options)

    def configured(self, context: MigrationContext, options: dict[str, Any]) -> None:
        # Else Alembic makes the table alembic_version.
        context.opts["dont_mutate"] = True

    def noted(self, steps: list[Any], context: MigrationContext) -> Iterator[Any]:
        planner = Planner(context, self._names, bool(self.options.get("with_sql")))
        self.plans.append(planner.plan(self.selection.entered, steps))
        return iter(())

    def loaded(self, script: Any) -> None:
        super().loaded(script)
        check_branch(script, self.arguments["revision"])


class Planner:
    """Says what the steps of a run on one database would do.

    :param names: What ``env.py`` passes to the revisions.
    """

    def __init__(
        self, context: MigrationContext, names: Mapping[str, Any], with_sql: bool = False
    ) -> None:
        self._context = context
        self._names = names
        self._with_sql = with_sql

    def plan(self, database: str, steps: Iterable[Any]) -> Plan:
        """What *steps* of Alembic's would do, without doing it."""
        context = self._context
        heads = tuple(context.get_current_heads())
        planned = tuple(map(self._planned, steps))
        return Plan(database, context.dialect.name, _address(context), heads, planned)

    def _planned(self, step: Any) -> PlannedStep:
        revision = step.info.up_revision
        done = self._record(step.migration_fn, self._with_sql)
        is_transactional = bool(self._context.impl.transactional_ddl) and not done.is_interrupted
        return PlannedStep(
            revision=revision.revision,
            message=revision.doc or "",
            path=revision.path,
            is_upgrade=step.info.is_upgrade,
            is_transactional=is_transactional,
            is_reversible=not step.info.is_upgrade or self._is_reversible(revision, done),
            operations=tuple(_operations(done, self._context)),
        )

    def _record(self, function: Any, with_sql: bool = False) -> Record:
        known = accepting(function, dict(self._names))
        return record(known, self._context.dialect, with_sql, **self._names)

    def _is_reversible(self, revision: Any, done: Record) -> bool:
        module = revision.module
        if getattr(module, "irreversible", False) or not hasattr(module, "downgrade"):
            return False
        undone = self._record(module.downgrade)
        does_nothing = not undone.operations and not undone.uses_database
        return undone.error is None and not (done.operations and does_nothing)


def _address(context: MigrationContext) -> str:
    """Which database it is, whoever asks."""
    connection: Any = context.connection
    url = connection.engine.url
    # A socket is written as an option.
    host = url.host or url.query.get("host") or url.query.get("unix_socket") or ""
    place = f"{host}:{url.port}" if url.port else str(host)
    return redacted("/".join(filter(None, [place, url.database])))


def _operations(done: Record, context: MigrationContext) -> Iterator[PlannedOperation]:
    for operation, sql in zip(done.operations, done.statements, strict=True):
        symbol, text = told(operation, context.dialect)
        yield PlannedOperation(symbol, text, _rows(operation, context.connection), sql)
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


def lines(plan: Plan, with_sql: bool = False) -> Iterator[str]:
    """A plan as people read it."""
    now = ", ".join(plan.heads) or "base"
    if not plan.steps:
        yield f"{plan.database} ({plan.dialect})   now {now}   nothing to do"
        return
    operations = sum(len(step.operations) for step in plan.steps)
    size = f"{counted(len(plan.steps), 'revision')}, {counted(operations, 'operation')}"
    yield f"{plan.database} ({plan.dialect})   now {now}   {size}"
    for step in plan.steps:
        words = ["transactional" if step.is_transactional else "NOT transactional"]
        words += [] if step.is_reversible else ["IRREVERSIBLE"]
        sign = "+" if step.is_upgrade else "-"
        yield f"{sign} {step.revision} {step.message}   {', '.join(words)}"
        for each in step.operations:
            rows = f"   {counted(each.rows, 'row')}" if each.rows is not None else ""
            yield f"    {each.symbol} {each.text}{rows}"
            if with_sql and each.symbol not in _WITHOUT_SQL:
                yield from _indented(each.sql)


#: The symbols of what is no operation of Alembic's.
_WITHOUT_SQL = "p?"


def _indented(sql: tuple[str, ...] | None) -> Iterator[str]:
    known = ("-- It depends on the table as it is then.",) if sql is None else sql
    for statement in known:
        for line in statement.splitlines():
            yield f"        {line}".rstrip()
