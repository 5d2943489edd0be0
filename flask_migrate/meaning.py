"""What a Python file means: digests that comments, formatting and docstrings leave alone.

They are the same with every version of Python. What :func:`ast.dump` writes is
not: fields come and go with the versions.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

#: What stands for the statements outside functions and classes.
MODULE = ""

# How a value is written, or where it stands, rather than what it is.
_WITHOUT_MEANING = {"ctx", "kind", "type_comment", "type_ignores"}

#: Hexadecimal digits of the digest of one statement.
_SHORT = 8


@dataclass(frozen=True)
class Meaning:
    """The digest of a file; ``parts`` has those of the statements in each of its functions."""

    checksum: str
    parts: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, tuple[int, ...]] = field(compare=False, default_factory=dict)

    def first_difference(self, before: Mapping[str, Any]) -> tuple[str, int]:
        """The function, and the line in this file, that is not as in *before*.

        :param before: The ``parts`` of the file as it was.
        """
        for name in [*self.parts, *before]:
            now, then = self.parts.get(name, ()), tuple(before.get(name, ()))
            if now != then:
                pairs = zip(now, then)  # noqa: B905
                same = next((at for at, pair in enumerate(pairs) if len({*pair}) > 1), None)
                at = min(len(now), len(then)) if same is None else same
                lines = self.lines.get(name) or (1,)
                return name, lines[min(at, len(lines) - 1)]
        return MODULE, 1


def meaning_of(source: str | bytes) -> Meaning:
    """The meaning of the Python file with the text *source*.

    :raises SyntaxError: It is none.
    """
    tree = ast.parse(source)
    parts: dict[str, list[str]] = {}
    lines: dict[str, list[int]] = {}
    for part, statement in _named(tree):
        name = part
        for each in _statements(statement):
            parts.setdefault(name, []).append(_digest(_text(each, shallow=True))[:_SHORT])
            lines.setdefault(name, []).append(each.lineno)
    return Meaning(
        _digest(_text(tree)),
        {name: tuple(digests) for name, digests in parts.items()},
        {name: tuple(numbers) for name, numbers in lines.items()},
    )


def _named(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    for statement in _meaningful(tree.body):
        yield getattr(statement, "name", MODULE), statement


def _statements(statement: ast.stmt) -> Iterator[ast.stmt]:
    """*statement* and those inside it."""
    yield statement
    for _, value in _fields(statement):
        yield from _inside(value)


def _inside(value: Any) -> Iterator[ast.stmt]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, ast.stmt):
            yield from _statements(each)
        elif isinstance(each, ast.AST) and "body" in each._fields:  # a handler, a case
            for _, child in _fields(each):
                yield from _inside(child)


def _meaningful(body: list[Any]) -> list[Any]:
    """*body* without docstrings and other statements that do nothing."""
    return [each for each in body if not _does_nothing(each)]


def _does_nothing(node: Any) -> bool:
    is_value = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_value or isinstance(node, ast.Pass)


def _fields(node: ast.AST) -> Iterator[tuple[str, Any]]:
    """What *node* has; what is empty is left out, as older versions do not know it."""
    for name in sorted(node._fields):
        value = getattr(node, name, None)
        if name not in _WITHOUT_MEANING and value is not None:
            value = _meaningful(value) if isinstance(value, list) else value
            if value != []:
                yield name, value


def _text(value: Any, shallow: bool = False) -> str:
    """*value* of a tree as text; *shallow* leaves out the statements inside."""
    if isinstance(value, ast.JoinedStr):
        value = ast.JoinedStr(values=_joined(value.values))
    if isinstance(value, ast.AST):
        kept = (
            f"{name}={_text(each, shallow)}"
            for name, each in _fields(value)
            if not (shallow and any(True for _ in _inside(each)))
        )
        return f"{type(value).__name__}({','.join(kept)})"
    if isinstance(value, (list, tuple)):
        return f"[{','.join(_text(each, shallow) for each in value)}]"
    # What repr() escapes differs, and it refuses long numbers.
    shown = hex(value) if isinstance(value, int) else ascii(value)
    return f"{type(value).__name__}:{shown}"


def _joined(values: list[Any]) -> list[Any]:
    """The values of an f-string with texts side by side as one, and none that is empty."""
    joined: list[Any] = []
    for value in values:
        last = joined[-1] if joined else None
        if isinstance(value, ast.Constant) and isinstance(last, ast.Constant):
            joined[-1] = ast.Constant(value=f"{last.value!s}{value.value!s}")
        elif not isinstance(value, ast.Constant) or value.value != "":
            joined.append(value)
    return joined


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
