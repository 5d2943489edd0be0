"""What ``--json`` writes: one document for each command."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from .errors import MigrateError

#: Grows when a program that reads the documents would have to change.
VERSION = 1

#: What a document says of a revision file.
REVISION = (
    "revision",
    "down_revision",
    "branch_labels",
    "dependencies",
    "message",
    "path",
    "is_head",
)


# What an error keeps for the screen: the message stands before the facts.
_FOR_PEOPLE = {"message", "details", "show_color"}


def of_result(command: str, result: Any) -> str:
    """The document of a command that returned *result*."""
    return _document(command, result=plain(result))


def of_error(command: str, error: MigrateError) -> str:
    """The document of a command that raised *error*: its facts besides its text."""
    facts = {name: plain(value) for name, value in vars(error).items() if name not in _FOR_PEOPLE}
    told = {"kind": type(error).__name__, "message": error.message, "exit_code": error.exit_code}
    return _document(command, error={**told, **facts})


def plain(value: Any) -> Any:
    """*value* made of what JSON has; what it does not know as text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(each) for each in value)
    if hasattr(value, "down_revision"):  # one of Alembic's, which is not imported here
        return {name: plain(_of_revision(value, name)) for name in REVISION}
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value)]
        return {name: plain(getattr(value, name)) for name in names}
    return str(value)


def _of_revision(script: Any, name: str) -> Any:
    return script.doc if name == "message" else getattr(script, name)


def _document(command: str, **content: Any) -> str:
    return json.dumps({"version": VERSION, "command": command, **content}, indent=2)
