"""Answers to questions that were given ahead, as options."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from ..errors import UnknownColumnError


class Answers:
    """What ``--rename``, ``--rename-table``, ``--rename-value`` and ``--default`` say.

    A command asks each about every database; what none of them had a use for is
    wrong.

    :param options: Those of the command.
    :raises UnknownColumnError: One is not of the form ``NAME=VALUE``.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        self.renames = _parsed("--rename", options.get("rename"), "user.name=full_name")
        self.table_renames = _parsed("--rename-table", options.get("rename_table"), "user=account")
        self.values = _parsed("--rename-value", options.get("rename_value"), "mood.sad=unhappy")
        self.defaults = _parsed("--default", options.get("default"), "user.active=1")
        self._used: set[tuple[str, str]] = set()
        self._candidates: dict[str, list[str]] = {
            "rename": [],
            "rename-table": [],
            "rename-value": [],
            "default": [],
        }

    def renamed(self, old: Iterable[str], new: str) -> bool:
        """Whether a column, under one of the names *old* with its table, becomes *new*."""
        return self._told("rename", self.renames, old, new)

    def renamed_table(self, old: Iterable[str], new: Iterable[str]) -> bool:
        """Whether a table, under one of the names *old*, becomes one of *new*."""
        old = list(old)
        return any(self._told("rename-table", self.table_renames, old, each) for each in new)

    def renamed_values(
        self, names: Iterable[str], was: Iterable[str], now: Iterable[str]
    ) -> list[tuple[str, str]]:
        """Which labels of an enum, under one of its *names*, become which others."""
        new = list(now)
        gone = [each for each in was if each not in new]
        pairs = [(old, label) for old in gone for label in new]
        return [pair for pair in pairs if self._told_value(names, *pair)]

    def _told_value(self, names: Iterable[str], old: str, new: str) -> bool:
        """Whether a label becomes another; a label may have an equals sign in it."""
        halves = [f"{name}.{old}={new}".partition("=") for name in names]
        return any(self._told("rename-value", self.values, [one], two) for one, _, two in halves)

    def has_values(self, names: Iterable[str]) -> bool:
        """Whether anything is said of the labels of an enum under one of its *names*."""
        return any(each.startswith(f"{name}.") for name in names for each in self.values)

    def default(self, names: Iterable[str]) -> str | None:
        """The SQL that fills a column, under one of its *names*."""
        for name in names:
            self._candidates["default"].append(f"{name}=...")
            if name in self.defaults:
                self._used.add(("default", name))
                return self.defaults[name]
        return None

    def check_used(self) -> None:
        """Refuse what named nothing.

        :raises UnknownColumnError: It names the nearest that it could have named.
        """
        given = {
            "rename": self.renames,
            "rename-table": self.table_renames,
            "rename-value": self.values,
            "default": self.defaults,
        }
        for option, values in given.items():
            for name, value in values.items():
                if (option, name) not in self._used:
                    if option in ("rename", "rename-table") and _beside(name, value) in values:
                        raise _crossed(option, name, value)
                    raise _unknown(option, name, value, self._candidates[option])

    def _told(self, option: str, given: Mapping[str, str], names: Iterable[str], new: str) -> bool:
        for name in names:
            self._candidates[option].append(f"{name}={new}")
            if given.get(name) == new:
                self._used.add((option, name))
                return True
        return False


def spelled(option: str, value: str) -> str:
    """How somebody types an option into a shell."""
    quoted = shlex.quote(value)
    if "'" in value and not re.search(r'[$`\\!"]', value):
        quoted = f'"{value}"'
    return f"{option} {quoted}"


def _unknown(option: str, name: str, value: str, candidates: list[str]) -> UnknownColumnError:
    whats = {
        "rename": f"no column {name} disappeared while {value} appeared in its table",
        "rename-table": f"no table {name} disappeared while {value} appeared",
        "rename-value": f"no label {name} disappeared while {value} appeared in its enum",
        "default": f"no column {name} becomes NOT NULL on a table that is there",
    }
    near = get_close_matches(f"{name}={value}", candidates, n=3, cutoff=0.3)
    return UnknownColumnError(
        f"--{option} {name}={value}: {whats[option]}.",
        name,
        hint=f"Near it: {', '.join(f'--{option} {each}' for each in near)}"
        if near
        else "See what would be written with: flask db migrate --dry-run",
    )


def _beside(name: str, value: str) -> str:
    """What has the name *value* beside *name*: in the same table, or in the same schema."""
    place, dot, _ = name.rpartition(".")
    return f"{place}{dot}{value}"


def _crossed(option: str, name: str, value: str) -> UnknownColumnError:
    """The new name is the old one of something else."""
    return UnknownColumnError(
        f"--{option} {name}={value}: there is a {_beside(name, value)} before and after, "
        "so nothing of it can be seen.",
        name,
        hint="Take two revisions, or write one by hand over a third name: "
        "flask db revision -m names",
    )


def _parsed(option: str, given: str | Iterable[str] | None, example: str) -> dict[str, str]:
    parsed = {}
    for text in [given] if isinstance(given, str) else given or ():
        name, separator, value = text.partition("=")
        if not (name and separator and value):
            raise UnknownColumnError(
                f"{option} {text!r} is not of the form NAME=VALUE.",
                text,
                hint=f"Write it like: {option} {example}",
            )
        parsed[name] = value
    return parsed
