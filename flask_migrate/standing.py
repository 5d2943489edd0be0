"""Which revisions each database has, and which not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from . import logs
from .applied_history import latest, meaning_of_file
from .bridge import invoke
from .runs import Run

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

    from .applied_history import Entry


@dataclass(frozen=True)
class RevisionStatus:
    """One revision, and whether a database has it.

    ``state`` is ``"applied"``; ``"edited"``: the file was changed after it was applied;
    ``"pending"``; ``"missing"``: the database has it and no file defines it; or
    ``"unknown"``: no database was asked.
    ``is_current`` says that the database records it as where it is. The others are what
    the table ``alembic_history`` knows, if there is one: ``applied_at`` in UTC.
    """

    revision: str
    state: str
    message: str = ""
    path: str = ""
    branch_labels: tuple[str, ...] = ()
    is_head: bool = False
    is_current: bool = False
    applied_at: str | None = None
    seconds: float | None = None
    user: str | None = None
    release: str | None = None


@dataclass(frozen=True)
class Status:
    """Where one database is.

    ``database`` is a bind, or ``"default"``, or nothing if none was asked; ``heads`` are
    the revisions it is at; ``revisions`` are all there are, the oldest first.
    """

    database: str
    dialect: str
    heads: tuple[str, ...]
    revisions: tuple[RevisionStatus, ...]

    @property
    def pending(self) -> tuple[str, ...]:
        """The ids of the revisions that the database has not."""
        return self._in_state("pending")

    @property
    def missing(self) -> tuple[str, ...]:
        """The ids that the database has and no file defines."""
        return self._in_state("missing")

    @property
    def edited(self) -> tuple[str, ...]:
        """The ids of the revisions that were changed after the database had them."""
        return self._in_state("edited")

    def _in_state(self, state: str) -> tuple[str, ...]:
        return tuple(each.revision for each in self.revisions if each.state == state)


class StandingRun(Run):
    """A run that looks where the databases are, and asks Alembic nothing else.

    .. attribute:: statuses

        What it found, as :class:`Status`, one for each database.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.statuses: list[Status] = []

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        def looked(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            revisions = tuple(_revisions(self.script, heads, latest(context)))
            name = self.selection.entered
            self.statuses.append(Status(name, context.dialect.name, tuple(heads), revisions))
            return iter(())

        return looked


def _revisions(
    script: Any, heads: Sequence[str], history: Mapping[str, Entry]
) -> Iterator[RevisionStatus]:
    known = {each.revision: each for each in script.walk_revisions()}
    applied = _with_ancestors(known, heads)
    for each in reversed(known.values()):
        entry = history.get(each.revision) if each.revision in applied else None
        yield RevisionStatus(
            each.revision,
            _state(entry, each.path) if each.revision in applied else "pending",
            each.doc or "",
            each.path,
            tuple(sorted(each.branch_labels)),
            each.is_head,
            each.revision in heads,
            **_known(entry),
        )
    for head in heads:
        if head not in known:
            yield RevisionStatus(head, "missing", is_current=True, **_known(history.get(head)))


def _state(entry: Entry | None, path: str) -> str:
    """Whether a revision that was applied is still the same."""
    if entry is None or entry.direction != "upgrade" or not entry.checksum:
        return "applied"
    now = meaning_of_file(path)
    return "edited" if now is not None and now.checksum != entry.checksum else "applied"


def _known(entry: Entry | None) -> dict[str, Any]:
    if entry is None:
        return {}
    return {
        "applied_at": str(entry.applied_at),
        "seconds": entry.milliseconds / 1000 if entry.direction == "upgrade" else None,
        "user": entry.database_user or entry.os_user,
        "release": entry.app_release,
    }


def _with_ancestors(known: Mapping[str, Any], heads: Iterable[str]) -> set[str]:
    """The revisions that *heads* stand for, those that they depend on among them."""
    found: set[str] = set()
    left = [head for head in heads if head in known]
    while left:
        revision = left.pop()
        if revision not in found:
            found.add(revision)
            left += known[revision]._all_down_revisions
    return found


def look(
    directory: str | os.PathLike[str] | None = None,
    x_arg: str | Sequence[str] | None = None,
    bind: str | Sequence[str] | None = None,
    connect_timeout: float | None = None,
) -> StandingRun:
    """Look where the databases of the current application are."""
    options = {"connect_timeout": connect_timeout}
    with logs.contexts_unsaid():
        run: Any = invoke("current", directory, x_arg, bind, options=options, kind=StandingRun)
    return run  # type: ignore[no-any-return]


def from_files(
    directory: str | os.PathLike[str] | None = None, x_arg: str | Sequence[str] | None = None
) -> Status:
    """What the files of the current application say, which may be all there is."""
    run: Any = invoke("heads", directory, x_arg, opts=["quiet"])
    revisions = (replace(each, state="unknown") for each in _revisions(run.script, (), {}))
    return Status("", "", (), tuple(revisions))


def lines(status: Status) -> Iterator[str]:
    """A status as people read it."""
    pending = f", {len(status.pending)} pending" if status.pending else ""
    now = ", ".join(status.heads) or "base"
    at = f"{status.database} ({status.dialect})   at {now}{pending}"
    yield at if status.database else "No database was asked."
    for each in status.revisions:
        words = [each.message] if each.message else []
        words += [f"({label})" for label in each.branch_labels]
        words += ["(head)"] if each.is_head else []
        words += [_when(each)] if each.applied_at else []
        words += ["no file defines it"] if each.state == "missing" else []
        yield f"  {each.state:<9} {each.revision}  {' '.join(words)}".rstrip()


def _when(revision: RevisionStatus) -> str:
    took = f" in {revision.seconds:.2f} s" if revision.seconds is not None else ""
    by = f" by {revision.user}" if revision.user else ""
    release = f" with {revision.release}" if revision.release else ""
    return f"{revision.applied_at} UTC{took}{by}{release}"
