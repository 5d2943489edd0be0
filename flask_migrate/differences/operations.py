"""Operations that Alembic has none of, written as calls of ``op``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.render import _render_server_default, render_op_text
from alembic.operations.ops import AlterColumnOp, CreateUniqueConstraintOp, MigrateOperation

from .. import conventional_names
from . import spelling

#: PostgreSQL's label of a value: its schema and its name, as far as the schema is not the default.
Key = tuple[str | None, str]


@dataclass
class User:
    """A column of an enum type."""

    schema: str | None
    table: str
    column: str
    is_array: bool = False
    default: str | None = None


class FullAlterOp(AlterColumnOp):
    """A change of a column that says what Alembic would leave out."""

    using: str | None = None

    @classmethod
    def of(cls, op: AlterColumnOp, using: str | None = None) -> FullAlterOp:
        """*op*, with how the values get from one type to the other."""
        made = cls.__new__(cls)
        made.__dict__.update(op.__dict__, using=using)
        return made

    def plain(self) -> AlterColumnOp:
        """What Alembic knows of it."""
        made = AlterColumnOp.__new__(AlterColumnOp)
        made.__dict__.update(self.__dict__)
        return made


class IncludingUniqueOp(CreateUniqueConstraintOp):
    """A unique constraint that includes columns, which Alembic does not find to make it."""

    @classmethod
    def of(cls, op: CreateUniqueConstraintOp) -> IncludingUniqueOp:
        """*op*, to be written as SQL."""
        made = cls.__new__(cls)
        made.__dict__.update(op.__dict__)
        return made


@dataclass(repr=False)
class ChangeKeyOp(MigrateOperation):
    """Another primary key on a table that has, or had, one.

    ``clauses`` are what MySQL and MariaDB have to do in the same statement, and
    ``clauses_back`` what undoes that: a column that counts is always a key. They
    drop the columns ``dropped``.
    """

    table_name: str
    was: Sequence[str]
    now: Sequence[str]
    schema: str | None = None
    was_name: str | None = None
    now_name: str | None = None
    clauses: Sequence[str] = ()
    clauses_back: Sequence[str] = ()
    dropped: Sequence[str] = ()

    def reverse(self) -> ChangeKeyOp:
        """The operation that undoes this one."""
        names = self.now_name, self.was_name
        clauses = self.clauses_back, self.clauses
        return ChangeKeyOp(self.table_name, self.now, self.was, self.schema, *names, *clauses)

    def halves(self) -> list[ChangeKeyOp]:
        """The key that goes and the one that comes, where columns change between them."""
        keys = [(self.was, ()), ((), self.now)]
        names = self.was_name, self.now_name
        return [
            ChangeKeyOp(self.table_name, *each, self.schema, *names)
            for each in keys
            if any(map(len, each))
        ]

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What ``check`` prints."""
        return ("change_primary_key", self.schema, self.table_name, list(self.was), list(self.now))


@dataclass(repr=False)
class CreateEnumOp(MigrateOperation):
    """A new enum type."""

    key: Key
    labels: Sequence[str]

    def reverse(self) -> DropEnumOp:
        """The operation that undoes this one."""
        return DropEnumOp(self.key, self.labels)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What ``check`` prints."""
        return ("create_enum", *self.key, list(self.labels))


@dataclass(repr=False)
class DropEnumOp(MigrateOperation):
    """An enum type that no column has any more."""

    key: Key
    labels: Sequence[str]

    def reverse(self) -> CreateEnumOp:
        """The operation that undoes this one."""
        return CreateEnumOp(self.key, self.labels)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What ``check`` prints."""
        return ("drop_enum", *self.key, list(self.labels))


