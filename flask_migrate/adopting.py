"""A run that finds out at which revision a database is that nobody has migrated yet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import sqlalchemy

from . import console, schema_facts
from .applying import ApplyingRun
from .autogenerate.only_mine import OTHERS, matcher
from .autogenerate.questions import Questions
from .failures import reason
from .planning import PlannedOperation
from .refusals import NoRevisionsError, NotReplayableError
from .replaying import NotReplayedError, ReachesBeyondError, Replay
from .resuming import TABLE as JOURNAL
from .scratch import scratch
from .state import state

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

    from .schema_facts import Facts

#: Differences that are shown; a document has them all.
_SHOWN = 40


@dataclass(frozen=True)
class Adoption:
    """What was found out about one database.

    ``outcome`` is ``"adopted"``; ``"found"``: it matches, and nothing was recorded;
    ``"different"``; ``"empty"``; ``"migrated"``: it has a revision already; ``"begun"``: it
    has one in part; or ``"unknown"``: it is of another kind than can be looked at.
    ``revisions`` are those that it matches, the nearest ones if it is different, or those
    that it has. ``also`` are earlier ones with the same tables. ``differences`` are what
    would have to be done to it for it to be at ``revisions``.
    """

    database: str
    dialect: str
    outcome: str
    revisions: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    differences: tuple[PlannedOperation, ...] = ()


class AdoptingRun(ApplyingRun):
    """Compares each database with what the revisions make, and records the one that it is at.

    Its options are those of ``stamp``; ``is_agreed``: do not ask; and ``scratch_url``.

    .. attribute:: adoptions

        What was found out, as :class:`Adoption`, one for each database.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adoptions: list[Adoption] = []

    def configured(self, context: MigrationContext, options: dict[str, Any]) -> None:
        super().configured(context, options)
        # Alembic would make its table before anything is known.
        context.opts["dont_mutate"] = True

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        def adopted(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            found = self._found(heads, context)
            if found.outcome == "found" and self._is_agreed(found):
                found = replace(found, outcome="adopted")
            self.adoptions.append(found)
            return stamped(heads, context) if found.outcome == "adopted" else iter(())

        def steps(heads: tuple[str, ...], context: MigrationContext) -> list[Any]:
            context._ensure_version_table()
            script: Any = self.script
            return list(script._stamp_revs(self.adoptions[-1].revisions, heads))

        stamped = super().follow(steps)
        return adopted

    def _is_agreed(self, found: Adoption) -> bool:
        for line in lines(found):
            console.result(line)
        if self.options["is_agreed"]:
            return True
        questions = Questions({})
        return questions.are_possible and questions.confirm(
            f"Record {found.database} as being at {', '.join(found.revisions)}?"
        )

    def _found(self, heads: tuple[str, ...], context: MigrationContext) -> Adoption:
        known = Adoption(self.selection.entered, context.dialect.name, "migrated", heads)
        if heads or _is_begun(context):
            return replace(known, outcome="migrated" if heads else "begun")
        if not schema_facts.are_known(context.connection):
            return replace(known, outcome="unknown")
        there = _Mine(context)(schema_facts.read(context.connection))
        if not schema_facts.tables(there):
            return replace(known, outcome="empty")
        script: Any = self.script
        if not script.get_heads():
            raise NoRevisionsError(known.database)
        try:
            search = self._searched(there, context)
        except NotReplayedError as error:
            why = error.why if isinstance(error.why, str) else reason(error.why)
            raise NotReplayableError(known.database, error.revision, why) from error
        return search.adoption(known)

    def _searched(self, there: Facts, context: MigrationContext) -> _Search:
        script: Any = self.script
        heads = script.get_heads()
        # A database may have one branch and not the others.
        histories = [
            script._upgrade_revs(target, ())
            for target in ("heads", *(heads if len(heads) > 1 else ()))
        ]
        count = console.counted(len(histories[0]), "revision")
        console.note(f"Running {count} on a scratch database ...")
        try:
            return self._replayed(histories, there, context, is_furnished=False)
        except ReachesBeyondError:
            raise
        except NotReplayedError:
            # It may need what somebody has put there by hand: a schema, an extension.
            return self._replayed(histories, there, context, is_furnished=True)

    def _replayed(
        self, histories: list[Any], there: Facts, context: MigrationContext, is_furnished: bool
    ) -> _Search:
        found, url = _Search(there, context), self.options["scratch_url"]
        while found.is_open:
            found.begin()
            for steps in histories:
                with scratch(context.connection, url, is_furnished) as where:  # type: ignore[arg-type]
                    replay = Replay(context, where, self._names)
                    for heads, is_changed in replay.states(steps):
                        found.consider(heads, is_changed, replay)
        return found


def _is_begun(context: MigrationContext) -> bool:
    """Whether a run has left its first revision in part."""
    return bool(sqlalchemy.inspect(context.connection).has_table(JOURNAL))


class _Search:
    """The revisions at which a database may be.

    To read what a database holds takes time, so it is done where the tables are the same;
    where they are nowhere, a second time over, where the fewest are others.

    :param there: The facts about the database.
    """

    def __init__(self, there: Facts, context: MigrationContext) -> None:
        self._there = there
        self._tables = schema_facts.tables(there)
        self._mine = _Mine(context)
        self._gaps: set[int] = set()
        self._wanted = 0
        self._gap = 0
        self._facts: Facts | None = None
        self._matches: list[tuple[str, ...]] = []
        self._nearest: tuple[tuple[str, ...], Facts] = ((), {})
        self._distance: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the revisions have to be gone through, once more."""
        return self._distance is None

    def begin(self) -> None:
        """They are about to be."""
        self._wanted = min(self._gaps, default=0)

    def consider(self, heads: tuple[str, ...], is_changed: bool, replay: Replay) -> None:
        """The database of *replay* is at the revisions *heads*."""
        if is_changed:
            self._gap, self._facts = len(self._tables ^ self._mine.tables(replay.tables())), None
            self._gaps.add(self._gap)
        if self._gap != self._wanted:
            return
        if self._facts is None:
            self._facts = self._mine(replay.facts())
        distance = schema_facts.distance(self._there, self._facts)
        if not distance and heads not in self._matches:
            self._matches.append(heads)
        if self._distance is None or distance <= self._distance:
            self._distance, self._nearest = distance, (heads, self._facts)

    def adoption(self, known: Adoption) -> Adoption:
        """What was found: the newest that matches, else the nearest."""
        if self._matches:
            *others, heads = self._matches
            also = tuple(each for other in others for each in other if each not in heads)
            return replace(known, outcome="found", revisions=heads, also=tuple(dict.fromkeys(also)))
        heads, facts = self._nearest
        operations = (
            PlannedOperation(symbol, text)
            for symbol, text in schema_facts.differences(self._there, facts)
        )
        return replace(known, outcome="different", revisions=heads, differences=tuple(operations))


class _Mine:
    """Leaves out facts about tables that ``migrate`` leaves alone."""

    def __init__(self, context: MigrationContext) -> None:
        from alembic.autogenerate.api import AutogenContext
        from sqlalchemy import MetaData

        excluded = state().configure_args.get("exclude_tables") or ()
        excluded = [excluded] if isinstance(excluded, str) else list(excluded)
        self._is_left_alone = matcher([*OTHERS, *excluded, context.version_table])
        self._filters = AutogenContext(context, metadata=MetaData(), autogenerate=False)
        self._has_schemas = bool(context.opts.get("include_schemas"))
        self._known: dict[tuple[str, str], bool] = {}

    def tables(self, places: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those of *places* that are compared."""
        for place in places - self._known.keys():
            self._known[place] = self._is_mine(*place)
        return {place for place in places if self._known[place]}

    def __call__(self, facts: Facts) -> Facts:
        self.tables(schema_facts.tables(facts))
        return {key: text for key, text in facts.items() if self._has(key)}

    def _has(self, key: Any) -> bool:
        if key.kind == "enum":
            return self._has_schemas or not key.schema
        return self._known.get(key.place, False)

    def _is_mine(self, schema: str, name: str) -> bool:
        from sqlalchemy import MetaData, Table

        if (schema and not self._has_schemas) or self._is_left_alone(schema or None, name):
            return False
        table = Table(name, MetaData(), schema=schema or None)
        parents: Any = {"schema_name": schema or None}
        # As if the models had it: a project may leave out what is only in the database.
        return self._filters.run_name_filters(
            name, "table", parents
        ) and self._filters.run_object_filters(table, name, "table", False, table)


def lines(adoption: Adoption) -> Iterator[str]:
    """What was found out, as people read it."""
    what = f"{adoption.database} ({adoption.dialect})  "
    at = ", ".join(adoption.revisions)
    if adoption.outcome in ("found", "adopted"):
        yield f"{what} has the tables of {at}"
        if adoption.also:
            yield f"  which are those of {_listed(adoption.also)} as well"
    elif adoption.outcome == "different":
        count = console.counted(len(adoption.differences), "difference")
        yield f"{what} is nearest to {at}: {count}"
        for each in adoption.differences[:_SHOWN]:
            yield f"    {each.symbol} {each.text}"
        if len(adoption.differences) > _SHOWN:
            yield f"    and {len(adoption.differences) - _SHOWN} more"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
