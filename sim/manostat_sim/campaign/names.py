"""What the names of one function stand for: parts of the tree, constants, or values of the run."""

import ast
import builtins
import inspect
from collections.abc import Mapping
from types import FunctionType, ModuleType

from manostat_sim.campaign.layout import Bound, Buffer, Computed, Fixed, Member, Node

NUMBERS = (int, float)


class FlattenError(TypeError):
    """Source that has no flat form; the text says where it is and what stands there."""


class Names:
    """Those of `function`, whose parameters in `bound` stand for parts of the tree."""

    def __init__(self, function: FunctionType, bound: Mapping[str, Member]) -> None:
        self._function = function
        self._first_line = function.__code__.co_firstlineno
        # None: an object, but another one depending on the way that was taken to here.
        self._known: dict[str, Member | None] = dict(bound)
        self._locals = set(function.__code__.co_varnames)

    def _folded(self, node: ast.Compare) -> bool | None:
        """The answer to a comparison of what is fixed and no number, as of strings or None."""
        sides = []
        for side in (node.left, node.comparators[0]):
            thing = Fixed(side.value) if isinstance(side, ast.Constant) else self._resolve(side)
            if isinstance(thing, Node | Buffer | Bound):
                thing = Fixed(thing)
            if not isinstance(thing, Fixed) or isinstance(thing.value, NUMBERS):
                return None
            sides.append(thing.value)
        operation = node.ops[0]
        if isinstance(operation, ast.Is | ast.Eq):
            return bool(sides[0] == sides[1])
        if isinstance(operation, ast.IsNot | ast.NotEq):
            return bool(sides[0] != sides[1])
        return None

    def _resolve(self, node: ast.expr) -> Member | None:
        """What a name or attribute stands for, None for a value that only running shows."""
        if isinstance(node, ast.Name):
            if node.id in self._known:
                return self._known[node.id]
            if node.id in self._locals:
                return None
            scope = self._function.__globals__
            if node.id in scope:
                return Fixed(scope[node.id])
            if hasattr(builtins, node.id):
                return Fixed(getattr(builtins, node.id))
            raise self._error(node, f"{node.id} is not known")
        if isinstance(node, ast.Attribute):
            of = self._resolve(node.value)
            if isinstance(of, Node):
                return self._member(node, of)
            if isinstance(of, Fixed) and isinstance(of.value, ModuleType | type):
                return Fixed(getattr(of.value, node.attr))
        return None

    def _member(self, node: ast.Attribute, of: Node) -> Member:
        if node.attr in of.members:
            return of.members[node.attr]
        found = inspect.getattr_static(of.kind, node.attr, None)
        if isinstance(found, property):
            assert isinstance(found.fget, FunctionType)
            return Computed(of, found.fget)
        if isinstance(found, staticmethod):
            return Fixed(found.__func__)
        if isinstance(found, FunctionType):
            return Bound(of, found)
        if found is None:
            raise self._error(node, f"{of.kind.__name__} has no attribute {node.attr}")
        return Fixed(found)

    def _error(self, node: ast.AST, what: str) -> FlattenError:
        line = self._first_line + getattr(node, "lineno", 1) - 1
        return FlattenError(f"{self._function.__code__.co_filename}:{line}: {what}")
