"""Writing a label of an enum under its new name, each database in its way."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..differences import spelling
from ..differences.enums import bare
from ..differences.generated import GeneratedOp
from ..differences.operations import AddLabelsOp, ReplaceEnumOp, User, merged
from .comparison import drop_empty, holds_operations, walk
from .followers import computed_from, is_unchanged
from .written import RelabelOp, RenameLabelOp, RenamesOp

if TYPE_CHECKING:
    from .comparison import Comparison
    from .labels import Labels


def rename(comparison: Comparison, labels: Labels) -> None:
    """Write what was decided about the labels of one enum."""
    if isinstance(labels.operation, ReplaceEnumOp):
        _rename_on_postgresql(comparison, labels)
    elif is_native(labels.operation):
        _rename_on_mysql(comparison, labels)
    else:
        _rename_texts(comparison, labels)


def _rename_on_postgresql(comparison: Comparison, labels: Labels) -> None:
    replaced = labels.operation
    operations: list[Any] = comparison.upgrade.ops
    added = next(op for op in operations if isinstance(op, AddLabelsOp) and op.key == replaced.key)
    texts = {spelling.quoted(old): spelling.quoted(new) for old, new in labels.renamed.items()}
    comparison.renamed_labels[added.key] = texts
    users = [
        replace(user, default=_relabelled_default(user.default, texts)) for user in added.users
    ]
    was = labels.after()
    both = merged(was, labels.now)
    more = [AddLabelsOp(added.key, was, both, users)] if both != was else []
    fewer = (
        [ReplaceEnumOp(added.key, both, labels.now, replaced.users)] if both != labels.now else []
    )
    changed: dict[int, list[Any]] = {id(added): [*more], id(replaced): [*fewer]}
    operations[:] = [each for op in operations for each in changed.get(id(op), [op])]
    _keep_defaults(comparison, labels.users, texts)
    _keep_computed(comparison, added.key)
    before: list[Any] = list(_dropped_before(comparison, texts))
    if not isinstance(operations[0] if operations else None, RenamesOp):
        operations.insert(0, RenamesOp([]))
    for old, new in labels.renamed.items():
        before.append(RenameLabelOp(comparison.dialect, added.key, old, new))
    operations[0].ops.extend(before)


def _dropped_before(comparison: Comparison, texts: Iterable[str]) -> Iterator[Any]:
    """Take out what is dropped and has an old label in it, which a downgrade needs first."""
    from alembic.operations import ops

    for holder in list(comparison.upgrade.ops):
        moved = [each for each in getattr(holder, "ops", ()) if _names_label(each, texts)]
        if isinstance(holder, ops.ModifyTableOps) and moved:
            holder.ops[:] = [each for each in holder.ops if each not in moved]
            yield ops.ModifyTableOps(holder.table_name, moved, schema=holder.schema)


def _names_label(op: Any, texts: Iterable[str]) -> bool:
    """Whether something that is dropped says one of *texts*."""
    reverse = getattr(op, "_reverse", None)
    said = [getattr(reverse, "condition", ""), *(getattr(reverse, "kw", None) or {}).values()]
    return any(text in str(each) for text in texts for each in said)


def _keep_defaults(comparison: Comparison, users: Iterable[User], texts: dict[str, str]) -> None:
    """Take out what gives a column the default that follows its label."""
    import sqlalchemy as sa
    from alembic.operations import ops

    columns = {(user.schema, user.table, user.column) for user in users}
    for holder, op in list(walk(comparison.upgrade)):
        if not isinstance(op, ops.AlterColumnOp):
            continue
        old, new = (
            _default(each) for each in (op.existing_server_default, op.modify_server_default)
        )
        renamed = _relabelled_default(old, texts)
        is_user = (op.schema, op.table_name, op.column_name) in columns
        if not is_user or renamed is None or renamed == old:
            continue
        op.existing_server_default = sa.DefaultClause(sa.text(renamed))
        if renamed == new:
            op.modify_server_default = False
            if not op.has_changes():
                holder.ops.remove(op)
    drop_empty(comparison.upgrade)


def _relabelled_default(default: str | None, texts: dict[str, str]) -> str | None:
    """A label, or an array of labels, with those that have other names."""
    labels = re.fullmatch(r"'\{(.*)\}'", default or "")
    if labels is None or default is None:
        return texts.get(default or "", default)
    found = [spelling.quoted(each) for each in labels[1].split(",")]
    inside = ",".join(texts.get(each, each)[1:-1] for each in found)
    return f"'{{{inside}}}'"


def _keep_computed(comparison: Comparison, enum: Any) -> None:
    """Let generated columns be computed from the new labels; PostgreSQL sees to that."""
    from alembic.operations import ops

    def changed(sql: str) -> str:
        return comparison.with_new_labels(enum, sql)

    for holder, op in list(walk(comparison.upgrade)):
        again: Any = getattr(op, "_reverse", None)
        if isinstance(op, ops.DropColumnOp) and again is not None:
            if again.column.computed is not None:
                again.column = computed_from(again.column, changed)
        elif isinstance(op, GeneratedOp) and op.was.computed is not None:
            op.was = computed_from(op.was, changed)
            if is_unchanged(comparison, op):
                holder.ops.remove(op)
    drop_empty(comparison.upgrade)


def _default(default: Any) -> str | None:
    argument = getattr(default, "arg", None)
    if isinstance(argument, str):
        return spelling.quoted(argument)
    return bare(str(getattr(argument, "text", argument))) if argument is not None else None


def _rename_on_mysql(comparison: Comparison, labels: Labels) -> None:
    """Let the column have both labels while the rows change; each step repeats all about it."""
    from alembic.operations import ops

    last, type_ = labels.operation, labels.operation.existing_type
    both = type(type_)(
        *merged(labels.was, labels.now), charset=type_.charset, collation=type_.collation
    )
    first = _by_way_of(last, both)
    before = ops.ModifyTableOps(last.table_name, [first], schema=last.schema)
    _insert(comparison, labels, [before, *_relabelled(labels)])


def _rename_texts(comparison: Comparison, labels: Labels) -> None:
    """Change the rows, between the old CHECK and the new one, where both labels have room."""
    from alembic.operations import ops

    (user,), drop = labels.users, labels.operation
    before = ops.ModifyTableOps(user.table, [], schema=user.schema)
    if drop is not None and any(labels.holder is each for each in comparison.upgrade.ops):
        labels.holder.ops.remove(drop)
        before.ops.append(drop)
    labels.holder, alter = _altered(comparison, user)
    widened = _widened(labels, alter) if alter is not None else None
    before.ops += [widened] if widened is not None else []
    _insert(comparison, labels, [*([before] if before.ops else []), *_relabelled(labels)])


def _altered(comparison: Comparison, user: User) -> tuple[Any, Any]:
    """What changes the type of a column, and where that is; at least what changes its table."""
    found: tuple[Any, Any] = (None, None)
    for holder in comparison.upgrade.ops:
        where = getattr(holder, "schema", None), getattr(holder, "table_name", None)
        if holds_operations(holder) and where == (user.schema, user.table):
            found = holder, found[1]
            for op in getattr(holder, "ops", ()):
                is_its = getattr(op, "column_name", None) == user.column
                if is_its and getattr(op, "modify_type", None) is not None:
                    return holder, op
    return found


def _widened(labels: Labels, last: Any) -> Any:
    """What makes room for the longest label before the rows change; ``None`` if there is."""
    import sqlalchemy as sa

    type_, length = last.existing_type, max(map(len, (*labels.was, *labels.now)))
    if not getattr(type_, "length", None) or type_.length >= length:
        return None
    return _by_way_of(last, sa.String(length))


def _by_way_of(last: Any, type_: Any) -> Any:
    """What gives a column *type_* before *last* gives it another one."""
    from alembic.operations import ops

    first = ops.AlterColumnOp(
        last.table_name,
        last.column_name,
        schema=last.schema,
        existing_type=last.existing_type,
        existing_nullable=last.existing_nullable,
        existing_server_default=last.existing_server_default,
        existing_comment=last.existing_comment,
        modify_type=type_,
    )
    last.existing_type = type_
    return first


def _relabelled(labels: Labels) -> Iterator[RelabelOp]:
    for user in labels.users:
        for old, new in labels.renamed.items():
            yield RelabelOp(user.schema, user.table, user.column, old, new)


def _insert(comparison: Comparison, labels: Labels, before: list[Any]) -> None:
    operations: list[Any] = comparison.upgrade.ops
    places = [place for place, op in enumerate(operations) if op is labels.holder]
    place = places[0] if places else len(operations)
    operations[place:place] = before


def is_native(op: Any) -> bool:
    """Whether an operation changes the labels of a column of MySQL or MariaDB."""
    types = getattr(op, "existing_type", None), getattr(op, "modify_type", None)
    is_enum = [each is not None and hasattr(each, "enums") for each in types]
    return all(is_enum) and types[0].__class__.__module__.startswith("sqlalchemy.dialects.mysql")
