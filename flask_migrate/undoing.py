"""Runs that undo revisions, and what must hold before they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alembic.runtime.migration import MigrationStep

from .applying import ApplyingRun
from .console import counted
from .planning import Plan, Planner, PlanningRun
from .refusals import IrreversibleRevisionError, NothingToRedoError, OtherLossesError
from .runs import check_branch

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext


@dataclass(frozen=True)
class Loss:
    """A table or a column that a revision drops with what is in it."""

    database: str
    revision: str
    text: str
    rows: int

    def __str__(self) -> str:
        rows = counted(self.rows, "row")
        return f"{self.revision} on {self.database} drops {self.text} with {rows}."

    @property
    def thing(self) -> tuple[str, str, str]:
        """What is lost; rows come and go on a database that is in use."""
        return self.database, self.revision, self.text


class UndoPlanningRun(PlanningRun):
    """Looks at what a run would undo on all databases before it begins on the first.

    The option ``counts`` says whether losses are wanted, which takes a look at the rows.
    """

    def noted(self, steps: list[Any], context: MigrationContext) -> Iterator[Any]:
        _check_reversible(steps)
        return super().noted(steps, context) if self.options["counts"] else iter(())

    @property
    def losses(self) -> list[Loss]:
        """What would be lost on all databases."""
        return list(_losses(self.plans))


class DowngradeRun(ApplyingRun):
    """A run that undoes revisions.

    The option ``agreed`` has the losses that somebody has seen; where they are known, no
    others may come to be: between the look and the lock somebody else may have run.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._begun: dict[str, tuple[str, ...]] = {}

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        followed = super().follow(function)

        def begun(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            self._begun[self.selection.entered] = heads
            return followed(heads, context)

        return begun

    def ends(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Where it leaves each database, without asking it."""
        undone = {(step.database, step.revision) for step in self.steps}
        for database, heads in self._begun.items():
            script: Any = self.script
            applied = script.revision_map._get_ancestor_nodes(script.get_revisions(heads))
            left = [each for each in applied if (database, each.revision) not in undone]
            below = {parent for each in left for parent in each._all_down_revisions}
            yield database, tuple(sorted({each.revision for each in left} - below))

    def noted(self, steps: list[Any], context: MigrationContext) -> Iterator[Any]:
        _check_reversible(steps)
        agreed = self.options.get("agreed")
        if agreed is not None:
            plan = Planner(context, self._names).plan(self.selection.entered, steps)
            seen = {loss.thing for loss in agreed}
            others = [loss for loss in _losses([plan]) if loss.thing not in seen]
            if others:
                raise OtherLossesError(str(loss) for loss in others)
        return super().noted(steps, context)

    def loaded(self, script: Any) -> None:
        super().loaded(script)
        check_branch(script, self.arguments["revision"])


class _Redone:
    """The steps of ``redo``: those that undo revisions, and those that apply them again."""

    script: Any
    options: Any
    selection: Any

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        def both(heads: tuple[str, ...], context: MigrationContext) -> list[Any]:
            revisions, map_ = self._revisions(heads), self.script.revision_map
            return [
                *(MigrationStep.downgrade_from_script(map_, each) for each in revisions),
                *(MigrationStep.upgrade_from_script(map_, each) for each in revisions[::-1]),
            ]

        followed: Callable[..., Iterator[Any]] = super().follow(both)  # type: ignore[misc]
        return followed

    def _revisions(self, heads: tuple[str, ...]) -> list[Any]:
        """Those to undo, in that order: one, and what has been applied on top of it."""
        wanted = self.options["first"] or (heads[0] if len(heads) == 1 else None)
        if wanted is None:
            raise NothingToRedoError(self.selection.entered, heads)
        target = self.script.get_revision(wanted)
        if target is None:
            raise NothingToRedoError(self.selection.entered, heads, wanted)
        applied = self.script.iterate_revisions(heads, "base", select_for_downgrade=True)
        above = self.script.revision_map._get_descendant_nodes([target], include_dependencies=True)
        found = {each.revision for each in above}
        revisions = [each for each in applied if each.revision in found]
        if target not in revisions:
            raise NothingToRedoError(self.selection.entered, heads, target.revision)
        return revisions


class RedoPlanningRun(_Redone, UndoPlanningRun):
    """The same look before ``redo``."""


class RedoRun(_Redone, DowngradeRun):
    """A run that undoes revisions and applies them again, in one transaction where it can."""


def _check_reversible(steps: Iterable[Any]) -> None:
    for step in steps:
        script = step.info.up_revision
        says = not step.info.is_upgrade and getattr(script.module, "irreversible", False)
        if says:
            reason = says.rstrip(".") if isinstance(says, str) else ""
            raise IrreversibleRevisionError(script.revision, reason, script.path)


def _losses(plans: Iterable[Plan]) -> Iterator[Loss]:
    for plan in plans:
        for step in plan.steps:
            for each in step.operations if not step.is_upgrade else ():
                if each.symbol == "-" and each.rows:
                    yield Loss(plan.database, step.revision, each.text, each.rows)
