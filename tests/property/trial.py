"""One pair of schemas: there, and back again."""

from __future__ import annotations

import contextlib
import io
import logging
import shutil
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

import flask_migrate

from . import rows, snapshot
from .changing import pair
from .making import SCHEMA
from .schema import Schema


@dataclass
class Result:
    """What was wrong with one pair, if anything."""

    seed: int
    before: Schema
    after: Schema
    problem: str = ""
    #: Whether the user was told before or instead, and nothing else was lost.
    is_told: bool = False
    detail: str = ""
    file: str = ""
    facts: list[tuple[Any, ...]] = field(default_factory=list)


#: How it is said that a value is not fit for a new type of its column.
_UNFIT = (
    "being no number",
    "being no JSON",
    "being no date",
    "field overflow",
    "Out of range value",
    "invalid input syntax",
    "Truncated incorrect",
)

#: How databases say that a row has no value.
_NULLS = ("NOT NULL constraint failed", "contains null values", "Data truncated", "cannot be null")


class Problem(Exception):
    """A promise that was not kept."""

    def __init__(self, name: str, detail: str = "", facts: Any = ()) -> None:
        super().__init__(name)
        self.name, self.detail, self.facts = name, detail, sorted(facts, key=repr)


class Bench:
    """A database to migrate and one to compare with, used for one pair after the other."""

    def __init__(self, folder: Path, url: URL, scratch: URL) -> None:
        self.folder = folder
        self.engine = sa.create_engine(url, poolclass=NullPool)
        self.scratch = sa.create_engine(scratch)
        self.dialect = self.engine.dialect.name
        self.template = folder / "template"
        with self._application(sa.MetaData(), self.template), _quiet():
            flask_migrate.init()

    def close(self) -> None:
        """Let go of the databases."""
        self.scratch.dispose()

    def run(self, seed: int) -> Result:
        """Take one random pair there and back."""
        return self.take(*pair(seed, self.dialect), seed)

    def take(self, before: Schema, after: Schema, seed: int = 0) -> Result:
        """Take a pair there and back."""
        place = self.folder / f"migrations{seed}"
        shutil.copytree(self.template, place)
        result = Result(seed, before, after)
        try:
            self._round(before, after, place)
        except Problem as problem:
            result.problem, result.detail = problem.name, problem.detail
            result.facts = problem.facts
        except Exception as error:
            result.problem, result.detail = "the pair itself is impossible", str(error)[:800]
        finally:
            files = sorted((place / "versions").glob("*.py"))
            result.file = "\n".join(path.read_text("utf-8") for path in files)
            shutil.rmtree(place)
        result.is_told = self._is_told(result, before)
        return result

    def _is_told(self, result: Result, before: Schema) -> bool:
        """Whether the file or the error says what is wrong, and a refusal left nothing."""
        if result.problem == "upgrade loses rows":
            return "does not keep the whole value" in result.file
        if result.problem != "upgrade fails":
            return False
        becomes_not_null = "Say --default" in " ".join(result.file.split())
        is_refused = any(each in result.detail for each in _UNFIT) or (
            becomes_not_null and any(each in result.detail for each in _NULLS)
        )
        # MariaDB has no transaction for changes of tables.
        return is_refused and (self.dialect == "mysql" or self._is_as_before(before))

    def _is_as_before(self, before: Schema) -> bool:
        with self.engine.connect() as connection:
            there = snapshot.take(connection)
        _empty(self.scratch)
        with self.scratch.begin() as connection:
            before.build(self.dialect).create_all(connection)
            wanted = snapshot.take(connection)
        return there == wanted

    def _round(self, before: Schema, after: Schema, place: Path) -> None:
        first, second = before.build(self.dialect), after.build(self.dialect)
        for engine in (self.engine, self.scratch):
            _empty(engine)
        with self.engine.begin() as connection:
            first.create_all(connection)
        with self.engine.begin() as connection:
            rows.fill(connection, before, after, first)
            old = rows.read(connection, first)
            old_facts = snapshot.take(connection)
        with self.scratch.begin() as connection:
            second.create_all(connection)
            new_facts = snapshot.take(connection)
        with self._application(second, place), _quiet():
            with _promised("migrate fails"):
                renamed = _renamed(before, after, old)
                written = flask_migrate.migrate(message="change", allow_drop_all=True, **renamed)
            if written is None:
                self._same("change not found", new_facts)
                return
            with _promised("upgrade fails"):
                flask_migrate.upgrade()
            self._same("upgrade leaves a difference", new_facts)
            with _promised("second migrate is not empty"):
                flask_migrate.check()
        with self.engine.connect() as connection, _promised("rows cannot be read after upgrade"):
            new = rows.read(connection, second)
        for loss in rows.lost(before, after, old, new):
            raise Problem("upgrade loses rows", loss)
        with self._application(first, place), _quiet():
            with _promised("downgrade fails"):
                flask_migrate.downgrade()
            self._same("downgrade leaves a difference", old_facts)
            with _promised("check after downgrade is not empty"):
                # The database is behind its history, on purpose.
                for path in (place / "versions").glob("*.py"):
                    path.rename(path.with_suffix(".txt"))
                flask_migrate.check()
                for path in (place / "versions").glob("*.txt"):
                    path.rename(path.with_suffix(".py"))

    def _same(self, name: str, wanted: snapshot.Snapshot) -> None:
        with self.engine.connect() as connection:
            there = snapshot.take(connection)
        if there != wanted:
            facts = [("missing", *fact) for fact in wanted - there]
            facts += [("extra", *fact) for fact in there - wanted]
            raise Problem(name, "", facts)

    @contextmanager
    def _application(self, metadata: sa.MetaData, place: Path) -> Iterator[Flask]:
        app = Flask("pair")
        given = {"metadata": metadata, "engine": self.engine, "directory": str(place)}
        # Not on SQLite, where each attached file is a schema, nor where it is a database.
        has_schemas = self.dialect == "postgresql"
        flask_migrate.Migrate(app, include_schemas=has_schemas, **given)
        with app.app_context():
            yield app


