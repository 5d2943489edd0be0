"""The order in which tables come and go, whatever refers to what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import Any

from ..differences.collations import DefaultCharsetOp
from ..differences.generated import GeneratedOp
from ..differences.mariadb import NAMES
from ..differences.operations import (
    AddLabelsOp,
    ChangeKeyOp,
    CreateEnumOp,
    DropEnumOp,
    ObjectOp,
    ReplaceEnumOp,
)
from . import moved_names
from .written import CommentOp, RenamesOp

#: What changes what tables need, before or after those that have it.
_OF_TYPES = (CreateEnumOp, AddLabelsOp, ReplaceEnumOp, DropEnumOp, ObjectOp)


def order(container: Any, dialect: str) -> None:
    """Make tables first, each after those it refers to, and drop them last, before those.

    Where tables refer to each other in a circle, the foreign keys that close it are
    added when all tables are there, and dropped before the first one goes; so are those with
    ``use_alter``. SQLite wants neither.
    Renames stay first in an upgrade and last in a downgrade: all else knows the new names.
    """
    from alembic.operations import ops

    renames = [op for op in container.ops if isinstance(op, RenamesOp)]
    if renames:
        is_upgrade = container.ops[0] is renames[0]
        container.ops[:] = [op for op in container.ops if op not in renames]
        order(container, dialect)
        container.ops[:] = renames + container.ops if is_upgrade else container.ops + renames
        return
    for op in container.ops:
        if isinstance(op, ops.ModifyTableOps):
            _order_table(op, dialect)
    comments = _comments(container)
    early = moved_names.give_up(container, dialect)
    first = list(takewhile(_is_of_type, container.ops))
    found = container.ops[len(first) :]
    last = list(takewhile(_is_of_type, reversed(found)))[::-1]
    found = found[: len(found) - len(last)]
    creates = [op for op in found if isinstance(op, ops.CreateTableOp)]
    drops = [op for op in found if isinstance(op, ops.DropTableOp)]
    others = [op for op in found if op not in creates and op not in drops]
    creates = _creates(creates, dialect)
    ordered = [*first, *early, *creates, *others, *_drops(drops, dialect), *last]
    container.ops[:] = [each for op in ordered for each in (*comments.get(id(op), ()), op)]


def _is_of_type(op: Any) -> bool:
    return isinstance(op, _OF_TYPES)


def _order_table(table: Any, dialect: str) -> None:
    """Drop constraints before their columns change, and add them afterwards."""
    comments = _comments(table)
    if dialect == "postgresql":
        table.ops[:] = [
            half
            for op in table.ops
            for half in (op.halves() if isinstance(op, (ChangeKeyOp, GeneratedOp)) else [op])
        ]
    ordered = sorted(table.ops, key=lambda op: _rank(op, dialect))
    table.ops[:] = [each for op in ordered for each in (*comments.get(id(op), ()), op)]


def _rank(op: Any, dialect: str) -> int:
    from alembic.operations import ops

    if isinstance(op, ops.DropConstraintOp) and op.constraint_type == "foreignkey":
        return 0
    if isinstance(op, ops.CreateForeignKeyOp):
        return 6
    if dialect in NAMES:
        return _mysql_rank(op)
    is_key = isinstance(op, ChangeKeyOp)
    if isinstance(op, (ops.DropConstraintOp, ops.DropIndexOp)) or (is_key and not op.now):
        return 1
    if isinstance(op, (ops.AddConstraintOp, ops.CreateIndexOp)) or (is_key and not op.was):
        return 5
    return _column_rank(op) if dialect == "postgresql" else 3


def _column_rank(op: Any) -> int:
    """What is computed is away, on PostgreSQL, while something happens to other columns."""
    from alembic.operations import ops

    if isinstance(op, GeneratedOp):
        return 2 if op.now.computed is None else 4
    if isinstance(op, ops.AddColumnOp):
        return 3 if op.column.computed is None else 4
    is_gone = isinstance(op, ops.DropColumnOp) and op._reverse is not None
    return 2 if is_gone and op._reverse.column.computed is not None else 3


def _mysql_rank(op: Any) -> int:
    """Between foreign keys, which need their next index before the old one goes.

    A new column has the character set of its table, there and back. A column of a key is not
    nullable, whatever is said of it.
    """
    from alembic.operations import ops

    first = (DefaultCharsetOp, ops.AddColumnOp, ChangeKeyOp)
    return next((rank for rank, kind in enumerate(first, 1) if isinstance(op, kind)), 4)


def _comments(container: Any) -> dict[int, list[Any]]:
    """Take the comments out of *container*, by the operation that they stand above."""
    found: dict[int, list[Any]] = {}
    waiting: list[Any] = []
    for op in container.ops:
        if isinstance(op, CommentOp):
            waiting.append(op)
        elif waiting:
            found[id(op)], waiting = waiting, []
    container.ops[:] = [op for op in container.ops if not isinstance(op, CommentOp)] + waiting
    return found


def _creates(creates: list[Any], dialect: str) -> list[Any]:
    from alembic.operations import ops

    ordered = _sorted(creates, lambda op: op.columns)
    made: set[tuple[Any, str]] = set()
    names = {(op.schema, op.table_name) for op in ordered}
    late: list[Any] = []
    for op in ordered if dialect != "sqlite" else ():
        made.add((op.schema, op.table_name))
        for constraint, target in list(_foreign_keys(op.columns)):
            # CREATE TABLE leaves out what is to be altered, and Alembic alters nothing then.
            if constraint.use_alter or (target in names and target not in made):
                op.columns = [each for each in op.columns if each is not constraint]
                late.append(ops.CreateForeignKeyOp.from_constraint(constraint))
                late[-1].kw.pop("use_alter", None)
    return [*ordered, *late]


def _drops(drops: list[Any], dialect: str) -> list[Any]:
    from alembic.operations import ops

    parts = {id(op): _parts(op) for op in drops}
    # The other way round than they are made, so that the same foreign keys close the circles.
    ordered = _sorted(drops[::-1], lambda op: parts[id(op)])[::-1]
    early: list[Any] = []
    for place, op in enumerate(ordered if dialect != "sqlite" else ()):
        before = {(each.schema, each.table_name) for each in ordered[:place]}
        for constraint, target in _foreign_keys(parts[id(op)]):
            if target in before:
                early.append(ops.DropConstraintOp.from_constraint(constraint))
    return [*early, *ordered]


def _parts(op: Any) -> list[Any]:
    """The constraints of a table that is dropped, if they are known."""
    try:
        return list(op.to_table().constraints)
    except ValueError:
        return []


def _foreign_keys(parts: Any) -> Iterator[tuple[Any, tuple[Any, str]]]:
    """Foreign keys among *parts*, with the tables that they refer to."""
    import sqlalchemy as sa

    keys = [part for part in parts if isinstance(part, sa.ForeignKeyConstraint)]
    for part in sorted(keys, key=lambda key: tuple(key.column_keys)):
        if part.elements:
            words = part.elements[0].target_fullname.rsplit(".", 2)
            yield part, (words[0] if len(words) == 3 else None, words[-2])


def _sorted(operations: list[Any], parts: Any) -> list[Any]:
    """*operations* so that a table follows those it refers to, as far as that can be."""
    names = {(op.schema, op.table_name): op for op in operations}
    found: list[Any] = []
    entered: set[int] = set()

    def visit(op: Any) -> None:
        if id(op) in entered:
            return
        entered.add(id(op))
        for _, target in _foreign_keys(parts(op)):
            if target in names:
                visit(names[target])
        found.append(op)

    for op in operations:
        visit(op)
    return found
