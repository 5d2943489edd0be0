"""The table of commands: what each is called, takes and says about itself.

A command is a Python function. Its signature says which parameters it takes
and their defaults; :data:`PARAMS` says, once, what each parameter name looks
like on a command line. Front ends are translations of :data:`COMMANDS`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from .durations import duration, times

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Param:
    """One value that a command accepts.

    ``name`` and ``default`` come from the command's signature; the rest is
    written once, in :data:`PARAMS`.
    """

    #: Spellings of an option; an argument has none.
    flags: tuple[str, ...] = ()
    help: str = ""
    #: May be given several times; the command then receives a tuple.
    many: bool = False
    name: str = ""
    default: Any = None
    #: What the text of an option is turned into.
    kind: Callable[[str], Any] = str
    #: Whether it makes the command write something else than its result to standard output.
    is_output: bool = False

    @property
    def is_switch(self) -> bool:
        """Whether it is on or off, and takes no value."""
        return self.default is False

    def value(self, given: Any) -> Any:
        """What the command receives for what a parser collected.

        Parsers spell "nothing given" as ``None``, ``()`` or ``[]``.
        """
        if given is None or (self.many and not given):
            return self.default
        return tuple(given) if self.many else given


@dataclass(frozen=True)
class Command:
    """One row of the table."""

    name: str
    function: Callable[..., Any]
    help: str
    params: tuple[Param, ...]

    @property
    def options(self) -> tuple[Param, ...]:
        """What a command line takes: what the function does, and how to show what it does."""
        own = {param.name for param in self.params}
        return (*self.params, *(param for param in DISPLAY if param.name not in own))

    def variable(self, param: Param) -> str:
        """The environment variable that stands for an option of this command."""
        return f"FLASK_DB_{self.function.__name__}_{param.name}".upper()


def option(*flags: str, help: str, many: bool = False, kind: Callable[[str], Any] = str) -> Param:
    """A named value: ``--message TEXT``."""
    return Param(flags, help, many, kind=kind)


def argument(help: str, many: bool = False) -> Param:
    """A value that is told by its place."""
    return Param((), help, many)


PARAMS: Mapping[str, Param] = {
    "allow_drop_all": option("--allow-drop-all", help="Write a revision that drops every table"),
    "rename": option(
        "--rename",
        help="TABLE.COLUMN=NAME: the column has a new name, and keeps its values",
        many=True,
    ),
    "rename_table": option(
        "--rename-table", help="TABLE=NAME: the table has a new name, and keeps its rows", many=True
    ),
    "rename_value": option(
        "--rename-value", help="TYPE.LABEL=NAME: the label of an enum has a new name", many=True
    ),
    "no_rename": option("--no-rename", help="Take nothing else for renamed"),
    "default": option(
        "--default",
        help="TABLE.COLUMN=SQL: what rows get that have no value for a column that is NOT NULL",
        many=True,
    ),
    "no_backfill": option("--no-backfill", help="Write NOT NULL without values for the rows"),
    "allow_rounding": option(
        "--allow-rounding", help="Write types that do not keep the whole value of each row"
    ),
    "allow_drops": option(
        "--allow-drops", help="Write drops of tables and columns that have something in them"
    ),
    "dry_run": option("--dry-run", help="Show the file, and leave none"),
    "scriptable": option("--scriptable", help="Write only the path to standard output"),
    "empty": option("--empty", help="Write a file without operations"),
    "update": option("--update", help="Put it into the last revision, if no database has that"),
    "format": option("--format", help="Format the file with ruff or black"),
    "no_input": option("--no-input", help="Ask nothing"),
    "strict": option("--strict", help="Fail where something should be asked and cannot be"),
    "directory": option(
        "-d", "--directory", help='Migration script directory (default is "migrations")'
    ),
    "x_arg": option(
        "-x",
        "--x-arg",
        help="Additional arguments consumed by custom env.py scripts",
        many=True,
    ),
    "bind": option(
        "--bind",
        help='Database to work on: a bind, or "default" (default is every database)',
        many=True,
    ),
    "multidb": option("--multidb", help="Support multiple databases"),
    "template": option("-t", "--template", help='Repository template to use (default is "flask")'),
    "package": option(
        "--package",
        help="Write empty __init__.py files to the environment and version locations",
    ),
    "message": option("-m", "--message", help="Revision message"),
    "autogenerate": option(
        "--autogenerate",
        help="Populate revision script with candidate migration operations, "
        "based on comparison of database to model",
    ),
    "sql": replace(
        option("--sql", help="Don't emit SQL to database - dump to standard output instead"),
        is_output=True,
    ),
    "head": option(
        "--head",
        help="Specify head revision or <branchname>@head to base new revision on",
    ),
    "splice": option("--splice", help='Allow a non-head revision as the "head" to splice onto'),
    "branch_label": option(
        "--branch-label", help="Specify a branch label to apply to the new revision"
    ),
    "version_path": option(
        "--version-path", help="Specify specific path from config for version file"
    ),
    "rev_id": option("--rev-id", help="Specify a hardcoded revision id instead of generating one"),
    "depends_on": option(
        "--depends-on",
        help="Specify one or more revisions which the new revision should depend on",
        many=True,
    ),
    "tag": option("--tag", help='Arbitrary "tag" name - can be used by custom env.py scripts'),
    "rev_range": option(
        "-r", "--rev-range", help="Specify a revision range; format is [start]:[end]"
    ),
    "verbose": option("-v", "--verbose", help="Use more verbose output"),
    "quiet": option("--quiet", help="Show results and errors, not progress"),
    "json": option("--json", help="Write the result as a JSON document"),
    "indicate_current": option("-i", "--indicate-current", help="Indicate current version"),
    "resolve_dependencies": option(
        "--resolve-dependencies", help="Treat dependency versions as down revisions"
    ),
    "check_heads": option(
        "--check-heads", help="Exit with an error unless every head revision is applied"
    ),
    "exit_code": option(
        "--exit-code",
        help="Exit with 4 if revisions are pending, 9 if a file is missing or was edited",
    ),
    "offline": option("--offline", help="Show what the files say, and ask no database"),
    "timeout": option("--timeout", help="How long to wait (default is 60s)", kind=duration),
    "fix": option("--fix", help="Replace an env.py that is as an earlier release wrote it"),
    "lock_wait": option(
        "--lock-wait", help="How long to wait for another run (default is 60s)", kind=duration
    ),
    "lock_timeout": option(
        "--lock-timeout", help="How long to wait for tables that others use", kind=duration
    ),
    "statement_timeout": option(
        "--statement-timeout", help="How long a statement may take", kind=duration
    ),
    "connect_timeout": option(
        "--connect-timeout",
        help="How long to wait for a server to answer (default is 10s)",
        kind=duration,
    ),
    "retries": option(
        "--retries", help="How often to try again after a lock timeout (default is 0)", kind=times
    ),
    "resume": option(
        "--resume", help="Go on with a revision that an earlier run left in part (MariaDB, MySQL)"
    ),
    "no_lock": option("--no-lock", help="Run even if another run is under way"),
    "down": option("--down", help="Say what downgrade would do"),
    "from_plan": option("--from-plan", help="Do what a file of plan --save says, or nothing"),
    "save": option("--save", help="Write the plan to a file, for upgrade --from-plan"),
    "from_current": option("--from-current", help="Begin --sql where the database is"),
    "plan": option("--plan", help="Say what would be done, and do nothing"),
    "yes": option("--yes", help="Drop rows without asking"),
    "yes_i_mean": option("--yes-i-mean", help="The name of a protected database that is meant"),
    "scratch_url": option(
        "--scratch-url", help="Any database of a server on which a scratch database is made"
    ),
    "purge": option(
        "--purge", help="Delete the version in the alembic_version table before stamping"
    ),
    "revision": argument("Revision identifier"),
    "revisions": argument("Revision identifiers", many=True),
}

#: Options that may stand before the command's name as well.
SHARED: tuple[Param, ...] = tuple(
    replace(PARAMS[name], name=name) for name in ("directory", "x_arg", "bind")
)

#: Options of every command line that say how a command is shown. Where a command has
#: one of the name itself, it is the same.
DISPLAY: tuple[Param, ...] = tuple(
    replace(PARAMS[name], name=name, default=False) for name in ("json", "quiet", "verbose")
)

#: The commands by the name that they have on a command line.
COMMANDS: dict[str, Command] = {}


def shared_variable(param: Param) -> str:
    """The environment variable that stands for a shared option of any command."""
    return f"FLASK_DB_{param.name}".upper()


def command(**overrides: Mapping[str, Any]) -> Callable[[F], F]:
    """Put a function into the table and leave it as it is.

    :param overrides: For a parameter name, what differs from its row in
        :data:`PARAMS` on command lines.
    :raises KeyError: A parameter has no row in :data:`PARAMS`.
    """

    def register(function: F) -> F:
        params = tuple(
            replace(
                PARAMS[name],
                **{"name": name, "default": parameter.default, **overrides.get(name, {})},
            )
            for name, parameter in inspect.signature(function).parameters.items()
        )
        name = function.__name__.replace("_", "-")
        COMMANDS[name] = Command(name, function, _summary(function), params)
        return function

    return register


def _summary(function: Callable[..., Any]) -> str:
    """The first paragraph of the docstring, on one line."""
    paragraph = (inspect.getdoc(function) or "").split("\n\n")[0]
    return " ".join(paragraph.split())
