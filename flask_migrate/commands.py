"""The commands.

Each is an ordinary function: it returns what it found or did and raises a
:exc:`~flask_migrate.errors.MigrateError`. All work on the current application.
Unless said otherwise:

* ``directory`` is the migration directory, instead of the one given to
  :class:`~flask_migrate.Migrate`;
* ``x_arg`` is one ``name=value`` text or a list of them for ``env.py``;
* ``bind`` is one bind or a list of them, ``"default"`` for the database without
  one: the databases to work on, all if none is named;
* ``lock_wait`` is how many seconds to wait for another run on the database, and
  ``no_lock`` does not look whether there is one;
* ``sql`` writes SQL to standard output and leaves the database alone.

Alembic is imported when one is called, not with this module.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from . import console
from .command_table import command
from .errors import InvalidNameError

#: Seconds to wait for another run.
LOCK_WAIT = 60.0

if TYPE_CHECKING:
    from alembic.script import Script

    from .diagnosis import Finding
    from .runs import Run, Step

    Directory = str | os.PathLike[str] | None
    XArg = str | Sequence[str] | None
    BindArg = str | Sequence[str] | None


def _invoke(name: str, directory: Any, x_arg: Any, bind: Any, **arguments: Any) -> Run:
    from .bridge import invoke

    return invoke(name, directory, x_arg, bind, **arguments)


@command()
def list_templates() -> dict[str, str]:
    """List the templates that a project can be made from.

    :returns: The name of each, with one line about it.
    """
    from . import repository

    templates = repository.synopses()
    console.result("Available templates:\n")
    for name, synopsis in templates.items():
        console.result(f"{name} - {synopsis}")
    console.result(f"\nChoose one with: {console.prefix()} init -t NAME")
    return templates


@command()
def init(
    directory: Directory = None,
    multidb: bool = False,
    template: str | None = None,
    package: bool = False,
) -> str:
    """Create a new migration repository.

    :param multidb: Make it for several databases.
    :param template: A name from :func:`list_templates`, or the path of a folder.
    :param package: Write ``__init__.py`` files as well.
    :returns: The directory.
    """
    from . import repository

    return repository.create(directory, multidb=multidb, template=template, package=package)


@command()
def revision(
    directory: Directory = None,
    message: str | None = None,
    autogenerate: bool = False,
    sql: bool = False,
    head: str = "head",
    splice: bool = False,
    branch_label: str | None = None,
    version_path: str | os.PathLike[str] | None = None,
    rev_id: str | None = None,
    depends_on: str | Sequence[str] | None = None,
    x_arg: XArg = None,
    bind: BindArg = None,
) -> Script | tuple[Script, ...] | None:
    """Create a new revision file.

    :returns: The revision that was written, ``None`` if there was nothing to
        write, a tuple if a hook in ``env.py`` made several.
    """
    run = _invoke(
        "revision",
        directory,
        x_arg,
        bind,
        opts=("autogenerate",) if autogenerate else (),
        message=message,
        autogenerate=autogenerate,
        sql=sql,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        rev_id=rev_id,
        depends_on=depends_on,
    )
    if not isinstance(run.result, list):
        return run.result  # type: ignore[no-any-return]
    return tuple(run.result) or None


@command()
def migrate(
    directory: Directory = None,
    message: str | None = None,
    sql: bool = False,
    head: str = "head",
    splice: bool = False,
    branch_label: str | None = None,
    version_path: str | os.PathLike[str] | None = None,
    rev_id: str | None = None,
    x_arg: XArg = None,
    depends_on: str | Sequence[str] | None = None,
    bind: BindArg = None,
) -> Script | tuple[Script, ...] | None:
    """Autogenerate a new revision file (Alias for 'revision --autogenerate')

    :returns: As :func:`revision`; ``None`` also when the models are as the
        database is.
    """
    written = revision(
        directory,
        message,
        autogenerate=True,
        sql=sql,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        rev_id=rev_id,
        depends_on=depends_on,
        x_arg=x_arg,
        bind=bind,
    )
    if written is None:
        console.note(f"If you expected changes, ask why there are none: {console.prefix()} doctor")
    return written


# Without an argument this edits what the database is at when called from
# Python, and the newest revision on a command line.
@command(revision={"default": "head"})
def edit(
    directory: Directory = None, revision: str = "current", x_arg: XArg = None, bind: BindArg = None
) -> tuple[str, ...]:
    """Edit a revision file in ``$EDITOR``.

    :returns: The files that were opened.
    """
    run = _invoke("edit", directory, x_arg, bind, rev=revision)
    return tuple(script.path for script in _named(run, revision))


@command()
def merge(
    directory: Directory = None,
    revisions: str | Sequence[str] = "",
    message: str | None = None,
    branch_label: str | None = None,
    rev_id: str | None = None,
    splice: bool = False,
    x_arg: XArg = None,
    bind: BindArg = None,
) -> Script | None:
    """Merge revisions together, creating a new revision file.

    Without revisions all heads are merged.
    """
    run = _invoke(
        "merge",
        directory,
        x_arg,
        bind,
        revisions=revisions or "heads",
        message=message,
        branch_label=branch_label,
        rev_id=rev_id,
        splice=splice,
    )
    return run.result  # type: ignore[no-any-return]


@command()
def upgrade(
    directory: Directory = None,
    revision: str = "head",
    sql: bool = False,
    tag: str | None = None,
    x_arg: XArg = None,
    bind: BindArg = None,
    lock_wait: float = LOCK_WAIT,
    no_lock: bool = False,
) -> tuple[Step, ...]:
    """Upgrade to a later version.

    :returns: The steps that were taken, in order.
    """
    _check_range(revision)
    return _invoke(
        "upgrade",
        directory,
        x_arg,
        bind,
        options={"lock_wait": lock_wait, "no_lock": no_lock},
        revision=revision,
        sql=sql,
        tag=tag,
    ).steps


@command()
def downgrade(
    directory: Directory = None,
    revision: str = "-1",
    sql: bool = False,
    tag: str | None = None,
    x_arg: XArg = None,
    bind: BindArg = None,
    lock_wait: float = LOCK_WAIT,
    no_lock: bool = False,
) -> tuple[Step, ...]:
    """Revert to a previous version.

    :returns: The steps that were taken, in order.
    """
    if sql and revision == "-1":
        revision = "head:-1"
    _check_range(revision)
    return _invoke(
        "downgrade",
        directory,
        x_arg,
        bind,
        options={"lock_wait": lock_wait, "no_lock": no_lock},
        revision=revision,
        sql=sql,
        tag=tag,
    ).steps


@command()
def show(
    directory: Directory = None, revision: str = "head", x_arg: XArg = None, bind: BindArg = None
) -> tuple[Script, ...]:
    """Show the revision denoted by the given symbol.

    :returns: The revisions that the symbol stands for.
    """
    return _named(_invoke("show", directory, x_arg, bind, rev=revision), revision)


@command()
def history(
    directory: Directory = None,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
    x_arg: XArg = None,
    bind: BindArg = None,
) -> tuple[Script, ...]:
    """List the revisions, the newest first.

    :param rev_range: ``START:END``; either may be missing or ``current``.
    """
    _check_range(rev_range)
    run = _invoke(
        "history",
        directory,
        x_arg,
        bind,
        rev_range=rev_range,
        verbose=verbose,
        indicate_current=indicate_current,
    )
    base, _, head = (rev_range or ":").strip().partition(":")
    ends = {"current": run.heads}
    return tuple(
        _script(run).walk_revisions(
            base=ends.get(base, base) or "base", head=ends.get(head, head) or "heads"
        )
    )


@command()
def heads(
    directory: Directory = None,
    verbose: bool = False,
    resolve_dependencies: bool = False,
    x_arg: XArg = None,
    bind: BindArg = None,
) -> tuple[str, ...]:
    """Show the heads of the history.

    :returns: Their revision ids.
    """
    run = _invoke(
        "heads", directory, x_arg, bind, verbose=verbose, resolve_dependencies=resolve_dependencies
    )
    if resolve_dependencies:
        return tuple(script.revision for script in _named(run, "heads"))
    return tuple(_script(run).get_heads())


@command()
def branches(
    directory: Directory = None, verbose: bool = False, x_arg: XArg = None, bind: BindArg = None
) -> tuple[Script, ...]:
    """Show the revisions at which the history branches."""
    run = _invoke("branches", directory, x_arg, bind, verbose=verbose)
    return tuple(each for each in _script(run).walk_revisions() if each.is_branch_point)


@command()
def current(
    directory: Directory = None,
    verbose: bool = False,
    check_heads: bool = False,
    x_arg: XArg = None,
    bind: BindArg = None,
) -> tuple[str, ...]:
    """Show the revision that each database is at.

    :returns: The revision ids, those of all databases together.
    :raises PendingMigrationsError: ``check_heads`` was asked for and a head is
        missing in the database.
    """
    return _invoke(
        "current", directory, x_arg, bind, verbose=verbose, check_heads=check_heads
    ).heads


# On a command line, several revisions may be given.
@command(revision={"many": True})
def stamp(
    directory: Directory = None,
    revision: str | Sequence[str] = "head",
    sql: bool = False,
    tag: str | None = None,
    purge: bool = False,
    x_arg: XArg = None,
    bind: BindArg = None,
    lock_wait: float = LOCK_WAIT,
    no_lock: bool = False,
) -> tuple[Step, ...]:
    """Record a revision in the database without running it.

    :returns: The steps that the record moved by.
    """
    return _invoke(
        "stamp",
        directory,
        x_arg,
        bind,
        options={"lock_wait": lock_wait, "no_lock": no_lock},
        revision=revision if isinstance(revision, str) else list(revision),
        sql=sql,
        tag=tag,
        purge=purge,
    ).steps


@command()
def check(directory: Directory = None, x_arg: XArg = None, bind: BindArg = None) -> None:
    """Check whether there are changes that no revision has.

    :raises ModelsChangedError: There are.
    """
    _invoke("check", directory, x_arg, bind)


@command()
def ensure_version(
    directory: Directory = None, sql: bool = False, x_arg: XArg = None, bind: BindArg = None
) -> None:
    """Create the table that records the revision, unless it is there."""
    _invoke("ensure_version", directory, x_arg, bind, sql=sql)


@command()
def doctor(
    directory: Directory = None, fix: bool = False, x_arg: XArg = None
) -> tuple[Finding, ...]:
    """Say what keeps the project from working as expected.

    :param fix: Replace an ``env.py`` that is as an earlier release wrote it; the
        old one is kept beside it as ``env.py.old``.
    :returns: What is worth knowing.
    :raises ProblemsFoundError: There are problems among it.
    """
    from .diagnosis import diagnose

    return diagnose(directory, x_arg, fix=fix)


def _check_range(text: str | None) -> None:
    """Refuse a range with more than two ends, which Alembic trips over."""
    if text is not None and text.count(":") > 1:
        raise InvalidNameError(
            f"{text!r} is no range of revisions.", text, hint="Write START:END, or one revision."
        )


def _script(run: Run) -> Any:
    """The history that *run* read."""
    return run.script


def _named(run: Run, revision: str) -> tuple[Script, ...]:
    """The revisions that a symbol stands for."""
    symbol: str | Iterable[str] = run.heads if revision == "current" else revision
    return tuple(_script(run).get_revisions(symbol))