def _renamed(before: Schema, after: Schema, old: dict[str, Any]) -> dict[str, list[str]]:
    """The options that tell ``migrate`` what has another name."""
    both = [(table, after.again(table)) for table in before.tables.values()]
    stay = [(was, now) for was, now in both if now is not None]
    columns = [
        (was, column, now.again(column)) for was, now in stay for column in was.columns.values()
    ]
    there = {
        (column.type, row[column.name])
        for was, column, now in columns
        if now is not None and now.type == column.type in after.enums
        for row in old[was.name]
    }
    return {
        "rename_table": [
            f"{was.full_name}={now.name}" for was, now in stay if was.name != now.name
        ],
        "rename": [
            f"{was.full_name}.{column.name}={now.name}"
            for was, column, now in columns
            if now is not None and now.name != column.name
        ],
        "rename_value": [
            f"{enum}.{label}={new}"
            for enum, labels in after.relabelled.items()
            for label, new in labels.items()
            if (enum, label) in there
        ],
    }


@contextmanager
def _promised(name: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        chain = error.__cause__ or error
        text = "".join(traceback.format_exception(chain)[-3:])
        raise Problem(name, f"{error}\n{text}"[-1500:]) from error


@contextmanager
def _quiet() -> Iterator[None]:
    previous = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        logging.disable(previous)


def _empty(engine: Any) -> None:
    """Take everything out of a database."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            for schema in ("public", f'"{SCHEMA}"'):
                connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
                connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
            return
        quote = engine.dialect.identifier_preparer.quote_identifier
        if engine.dialect.name == "mysql":
            connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS=0")
        names = sa.inspect(connection).get_table_names()
        for name in names:
            connection.exec_driver_sql(f"DROP TABLE {quote(name)}")
        if engine.dialect.name == "mysql":
            connection.exec_driver_sql("SET FOREIGN_KEY_CHECKS=1")
