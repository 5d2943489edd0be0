"""Writing a revision file: nothing hostile, nothing broken, nothing empty."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import hand_edits
from .autogenerate.imports import check_names
from .errors import HistoryError, InvalidNameError
from .formatting import Formatter
from .history_check import file_being_loaded, short
from .runs import ComparingRun

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript
    from alembic.runtime.migration import MigrationContext

# The name under which every env.py of Flask-Migrate has logged.
log = logging.getLogger("alembic.env")

#: The width of ``alembic_version.version_num``.
ID_LENGTH = 32

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.]*")

#: What Alembic takes for a place in the history.
_SYMBOLS = {"base", "head", "heads", "current"}

# What it takes for an instruction: "feature-2" is two before "feature".
_INSTRUCTION = re.compile(r"[@:+\s]|^-|^\w*-\d")


class RevisionRun(ComparingRun):
    """A run that writes a revision file, or leaves no trace of it."""

    writes_file = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        arguments = self.arguments
        if arguments.get("message"):
            arguments["message"] = docstring_text(arguments["message"])
        self.is_comparing = bool(arguments.get("autogenerate"))
        tool = self.options.get("format")
        self._formatter = Formatter(tool) if tool else None
        self._before: set[Path] = set()
        self._written: set[Path] = set()

    def loaded(self, script: Any) -> None:
        super().loaded(script)
        self._before = self._files()
        script._generate_template = self._keeping(script._generate_template, script.dir)
        if self.is_comparing:
            script.generate_revision = checking(script.generate_revision, script)
        if self.arguments.get("revisions") == "heads":
            check_several_heads(script)
        rev_id = self.arguments.get("rev_id")
        label = self.arguments.get("branch_label")
        if rev_id is not None:
            check_revision_id(rev_id, script)
        if label is not None:
            check_branch_label(label, script)

    def configured(self, context: MigrationContext, options: dict[str, Any]) -> None:
        super().configured(context, options)
        # Alembic would make its version table, which two runs cannot do at once.
        context.opts["dont_mutate"] = True

    def compared(self, directives: list[MigrationScript]) -> None:
        super().compared(directives)
        if self.is_comparing:
            drop_empty_revision(directives)
            add_messages(directives)

    def ended(self) -> None:
        """Take back what was only to be shown; remember what was written."""
        for path in sorted(each for each in self._written if each.exists()):
            if not self.options.get("dry_run"):
                hand_edits.remember(path)
            else:
                self.texts += (path.read_text(encoding="utf-8"),)
                Path(cache_from_source(str(path))).unlink(missing_ok=True)
                path.unlink()

    def failed(self, error: BaseException) -> None:
        """Remove what was written: a file that cannot be read breaks every later command."""
        for path in self._written:
            path.unlink(missing_ok=True)
        if file_being_loaded(error) in self._written:
            self.withdrawn = tuple(self._written)

    def _keeping(self, write: Callable[..., None], folder: str) -> Callable[..., None]:
        """*write*, which makes a file from a template, never leaving half a file or replacing one.

        ``a_b`` with the message ``c`` has the file of ``a`` with the message ``b c``.

        :param folder: Where one run at a time puts a file in its place.
        """

        def written(source: Path, target: Path, **values: Any) -> None:
            self._check_free(target)
            with _alone_in(folder):
                for leftover in target.parent.glob(f".*{_ASIDE}"):
                    leftover.unlink()
                aside = _Aside(target.with_name(f".{target.name}{_ASIDE}"))
                try:
                    write(source, aside, **values)
                    if self._formatter:
                        self._formatter.format(aside, target)
                    self._put(aside, target)
                finally:
                    with suppress(OSError):
                        aside.unlink()

        return written

    def _check_free(self, target: Path) -> None:
        """Refuse to write *target* over something."""
        if target.exists():
            raise InvalidNameError(
                f"There is a file {short(target)} already.",
                target.name,
                hint="Choose another message or another --rev-id.",
            )

    def _put(self, aside: Path, target: Path) -> None:
        """Put the file *aside* where *target* is to be; no other run has written one meanwhile."""
        for path in sorted(self._files() - self._before - self._written):
            if "down_revision" in path.read_text(encoding="utf-8", errors="replace"):
                raise HistoryError(
                    f"Another revision was written at the same time: {short(path)}; "
                    "this one would not follow it.",
                    hint="Run the command again.",
                )
        self._written.add(target)
        os.replace(aside, target)

    def _files(self) -> set[Path]:
        if self.script is None:
            return set()
        places = [Path(place) for place in self.script._version_locations]
        return {path for place in places for path in place.rglob("*.py")}


def checking(generate: Callable[..., Any], history: Any) -> Callable[..., Any]:
    """*generate*, which writes a revision, refusing one that could not run."""

    def generated(*args: Any, **options: Any) -> Any:
        made = generate(*args, **options)
        if made is not None:
            check_names(made.module, Path(history.dir) / "script.py.mako")
        return made

    return generated


# Alembic reads what ends with .py.
_ASIDE = ".flask-migrate"


class _Aside(type(Path())):  # type: ignore[misc]
    """The file beside a revision file in which that is written; Alembic tells the latter's name."""

    def absolute(self) -> Path:
        return Path(os.path.abspath(self)).with_name(self.name[1:].removesuffix(_ASIDE))