@dataclass(repr=False)
class AddLabelsOp(MigrateOperation):
    """More labels for an enum type, without touching a row.

    ``users`` are the columns that have the type when this is undone.
    """

    key: Key
    was: Sequence[str]
    now: Sequence[str]
    users: Sequence[User]

    def reverse(self) -> ReplaceEnumOp:
        """The operation that undoes this one."""
        return ReplaceEnumOp(self.key, self.now, self.was, self.users)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What ``check`` prints."""
        return ("add_enum_labels", *self.key, list(self.was), list(self.now))


@dataclass(repr=False)
class ReplaceEnumOp(MigrateOperation):
    """An enum type with fewer labels, or in another order: each row is written again."""

    key: Key
    was: Sequence[str]
    now: Sequence[str]
    users: Sequence[User]

    def reverse(self) -> AddLabelsOp | ReplaceEnumOp:
        """The operation that undoes this one."""
        # Labels that are added leave the others in the order that they have.
        is_more = merged(self.now, self.was) == list(self.was)
        kind = AddLabelsOp if is_more else ReplaceEnumOp
        return kind(self.key, self.now, self.was, self.users)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What ``check`` prints."""
        return ("replace_enum", *self.key, list(self.was), list(self.now))


def merged(was: Sequence[str], now: Sequence[str]) -> list[str]:
    """The labels of both, where adding those of *now* to *was* puts them."""
    return _added(was, now)[0]


def _added(was: Sequence[str], now: Sequence[str]) -> tuple[list[str], list[tuple[str, str, str]]]:
    labels, steps = list(was), []
    for place, label in enumerate(now):
        if label in labels:
            continue
        if place:
            before = labels.index(now[place - 1])
            labels.insert(before + 1, label)
            is_last = labels[-1] == label
            steps.append((label, "", "") if is_last else (label, "AFTER", now[place - 1]))
        else:
            steps.append((label, "BEFORE", labels[0]) if labels else (label, "", ""))
            labels.insert(0, label)
    return labels, steps


@dataclass(repr=False)
class ObjectOp(MigrateOperation):
    """A schema or a sequence that comes, or goes with the revision that made it."""

    kind: str
    key: Key
    create: Sequence[str]
    drop: str
    is_dropped: bool = False

    @property
    def words(self) -> str:
        """What a message says of it."""
        return f"add {self.key[1]}"

    def reverse(self) -> ObjectOp:
        """The operation that undoes this one."""
        return replace(self, is_dropped=not self.is_dropped)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """What ``check`` prints."""
        return (f"{'drop' if self.is_dropped else 'create'}_{self.kind}", *self.key)


def type_name(context: Any, key: Key, suffix: str = "") -> str:
    """The name of a type, with its schema where that is not the default one."""
    schema, name = key
    return spelling.name(context.dialect, schema, name + suffix)


def execute(sql: str) -> str:
    """A line that runs *sql*, in which a colon is no parameter."""
    return f"op.execute({re.sub(r'(?<![:])(:)(?=[A-Za-z0-9_])', lambda _: chr(92) + ':', sql)!r})"


def _on_postgresql(lines: Iterable[str]) -> list[str]:
    # Alembic indents after a colon, and less again after an empty line.
    return ["if op.get_context().dialect.name == 'postgresql':", *lines, ""]


@renderers.dispatch_for(FullAlterOp)
def _alter(context: Any, op: FullAlterOp) -> str:
    text = str(render_op_text(context, op.plain()))
    if op.using:
        text = f"{text[:-1]},\n{' ' * 11}postgresql_using={op.using!r})"
    if op.existing_server_default and op.modify_server_default is not False:
        existing = _render_server_default(op.existing_server_default, context)
        text = f"{text[:-1]},\n{' ' * 11}existing_server_default={existing})"
    return text


@renderers.dispatch_for(IncludingUniqueOp)
def _add_unique(context: Any, op: IncludingUniqueOp) -> str:
    import sqlalchemy as sa

    columns = [str(each) for each in op.columns]
    constraint = sa.UniqueConstraint(*columns, name=op.constraint_name, **op.kw)
    names = dict.fromkeys([*columns, *op.kw["postgresql_include"]])
    parts: list[Any] = [sa.Column(each, sa.Integer) for each in names]
    sa.Table(op.table_name, sa.MetaData(), *parts, constraint, schema=op.schema)
    sql = str(sa.schema.AddConstraint(constraint).compile(dialect=context.dialect))
    return execute(sql.strip())


