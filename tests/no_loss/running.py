"""Tables with rows, one for each probe, in one project."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ..project import Outcome, Project


class Tables(Project):
    """A project whose table ``t_<number>`` is that of a probe, with its values.

    :param probes: By number: the old type, the new type and the values.
    """

    def __init__(self, folder: Path, url: Any, probes: dict[int, tuple[Any, Any, Any]]) -> None:
        super().__init__(folder, url)
        self.probes = probes
        self.change([])
        with self.inside():
            for command in ("init", "migrate", "upgrade"):
                assert self.run(command).exit_code == 0
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            for number, (old, _, values) in probes.items():
                table = sa.table(f"t_{number}", sa.column("id"), sa.column("value", old))
                rows = [{"id": place, "value": each} for place, each in enumerate(values)]
                connection.execute(table.insert(), rows)
        engine.dispose()

    def change(self, changed: Iterable[int]) -> None:
        """Let the models have the new types of some probes."""
        new = set(changed)

        def models(db: Any) -> None:
            for number, probe in self.probes.items():
                db.Table(
                    f"t_{number}",
                    db.metadata,
                    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
                    sa.Column("value", _own(probe[number in new], number)),
                )

        self.models = models

    @contextmanager
    def inside(self) -> Iterator[None]:
        """In the folder of the project."""
        before = os.getcwd()
        os.chdir(self.folder)
        try:
            yield
        finally:
            os.chdir(before)

    def call(self, name: str, **options: Any) -> Outcome:
        """Run a command in the folder of the project, on a command line."""
        with self.inside():
            return self.run(name, "flask db", **options)

    def values(self, number: int) -> list[Any]:
        """Those that the database has, as it has them."""
        rows = self.execute(f"SELECT value FROM t_{number} ORDER BY id")
        return [bytes(row[0]) if isinstance(row[0], memoryview) else row[0] for row in rows]

    def newest(self) -> Path:
        """The file that was written last."""
        return max(self.revision_files(), key=lambda path: path.stat().st_mtime_ns)


def _own(type_: Any, number: int) -> Any:
    """*type_*; an enum is one of its own."""
    return sa.Enum(*type_.enums, name=f"mood_{number}") if isinstance(type_, sa.Enum) else type_
