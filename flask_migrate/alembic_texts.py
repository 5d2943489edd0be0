"""What becomes of errors to which Alembic gives no class, by a part of their text."""

from __future__ import annotations

from . import errors

#: For a revision that is not there.
SEE_HISTORY = "List the revisions that exist with: flask db history"


def by_text(message: str, better_hint: str | None = None) -> errors.MigrateError:
    """One of our errors for *message* of Alembic.

    :param better_hint: What to do about a database that is behind, or a text that nobody
        knows, where more is known.
    """
    for start, error_class, hint in _BY_TEXT:
        if start in message:
            is_better = error_class is errors.PendingMigrationsError and better_hint
            return error_class(message, hint=is_better or hint)
    return errors.CommandFailedError(message, hint=better_hint or SEE_HISTORY)


_BY_TEXT: list[tuple[str, type[errors.CommandFailedError], str]] = [
    (
        "Target database is not up to date.",
        errors.PendingMigrationsError,
        "Bring it up to date first: flask db upgrade",
    ),
    (
        "Path doesn't exist",
        errors.CommandFailedError,
        "Make a migration directory with: flask db init",
    ),
    (
        "Requested revision",
        errors.HistoryError,
        "One of the revisions in alembic_version follows from another; record the newest "
        "alone with: flask db stamp --purge REVISION",
    ),
    (
        "already exists and is not empty",
        errors.CommandFailedError,
        "Choose another directory with -d; if this is your project, go on with: flask db migrate",
    ),
    (
        "History range requires",
        errors.CommandFailedError,
        "Write START:END; either may be missing: flask db history -r START:END",
    ),
    (
        "is not represented in current version locations",
        errors.CommandFailedError,
        "Name one of the folders in version_locations, or add this one to it in alembic.ini.",
    ),
    (
        "Multiple version locations present",
        errors.CommandFailedError,
        "Say which of the folders with: --version-path FOLDER",
    ),
    (
        "Using --sql with",
        errors.CommandFailedError,
        "Leave --sql out: a revision is written by looking at the database.",
    ),
    (
        "provide a MetaData object",
        errors.CommandFailedError,
        "Pass the metadata of the models to context.configure(target_metadata=...) there.",
    ),
    (
        "please specify --splice",
        errors.HistoryError,
        "To begin a branch there, add: --splice",
    ),
    (
        "Ambiguous walk",
        errors.HistoryError,
        "More than one revision is one step away; name the one to go to: "
        "flask db downgrade REVISION",
    ),
    (
        "Relative revision",
        errors.HistoryError,
        "Count the steps that there are with: flask db status",
    ),
    (
        "downgrade with --sql requires",
        errors.CommandFailedError,
        "Name both ends: flask db downgrade --sql FROM:TO",
    ),
]
