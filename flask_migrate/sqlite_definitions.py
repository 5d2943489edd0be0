"""What ``CREATE TABLE`` says and SQLite's pragmas do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# https://www.sqlite.org/lang_keywords.html and lang_comment.html
_TOKEN = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[[^\]]*\]"
    r"|--[^\n]*|/\*.*?(?:\*/|$)|\s+|[\w$]+|.",
    re.S,
)

_OF_TABLE = {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}

# What a constraint ends with before its ON CONFLICT; that of a CHECK means nothing.
_BEFORE = {
    "NULL": "NOT NULL",
    "UNIQUE": "UNIQUE",
    **dict.fromkeys(("KEY", "ASC", "DESC"), "PRIMARY KEY"),
}

_KINDS = {"primary_key_constraint": "PRIMARY KEY", "unique_constraint": "UNIQUE"}


@dataclass(frozen=True)
class Check:
    """A ``CHECK``; ``column`` is empty where it stands for itself."""

    name: str
    column: str
    text: str

    def names(self) -> set[str]:
        """What may be a name of a column in it, in lower case."""
        return {unquoted(token).lower() for token in tokens(self.text) if _is_name(token)}

    @property
    def listed(self) -> str | None:
        """The column that it gives a list of values, as the type of one does."""
        found = [token for token in tokens(self.text) if not _is_blank(token)]
        is_list = [each.upper() for each in found[1:3]] == ["IN", "("] and found[-1] == ")"
        is_of_values = is_list and not any(map(_is_name, found[2:]))
        return unquoted(found[0]) if is_of_values and _is_name(found[0]) else None


class Definition:
    """A table as its ``CREATE TABLE`` has it."""

    def __init__(self, sql: str) -> None:
        found = tokens(sql)
        parts, end = _parts(found, found.index("("))
        tail = [token.upper() for token in found[end + 1 :]]
        self.is_strict = "STRICT" in tail
        self.has_rowid = "ROWID" not in tail
        self.checks: list[Check] = []
        #: The names of the unique constraints, by their columns.
        self.uniques: dict[tuple[str, ...], str] = {}
        #: The collation of each column that has one.
        self.collations: dict[str, str] = {}
        words = {token.upper() for part in parts for token in part}
        self.is_autoincrement = "AUTOINCREMENT" in words
        #: The ``ON DELETE`` and such of foreign keys, by their columns in lower case.
        self.actions: dict[tuple[str, ...], dict[str, Any]] = {}
        self._conflicts: dict[tuple[str, ...], str] = {}
        for part in parts:
            seen = [token for token in part if not _is_blank(token)]
            column = "" if seen[0].upper() in _OF_TABLE else unquoted(seen[0])
            self.checks += _checks(part, column)
            upper = [token.upper() for token in seen]
            if column and "COLLATE" in upper:
                self.collations[column] = unquoted(seen[upper.index("COLLATE") + 1])
            outer = _outside_parentheses(seen)
            self._conflicts.update(_conflicts(outer, column or seen))
            upper = [token.upper() for token in outer]
            if "REFERENCES" in upper[1:]:
                names = (column,) if column else _names(seen)
                key = tuple(name.lower() for name in names)
                self.actions.setdefault(key, _actions(upper[upper.index("REFERENCES", 1) :]))
            if "UNIQUE" in (upper[1:] if column else upper):
                place = upper.index("UNIQUE", 1 if column else 0)
                is_named = place > 1 and upper[place - 2] == "CONSTRAINT"
                names = (column,) if column else _names(seen)
                self.uniques[names] = unquoted(outer[place - 1]) if is_named else ""

    def conflict(self, kind: str, columns: Iterable[str]) -> str | None:
        """What ``ON CONFLICT`` says of the constraint of a kind that is over *columns*."""
        return self._conflicts.get((kind, *(name.lower() for name in columns)))


def tokens(sql: str) -> list[str]:
    """The pieces of *sql*, white space and comments among them."""
    return _TOKEN.findall(sql)


def renamed(sql: str, names: Mapping[str, str]) -> str:
    """*sql* with each name of a column replaced by its new one."""
    new = {old.lower(): '"{}"'.format(name.replace('"', '""')) for old, name in names.items()}

    def replaced(token: str) -> str:
        return new.get(unquoted(token).lower(), token) if _is_name(token) else token

    return "".join(replaced(token) for token in tokens(sql))


def mend_generated(table: Any) -> None:
    """Cut the expressions of generated columns of a reflected *table* where they end.

    SQLAlchemy reads on to the last parenthesis of the line, and SQLite writes a column
    that ``ALTER TABLE`` adds onto the line of the one before it.
    """
    for column in table.columns:
        if column.computed is not None:
            text = str(column.computed.sqltext)
            inside, _ = _parts(tokens(f"({text})"), 0)
            whole = ",".join("".join(each) for each in inside)
            if whole != text:
                column.computed.sqltext = type(column.computed.sqltext)(whole)


def mend_conflicts(definition: Definition, columns: Iterable[Any], others: Iterable[Any]) -> None:
    """Give the ``ON CONFLICT`` clauses of a table to its *columns* and *others*, its constraints.

    That of a key of one column goes to the column: with ``AUTOINCREMENT`` it stands there.
    """
    for column in columns:
        for kind, option in (("NOT NULL", "not_null"), ("PRIMARY KEY", "primary_key")):
            clause = definition.conflict(kind, [column.name])
            if clause:
                column.dialect_kwargs[f"sqlite_on_conflict_{option}"] = clause
    for each in others:
        kind = _KINDS.get(each.__visit_name__, "")
        names = [column.name for column in each.columns] if kind else []
        clause = definition.conflict(kind, names)
        if clause and not (kind == "PRIMARY KEY" and len(names) == 1):
            each.dialect_kwargs["sqlite_on_conflict"] = clause


def mend_foreign_keys(definition: Definition, constraints: Iterable[Any]) -> None:
    """Give the foreign keys among *constraints* the actions that SQLAlchemy does not read.

    It reads those of a ``FOREIGN KEY`` that names the columns that it refers to.
    """
    for each in constraints:
        if each.__visit_name__ == "foreign_key_constraint":
            found = definition.actions.get(tuple(name.lower() for name in each.column_keys), {})
            for name, action in found.items():
                setattr(each, name, action)


def unquoted(token: str) -> str:
    """A name without its quotes."""
    if token[0] == "[":
        return token[1:-1]
    if len(token) > 1 and token[0] in "\"`'":
        return token[1:-1].replace(token[0] * 2, token[0])
    return token


def _is_name(token: str) -> bool:
    return token[0] in '"`[' or bool(re.match(r"[^\W\d]", token))


def _is_blank(token: str) -> bool:
    return token.isspace() or token.startswith(("--", "/*"))


def _parts(found: list[str], start: int) -> tuple[list[list[str]], int]:
    """The parts between the parentheses that open at *start*, and where they close."""
    parts: list[list[str]] = [[]]
    depth = 0
    for place in range(start, len(found)):
        piece = found[place]
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if depth == 0:
            return parts, place
        if piece == "," and depth == 1:
            parts.append([])
        elif place > start:
            parts[-1].append(piece)
    return parts, len(found)


def _outside_parentheses(part: list[str]) -> list[str]:
    depth = 0
    found = []
    for piece in part:
        depth += piece == "("
        if depth == 0:
            found.append(piece)
        depth -= piece == ")"
    return found


def _conflicts(outer: list[str], where: str | list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The ``ON CONFLICT`` clauses in the part of one column, or of the constraint *where*."""
    upper = [token.upper() for token in outer]
    for place, word in enumerate(upper):
        kind = _BEFORE.get(upper[place - 2]) if word == "CONFLICT" else None
        if kind is None:
            continue
        names = (where,) if isinstance(where, str) else _names(where)
        yield (kind, *(name.lower() for name in names)), upper[place + 1]


