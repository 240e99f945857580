"""A tree of plain Python objects as one module of functions over one flat record.

The text is generated from the classes' own source each time it is missing: there is no second copy
of the control law or of the plant to keep equal.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from manostat_sim.campaign.expressions import RECORD
from manostat_sim.campaign.layout import Layout, Member, Node
from manostat_sim.campaign.specialise import Specialiser

_HEAD = '"""Generated from {kind} by manostat_sim.campaign.flatten; not to be edited."""\n'


@dataclass(frozen=True)
class Flat:
    """`text` of the module; `names` of its functions, callees first; `entries` maps each method
    asked for to its function."""

    layout: Layout
    text: str
    names: tuple[str, ...]
    entries: Mapping[str, str]


def flatten(root: Any, methods: Sequence[str]) -> Flat:
    """The functions for these methods of `root` and all that they call.

    FlattenError, with file and line, where the source has no flat form.
    """
    layout = Layout(root)
    writer = _Writer()
    entries = {}
    for name in methods:
        function = getattr(layout.root.kind, name)
        entries[name] = writer.request(function, {"self": layout.root})
    head = _HEAD.format(kind=layout.root.kind.__qualname__)
    imports = "".join(f"from math import {name}\n" for name in sorted(writer.imports))
    body = "\n\n\n".join(writer.texts[name] for name in writer.order)
    text = f"{head}\n{imports}\n\n{body}\n"
    return Flat(layout, text, tuple(writer.order), entries)


class _Writer:
    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.order: list[str] = []
        self.imports: set[str] = set()
        self._made: dict[tuple[Any, ...], str] = {}
        self._open: set[str] = set()

    def request(self, function: FunctionType, bound: Mapping[str, Member]) -> str:
        key = (
            function,
            tuple(sorted((k, id(v) if isinstance(v, Node) else v) for k, v in bound.items())),
        )
        if key in self._made:
            name = self._made[key]
            if name in self._open:
                raise TypeError(f"{function.__qualname__} calls itself: it has no flat form")
            return name
        name = self._name(function, bound)
        self._made[key] = name
        self._open.add(name)
        self.texts[name] = ""  # taken
        self.texts[name] = Specialiser(function, bound, self.request, self.imports).rewritten(name)
        self._open.remove(name)
        self.order.append(name)
        return name

    def _name(self, function: FunctionType, bound: Mapping[str, Member]) -> str:
        of = bound.get("self")
        path = of.path if isinstance(of, Node) else ""
        plain = "_".join(part for part in (path, function.__name__.strip("_")) if part)
        name, number = plain, 2
        while name in self.texts or name == RECORD:
            name, number = f"{plain}_{number}", number + 1
        return name
