"""Keep database passwords out of everything that is shown or raised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote_plus

from flask import current_app

MASK = "***"

# Greedy to the last "@", because a password with an "@" that nobody escaped
# makes drivers quote its tail as if it were the host.
_URL = re.compile(r"^[\w+.-]+://[^:/@]*:(?P<password>.+)@", re.DOTALL)


def redacted(text: str) -> str:
    """*text* with every password of the current application's URLs masked."""
    for secret in sorted(_secrets(), key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


def _secrets() -> set[str]:
    """Each form in which a message might carry a password, or a piece of one."""
    found = set()
    for url in _urls(current_app.config if current_app else {}):
        match = _URL.match(url)
        if match:
            raw = match["password"]
            plain = unquote_plus(raw)
            found |= {raw, plain, quote(plain, safe=""), quote_plus(plain), repr(plain)[1:-1]}
            # What a driver takes for the host when an "@" was not escaped.
            found |= {f"{piece}@" for piece in raw.split("@")[1:] if piece}
    return found - {""}


def _urls(config: Mapping[str, Any]) -> Iterator[str]:
    """Every database URL in the configuration of a Flask-SQLAlchemy application."""
    binds = config.get("SQLALCHEMY_BINDS") or {}
    for value in (config.get("SQLALCHEMY_DATABASE_URI"), *binds.values()):
        if isinstance(value, Mapping):
            value = value.get("url")
        if value is None:
            continue
        as_text = getattr(value, "render_as_string", None)
        yield as_text(hide_password=False) if as_text else str(value)
