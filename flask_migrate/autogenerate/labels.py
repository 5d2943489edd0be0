"""Labels of enums under new names, which the rows that have them get."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .. import conventional_names
from ..differences.operations import AddLabelsOp, ReplaceEnumOp, User
from . import relabelling
from .answers import spelled
from .comparison import holds_operations, key, walk
from .pairing import likeness
from .relabelling import is_native

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript

    from .comparison import Comparison

# Labels at different places of their enums must have names as near as this to be asked about.
_NEAR = 0.5


@dataclass
class Labels:
    """An enum whose labels changed, and the columns that have it."""

    #: What it may be called in an option.
    names: tuple[str, ...]
    was: list[str]
    now: list[str]
    users: list[User]
    #: Where it is changed, and the operation above which a comment belongs.
    holder: Any = None
    operation: Any = None
    #: Whether ``was`` is what rows have, in no order.
    is_from_rows: bool = False
    renamed: dict[str, str] = field(default_factory=dict)

    def pairs(self) -> list[tuple[float, str, str]]:
        """What may be the same label under two names, the likeliest first."""
        gone = [each for each in self.was if each not in self.now]
        new = [each for each in self.now if each not in self.was]
        found = [(self._score(old, label), old, label) for old in gone for label in new]
        return sorted(found, key=lambda each: -each[0])

    def _score(self, old: str, new: str) -> float:
        near = likeness(old, new)
        is_in_place = self.is_from_rows or self.was.index(old) == self.now.index(new)
        return near + is_in_place if is_in_place or near >= _NEAR else 0

    def after(self) -> list[str]:
        """The labels that it had, under their new names."""
        return [self.renamed.get(each, each) for each in self.was]


def rename_labels(comparison: Comparison, script: MigrationScript) -> None:
    """Write labels that went and came as renamed, where they are the same."""
    if not comparison.writes_file:
        return
    renamed = []
    for labels in (*_native(comparison), *_columns(comparison)):
        _choose(comparison, labels)
        renamed += [labels] if labels.renamed else []
    for labels in renamed:
        relabelling.rename(comparison, labels)
    if renamed:
        comparison.reverse()


def _choose(comparison: Comparison, labels: Labels) -> None:
    """Decide which labels are renamed; each is in one pair at most."""
    pairs = labels.pairs()
    seen: set[str] = set()
    answers, questions = comparison.answers, comparison.questions
    told = [(1.0, *each) for each in answers.renamed_values(labels.names, labels.was, labels.now)]
    for score, old, new in (*told, *pairs):
        if old in seen or new in seen:
            continue
        if (score, old, new) not in told:
            if comparison.options.get("no_rename") or not score:
                continue
            if not _is_renamed(comparison, labels, old, new):
                seen |= set() if questions.are_possible else {old, new}
                continue
        labels.renamed[old] = new
        seen |= {old, new}


def _is_renamed(comparison: Comparison, labels: Labels, old: str, new: str) -> bool:
    questions, name = comparison.questions, labels.names[0]
    option = spelled("--rename-value", f"{name}.{old}={new}")
    if not questions.are_possible:
        problem = f"{name}: {old!r} -> {new!r} looks like a renamed label; rows keep {old!r}."
        hint = f"Say {option} or --no-rename."
        questions.open(problem, hint)
        if labels.operation is not None:
            comparison.comment(labels.operation, f"{problem} {hint}")
        return False
    rows = sum(_rows(comparison, user, old) for user in labels.users)
    facts = (
        f"{name}: label {old!r} disappeared, {new!r} appeared (position "
        f"{labels.now.index(new) + 1} of {len(labels.now)}, {rows} rows with {old!r})"
    )
    answer = questions.confirm(f"Was the label {old!r} of {name} renamed to {new!r}?", facts)
    questions.repeated(option if answer else "--no-rename")
    return answer


def _rows(comparison: Comparison, user: User, label: str) -> int:
    """How many rows have *label* now."""
    import sqlalchemy as sa

    column: Any = sa.column(comparison.former_column(user.schema, user.table, user.column))
    thing: Any = sa.cast(column, sa.Text)
    if user.is_array:
        has_it = sa.literal(label) == sa.any_(sa.cast(column, sa.ARRAY(sa.Text)))
    else:
        has_it = thing == label if comparison.dialect.name == "postgresql" else column == label
    return comparison.rows(user.schema, user.table, has_it)


def _present(comparison: Comparison, user: User) -> tuple[Any, Any]:
    """The table and the column of *user* under the names that they have in the database."""
    import sqlalchemy as sa

    column: Any = sa.column(comparison.former_column(user.schema, user.table, user.column))
    table = sa.table(comparison.former(user.schema, user.table), column, schema=user.schema)
    return table, column


# PostgreSQL


def _native(comparison: Comparison) -> Iterator[Labels]:
    """The enum types of PostgreSQL that lose labels and get others."""
    operations: list[Any] = comparison.upgrade.ops
    added = {op.key: op for op in operations if isinstance(op, AddLabelsOp)}
    for op in operations:
        if isinstance(op, ReplaceEnumOp) and op.key in added:
            schema, name = op.key
            add = added[op.key]
            names = [f"{schema}.{name}", name] if schema else [name]
            names += [_column_name(user) for user in add.users]
            was, now = list(add.was), list(op.now)
            yield Labels(tuple(names), was, now, list(add.users), comparison.upgrade, op)


# Columns that have their labels themselves


def _columns(comparison: Comparison) -> Iterator[Labels]:
    """Enums of MySQL and MariaDB that change, and those that are texts."""
    holders: list[Any] = [each for each in comparison.upgrade.ops if holds_operations(each)]
    for holder in holders:
        for op in holder.ops:
            if is_native(op):
                user = User(op.schema, op.table_name, op.column_name)
                was, now = list(op.existing_type.enums), list(op.modify_type.enums)
                yield Labels(_names(user, op.modify_type), was, now, [user], holder, op)
    for (schema, name), table in comparison.tables.items():
        for column in table.columns:
            user = User(schema, name, column.name)
            if _is_text(comparison, column) and _is_there(comparison, user):
                yield from _text_labels(comparison, user, column)


def _text_labels(comparison: Comparison, user: User, column: Any) -> Iterator[Labels]:
    import sqlalchemy as sa

    now = list(column.type.enums)
    names = _names(user, column.type)
    holder, drop = _dropped_check(comparison, user, column)
    was = _literals(drop) if drop is not None else []
    is_from_rows = not was
    if not was and (comparison.dialect.name == "sqlite" or comparison.answers.has_values(names)):
        # No CHECK says what the labels were; the rows do.
        present, values = _present(comparison, user)
        rows = comparison.connection.execute(sa.select(values).distinct().select_from(present))
        found = {row[0] for row in rows if isinstance(row[0], str)}
        gone = sorted(found - set(now))
        # A label that rows have is none that is new.
        kept = [each for each in now if each in found]
        was = [*kept, *gone] if gone else []
    if was:
        yield Labels(names, was, now, [user], holder, drop, is_from_rows)


def _dropped_check(comparison: Comparison, user: User, column: Any) -> tuple[Any, Any]:
    """The old CHECK of a column, which goes before a rename if it has the old name in it."""
    from alembic.operations import ops

    tables = {(user.schema, name) for name in (user.table, _present(comparison, user)[0].name)}
    for holder, op in walk(comparison.upgrade):
        if isinstance(op, ops.DropConstraintOp) and op.constraint_type == "check":
            is_its = (op.schema, op.table_name) in tables
            names = column.type.name, conventional_names.check(op.table_name, user.column)
            if is_its and op._reverse is not None and op.constraint_name in names:
                return holder, op
    return None, None


def _literals(drop: Any) -> list[str]:
    """The labels that a CHECK names."""
    text = str(getattr(drop._reverse, "condition", ""))
    return [each.replace("''", "'") for each in re.findall(r"'((?:[^']|'')*)'", text)]


def _is_text(comparison: Comparison, column: Any) -> bool:
    """Whether a column of the model is an enum that the database keeps as a text."""
    import sqlalchemy as sa

    if not isinstance(column.type, sa.Enum) or isinstance(column.type, sa.Boolean):
        return False
    return not column.type.native_enum or comparison.dialect.name == "sqlite"


def _is_there(comparison: Comparison, user: User) -> bool:
    inspector = comparison.inspector
    table, column = _present(comparison, user)
    if not inspector.has_table(table.name, schema=user.schema):
        return False
    columns = inspector.get_columns(table.name, schema=user.schema)
    return any(each["name"] == column.name for each in columns)


def _names(user: User, type_: Any) -> tuple[str, ...]:
    name = str(type_.name) if getattr(type_, "name", None) else None
    return (_column_name(user), *([name] if name else []))


def _column_name(user: User) -> str:
    return f"{key(user.schema, user.table)}.{user.column}"
