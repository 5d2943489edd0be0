"""Where in a project's files an error came from."""

from __future__ import annotations

import ast
import os
import traceback
from collections.abc import Iterator
from contextlib import suppress

from .passwords import redacted

#: Characters of a statement that are shown.
_LONGEST = 300


def innermost(error: BaseException, folder: str) -> tuple[str, int] | None:
    """The file in *folder*, and its line, that was running when *error* was raised."""
    root = os.path.abspath(folder) + os.sep
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if os.path.abspath(frame.filename).startswith(root):
            return frame.filename, frame.lineno or 0
    return None


def statement_at(path: str, line: int) -> str:
    """The statement of the Python file *path* on *line*, in one line; empty if there is none.

    Of one that has others inside, such as ``with``, its first line.
    """
    with suppress(OSError, ValueError, SyntaxError), open(path, encoding="utf-8") as file:
        source = file.read()
        found = [each for each in _statements(ast.parse(source)) if _is_on(each, line)]
        if found:
            return shortened(_text(found[-1], source))
    return ""


def shortened(text: str) -> str:
    """*text* in one line, without passwords and not too long for a screen."""
    told = " ".join(redacted(text).split())
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]} ..."


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements in *node*, each before those inside it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        yield from _statements(child)


def _is_on(statement: ast.stmt, line: int) -> bool:
    return statement.lineno <= line <= (statement.end_lineno or statement.lineno)


def _text(statement: ast.stmt, source: str) -> str:
    segment = ast.get_source_segment(source, statement) or ""
    return segment.partition("\n")[0] if hasattr(statement, "body") else segment