@contextmanager
def _alone_in(folder: str) -> Iterator[None]:
    """Wait until no other process is inside this block for *folder*, where there is a way."""
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a network without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def check_several_heads(script: Any) -> None:
    """Refuse to join one head with nothing.

    :raises HistoryError: There are not several.
    """
    heads = script.get_heads()
    if len(heads) < 2:
        raise HistoryError(
            f"There is nothing to merge: the history has {len(heads) or 'no'} head.",
            hint="See it with: flask db heads",
        )


def docstring_text(message: str) -> str:
    r"""*message* spelled so that it stays text between quotes in a Python file.

    Every ``script.py.mako`` writes the message into the docstring; there,
    ``\n`` and ``\"`` read as what they stand for.
    """
    escaped = message.replace("\\", "\\\\")
    if '""' in escaped or escaped.endswith('"'):
        escaped = escaped.replace('"', '\\"')
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in escaped
    )


def check_revision_id(rev_id: str, script: Any) -> None:
    """Refuse an id that would break the history, the file name or the version table.

    :raises InvalidNameError: It would.
    """
    hint = "Leave --rev-id out for an id that is made for you."
    if not _ID.fullmatch(rev_id):
        raise InvalidNameError(
            f"The revision id {rev_id!r} has characters other than letters, digits, '_' and '.'.",
            rev_id,
            hint,
        )
    if rev_id in _SYMBOLS:
        raise InvalidNameError(
            f"The revision id {rev_id!r} is a word of Alembic's for a place in the history.",
            rev_id,
            hint,
        )
    known = list(script.walk_revisions())
    for each in known:
        if rev_id == each.revision or rev_id in each.branch_labels:
            raise InvalidNameError(
                f"The name {rev_id!r} belongs to the revision {each.revision} already.",
                rev_id,
                hint,
            )
    # A project whose ids are longer has widened the column.
    if len(rev_id) > max(ID_LENGTH, *(len(each.revision) for each in known), 0):
        raise InvalidNameError(
            f"The revision id {rev_id!r} has {len(rev_id)} characters; "
            f"the table alembic_version holds {ID_LENGTH}.",
            rev_id,
            hint,
        )


def check_branch_label(label: str, script: Any) -> None:
    """Refuse a label that Alembic could not tell from something else.

    :raises InvalidNameError: It could not.
    """
    if not label or label in _SYMBOLS or _INSTRUCTION.search(label):
        raise InvalidNameError(
            f"The branch label {label!r} is empty, is a word of Alembic's, has one of '@:+' "
            "or white space in it, or reads like a relative revision.",
            label,
            hint="Use letters, digits and '_'.",
        )
    for each in script.walk_revisions():
        if label == each.revision or label in each.branch_labels:
            raise InvalidNameError(
                f"The name {label!r} belongs to the revision {each.revision} already.",
                label,
                hint="Choose another branch label; those in use are shown by: flask db heads -v",
            )


def add_messages(directives: list[MigrationScript]) -> None:
    """Let each revision without a message say what it does."""
    from .autogenerate import message_of

    for script in directives:
        if not script.message:
            script.message = docstring_text(message_of(script) or "") or None


def drop_empty_revision(directives: list[MigrationScript]) -> None:
    """Write no file for a comparison that found nothing."""
    if directives and all(
        ops.is_empty() for script in directives for ops in script.upgrade_ops_list
    ):
        directives[:] = []
        log.info("No changes in schema detected.")
