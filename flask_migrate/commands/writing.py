"""Writing revisions."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .. import console
from ..command_table import command
from .calls import invoke, named, updating_run

if TYPE_CHECKING:
    from alembic.script import Script

    from .calls import Directory, OneOrMore


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
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
    allow_drop_all: bool = False,
    rename: OneOrMore = None,
    rename_table: OneOrMore = None,
    rename_value: OneOrMore = None,
    no_rename: bool = False,
    default: OneOrMore = None,
    no_backfill: bool = False,
    allow_rounding: bool = False,
    allow_drops: bool = False,
    no_input: bool = False,
    strict: bool = False,
    dry_run: bool = False,
    scriptable: bool = False,
    update: bool = False,
    format: str | None = None,
) -> Script | tuple[Script, ...] | str | None:
    """Create a new revision file.

    :param allow_drop_all: Write one that drops every table of a database.
    :param rename: ``"user.name=full_name"``: columns that have new names.
    :param rename_table: ``"user=account"``: tables that have new names.
    :param rename_value: ``"mood.sad=unhappy"``: labels of enums that have new names.
    :param default: ``"user.active=1"``: SQL for rows without a value.
    :param strict: Raise where a command line would ask. A program is never asked.
    :param dry_run: Return the text of the file, and leave none.
    :param update: Write the last revision anew instead, if no database has it.
    :param format: ``"ruff"`` or ``"black"``: what formats the file.
    :returns: The revision that was written, ``None`` if there was nothing to
        write, a tuple if a hook in ``env.py`` made several.
    """
    run = invoke(
        "revision",
        directory,
        x_arg,
        bind,
        opts=(
            *(("autogenerate",) if autogenerate else ()),
            *(("quiet",) if dry_run or scriptable else ()),
        ),
        options={
            "allow_drop_all": allow_drop_all,
            "rename": rename,
            "rename_table": rename_table,
            "rename_value": rename_value,
            "no_rename": no_rename,
            "default": default,
            "no_backfill": no_backfill,
            "allow_rounding": allow_rounding,
            "allow_drops": allow_drops,
            "no_input": no_input,
            "strict": strict,
            "dry_run": dry_run,
            "format": format,
        },
        kind=updating_run() if update else None,
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
    written = tuple(run.result) if isinstance(run.result, list) else (run.result,)
    for each in run.texts if dry_run else [each.path for each in written if scriptable and each]:
        console.result(each)
    if dry_run:
        return "\n".join(run.texts) or None
    return (written if len(written) > 1 else written[0]) if written else None


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
    x_arg: OneOrMore = None,
    depends_on: str | Sequence[str] | None = None,
    bind: OneOrMore = None,
    allow_drop_all: bool = False,
    rename: OneOrMore = None,
    rename_table: OneOrMore = None,
    rename_value: OneOrMore = None,
    no_rename: bool = False,
    default: OneOrMore = None,
    no_backfill: bool = False,
    allow_rounding: bool = False,
    allow_drops: bool = False,
    no_input: bool = False,
    strict: bool = False,
    dry_run: bool = False,
    scriptable: bool = False,
    empty: bool = False,
    update: bool = False,
    format: str | None = None,
) -> Script | tuple[Script, ...] | str | None:
    """Autogenerate a new revision file (Alias for 'revision --autogenerate')

    :returns: As :func:`revision`; ``None`` also when the models are as the
        database is.
    """
    written = revision(
        directory,
        message,
        autogenerate=not empty,
        sql=sql,
        head=head,
        splice=splice,
        branch_label=branch_label,
        version_path=version_path,
        rev_id=rev_id,
        depends_on=depends_on,
        x_arg=x_arg,
        bind=bind,
        allow_drop_all=allow_drop_all,
        rename=rename,
        rename_table=rename_table,
        rename_value=rename_value,
        no_rename=no_rename,
        default=default,
        no_backfill=no_backfill,
        allow_rounding=allow_rounding,
        allow_drops=allow_drops,
        no_input=no_input,
        strict=strict,
        dry_run=dry_run,
        scriptable=scriptable,
        update=update,
        format=format,
    )
    if written is None and not update:
        console.note(f"If you expected changes, ask why there are none: {console.prefix()} doctor")
    return written


# Without an argument this edits what the database is at when called from
# Python, and the newest revision on a command line.
@command(revision={"default": "head"})
def edit(
    directory: Directory = None,
    revision: str = "current",
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
) -> tuple[str, ...]:
    """Open a revision file in your editor.

    :returns: The files that were opened.
    """
    run = invoke("edit", directory, x_arg, bind, rev=revision)
    return tuple(script.path for script in named(run, revision))


@command()
def merge(
    directory: Directory = None,
    revisions: str | Sequence[str] = "",
    message: str | None = None,
    branch_label: str | None = None,
    rev_id: str | None = None,
    splice: bool = False,
    x_arg: OneOrMore = None,
    bind: OneOrMore = None,
    format: str | None = None,
) -> Script | None:
    """Merge revisions together, creating a new revision file.

    Without revisions all heads are merged.
    """
    run = invoke(
        "merge",
        directory,
        x_arg,
        bind,
        options={"format": format},
        revisions=revisions or "heads",
        message=message,
        branch_label=branch_label,
        rev_id=rev_id,
        splice=splice,
    )
    return run.result  # type: ignore[no-any-return]
