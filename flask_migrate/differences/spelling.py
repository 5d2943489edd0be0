"""SQL expressions, compared without what databases change about their spelling."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

_TOKEN = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|`(?:[^`]|``)*`|\[\w+\]|[^'\"`\[]+|.", re.S)

# PostgreSQL says what type each literal has: 'a'::character varying(20).
_CAST = re.compile(
    r"::\s*[a-z_][\w.]*(?: (?:varying|precision|with(?:out)? time zone))?"
    r"(?:\(\d+(?:,\d+)?\))?(?:\[\])*",
    re.I,
)


# The same of a type whose name needs quotes: 'sad'::"My Shop".mood.
_QUOTED_CAST = re.compile(r'::\s*(?:\w+\.)?"(?:[^"]|"")*"(?:\.(?:"(?:[^"]|"")*"|\w+))?(?:\[\])*')

# What SQLAlchemy takes for a parameter.
_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w+(?!:))")


def without_parameters(sql: str) -> str:
    """*sql* as it is written into a text of SQLAlchemy's, in which a colon is no parameter."""
    return _PARAMETER.sub(r"\\:", sql)


def name(dialect: Any, *parts: str | None) -> str:
    """A name between quotes, if it needs them, for SQL that is given to ``op.execute()``.

    SQLAlchemy doubles per cent signs in names, and once more in the text that has them.
    """
    preparer = dialect.identifier_preparer
    return undoubled(dialect, ".".join(preparer.quote(each) for each in parts if each))


def undoubled(dialect: Any, sql: str) -> str:
    """*sql* that SQLAlchemy compiled, with per cent signs as the database has them."""
    doubles = dialect.identifier_preparer._double_percents
    return sql.replace("%%", "%") if doubles else sql


def key(dialect: Any, named: Any) -> tuple[str | None, str]:
    """What a type or a sequence is known by: its schema, unless it is the default one, and name."""
    is_usual = named.schema == dialect.default_schema_name
    return None if is_usual else named.schema, str(named.name)


def quoted(text: str) -> str:
    """*text* as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def plain(sql: str) -> str:
    """*sql* without white space, quotes around names, casts and outer parentheses."""
    sql = outside_literals(sql, lambda part: _QUOTED_CAST.sub("", part))
    text = "".join(_plain_token(token) for token in _TOKEN.findall(sql))
    text = outside_literals(text, lambda part: _CAST.sub("", part))
    text = outside_literals(text, lambda part: re.sub(r"\s+", "", part))
    while _is_wrapped(text):
        text = text[1:-1]
    return text


def literal(sql: str) -> str:
    """A server default as :func:`plain`; ``'0'`` and ``0`` are the same."""
    text = plain(sql)
    if re.fullmatch(r"'(?:[^']|'')*'", text, re.S):
        return text[1:-1].replace("''", "'")
    return text


def _plain_token(token: str) -> str:
    if token[0] in '"`[' and len(token) > 1:
        return token[1:-1]
    return token if token[0] == "'" else token.lower()


def outside_literals(text: str, change: Callable[[str], str]) -> str:
    """*text*, SQL, with what is not a text in it changed."""
    parts = re.split(r"('(?:[^']|'')*')", text)
    return "".join(part if part[:1] == "'" else change(part) for part in parts)


def _is_wrapped(text: str) -> bool:
    """Whether one pair of parentheses goes around everything."""
    if not (text.startswith("(") and text.endswith(")")):
        return False
    depth = 0
    bare = re.sub(r"'(?:[^']|'')*'", lambda match: "." * len(match.group()), text)
    for place, char in enumerate(bare):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if depth == 0:
            return place == len(bare) - 1
    return False
