"""Chosen pairs for MariaDB: what its tables have and others have not."""

from __future__ import annotations

import sqlalchemy as sa

from .chosen import Chosen, Make, column, index, table

ONLY = ("mariadb",)


def _long(charset: str, **options: object) -> Make:
    """An index over a column that has more bytes than an index may have."""
    return table(
        column("name", sa.String(1000)), index("i", "name", **options), mysql_charset=charset
    )


MARIADB: dict[str, Chosen] = {
    "index that the server cuts": Chosen(ONLY, _long("utf8mb3"), _long("utf8mb4")),
    "index that the server no longer cuts": Chosen(ONLY, _long("utf8mb4"), _long("utf8mb3")),
    "index that the server cuts gets a length": Chosen(
        ONLY, _long("utf8mb4"), _long("utf8mb4", mysql_length=20)
    ),
}
