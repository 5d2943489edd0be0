"""What somebody wrote into a revision, and would be gone if the file was made anew."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

#: Calls that ``migrate`` makes again from the models.
_FROM_MODELS = {
    "add_column",
    "alter_column",
    "create_check_constraint",
    "create_foreign_key",
    "create_index",
    "create_primary_key",
    "create_table",
    "create_table_comment",
    "create_unique_constraint",
    "drop_column",
    "drop_constraint",
    "drop_index",
    "drop_table",
    "drop_table_comment",
}

#: Options of these that the models do not say.
_OWN = {"new_column_name", "postgresql_concurrently", "if_exists", "if_not_exists"}

# SQL that it writes itself, and makes again from the models too.
_SQL_FROM_MODELS = re.compile(
    r"ALTER TYPE \S+ (ADD VALUE IF NOT EXISTS '|RENAME TO )"
    r"|CREATE TYPE \S+ AS ENUM \(|DROP TYPE \S+$"
    r"|ALTER TABLE \S+ (ALTER COLUMN \S+ (TYPE \S+ USING \S+::text|(SET|DROP) DEFAULT)"
    r"|(ADD|DROP) PRIMARY KEY)"
)

#: What a header says of a revision, which its new file says as well.
_HEADER = {"revision", "down_revision", "branch_labels", "depends_on"}


@dataclass(frozen=True)
class Statement:
    """A line of a revision file; ``is_an_edit`` where ``migrate`` would not write it."""

    line: int
    text: str
    is_an_edit: bool

    def __str__(self) -> str:
        return f"line {self.line}: {self.text.splitlines()[0]}"


def missing(old: str, new: str, written: str | None = None) -> list[Statement]:
    """The statements and comments of *old*, the text of a file, that *new* has none for.

    :param written: The text that ``migrate`` wrote of *old*: what is not in it is an edit.
        Where it is not known a call about the same thing may be one, or not.
    """
    kept, made = set(), set()
    for _, text, key, _ in _statements(ast.parse(new)):
        kept.add(text)
        made.add(key)
    first = None if written is None else _texts(written)
    comments = {text for _, text in _comments(new)}
    found = []
    for line, text, key, is_an_edit in _statements(ast.parse(old)):
        is_an_edit = is_an_edit or (first is not None and text not in first)
        if text not in kept and (is_an_edit or first is None or key not in made):
            found.append(Statement(line, text, is_an_edit))
    return found + [
        Statement(line, text, False) for line, text in _comments(old) if text not in comments
    ]


def again(old: str, new: str, written: str) -> list[Statement]:
    """The statements of *new* that were taken out of what ``migrate`` had written."""
    there, first = _texts(old), _texts(written)
    return [
        Statement(line, text, True)
        for line, text, *_ in _statements(ast.parse(new))
        if text in first and text not in there
    ]


def moved(old: str, other: str) -> list[Statement]:
    """The first statement of *old* that has another place in *other*, among those of both."""
    here, there = (
        [(line, (key[:1], text)) for line, text, key, _ in _statements(ast.parse(each))]
        for each in (old, other)
    )
    count, count_there = (Counter(what for _, what in each) for each in (here, there))
    kept = {what for what in count if count[what] == count_there[what]}
    now = [(line, what) for line, what in here if what in kept]
    wanted = [what for _, what in there if what in kept]
    return [
        Statement(line, what[1], True)
        for (line, what), each in zip(now, wanted, strict=True)
        if what != each
    ][:1]


def _texts(source: str) -> set[str]:
    return {text for _, text, *_ in _statements(ast.parse(source))}


def remember(path: Path) -> None:
    """Keep what ``migrate`` has written beside what Python keeps of it, if it keeps anything."""
    if sys.dont_write_bytecode:
        return
    copy = _copy_of(path)
    with suppress(OSError):
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(path.read_bytes())


def remembered(path: Path) -> str | None:
    """What ``migrate`` wrote into *path* on this machine, if that is known."""
    try:
        return _copy_of(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def forget(path: Path) -> None:
    """There is no such file any more."""
    with suppress(OSError):
        _copy_of(path).unlink(missing_ok=True)


def _copy_of(path: Path) -> Path:
    return Path(cache_from_source(str(path))).with_suffix(".written")


def _comments(source: str) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def is_same(old: str, new: str) -> bool:
    """Whether two files do the same, in the same order."""
    before, after = ([text for _, text, *_ in _statements(ast.parse(each))] for each in (old, new))
    return before == after


_Found = tuple[int, str, tuple[str, ...], bool]


def _statements(tree: ast.Module) -> Iterator[_Found]:
    """Each statement of a file: its line, text, what it is about, and whether it is an edit."""
    for node in tree.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)) or _says_nothing(node):
            continue
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and _names(node) <= _HEADER:
            continue
        if isinstance(node, ast.FunctionDef):
            yield from _inside(node.body, f"{node.name}: ")
        else:
            yield node.lineno, ast.unparse(node), (), True


def _inside(body: list[ast.stmt], where: str) -> Iterator[_Found]:
    for node in body:
        blocks = [getattr(node, name, None) for name in ("body", "orelse", "finalbody")]
        if not any(blocks):
            if not _says_nothing(node):
                yield _told(node, where, ast.unparse(node))
            continue
        yield _told(node, where, ast.unparse(node).splitlines()[0])
        for block in blocks:
            yield from _inside(block or [], where)
        for handler in getattr(node, "handlers", ()):
            yield from _inside(handler.body, where)


def _told(node: ast.stmt, where: str, text: str) -> _Found:
    """One statement of the function *where*."""
    call = node.items[0].context_expr if isinstance(node, ast.With) else node
    call = call.value if isinstance(call, ast.Expr) else call
    name, words = _called(call)
    if isinstance(node, ast.With):
        # What is inside says what it is about.
        is_again, words = name in ("batch_alter_table", "autocommit_block"), []
    elif isinstance(node, ast.If):
        is_again = text == "if op.get_context().dialect.name == 'postgresql':"
    elif name == "execute":
        is_again = bool(words and _SQL_FROM_MODELS.match(words[0]))
    else:
        options = {each.arg for each in getattr(call, "keywords", ())}
        own = _OWN | {"postgresql_using"} if name == "alter_column" else _OWN
        is_again = name in _FROM_MODELS and not options & own
    things = words[: 1 if name.endswith("_table") else 2]
    return node.lineno, text, (where, name, *things), not is_again


def _called(node: ast.AST) -> tuple[str, list[str]]:
    """The name of the method that an expression calls, and the texts it is given."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return "", []
    constants = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    return node.func.attr, [each for each in constants if isinstance(each, str)]


def _says_nothing(node: ast.stmt) -> bool:
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.Pass)


def _names(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {each.id if isinstance(each, ast.Name) else "" for each in targets}
