"""Alembic's map of the revisions, with each question answered in one pass over it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from alembic.script import ScriptDirectory
from alembic.script.revision import Revision, RevisionMap
from alembic.util import memoized_property

from . import collector
from .revision_loading import loader
from .revision_order import sorted_ids

# Alembic takes these for a place in the history, whatever revision is called so.
_SYMBOLS = frozenset(("base", "head", "heads"))


def quicken(script: ScriptDirectory) -> None:
    """Let *script* read its history in the quick way, unless it has a way of its own."""
    map_ = script.revision_map
    if type(map_) is RevisionMap and map_._generator == script._load_revisions:
        script.revision_map = RevisionGraph(loader(script))


class RevisionGraph(RevisionMap):
    """A map that answers as Alembic's does.

    What Alembic finds by walking the ancestors of each revision again is found
    for all of them at once. A history with something wrong in it is left to
    Alembic, for the error.
    """

    @memoized_property
    def _revision_map(self) -> Any:
        with collector.paused():
            return self._made(list(self._generator()))

    def _made(self, revisions: list[Revision]) -> Any:
        parents = _parents(revisions)
        if parents is None or not _is_acyclic(parents):
            return self._alembics_map(revisions)
        map_: dict[Any, Any] = {each.revision: each for each in revisions}
        labelled = [each for each in revisions if each._orig_branch_labels]
        if labelled:
            _let_label(revisions)
        self._map_branch_labels(labelled, map_)
        self._add_depends_on(revisions, map_)
        for revision in map_.values():
            for parent in parents[revision.revision]:
                _add_child(map_[parent], revision)
        self.heads = _ids(revisions, lambda each: not each.nextrev)
        self._real_heads = _ids(revisions, lambda each: not each._all_nextrev)
        self.bases = _ids(revisions, lambda each: each.down_revision is None)
        self._real_bases = _ids(revisions, lambda each: not parents[each.revision])
        self._normalize_depends_on(revisions, map_)
        map_[None] = map_[()] = None
        self._add_branches(labelled, map_)
        return map_

    def _alembics_map(self, revisions: list[Revision]) -> Any:
        """The map of a history with something wrong in it, if Alembic makes one."""
        _let_label(revisions)
        other = RevisionMap(lambda: revisions)
        map_ = other._revision_map
        self.heads, self._real_heads = other.heads, other._real_heads
        self.bases, self._real_bases = other.bases, other._real_bases
        return map_

    def _add_depends_on(self, revisions: Collection[Revision], map_: Any) -> None:
        depending = [each for each in revisions if each.dependencies]
        super()._add_depends_on(depending, map_)
        for each in revisions:
            if not each.dependencies:
                each._resolved_dependencies = ()

    def _normalize_depends_on(self, revisions: Collection[Revision], map_: Any) -> None:
        """Drop the dependencies of each revision that one below it has as well."""
        wanted_by: dict[str, list[Revision]] = {}
        for each in revisions:
            for needed in each._resolved_dependencies:
                wanted_by.setdefault(needed, []).append(each)
            each._normalized_resolved_dependencies = ()
        if len(revisions) == 1:  # the others have been asked before
            super()._normalize_depends_on(revisions, map_)
            return
        superfluous: dict[str, set[str]] = {}
        for needed, wanting in wanted_by.items():
            for name in _above(wanting, map_) if len(wanting) > 1 else ():
                superfluous.setdefault(name, set()).add(needed)
        for each in revisions:
            if each._resolved_dependencies:
                left = set(each._resolved_dependencies)
                left.difference_update(superfluous.get(each.revision, ()))
                each._normalized_resolved_dependencies = tuple(left)

    def add_revision(self, revision: Revision, _replace: bool = False) -> None:
        """Add a revision that was written a moment ago."""
        if revision._orig_branch_labels:
            _let_label(each for each in self._revision_map.values() if each is not None)
        super().add_revision(revision, _replace)
        self.__dict__.pop("_down", None)
        self.__dict__.pop("_versioned_down", None)

    @memoized_property
    def _down(self) -> dict[str, tuple[str, ...]]:
        """The parents of each revision, and what it depends on besides."""
        return {
            each.revision: (
                each._normalized_down_revisions
                if each._normalized_resolved_dependencies
                else _versioned(each)
            )
            for each in self._revision_map.values()
            if each is not None
        }

    @memoized_property
    def _versioned_down(self) -> dict[str, tuple[str, ...]]:
        """The parents of each revision."""
        map_ = self._revision_map
        return {each.revision: _versioned(each) for each in map_.values() if each is not None}

    def _get_ancestor_nodes(
        self,
        targets: Collection[Any],
        map_: Any = None,
        check: bool = False,
        include_dependencies: bool = True,
    ) -> Iterator[Revision]:
        if map_ is None:
            down = self._down if include_dependencies else self._versioned_down
            return self._iterate_related_revisions(
                lambda each: down[each.revision], targets, map_=None, check=check
            )
        return super()._get_ancestor_nodes(targets, map_, check, include_dependencies)

    def _filter_into_branch_heads(self, targets: Iterable[Any]) -> set[Any]:
        """Those of *targets* that no other one of them descends from."""
        targets = set(targets)
        if None in targets:
            return super()._filter_into_branch_heads(targets)
        down = self._versioned_down
        covered: set[str] = set()
        todo = [parent for each in targets for parent in down[each.revision]]
        while todo:
            parent = todo.pop()
            if parent not in covered:
                covered.add(parent)
                todo += down[parent]
        return {each for each in targets if each.revision not in covered}

    def filter_for_lineage(
        self, targets: Iterable[Any], check_against: str | None, include_dependencies: bool = False
    ) -> tuple[Any, ...]:
        """Those of *targets* that *check_against* leads to, or that lead to it."""
        targets = tuple(targets)
        if len(targets) < 2 or not all(isinstance(each, (str, Revision)) for each in targets):
            return super().filter_for_lineage(targets, check_against, include_dependencies)
        ids, branch = self._resolve_revision_number(check_against)
        shares = [*([branch] if branch else []), *ids]
        if not shares:
            return targets
        self._revision_of(targets[0])  # of several that are unknown, Alembic names this one
        lines = [each for each in map(self._revision_of, shares) if each is not None]
        related = {
            *self._get_descendant_nodes(lines, include_dependencies=include_dependencies),
            *self._get_ancestor_nodes(lines, include_dependencies=include_dependencies),
        }
        return tuple(each for each in targets if self._revision_of(each) in related)

    def _revision_of(self, target: Any) -> Any:
        return target if isinstance(target, Revision) else self._revision_for_ident(target)

    def iterate_revisions(
        self,
        upper: Any,
        lower: Any,
        implicit_base: bool = False,
        inclusive: bool = False,
        assert_relative_length: bool = True,
        select_for_downgrade: bool = False,
    ) -> Iterator[Revision]:
        """The revisions from *upper* down to *lower*."""
        is_upgrade = not (inclusive or select_for_downgrade)
        if is_upgrade and upper in ("head", "heads") and self._is_the_head(lower):
            return
        collect: Any = (
            self._collect_downgrade_revisions
            if select_for_downgrade
            else self._collect_upgrade_revisions
        )
        revisions, heads = collect(
            upper,
            lower,
            inclusive=inclusive,
            implicit_base=implicit_base,
            assert_relative_length=assert_relative_length,
        )
        map_: Any = self._revision_map
        for node in self._topological_sort(revisions, heads):
            yield self.get_revision(node) if node in _SYMBOLS else map_[node]  # type: ignore[misc]

    def _is_the_head(self, lower: Any) -> bool:
        """Whether *lower* is the one revision that nothing comes after."""
        ids = (lower,) if isinstance(lower, str) else lower
        return len(self._real_heads) == 1 and ids == self.heads == self._real_heads

    def _topological_sort(self, revisions: Collection[Revision], heads: Any) -> list[str]:
        todo = {each.revision for each in revisions}
        tips = {each.revision for each in heads if each.revision in todo}
        if len(tips) > 1:
            places = {name: place for place, name in enumerate(self._revision_map)}
            return sorted_ids(todo, sorted(tips, key=places.__getitem__), self._down)
        return sorted_ids(todo, list(tips), self._down)


def _let_label(revisions: Iterable[Revision]) -> None:
    """Give each of *revisions* labels of its own, to which those of a branch are added."""
    for each in revisions:
        each.branch_labels = set(each.branch_labels)


def _ids(revisions: list[Revision], is_meant: Any) -> tuple[str, ...]:
    return tuple(each.revision for each in revisions if is_meant(each))


def _versioned(revision: Revision) -> tuple[str, ...]:
    down = revision.down_revision
    return (down,) if isinstance(down, str) else tuple(down or ())


def _parents(revisions: list[Revision]) -> dict[str, tuple[str, ...]] | None:
    """What must be applied before each revision; ``None`` if a name is there twice or nowhere."""
    known = {each.revision: each.revision for each in revisions}
    if len(known) < len(revisions):
        return None
    names = dict(known)
    for each in revisions:
        for label in each._orig_branch_labels:
            if label in names:
                return None
            names[label] = each.revision
    parents = {}
    try:
        for each in revisions:
            down = tuple(map(known.__getitem__, _versioned(each)))
            if each.dependencies or len(down) > 1:
                needed = each.dependencies or ()
                needed = (needed,) if isinstance(needed, str) else needed
                down = tuple(dict.fromkeys((*down, *map(names.__getitem__, needed))))
            parents[each.revision] = down
    except (KeyError, TypeError):
        return None
    return parents


def _is_acyclic(parents: dict[str, tuple[str, ...]]) -> bool:
    """Whether every way down ends."""
    children = dict.fromkeys(parents, 0)
    for down in parents.values():
        for each in down:
            children[each] += 1
    ready = [name for name, count in children.items() if not count]
    for name in ready:  # which grows
        for each in parents[name]:
            children[each] -= 1
            if not children[each]:
                ready.append(each)
    return len(ready) == len(parents)


def _add_child(parent: Revision, child: Revision) -> None:
    """``add_nextrev()``, without copying sets for the one child that most have."""
    if parent._all_nextrev:
        parent.add_nextrev(child)
        return
    parent._all_nextrev = frozenset((child.revision,))
    if parent.revision in _versioned(child):
        parent.nextrev = parent._all_nextrev


def _above(revisions: list[Revision], map_: Any) -> set[str]:
    """The ids of what descends from any of *revisions*."""
    found: set[str] = set()
    todo = [child for each in revisions for child in each.nextrev]
    while todo:
        child = todo.pop()
        if child not in found:
            found.add(child)
            todo += map_[child].nextrev
    return found
