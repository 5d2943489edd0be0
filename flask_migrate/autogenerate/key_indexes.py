"""The indexes that foreign keys of MySQL and MariaDB lean on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..differences.operations import ChangeKeyOp
from .comparison import key
from .constraint_names import made_name
from .written import RenamesOp

if TYPE_CHECKING:
    from ..differences.search import Search
    from .comparison import Comparison


def keep_indexes(comparison: Comparison, found: Search, container: Any) -> None:
    """Give each foreign key an index before the one it uses is dropped.

    The server makes one with the key and drops it for a better one; it does not
    make it again when the better one goes, it refuses that.
    """
    _Keeper(comparison, found, container is comparison.upgrade).keep(container)


class _Keeper:
    """Goes through the operations of an upgrade or a downgrade."""

    def __init__(self, comparison: Comparison, found: Search, is_upgrade: bool) -> None:
        self.comparison = comparison
        self.tables = found.tables
        self.is_upgrade = is_upgrade

    def keep(self, container: Any, is_before: bool = False) -> None:
        """Add what is needed to *container*.

        :param is_before: Whether tables and columns have their old names then.
        """
        from alembic.operations import ops

        done: list[Any] = []
        #: What has to follow an operation, by its id.
        after: dict[int, Any] = {}
        for place, op in enumerate(container.ops):
            if any(op is each for each in done):
                continue
            if hasattr(op, "ops"):
                self.keep(op, is_before or isinstance(op, RenamesOp))
            elif isinstance(op, (ops.DropIndexOp, ops.DropConstraintOp)):
                both = self._tables(op, is_before)
                table, before = both[self.is_upgrade], both[not self.is_upgrade]
                made = {each.index_name for each in done if isinstance(each, ops.CreateIndexOp)}
                needed = _indexes_for(op, table) if table is not None else ()
                done += [each for each in needed if each.index_name not in made]
                if before is not None and _is_of_index(op):
                    instead = _stand_in(op, before, container.ops[place + 1 :], after)
                    done += [] if instead is None else [instead]
            elif isinstance(op, ChangeKeyOp):
                self._around_key(op, is_before, done)
                continue
            done.append(op)
            done += [after[id(op)]] if id(op) in after else []
            if isinstance(op, ops.DropConstraintOp) and op.constraint_type == "foreignkey":
                done += self._left_over(op, container, is_before)
        container.ops[:] = done

    def _around_key(self, op: ChangeKeyOp, is_before: bool, done: list[Any]) -> None:
        """Make the indexes that a key was until now, and drop those that it is from now on."""
        there, model = self._tables(op, is_before)
        if there is None or model is None:
            done.append(op)
            return
        before, after = (there, model) if self.is_upgrade else (model, there)
        kept = [columns for _, columns in before.foreign_keys()]
        own = [(_own_name(each, columns), columns) for each, columns in model.foreign_keys()]
        own = [(name, columns) for name, columns in own if columns in kept]
        done += [_index(op, *each) for each in own if _leans(each[1], op.was, before, op.now)]
        done.append(op)
        # What it has made itself the server drops by itself.
        done += [
            _index(op, *each).reverse()
            for each in own
            if not self.is_upgrade and _leans(each[1], op.now, after, op.was)
        ]

    def _left_over(self, op: Any, container: Any, is_before: bool) -> Iterator[Any]:
        """Drop the index that the server made with a foreign key."""
        there, model = self._tables(op, is_before)
        if there is None or model is None:
            return iter(())
        if self.is_upgrade:
            better = [_columns(each) for each in container.ops if _makes_index(each)]
            return _without_index(op, there, model, better)
        return _without_new_index(op, there, model)

    def _tables(self, op: Any, is_before: bool) -> tuple[_Table | None, _Table | None]:
        """What *op* changes, as it is and as the model says, in the names of that moment."""
        former = self.comparison.former(op.schema, op.table_name)
        name = op.table_name if is_before else former
        there, model = self.tables.get((op.schema, name), (None, None))
        if there is None or model is None:
            # A table of SQLAlchemy is neither true nor false.
            only = [None if each is None else _Table(each) for each in (there, model)]
            return only[0], only[1]
        new = self.comparison.renamed_columns.get(key(model.schema, model.name), {})
        if is_before:
            return _Table(there), _Table(model, {new[each]: each for each in new})
        return _Table(there, new), _Table(model)


class _Table:
    """A table, some of whose columns may have other names at the moment."""

    def __init__(self, table: Any, renamed: Mapping[str, str] | None = None) -> None:
        self.table = table
        self._renamed = renamed or {}

    def names(self, columns: Any) -> list[str]:
        """What *columns*, or expressions, are called."""
        return [self._renamed.get(each, each) for each in _names(columns)]

    def foreign_keys(self) -> list[tuple[Any, list[str]]]:
        """The foreign keys with their columns; Alembic adds them once more to what it reflected."""
        found = {tuple(each.column_keys): each for each in self.table.foreign_key_constraints}
        return [(found[columns], self.names(found[columns].columns)) for columns in sorted(found)]

    def indexed(self) -> Iterator[list[str]]:
        """The columns of each index that the table is to have."""
        import sqlalchemy as sa

        for index in self.table.indexes:
            yield self.names(index.expressions)
        for constraint in self.table.constraints:
            if isinstance(constraint, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)):
                yield self.names(constraint.columns)

    def own(self, name: Any, columns: list[str]) -> list[str]:
        """The indexes that the server made for a foreign key.

        It calls them like the key, or like the column where the key has no name.
        """
        return [
            index.name
            for index in self.table.indexes
            if not index.unique
            and self.names(index.expressions) == columns
            and index.name in (name, _names(index.expressions)[0])
        ]


def _names(columns: Any) -> list[str]:
    return [getattr(each, "name", None) or "" for each in columns]


def _columns(op: Any) -> list[str]:
    """The columns of what an operation drops or makes."""
    try:
        thing = op.to_index() if hasattr(op, "to_index") else op.to_constraint()
        return [column.name for column in thing.columns]
    except (ValueError, AttributeError):
        return []


def _makes_index(op: Any) -> bool:
    from alembic.operations import ops

    return isinstance(op, (ops.CreateIndexOp, ops.CreateUniqueConstraintOp))


def _is_of_index(op: Any) -> bool:
    """Whether what *op* drops is an index, or a constraint that is one."""
    from alembic.operations import ops

    return isinstance(op, ops.DropIndexOp) or op.constraint_type == "unique"


def _indexes_for(op: Any, table: _Table) -> Iterator[Any]:
    """New indexes for the foreign keys of *table* that lean on what *op* drops."""
    if not _is_of_index(op):
        return
    dropped = _columns(op)
    for constraint, columns in table.foreign_keys():
        if dropped[: len(columns)] != columns:
            continue
        own = table.own(constraint.name, columns)
        if own or not any(each[: len(columns)] == columns for each in table.indexed()):
            usual = str(constraint.name or f"{op.table_name}_{'_'.join(columns)}")
            name = own[0] if own else usual
            yield _index(op, name, columns)


def _stand_in(op: Any, before: _Table, later: list[Any], after: dict[int, Any]) -> Any:
    """What serves a foreign key instead of the index that *op* drops, until one comes *later*.

    It is that one if it can be made already; else one that goes after it, as *after* says then.
    """
    dropped = _columns(op)
    keys = [each for _, each in before.foreign_keys() if dropped[: len(each)] == each]
    columns = max(keys, key=len, default=[])
    # Alembic adds indexes once more to what it reflected.
    there = {tuple(each) for each in before.indexed() if each[: len(columns)] == columns}
    better = next((each for each in later if _serves(each, columns)), None)
    if better is None or len(there) > 1:
        return None
    between = [op, *later[: later.index(better)]]
    changed = {str(_column_of(each)) for each in between}
    if _name(better) in map(_name, between) or changed & set(_columns(better)):
        made = _index(op, "_".join([op.table_name, *columns, "stand_in"])[:64], columns)
        after[id(better)] = made.reverse()
        return made
    return better


def _serves(op: Any, columns: list[str]) -> bool:
    """Whether *op* makes an index that a foreign key over *columns* can lean on."""
    kinds = ("mysql_length", "mysql_prefix")
    is_whole = _makes_index(op) and not any(each in op.kw for each in kinds)
    return bool(columns) and is_whole and _columns(op)[: len(columns)] == columns


def _name(op: Any) -> Any:
    return getattr(op, "index_name", None) or getattr(op, "constraint_name", None)


def _column_of(op: Any) -> Any:
    """The column that *op* adds or changes."""
    return getattr(getattr(op, "column", None), "name", None) or getattr(op, "column_name", None)


def _own_name(constraint: Any, columns: list[str]) -> str:
    """What the server calls the index that it makes for a foreign key."""
    return str(constraint.name or columns[0])


def _index(op: Any, name: str, columns: list[str]) -> Any:
    from alembic.operations import ops

    return ops.CreateIndexOp(name, op.table_name, columns, schema=op.schema)


def _leans(columns: list[str], key: Any, table: _Table, other: Any) -> bool:
    """Whether a foreign key of *table* has nothing but the primary *key* for an index."""
    size = len(columns)
    indexed = [each[:size] for each in table.indexed() if each != list(key)]
    return columns == list(key[:size]) and columns not in (*indexed, list(other[:size]))


def _without_new_index(op: Any, there: _Table, model: _Table) -> Iterator[Any]:
    """Drop the index that came with a foreign key of *model*, where *there* has none like it."""
    from alembic.operations import ops

    columns, name = _columns(op), op.constraint_name or made_name(op)
    present = [each for _, each in there.foreign_keys()]
    # Where there was a better one the server has made none.
    indexed = [each[: len(columns)] for each in (*there.indexed(), *model.indexed())]
    stay = set(columns) <= set(there.names(there.table.columns))
    if name and columns and stay and columns not in (*present, *indexed):
        yield ops.DropIndexOp(name, op.table_name, schema=op.schema)


def _without_index(op: Any, there: _Table, model: _Table, better: list[list[str]]) -> Iterator[Any]:
    """Drop the index that came with a foreign key.

    :param better: The columns of the indexes that took its place before.
    """
    from alembic.operations import ops

    columns = _columns(op)
    is_needed = any(each == columns for _, each in model.foreign_keys())
    is_needed = is_needed or any(each[: len(columns)] == columns for each in better)
    if is_needed or not set(columns) <= set(model.names(model.table.columns)):
        return
    wanted = {each.name for each in model.table.indexes}
    for name in set(there.own(op.to_constraint().name, columns)) - wanted:
        yield ops.DropIndexOp(name, op.table_name, schema=op.schema)
