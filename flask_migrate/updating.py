"""Writing the last revision anew, so that it holds what the models have got since."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timezone
from importlib.util import cache_from_source
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from . import console, hand_edits
from .autogenerate.imports import check_names
from .history_check import short
from .refusals import NotUpdatableError
from .revision_files import RevisionRun, docstring_text

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript
    from alembic.runtime.migration import MigrationContext

#: What a revision has of its own already.
_FIXED = ("splice", "branch_label", "version_path", "rev_id", "depends_on")

_WITHOUT_MODELS = "--empty, or revision without --autogenerate,"

# The message as every script.py.mako writes it: until the line about the revision.
_MESSAGE = re.compile(r"(.*?)\n\s*\n(?:Revision ID|Revises): ", re.S)

_CREATED = re.compile(r"^Create Date: (.+)$", re.M)

_MADE = re.compile(r"(?:create|drop|add|alter|rename) \w[^\n]*")


class _NothingToFoldError(Exception):
    """The file would do what it does."""


class UpdatingRun(RevisionRun):
    """A run that puts what it finds into the last revision, which no database has yet.

    The history is read without that revision: so the databases are at the head,
    and what Alembic writes follows it with the same id. The new file is written
    aside, and seen to run, before it takes the place of the old one.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = [each for each in _FIXED if self.arguments.get(each)]
        given += ["bind"] if self.selection.chosen else []
        if given or not self.is_comparing:
            words = [f"--{each.replace('_', '-')}" for each in given] or [_WITHOUT_MODELS]
            raise NotUpdatableError(
                None,
                f"{' and '.join(words)} cannot go with --update",
                "The revision keeps what it has, and all databases are compared: "
                "flask db migrate --update",
            )
        self._revision: Any = None
        self._before_text = b""
        self._placed: Path | None = None

    @property
    def _path(self) -> Path:
        return Path(self._revision.path)

    def loaded(self, script: Any) -> None:
        super().loaded(script)
        self._revision = _chosen(script, self.arguments["head"])
        self._before_text = self._path.read_bytes()
        revisions = script.revision_map
        revisions._generator = _without(self._revision.revision, revisions._generator)
        script.revision_map = type(revisions)(revisions._generator)
        script._generate_create_date = lambda: _created(self._revision)
        script._rev_path = self._naming(script._rev_path)
        script.generate_revision = _finishing(script.generate_revision, self._revision)
        # "Generating ... done" would not be true.
        script.messaging_opts = {**script.messaging_opts, "quiet": True}
        if self.options.get("dry_run"):
            script.hooks = []

    def follow(self, function: Callable[..., Iterable[Any]]) -> Callable[..., Iterator[Any]]:
        followed = super().follow(function)

        def checked(heads: tuple[str, ...], context: MigrationContext) -> Iterator[Any]:
            self._check_database(heads)
            return followed(heads, context)

        return checked

    def compared(self, directives: list[MigrationScript]) -> None:
        if len(directives) > 1:
            raise NotUpdatableError(
                self._revision.revision, "a hook in env.py made several revisions of it"
            )
        for each in directives:
            _like(each, self._revision, self.script)
            if not each.message and not _is_made(self._revision, self._before_text.decode()):
                each.message = docstring_text(_message(self._revision))
        super().compared(directives)
        if not directives:
            console.note(
                f"The models need nothing of revision {self._revision.revision}; if it is to go, "
                f"delete {short(self._path)}"
            )

    def ended(self) -> None:
        """Nothing is taken back: a dry run has put nothing in its place."""
        if self._placed is not None:
            hand_edits.forget(self._path)
            hand_edits.remember(self._placed)

    def failed(self, error: BaseException) -> None:
        """Bring the old file back; something went wrong with the new one in its place."""
        if self._placed is not None:
            aside = self._path.with_name(f".{self._path.name}.flask-migrate")
            aside.write_bytes(self._before_text)
            os.replace(self._placed, self._path)
            os.replace(aside, self._path)

    def _check_database(self, heads: Iterable[str]) -> None:
        """Refuse to go on unless a database is where the revision begins."""
        own, database = self._revision.revision, self.selection.entered
        if own in heads:
            raise NotUpdatableError(own, f"the database {database} has it already")
        script: Any = self.script
        wanted = set(script.get_revisions("heads"))
        if set(script.get_revisions(tuple(heads))) != wanted:
            below = self._revision.down_revision
            raise NotUpdatableError(
                own,
                f"the database {database} has to be where it begins, at {below or 'base'}",
                f"Bring it there with: flask db upgrade {below}" if below else None,
            )

    def _naming(self, named: Callable[..., Path]) -> Callable[..., Path]:
        """*named*, which says where a file is to be; it stays where it is with its message."""

        def path(*args: Any) -> Path:
            message = args[2] or ""
            is_kept = message == docstring_text(_message(self._revision))
            return self._path if is_kept or self.options.get("dry_run") else named(*args)

        return path

    def _check_free(self, target: Path) -> None:
        if target != self._path:
            super()._check_free(target)

    def _put(self, aside: Path, target: Path) -> None:
        old, new = self._before_text.decode(), aside.read_text(encoding="utf-8")
        own = self._revision.revision
        if self._path.read_bytes() != self._before_text:
            raise NotUpdatableError(own, "its file was changed meanwhile", "Run it again.")
        self._check_edits(old, new)
        if hand_edits.is_same(old, new):
            raise _NothingToFoldError
        check_names(_module(aside), Path(str(getattr(self.script, "dir", ""))) / "script.py.mako")
        if self.options.get("dry_run"):
            self.texts += (new,)
            return
        # Killed in between, the new file has the old name.
        os.replace(aside, self._path)
        os.replace(self._path, target)
        self._placed = target
        if target != self._path:
            Path(cache_from_source(str(self._path))).unlink(missing_ok=True)
        console.note(f"Updated {target}")

    def _check_edits(self, old: str, new: str) -> None:
        written = hand_edits.remembered(self._path)
        gone = hand_edits.missing(old, new, written)
        for each in gone:
            if each.is_an_edit:
                raise self._edited(f"migrate would not write {short(self._path)}, {each}")
        for each in hand_edits.again(old, new, written) if written else ():
            raise self._edited(f"migrate would write what was taken out of it again, {each}")
        moved = hand_edits.moved(old, new)
        if moved and written and hand_edits.moved(old, written):
            raise self._edited(
                f"migrate would write in another order {short(self._path)}, {moved[0]}"
            )
        for each in () if written else moved:
            console.note(f"No longer in this order: {each}")
        for each in gone:
            console.note(f"No longer in it: {each}")

    def _edited(self, reason: str) -> NotUpdatableError:
        return NotUpdatableError(
            self._revision.revision,
            reason,
            "Write a revision of its own with: flask db migrate. If the line is an answer, "
            "give it again, as --rename or --default.",
        )


