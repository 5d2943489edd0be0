"""The table that says what was run on a database, when, and by whom.

Each row is written in the transaction of the revision that it is about, after
Alembic has recorded that in its own table, which stays as it was.
"""

from __future__ import annotations

import getpass
import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .meaning import Meaning, meaning_of

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

#: Of a database whose versions are in ``alembic_version``. Autogenerate leaves alone
#: every table whose name begins with ``alembic_``.
TABLE = "alembic_history"


@dataclass(frozen=True)
class Entry:
    """One row: what was run, when and by whom.

    ``direction`` is ``upgrade``, ``downgrade``, ``stamp`` or ``repair``;
    ``applied_at`` is in UTC; ``statements`` has the digests by function.
    """

    revision: str
    direction: str
    applied_at: datetime
    milliseconds: int
    database_user: str | None
    os_user: str | None
    host: str | None
    app_release: str | None
    checksum: str
    statements: Mapping[str, Any]


class AppliedHistory:
    """The table on the database of *context*."""

    def __init__(self, context: MigrationContext) -> None:
        self.connection: Any = context.connection
        self.schema = context.version_table_schema
        version_table = context.version_table
        self.name = TABLE if version_table == "alembic_version" else f"{TABLE}_{version_table}"

    def exists(self) -> bool:
        """Whether the database has the table."""
        import sqlalchemy as sa

        return bool(sa.inspect(self.connection).has_table(self.name, schema=self.schema))

    def create(self) -> None:
        """Make the table, unless it is there."""
        if not self.exists():
            self._table.create(self.connection)

    def write(
        self,
        revision: str,
        direction: str,
        path: str,
        seconds: float = 0.0,
        release: str | None = None,
    ) -> str:
        """Add a row about the revision in the file *path*; return its checksum."""
        import sqlalchemy as sa

        has_users = self.connection.dialect.name != "sqlite"
        meaning = meaning_of_file(path)
        values = {
            "revision": revision,
            "direction": direction,
            "applied_at": datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0),
            "milliseconds": round(seconds * 1000),
            "database_user": sa.func.current_user() if has_users else None,
            "os_user": _os_user(),
            "host": socket.gethostname(),
            "app_release": release,
            "checksum": meaning.checksum if meaning else "",
            "statements": json.dumps(meaning.parts if meaning else {}, separators=(",", ":")),
        }
        self.connection.execute(self._table.insert().values(**values))
        return str(values["checksum"])

    def entries(self) -> Iterator[Entry]:
        """Every row, the oldest first."""
        table = self._table
        for row in self.connection.execute(table.select().order_by(table.c.id)):
            values: list[Any] = list(row)[1:]
            values[-1] = json.loads(values[-1])
            yield Entry(*values)

    def seals(self) -> dict[str, Entry]:
        """By revision, the row that says what it was when it was last run, or repaired."""
        found: dict[str, Entry] = {}
        for entry in self.entries():
            if entry.direction == "downgrade":
                found.pop(entry.revision, None)
            elif entry.direction != "stamp":
                found[entry.revision] = entry
        return found

    @property
    def _table(self) -> Any:
        import sqlalchemy as sa
        from sqlalchemy.dialects.mysql import MEDIUMTEXT

        long: Any = sa.Text()
        for dialect in ("mysql", "mariadb"):
            long = long.with_variant(MEDIUMTEXT(), dialect)
        return sa.Table(
            self.name,
            sa.MetaData(),
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("revision", sa.String(255), nullable=False),
            sa.Column("direction", sa.String(9), nullable=False),
            sa.Column("applied_at", sa.DateTime, nullable=False),
            sa.Column("milliseconds", sa.BigInteger, nullable=False),
            sa.Column("database_user", sa.String(255)),
            sa.Column("os_user", sa.String(255)),
            sa.Column("host", sa.String(255)),
            sa.Column("app_release", sa.String(255)),
            sa.Column("checksum", sa.String(64), nullable=False),
            sa.Column("statements", long, nullable=False),
            schema=self.schema,
            mysql_engine="InnoDB",
        )


def latest(context: MigrationContext) -> dict[str, Entry]:
    """By revision, the row that says how it came to the database; none without the table."""
    history = AppliedHistory(context)
    found: dict[str, Entry] = {}
    for entry in history.entries() if history.exists() else ():
        if entry.direction == "downgrade":
            found.pop(entry.revision, None)
        elif entry.direction != "repair":
            found[entry.revision] = entry
        elif entry.revision in found:
            found[entry.revision] = replace(found[entry.revision], checksum=entry.checksum)
    return found


def told(entry: Entry | None) -> str:
    """When, by whom and with which release a revision came to a database, if that is known."""
    if entry is None:
        return ""
    user = entry.database_user or entry.os_user
    by = f" by {user}" if user else ""
    release = f" with release {entry.app_release}" if entry.app_release else ""
    return f"It was applied {entry.applied_at} UTC{by} on {entry.host}{release}.\n"


def ways_out(heads: Sequence[str]) -> str:
    """What to do about a database that has a revision of newer code.

    :param heads: The newest revisions of this code.
    """
    back = heads[0] if len(heads) == 1 else "REVISION"
    return (
        f"Fetch the code that has it. To come back to this code, run with that one: "
        f"flask db downgrade {back}. To record another one and change no table: "
        "flask db stamp --purge REVISION"
    )


def meaning_of_file(path: str) -> Meaning | None:
    """The meaning of a revision file, where its source is there."""
    with suppress(OSError, SyntaxError, ValueError):
        return meaning_of(Path(path).read_bytes())
    return None


def _os_user() -> str | None:
    # A container may run under a number that has no name.
    with suppress(Exception):
        return getpass.getuser()
    return None
