"""What a revision module would say of itself, read from its code without running it.

A module is read only where running it would provably say the same: all it does
is to import what is loaded already, to make functions, and to give constants
to names. What any other module says is known by running it, as Alembic does.

Modules that come from one template have the same instructions and differ in
their constants, so each sequence of instructions is followed once.
"""

from __future__ import annotations

import builtins
import collections.abc
import dis
import sys
import typing
from collections.abc import Callable
from operator import itemgetter
from types import BuiltinFunctionType, CodeType, ModuleType
from typing import Any, NamedTuple

#: What Alembic looks up in a revision module, in the order of a :class:`Header`.
NAMES = ("revision", "down_revision", "branch_labels", "depends_on", "__doc__")


class Header(NamedTuple):
    """What a module gives to these names."""

    revision: str
    down_revision: Any
    branch_labels: Any = None
    depends_on: Any = None
    doc: str | None = None


class HeaderReader:
    """A reader of many modules, which remembers the instructions it has followed."""

    def __init__(self) -> None:
        self._plans: dict[tuple[bytes, tuple[str, ...]], _Plan | None] = {}

    def read(self, code: CodeType) -> Header | None:
        """The values of :data:`NAMES`, or ``None`` where the module must be run to know them."""
        key = (code.co_code, code.co_names)
        if key not in self._plans:
            try:
                self._plans[key] = _plan(code)
            except _NotLoadedError:  # running the module loads it for the next one
                return None
        plan = self._plans[key]
        if plan is None:
            return None
        constants = (*code.co_consts, None)
        if plan.imported(constants) != plan.imports:
            return None
        header = Header(*plan.names(constants))
        return header if _is_plain(header) else None


class _Plan(NamedTuple):
    """What a sequence of instructions does with its constants.

    *names* takes those of a :class:`Header` out of them, with ``None`` after the last one,
    and *imported* those that were *imports* when the instructions were followed.
    """

    names: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    imported: Callable[[tuple[Any, ...]], tuple[Any, ...]]
    imports: tuple[Any, ...]


def _is_plain(header: Header) -> bool:
    """Whether Alembic makes a revision of *header* without an error."""
    revision, *others, doc = header
    if not isinstance(revision, str) or not revision or not isinstance(doc, (str, type(None))):
        return False
    for value in others:
        if isinstance(value, tuple):
            if not all(isinstance(each, str) for each in value):
                return False
        elif value is not None and not isinstance(value, str):
            return False
    return True


def _plan(code: CodeType) -> _Plan | None:
    # Someone who replaced the import statement wants to see every import.
    if not isinstance(builtins.__import__, BuiltinFunctionType):
        return None
    follower = _Follower(code.co_consts)
    try:
        for instruction in dis.get_instructions(code):
            step = _STEPS.get(instruction.opname)
            if step is None:
                return None
            step(follower, instruction)
    except _UnsureError:
        return None
    places = follower.places
    if not places.keys() >= {"revision", "down_revision"}:
        return None
    # Nothing, besides the None at the end, if nothing is imported.
    imports = ((-1, None), (-1, None), *follower.imports)
    return _Plan(
        itemgetter(*(places.get(name, -1) for name in NAMES)),
        itemgetter(*(place for place, _ in imports)),
        tuple(value for _, value in imports),
    )


class _UnsureError(Exception):
    """An instruction might fail, or do something that cannot be foreseen."""


class _NotLoadedError(Exception):
    """The module imports something for the first time."""


class _Constant(NamedTuple):
    place: int
    value: Any


#: A function, a type or a tuple of them: nothing that can be seen from outside.
_OPAQUE = object()

# Subscribing these, and joining types with "|", does nothing.
_GENERICS = (
    typing.Union,
    typing.Optional,
    typing.Sequence,
    tuple,
    list,
    collections.abc.Sequence,
    list,
    tuple,
)
_TYPES = (str, int, bool, *_GENERICS)


