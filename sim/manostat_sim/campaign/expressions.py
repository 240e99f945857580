"""Expressions over objects as expressions over the flat record."""

import ast
import copy
import inspect
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, FunctionType

from manostat_sim.campaign.layout import Bound, Buffer, Computed, Fixed, Member, Node, Scalar
from manostat_sim.campaign.names import NUMBERS, Names

RECORD = "_s"
_PLAIN = (abs, bool, float, int, len, max, min, range, round)

Request = Callable[[FunctionType, Mapping[str, Member]], str]
"""Name of the generated function for this function with these parameters bound."""


class Expressions(Names):
    """`request` is asked for each function called, `imports` collects what of `math` is used."""

    def __init__(
        self,
        function: FunctionType,
        bound: Mapping[str, Member],
        request: Request,
        imports: set[str],
    ) -> None:
        super().__init__(function, bound)
        self._request = request
        self._imports = imports

    def _value(self, node: ast.expr) -> ast.expr:
        """The expression over the record; its value is a number, a bool or a tuple of such."""
        if isinstance(node, ast.Name | ast.Attribute):
            return self._read(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Subscript):
            thing = self._resolve(node.value)
            if isinstance(thing, Buffer):
                return ast.Subscript(field_of(thing), self._value(node.slice), ast.Load())
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            folded = self._folded(node)
            if folded is not None:
                return ast.Constant(folded)
        if isinstance(
            node,
            ast.Constant
            | ast.BoolOp
            | ast.BinOp
            | ast.UnaryOp
            | ast.Compare
            | ast.IfExp
            | ast.Tuple
            | ast.Subscript,
        ):
            made = copy.copy(node)
            for name, part in ast.iter_fields(node):
                if isinstance(part, ast.expr):
                    setattr(made, name, self._value(part))
                elif isinstance(part, list):
                    parts = [self._value(p) if isinstance(p, ast.expr) else p for p in part]
                    setattr(made, name, parts)
            return made
        raise self._error(node, f"{ast.unparse(node)} has no flat form")

    def _read(self, node: ast.Name | ast.Attribute) -> ast.expr:
        thing = self._resolve(node)
        if thing is None and isinstance(node, ast.Name) and node.id in self._locals:
            if node.id in self._known:
                raise self._error(node, f"{node.id} is one object here and another there")
            return node
        if isinstance(thing, Scalar):
            return field_of(thing)
        if isinstance(thing, Buffer):
            return field_of(thing)
        if isinstance(thing, Fixed) and isinstance(thing.value, NUMBERS):
            return ast.Constant(thing.value)
        if isinstance(thing, Computed):
            return ast.Call(
                ast.Name(self._request(thing.function, {"self": thing.node}), ast.Load()),
                [ast.Name(RECORD, ast.Load())],
                [],
            )
        raise self._error(node, f"{ast.unparse(node)} is no number")

    def _call(self, node: ast.Call) -> ast.expr:
        thing = self._resolve(node.func)
        if isinstance(thing, Bound):
            return self._call_of(node, thing.function, thing.node)
        if isinstance(thing, Fixed):
            value = thing.value
            if isinstance(value, FunctionType):
                return self._call_of(node, value, None)
            plain = any(value is one for one in _PLAIN)
            if isinstance(value, BuiltinFunctionType) and value.__module__ == "math":
                self._imports.add(value.__name__)
                plain = True
            if plain:
                if value is len and isinstance(buffer := self._resolve(node.args[0]), Buffer):
                    return ast.Constant(buffer.length)
                return ast.Call(
                    ast.Name(value.__name__, ast.Load()),
                    [self._value(arg) for arg in node.args],
                    [],
                )
        raise self._error(node, f"{ast.unparse(node.func)} cannot be called")

    def _call_of(self, node: ast.Call, function: FunctionType, of: Node | None) -> ast.expr:
        parameters = list(inspect.signature(function).parameters.values())
        bound: dict[str, Member] = {}
        if of is not None:
            bound[parameters.pop(0).name] = of
        given: dict[str, ast.expr] = dict(
            zip((parameter.name for parameter in parameters), node.args, strict=False)
        )
        given |= {str(keyword.arg): keyword.value for keyword in node.keywords}
        if len(node.args) > len(parameters) or not given.keys() <= {p.name for p in parameters}:
            raise self._error(node, f"{ast.unparse(node)}: arguments do not fit")
        args: list[ast.expr] = [ast.Name(RECORD, ast.Load())]
        for parameter in parameters:
            if parameter.name not in given:
                if not isinstance(parameter.default, NUMBERS):
                    raise self._error(node, f"{ast.unparse(node)}: {parameter.name} is missing")
                args.append(ast.Constant(parameter.default))
                continue
            value = given[parameter.name]
            thing = self._resolve(value)
            if isinstance(thing, Node | Buffer):
                bound[parameter.name] = thing
            else:
                args.append(self._value(value))
        return ast.Call(ast.Name(self._request(function, bound), ast.Load()), args, [])


def field_of(place: Scalar | Buffer, context: ast.expr_context | None = None) -> ast.expr:
    return ast.Attribute(ast.Name(RECORD, ast.Load()), place.name, context or ast.Load())