def _actions(upper: list[str]) -> dict[str, Any]:
    """What stands behind ``REFERENCES``, as SQLAlchemy calls it."""
    found: dict[str, Any] = {}
    for place, word in enumerate(upper[:-1]):
        if word == "ON" and upper[place + 1] in ("DELETE", "UPDATE"):
            length = 2 if upper[place + 2] in ("SET", "NO") else 1
            action = " ".join(upper[place + 2 : place + 2 + length])
            if action != "NO ACTION":
                found[f"on{upper[place + 1].lower()}"] = action
        elif word == "INITIALLY":
            found["initially"] = upper[place + 1]
    if "DEFERRABLE" in upper:
        found["deferrable"] = upper[upper.index("DEFERRABLE") - 1] != "NOT"
    return found


def _names(seen: list[str]) -> tuple[str, ...]:
    """The columns of a constraint of a table."""
    inside, _ = _parts(seen, seen.index("("))
    return tuple(unquoted(each[0]) for each in inside)


def _checks(part: list[str], column: str) -> Iterator[Check]:
    seen = [place for place, piece in enumerate(part) if not _is_blank(piece)]
    for number, place in enumerate(seen[:-1]):
        opening = seen[number + 1]
        # A column may be called "check" if that is quoted.
        if part[place].upper() == "CHECK" and part[opening] == "(":
            inside, _ = _parts(part, opening)
            before = [part[each] for each in seen[:number]]
            is_named = len(before) > 1 and before[-2].upper() == "CONSTRAINT"
            name = unquoted(before[-1]) if is_named else ""
            yield Check(name, column, ",".join("".join(each) for each in inside))