@renderers.dispatch_for(CreateEnumOp)
def _create_enum(context: Any, op: CreateEnumOp) -> list[str]:
    labels = ", ".join(spelling.quoted(label) for label in op.labels)
    return _on_postgresql([execute(f"CREATE TYPE {type_name(context, op.key)} AS ENUM ({labels})")])


@renderers.dispatch_for(DropEnumOp)
def _drop_enum(context: Any, op: DropEnumOp) -> list[str]:
    return _on_postgresql([execute(f"DROP TYPE {type_name(context, op.key)}")])


@renderers.dispatch_for(ObjectOp)
def _object(context: Any, op: ObjectOp) -> list[str]:
    lines = [execute(sql) for sql in ([op.drop] if op.is_dropped else op.create)]
    if op.kind == "schema":
        return _on_postgresql(lines)
    return ["if op.get_context().dialect.supports_sequences:", *lines, ""]


@renderers.dispatch_for(AddLabelsOp)
def _add_labels(context: Any, op: AddLabelsOp) -> list[str]:
    lines = [
        "# A new label can be used only after a commit.",
        "with op.get_context().autocommit_block():",
    ]
    for label, where, other in _added(op.was, op.now)[1]:
        place = f" {where} {spelling.quoted(other)}" if where else ""
        sql = (
            f"ALTER TYPE {type_name(context, op.key)} "
            f"ADD VALUE IF NOT EXISTS {spelling.quoted(label)}{place}"
        )
        lines.append(execute(sql))
    return _on_postgresql([*lines, ""])


@renderers.dispatch_for(ReplaceEnumOp)
def _replace_enum(context: Any, op: ReplaceEnumOp) -> list[str]:
    quote = partial(spelling.name, context.dialect)
    name = type_name(context, op.key)
    labels = ", ".join(spelling.quoted(label) for label in op.now)
    gone = [label for label in op.was if label not in op.now]
    lines = []
    if gone:
        which = ", ".join(repr(label) for label in gone)
        lines.append(f"# Rows that have {which} stop this; give them another value first.")
    lines += [
        execute(f"ALTER TYPE {name} RENAME TO {quote(op.key[1] + '_old')}"),
        execute(f"CREATE TYPE {name} AS ENUM ({labels})"),
    ]
    for user in op.users:
        table = quote(user.schema, user.table)
        column, array = quote(user.column), "[]" if user.is_array else ""
        alter = f"ALTER TABLE {table} ALTER COLUMN {column}"
        if user.default is not None:
            lines.append(execute(f"{alter} DROP DEFAULT"))
        lines.append(
            execute(f"{alter} TYPE {name}{array} USING {column}::text{array}::{name}{array}")
        )
        if user.default is not None:
            lines.append(execute(f"{alter} SET DEFAULT {user.default}"))
    lines.append(execute(f"DROP TYPE {type_name(context, op.key, '_old')}"))
    return _on_postgresql(lines)


@renderers.dispatch_for(ChangeKeyOp)
def _change_key(context: Any, op: ChangeKeyOp) -> list[str]:
    quote = partial(spelling.name, context.dialect)
    if context.dialect.name in ("mysql", "mariadb"):
        # In one statement: a column that counts must be a key all the time.
        table = quote(op.schema, op.table_name)
        parts = ["DROP PRIMARY KEY"] if op.was else []
        parts += op.clauses
        if op.now:
            parts.append(f"ADD PRIMARY KEY ({', '.join(quote(name) for name in op.now)})")
        return [execute(f"ALTER TABLE {table} {', '.join(parts)}")]
    batch = context._has_batch
    prefix = "batch_op" if batch else "op"
    where = "" if batch else f", {op.table_name!r}"
    schema = f", schema={op.schema!r}" if op.schema and not batch else ""
    lines = []
    # A copy of SQLite takes the new key for the old one.
    if op.was and not (op.now and context.dialect.name == "sqlite"):
        name = op.was_name or conventional_names.primary_key(op.table_name)
        lines.append(f"{prefix}.drop_constraint({name!r}{where}, type_='primary'{schema})")
    if op.now:
        name = op.now_name or conventional_names.primary_key(op.table_name)
        lines.append(f"{prefix}.create_primary_key({name!r}{where}, {list(op.now)!r}{schema})")
    return lines
