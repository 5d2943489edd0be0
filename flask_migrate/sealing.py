"""Comparing the revision files with what was run, and accepting a change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .applied_history import AppliedHistory, Entry, meaning_of_file
from .applying import ApplyingRun
from .errors import NoAppliedHistoryError, UnknownRevisionError
from .runs import Run
from .state import state

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext


@dataclass(frozen=True)
class Change:
    """A revision whose file is not the one that was run.

    ``function`` is empty for what is outside functions; ``line`` is 0, and
    ``path`` empty, where the file is gone.
    """

    revision: str
    database: str
    path: str
    function: str
    line: int
    applied_at: str


@dataclass(frozen=True)
class Seal:
    """What a revision is from now on taken to have been when it was run."""

    revision: str
    database: str
    checksum: str


class SealReading(Run):
    """Compares each database's history with the files.

    .. attribute:: checked

        How many revisions were compared.

    .. attribute:: changes

        Those that differ.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.checked = 0
        self.changes: list[Change] = []

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        def read(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            script: Any = self.script
            known = [head for head in heads if head in _files(script)]
            nodes = script.revision_map.get_revisions(known)
            applied = {
                each.revision
                for each in script.revision_map._get_ancestor_nodes(
                    nodes, include_dependencies=True
                )
            }
            for entry in _history(context, self.selection.entered).seals().values():
                if entry.revision in applied or entry.revision not in _files(script):
                    self._compare(entry, _files(script).get(entry.revision, ""))
            return iter(())

        return read

    def _compare(self, entry: Entry, path: str) -> None:
        now = meaning_of_file(path) if path else None
        self.checked += 1
        if (now.checksum if now else "") == entry.checksum or (path and not entry.checksum):
            return
        name, line = now.first_difference(entry.statements) if now else ("", 0)
        self.changes.append(
            Change(
                entry.revision,
                self.selection.entered,
                path,
                name,
                line,
                f"{entry.applied_at} UTC",
            )
        )


class SealWriting(ApplyingRun):
    """Accepts one revision as it is now, on each database that has run it.

    .. attribute:: seals

        What was written.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seals: list[Seal] = []

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        def write(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            history = _history(context, self.selection.entered)
            files, revision = _files(self.script), self.options["revision"]
            sealed = [each for each in history.seals() if each.startswith(revision)]
            if len(sealed) == 1:
                # As around a revision: MariaDB begins no transaction before.
                with context.begin_transaction(_per_migration=True):
                    checksum = history.write(
                        sealed[0], "repair", files.get(sealed[0], ""), release=state().release
                    )
                self.seals.append(Seal(sealed[0], self.selection.entered, checksum))
            elif sealed:
                raise UnknownRevisionError(
                    f"{revision!r} begins the ids of several revisions: {', '.join(sealed)}.",
                    revision,
                    hint="Write more of the one you mean.",
                )
            return iter(())

        return write


def _history(context: MigrationContext, database: str) -> AppliedHistory:
    history = AppliedHistory(context)
    if not history.exists():
        raise NoAppliedHistoryError(database)
    return history


def _files(script: Any) -> dict[str, str]:
    """The paths of the revision files by id."""
    return {each.revision: each.path for each in script.walk_revisions()}