def _chosen(script: Any, head: str) -> Any:
    """The revision that is to be written anew.

    :raises NotUpdatableError: It is none, several, a merge, or another one needs it.
    """
    heads = script.get_heads()
    if not heads:
        raise NotUpdatableError(None, "the history has none", "Make one with: flask db migrate")
    if head == "head" and len(heads) > 1:
        raise NotUpdatableError(
            None,
            f"the history has {len(heads)} heads: {', '.join(sorted(heads))}",
            f"Say which: flask db migrate --update --head {sorted(heads)[0]}",
        )
    found = script.get_revision(head)
    if found is None or found.nextrev:
        raise NotUpdatableError(found and found.revision, f"{head} is no head of the history")
    if found.is_merge_point:
        raise NotUpdatableError(found.revision, "it merges others")
    needing = [
        each for each in script.walk_revisions() if found.revision in each._all_down_revisions
    ]
    if needing:
        raise NotUpdatableError(found.revision, f"revision {needing[0].revision} depends on it")
    return found


def _without(revision: str, load: Callable[[], Iterable[Any]]) -> Callable[[], Iterator[Any]]:
    return lambda: (each for each in load() if each.revision != revision)


def _like(directive: Any, revision: Any, script: Any) -> None:
    """Let what is written have the names and the place of *revision*."""
    parent = script.get_revision(revision.down_revision) if revision.down_revision else None
    directive.rev_id = revision.revision
    directive.head = revision.down_revision or "base"
    directive.splice = bool(parent is not None and parent.nextrev)
    directive.branch_label = tuple(sorted(revision._orig_branch_labels)) or None
    directive.depends_on = revision.dependencies
    places = [Path(each).absolute() for each in script._version_locations]
    own = Path(revision.path).absolute()
    directive.version_path = next((str(each) for each in places if each in own.parents), None)


def _finishing(generate: Callable[..., Any], revision: Any) -> Callable[..., Any]:
    """*generate*, which writes the file, saying so where there is nothing to write."""

    def generated(*args: Any, **options: Any) -> Any:
        try:
            return generate(*args, **options)
        except _NothingToFoldError:
            console.note(f"Nothing to fold in: revision {revision.revision} is as the models are.")
            return None

    return generated


def _message(revision: Any) -> str:
    match = _MESSAGE.match(revision.longdoc)
    return str(match[1] if match else revision.doc)


def _is_made(revision: Any, text: str) -> bool:
    """Whether the message says what the operations are, in the words that ``migrate`` has."""
    message, text = _message(revision), text.replace('"', "'")
    if message in ("", "empty message"):
        return True
    for part in message.removesuffix(" and more").split(" and "):
        # Whoever writes "add login" has no table of that name in it.
        names = [each for each in part.split()[1:] if each != "to"]
        if not _MADE.fullmatch(part) or not all(f"'{name}'" in text for name in names):
            return False
    return True


def _created(revision: Any) -> datetime:
    match = _CREATED.search(revision.longdoc)
    try:
        return datetime.fromisoformat(match[1].strip() if match else "")
    except ValueError:  # a template that says it in another way, or not at all
        return datetime.fromtimestamp(os.path.getmtime(revision.path), timezone.utc)


def _module(path: Path) -> ModuleType:
    """What is in a file, which need not be called like one of Python."""
    module = ModuleType(path.stem)
    module.__file__ = os.fspath(path)
    # What was written from the template, and Alembic would run next.
    exec(compile(path.read_bytes(), module.__file__, "exec"), module.__dict__)  # noqa: S102
    return module
