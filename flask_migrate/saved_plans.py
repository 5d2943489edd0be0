"""Plans in files: what was looked at is what is run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .applied_history import meaning_of_file
from .applying import ApplyingRun
from .planning import Plan, PlannedStep, Planner, PlanningRun
from .refusals import OtherPlanError, PlanChangedError, PlanFileError
from .undoing import DowngradeRun

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

FORMAT = "flask-migrate plan"

#: Grows when an older release would read the file wrongly.
VERSION = 1


class SavedPlan:
    """What a run was said to do.

    :param content: The JSON document.

    .. attribute:: revision

        Where it goes.

    .. attribute:: command

        ``"upgrade"`` or ``"downgrade"``.

    .. attribute:: tag
    """

    def __init__(self, path: str, content: Mapping[str, Any]) -> None:
        self.path = path
        self.revision: str = content["revision"]
        self.command: str = content["command"]
        self.tag: str | None = content["tag"]
        self._databases: Mapping[str, Mapping[str, Any]] = content["databases"]

    def check_all(self, plans: Iterable[Plan]) -> None:
        """Refuse *plans* of all databases that differ from this one.

        :raises PlanChangedError: They do.
        """
        now = {plan.database: plan for plan in plans}
        differences = [
            *(f"The database {name} is not in it." for name in now if name not in self._databases),
            *(f"The database {name} is missing." for name in self._databases if name not in now),
        ]
        for name in now:
            differences += self._differences(now[name]) if name in self._databases else []
        if differences:
            raise PlanChangedError(self.path, self.command, differences)

    def check(self, plan: Plan) -> None:
        """Refuse a *plan* of one database that differs from this one.

        :raises PlanChangedError: It does.
        """
        differences = list(self._differences(plan))
        if differences:
            raise PlanChangedError(self.path, self.command, differences, plan.database)

    def is_elsewhere(self, database: str, heads: Iterable[str]) -> bool:
        """Whether *database* was at other revisions than *heads*."""
        saved = self._databases.get(database)
        return saved is not None and sorted(saved["heads"]) != sorted(heads)

    def _differences(self, plan: Plan) -> Iterator[str]:
        saved, now = self._databases[plan.database], _database(plan)
        if saved["dialect"] != now["dialect"]:
            yield f"{plan.database} was {saved['dialect']} and is {now['dialect']}."
        if saved["address"] != now["address"]:
            yield f"{plan.database} was at {saved['address']!r} and is at {now['address']!r}."
        if self.is_elsewhere(plan.database, plan.heads):
            yield f"{plan.database} was at {_ids(saved['heads'])} and is at {_ids(now['heads'])}."
            return  # so it has other steps
        then = {step["revision"]: step for step in saved["steps"]}
        there = {step["revision"]: step for step in now["steps"]}
        for revision in there:
            if revision not in then:
                yield f"{plan.database}: revision {revision} is not in it."
        for revision, step in then.items():
            if revision not in there:
                yield f"{plan.database}: revision {revision} is not run any more."
            else:
                yield from _changed(f"{plan.database}: revision {revision}", step, there[revision])
        if list(then) != list(there) and then.keys() == there.keys():
            yield f"{plan.database}: the revisions are in another order."


def _changed(where: str, then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """What a revision does otherwise than it did."""
    before, after = (
        [f"{each['symbol']} {each['text']}" for each in step["operations"]] for step in (then, now)
    )
    for number, (was, is_) in enumerate(zip_longest(before, after, fillvalue="nothing"), 1):
        if was != is_:
            yield f"{where}: operation {number} was {was!r} and is {is_!r}."
            return
    for old, new in zip(then["operations"], now["operations"], strict=True):
        if old["sql"] != new["sql"]:
            yield f"{where}: the SQL of {old['symbol']} {old['text']} is another."
            return
    if then["meaning"] != now["meaning"]:
        yield f"{where}: its file was changed."


def save(path: str, plans: Iterable[Plan], command: str, revision: str, tag: str | None) -> None:
    """Write *plans* of *command* to a file, whole or not at all.

    :raises PlanFileError: It cannot be written.
    """
    content = {
        "format": FORMAT,
        "version": VERSION,
        "command": command,
        "revision": revision,
        "tag": tag,
        "databases": {plan.database: _database(plan) for plan in plans},
    }
    part = Path(f"{path}.part")
    try:
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):
            part.unlink()
        raise PlanFileError(path, f"cannot be written: {error.strerror}") from error


def _database(plan: Plan) -> dict[str, Any]:
    # As JSON has it, so that it can be compared.
    steps = [_step(step) for step in plan.steps]
    where = {"dialect": plan.dialect, "address": plan.address, "heads": list(plan.heads)}
    return {**where, "steps": steps}


def _step(step: PlannedStep) -> dict[str, Any]:
    meaning = meaning_of_file(step.path)
    return {
        "revision": step.revision,
        "message": step.message,
        "meaning": meaning.checksum if meaning is not None else None,
        "operations": [
            {
                "symbol": each.symbol,
                "text": each.text,
                "sql": None if each.sql is None else list(each.sql),
            }
            for each in step.operations
        ],
    }


def read(path: str, command: str) -> SavedPlan:
    """The plan of *command* in a file.

    :raises PlanFileError: There is none, or one of a later release or of another command.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise PlanFileError(path, f"cannot be read: {error.strerror}", command) from error
    except (ValueError, RecursionError) as error:
        raise PlanFileError(path, "is no plan", command) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise PlanFileError(path, "is no plan", command)
    if content.get("version") != VERSION:
        raise PlanFileError(
            path, f"is a plan of format {content.get('version')!r}, not {VERSION}", command
        )
    try:
        _check_keys(content)
        saved = SavedPlan(path, content)
    except KeyError as error:
        raise PlanFileError(path, f"is a plan without {error}", command) from error
    except (AttributeError, TypeError) as error:
        raise PlanFileError(path, "is no plan", command) from error
    if saved.command != command:
        raise OtherPlanError(path, saved.command, command)
    return saved


_DATABASE_KEYS = ("dialect", "address", "heads", "steps")


def _check_keys(content: Mapping[str, Any]) -> None:
    """Look up all that will be compared."""
    for database in content["databases"].values():
        for step in _with(database, *_DATABASE_KEYS)["steps"]:
            for operation in _with(step, "revision", "meaning", "operations")["operations"]:
                _with(operation, "symbol", "text", "sql")


def _with(found: Any, *keys: str) -> Any:
    for key in keys:
        found[key]
    return found


def _ids(heads: Iterable[str]) -> str:
    return ", ".join(heads) or "base"


class _Compared:
    """A run that is compared with a saved plan: from elsewhere its target may not be there."""

    options: Any
    selection: Any
    noted: Callable[..., Iterator[Any]]

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        usual: Callable[..., Iterator[Any]] = super().follow(function)  # type: ignore[misc]

        def compared(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            if self.options["saved"].is_elsewhere(self.selection.entered, heads):
                return self.noted([], context)
            return usual(heads, context)

        return compared


class ComparedPlanningRun(_Compared, PlanningRun):
    """A plan to be compared with a saved one."""


class FollowingRun(_Compared, ApplyingRun):
    """An upgrade that does what a saved plan says, or nothing."""

    def noted(self, steps: list[Any], context: MigrationContext) -> Iterator[Any]:
        # The lock is held: nothing changes between this and the run.
        planner = Planner(context, self._names, with_sql=True)
        self.options["saved"].check(planner.plan(self.selection.entered, steps))
        return super().noted(steps, context)


class FollowingDowngradeRun(FollowingRun, DowngradeRun):
    """The same for a downgrade."""
