"""Where each attribute of a built tree of objects lies in one flat record.

An int or bool becomes an int64 field, a float a float64 field, a buffer a field of as many of
either. Two attributes that are one object are one place.
"""

import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FunctionType, MethodType
from typing import Any, TypeGuard

import numpy as np


@dataclass(frozen=True)
class Scalar:
    """A number of the record; `kind` is int or float."""

    name: str
    kind: type


@dataclass(frozen=True)
class Buffer:
    """An array of the record: `length` numbers of `kind`."""

    name: str
    kind: type
    length: int


@dataclass(frozen=True)
class Fixed:
    """What is no part of the state: a constant, a function, a class, a module."""

    value: Any


@dataclass(frozen=True)
class Bound:
    """A method of an object of the tree."""

    node: "Node"
    function: FunctionType


@dataclass(frozen=True)
class Computed:
    """A property of an object of the tree."""

    node: "Node"
    function: FunctionType


@dataclass(eq=False)
class Node:
    """An object of the tree: `path` is how it is reached first, and names its fields."""

    path: str
    kind: type
    members: dict[str, "Member"] = field(default_factory=dict)


Member = Scalar | Buffer | Fixed | Bound | Computed | Node


class Layout:
    """The tree below `root`, and the dtype of its record.

    TypeError names an attribute that is an empty buffer. What is neither number, buffer nor
    instance (None, a string, a function) is fixed: it may be read, never assigned.
    """

    def __init__(self, root: Any) -> None:
        self._nodes: dict[int, Node] = {}
        self._buffers: dict[int, Buffer] = {}
        self._kept: list[Any] = []  # an id is an object's only while the object lives
        self._names: set[str] = set()
        self._methods: list[tuple[Node, str, MethodType]] = []
        self.places: list[tuple[Scalar | Buffer, Any, str]] = []
        self.root = self._node(root, "")
        for node, name, method in self._methods:
            of = self._nodes.get(id(method.__self__))
            function = method.__func__
            assert isinstance(function, FunctionType)
            node.members[name] = Fixed(method) if of is None else Bound(of, function)
        # Scalars first: they are what every tick touches, and so lie side by side.
        self.places.sort(key=lambda place: isinstance(place[0], Buffer))
        self.dtype = np.dtype([_column(place) for place, _, _ in self.places])

    def pack(self, root: Any) -> Any:
        """The record of another tree of the same shape. TypeError where its shape differs, or what
        is fixed, or which attributes are one object."""
        record = np.zeros((), dtype=self.dtype)
        self._pack(self.root, root, record, {})
        return record

    def field_of(self, path: str) -> str:
        """The field of an attribute, as `"pump.injector.state"`. KeyError when there is none."""
        node: Any = self.root
        for name in path.split("."):
            node = node.members[name]
        if not isinstance(node, Scalar | Buffer):
            raise KeyError(f"{path} is no number")
        return node.name

    def _pack(self, node: Node, instance: Any, record: Any, done: dict[Node, Any]) -> None:
        if type(instance) is not node.kind:
            raise TypeError(f"{node.path} is a {type(instance).__name__}, not {node.kind.__name__}")
        done[node] = instance
        for name, member in node.members.items():
            if isinstance(member, Scalar | Buffer):
                value = getattr(instance, name)
                if isinstance(member, Buffer) and len(value) != member.length:
                    raise TypeError(f"{member.name} has {len(value)} places, not {member.length}")
                record[member.name] = value
            elif isinstance(member, Node):
                part = getattr(instance, name)
                if member not in done:
                    self._pack(member, part, record, done)
                elif done[member] is not part:
                    raise TypeError(f"{node.path}.{name} is another object than {member.path}")
            elif _baked(member) and getattr(instance, name) != member.value:
                raise TypeError(f"{node.path}.{name} is not {member.value!r}")

    def _node(self, instance: Any, path: str) -> Node:
        node = Node(path, type(instance))
        self._nodes[id(instance)] = node
        self._kept.append(instance)
        for name, value in _attributes(instance):
            node.members[name] = self._member(node, instance, name, value)
        return node

    def _member(self, node: Node, instance: Any, name: str, value: Any) -> Member:
        if isinstance(value, int | float):
            scalar = Scalar(self._name(node, name), float if isinstance(value, float) else int)
            self.places.append((scalar, instance, name))
            return scalar
        if isinstance(value, MethodType):
            self._methods.append((node, name, value))
            return Fixed(value)
        if isinstance(value, array.array | bytearray | np.ndarray):
            return self._buffer(node, instance, name, value)
        if type(value).__module__ == "builtins" or isinstance(value, type | FunctionType):
            return Fixed(value)
        return self._nodes.get(id(value)) or self._node(value, self._name(node, name))

    def _buffer(self, node: Node, instance: Any, name: str, value: Any) -> Buffer:
        if id(value) not in self._buffers:
            kind = float if np.asarray(value).dtype.kind == "f" else int
            if not len(value):
                raise TypeError(f"{type(instance).__name__}.{name} is an empty buffer")
            buffer = Buffer(self._name(node, name), kind, len(value))
            self._buffers[id(value)] = buffer
            self._kept.append(value)
            self.places.append((buffer, instance, name))
        return self._buffers[id(value)]

    def _name(self, node: Node, name: str) -> str:
        # `a.b_c` and `a_b.c` would be one: a number tells the second apart.
        plain = name.strip("_") if not node.path else f"{node.path}_{name.strip('_')}"
        made, number = plain, 2
        while made in self._names:
            made, number = f"{plain}_{number}", number + 1
        self._names.add(made)
        return made


def _baked(member: Member) -> TypeGuard[Fixed]:
    # The generated text may have been written for this very value.
    return isinstance(member, Fixed) and not callable(member.value)


def _column(place: Scalar | Buffer) -> tuple[Any, ...]:
    kind = np.float64 if place.kind is float else np.int64
    return (place.name, kind, (place.length,)) if isinstance(place, Buffer) else (place.name, kind)


def _attributes(instance: Any) -> Iterator[tuple[str, Any]]:
    for kind in type(instance).__mro__:
        slots = vars(kind).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(instance, name):
                yield name, getattr(instance, name)
    yield from getattr(instance, "__dict__", {}).items()
