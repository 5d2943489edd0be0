from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from ..project import Project


class Changing(Project):
    """A project that goes from one table to another."""

    def go(self, *columns: Callable[[], list], **options) -> str:
        """Migrate and upgrade to a table ``thing`` with these parts; return what was written."""
        self.models = _models(*columns, **options)
        before = set(self.revision_files())
        outcome = self.run("migrate")
        assert outcome.exit_code == 0, outcome.error
        written = set(self.revision_files()) - before
        assert self.run("upgrade").exit_code == 0
        assert self.run("check").exit_code == 0
        return "".join(path.read_text("utf-8") for path in written)

    def back(self) -> None:
        """Undo the newest revision."""
        outcome = self.run("downgrade")
        assert outcome.exit_code == 0, outcome.error


def _models(parts, **options):
    def models(db):
        db.Table("thing", db.metadata, sa.Column("id", sa.Integer, primary_key=True), *parts())
        for name, more in options.items():
            db.Table(name, db.metadata, sa.Column("id", sa.Integer, primary_key=True), *more())

    return models


@pytest.fixture
def changing(tmp_path, monkeypatch, database_url) -> Changing:
    """Such a project on each kind of database."""
    return _started(tmp_path, monkeypatch, database_url)


@pytest.fixture
def on_postgresql(tmp_path, monkeypatch, postgresql_url) -> Changing:
    """Such a project on PostgreSQL."""
    return _started(tmp_path, monkeypatch, postgresql_url)


@pytest.fixture
def on_mariadb(tmp_path, monkeypatch, mariadb_url) -> Changing:
    """Such a project on MariaDB."""
    return _started(tmp_path, monkeypatch, mariadb_url)


@pytest.fixture
def on_sqlite(tmp_path, monkeypatch) -> Changing:
    """Such a project on SQLite."""
    return _started(tmp_path, monkeypatch, f"sqlite:///{tmp_path / 'app.db'}")


def _started(folder, monkeypatch, url) -> Changing:
    monkeypatch.chdir(folder)
    project = Changing(folder, url)
    project.run("init")
    return project
