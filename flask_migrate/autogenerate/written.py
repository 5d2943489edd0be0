"""What is written into a revision besides Alembic's operations."""

from __future__ import annotations

import textwrap
from typing import Any

from alembic.autogenerate.render import renderers
from alembic.operations.ops import MigrateOperation

_WIDTH = 88


class CommentOp(MigrateOperation):
    """A comment. It is no difference, and does nothing."""

    def __init__(self, text: str) -> None:
        self.text = text

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("comment", self.text)

    def reverse(self) -> CommentOp:
        return CommentOp(self.text)


class CodeOp(MigrateOperation):
    """Lines of Python.

    Values belong into them as ``repr()``. After a line that ends with a colon the
    next are indented, up to an empty one.
    """

    def __init__(self, *lines: str) -> None:
        self.lines = lines

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("code", *self.lines)


@renderers.dispatch_for(CommentOp)
def _render_comment(context: Any, operation: CommentOp) -> list[str]:
    # Whatever a name holds, it stays in the comment.
    text = "".join(char if char.isprintable() else " " for char in operation.text)
    lines = textwrap.wrap(text, _WIDTH, break_long_words=False)
    return [f"# {line}" for line in lines]


@renderers.dispatch_for(CodeOp)
def _render_code(context: Any, operation: CodeOp) -> list[str]:
    return list(operation.lines)