class _Follower:
    """Follows the instructions of a module with a stack of what is known of each value."""

    def __init__(self, constants: tuple[Any, ...]) -> None:
        self.constants = constants
        self.stack: list[Any] = []
        self.bound: dict[str, Any] = {}
        self.places: dict[str, int] = {}
        self.imports: list[tuple[int, Any]] = []

    def nothing(self, instruction: dis.Instruction) -> None:
        """The instruction changes nothing that matters."""

    def pop(self, instruction: dis.Instruction) -> None:
        self.stack.pop()

    def swap(self, instruction: dis.Instruction) -> None:
        distance = 2 if instruction.opname == "ROT_TWO" else instruction.arg or 0
        stack = self.stack
        stack[-1], stack[-distance] = stack[-distance], stack[-1]

    def load_constant(self, instruction: dis.Instruction) -> None:
        self.stack.append(_Constant(instruction.arg or 0, self.constants[instruction.arg or 0]))

    def load_number(self, instruction: dis.Instruction) -> None:
        self.stack.append(_OPAQUE if instruction.arg else _ZERO)

    def load_name(self, instruction: dis.Instruction) -> None:
        name = instruction.argval
        found = self.bound.get(name, vars(builtins).get(name, _MISSING))
        if found is _MISSING or (name not in self.bound and not _is_any(found, _TYPES)):
            raise _UnsureError
        self.stack.append(found)

    def store_name(self, instruction: dis.Instruction) -> None:
        name, value = instruction.argval, self.stack.pop()
        if name in NAMES:
            if not isinstance(value, _Constant):
                raise _UnsureError
            self.places[name] = value.place
        elif name.startswith(("__", "_alembic")) and name != "__annotate__":
            raise _UnsureError
        self.bound[name] = value

    def annotations(self, instruction: dis.Instruction) -> None:
        self.bound["__annotations__"] = _ANNOTATIONS

    def store_item(self, instruction: dis.Instruction) -> None:
        _, container, _ = (self.stack.pop() for _ in range(3))
        if container is not _ANNOTATIONS:
            raise _UnsureError

    def item(self, instruction: dis.Instruction) -> None:
        self.stack.pop()
        if not _is_any(self.stack.pop(), _GENERICS):
            raise _UnsureError
        self.stack.append(_TYPE)

    def operation(self, instruction: dis.Instruction) -> None:
        if instruction.argrepr == "[]":
            self.item(instruction)
        elif instruction.argrepr in ("|", ""):
            right, left = self.stack.pop(), self.stack.pop()
            if not (_is_type(left) and _is_type(right)) or (_is_none(left) and _is_none(right)):
                raise _UnsureError
            self.stack.append(_TYPE)
        else:
            raise _UnsureError

    def build(self, instruction: dis.Instruction) -> None:
        count = instruction.arg or 0
        del self.stack[len(self.stack) - count :]
        self.stack.append(_OPAQUE)

    def make_function(self, instruction: dis.Instruction) -> None:
        flags = instruction.arg or 0
        if flags & ~0x05:
            raise _UnsureError
        # Until Python 3.10 its name comes after its code.
        taken = 1 + (sys.version_info < (3, 11)) + flags.bit_count()
        del self.stack[-taken:]
        self.stack.append(_OPAQUE)

    def function_attribute(self, instruction: dis.Instruction) -> None:
        del self.stack[-2]

    def import_module(self, instruction: dis.Instruction) -> None:
        names, level = self.stack.pop(), self.stack.pop()
        module = _loaded(instruction.argval)
        if not isinstance(names, _Constant) or (level is not _ZERO and level.value != 0):
            raise _UnsureError
        self.imports.append((names.place, names.value))
        if level is not _ZERO:
            self.imports.append((level.place, 0))
        is_whole = names.value is not None
        self.stack.append(module if is_whole else _loaded(instruction.argval.partition(".")[0]))

    def import_name(self, instruction: dis.Instruction) -> None:
        module = self.stack[-1]
        if not isinstance(module, ModuleType):
            raise _UnsureError
        if instruction.argval not in vars(module):
            raise _NotLoadedError
        self.stack.append(vars(module)[instruction.argval])


_ANNOTATIONS, _MISSING, _TYPE, _ZERO = object(), object(), object(), object()


def _is_none(value: Any) -> bool:
    return isinstance(value, _Constant) and value.value is None


def _is_type(value: Any) -> bool:
    return value is _TYPE or _is_none(value) or _is_any(value, _TYPES)


def _is_any(value: Any, known: tuple[Any, ...]) -> bool:
    # Not "in": what was imported may compare in ways of its own.
    return any(value is each for each in known)


def _loaded(name: str) -> ModuleType:
    """The module *name*, if importing it finds it there."""
    parts = name.split(".")
    for end in range(1, len(parts) + 1):
        module = sys.modules.get(".".join(parts[:end]))
        if module is None or getattr(module.__spec__, "_initializing", False):
            raise _NotLoadedError
    return module  # type: ignore[return-value]


_STEPS: dict[str, Callable[[_Follower, dis.Instruction], None]] = {
    "RESUME": _Follower.nothing,
    "NOP": _Follower.nothing,
    "CACHE": _Follower.nothing,
    "EXTENDED_ARG": _Follower.nothing,
    "RETURN_VALUE": _Follower.nothing,
    "RETURN_CONST": _Follower.nothing,
    "POP_TOP": _Follower.pop,
    "SWAP": _Follower.swap,
    "ROT_TWO": _Follower.swap,
    "LOAD_CONST": _Follower.load_constant,
    "LOAD_SMALL_INT": _Follower.load_number,
    "LOAD_NAME": _Follower.load_name,
    "STORE_NAME": _Follower.store_name,
    "SETUP_ANNOTATIONS": _Follower.annotations,
    "STORE_SUBSCR": _Follower.store_item,
    "BINARY_SUBSCR": _Follower.item,
    "BINARY_OP": _Follower.operation,
    "BINARY_OR": _Follower.operation,
    "BUILD_TUPLE": _Follower.build,
    "MAKE_FUNCTION": _Follower.make_function,
    "SET_FUNCTION_ATTRIBUTE": _Follower.function_attribute,
    "IMPORT_NAME": _Follower.import_module,
    "IMPORT_FROM": _Follower.import_name,
}
