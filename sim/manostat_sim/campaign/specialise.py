"""One method of one object, rewritten as a function over the flat record.

Attributes become fields; names that stand for objects vanish; calls go to functions specialised in
their turn. What cannot be told from the source and the built tree is an error with its place.
"""

import ast
import builtins
import copy
import inspect
import textwrap
from collections.abc import Callable, Mapping
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from manostat_sim.campaign.layout import Bound, Buffer, Computed, Fixed, Member, Node, Scalar

RECORD = "_s"
_PLAIN = (abs, bool, float, int, len, max, min, range, round)
_NUMBERS = (int, float)

Request = Callable[[FunctionType, Mapping[str, Member]], str]
"""Name of the generated function for this function with these parameters bound."""


class FlattenError(TypeError):
    """Source that has no flat form; the text says where it is and what stands there."""


class Specialiser:
    """Rewrites `function` with the parameters in `bound` standing for parts of the tree.

    `request` is asked for each function called, `imports` collects what of `math` is used.
    """

    def __init__(
        self,
        function: FunctionType,
        bound: Mapping[str, Member],
        request: Request,
        imports: set[str],
    ) -> None:
        self._function = function
        self._request = request
        self._imports = imports
        self._first_line = function.__code__.co_firstlineno
        self._known: dict[str, Member | None] = dict(bound)
        self._locals = set(function.__code__.co_varnames)

    def rewritten(self, name: str) -> str:
        """The text of the generated function."""
        tree = ast.parse(textwrap.dedent(inspect.getsource(self._function))).body[0]
        assert isinstance(tree, ast.FunctionDef)
        left = [arg for arg in tree.args.args if arg.arg not in self._known]
        made = ast.FunctionDef(
            name=name,
            args=ast.arguments(
                posonlyargs=[],
                args=[ast.arg(RECORD), *(ast.arg(arg.arg) for arg in left)],
                kwonlyargs=[],
                kw_defaults=[],
                defaults=[],
            ),
            body=self._block(tree.body) or [ast.Pass()],
            decorator_list=[],
        )
        return ast.unparse(ast.fix_missing_locations(made))

    # Statements.

    def _block(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for number, statement in enumerate(statements):
            choice = self._choice(statement)
            if choice is not None:
                # Which object it is shows at run time only: what follows is written for each.
                rest = statements[number + 1 :]
                test, one, other = choice
                branches = [self._branch([copy.deepcopy(part), *rest]) for part in (one, other)]
                made.append(ast.If(test, branches[0] or [ast.Pass()], branches[1]))
                return made
            made += self._statement(statement)
        return made

    def _branch(self, statements: list[ast.stmt]) -> list[ast.stmt]:
        before = dict(self._known)
        made = self._block(copy.deepcopy(statements))
        after, self._known = self._known, before
        for name, thing in after.items():
            if self._known.get(name) != thing:
                self._known[name] = None  # another thing on the other way: unusable from here
        return made

    def _statement(self, node: ast.stmt) -> list[ast.stmt]:
        if isinstance(node, ast.Expr):
            if isinstance(node.value, ast.Constant):
                return []  # a docstring
            return [ast.Expr(self._value(node.value))]
        if isinstance(node, ast.Assign):
            return self._assign(node, node.targets, node.value)
        if isinstance(node, ast.AnnAssign):
            return self._assign(node, [node.target], node.value) if node.value else []
        if isinstance(node, ast.AugAssign):
            return [ast.AugAssign(self._target(node.target), node.op, self._value(node.value))]
        if isinstance(node, ast.If):
            return self._if(node)
        if isinstance(node, ast.While) and not node.orelse:
            return [ast.While(self._value(node.test), self._branch(node.body), [])]
        if isinstance(node, ast.For) and not node.orelse and isinstance(node.target, ast.Name):
            body = self._branch(node.body) or [ast.Pass()]
            return [ast.For(node.target, self._value(node.iter), body, [])]
        if isinstance(node, ast.Return):
            return [ast.Return(self._value(node.value) if node.value else None)]
        if isinstance(node, ast.Pass | ast.Break | ast.Continue):
            return [node]
        raise self._error(node, f"{type(node).__name__.lower()} has no flat form")

    def _if(self, node: ast.If) -> list[ast.stmt]:
        test = self._value(node.test)
        if isinstance(test, ast.Constant):
            return self._block(node.body if test.value else node.orelse)
        body, orelse = self._branch(node.body), self._branch(node.orelse)
        return [ast.If(test, body or [ast.Pass()], orelse)]

    def _assign(
        self, node: ast.stmt, targets: list[ast.expr], value: ast.expr
    ) -> list[ast.stmt]:
        thing = self._resolve(value)
        if isinstance(thing, Node | Buffer):
            if len(targets) != 1 or not isinstance(targets[0], ast.Name):
                raise self._error(node, f"{ast.unparse(value)} is an object: only a name may take it")
            self._known[targets[0].id] = thing
            return []
        if isinstance(value, ast.Tuple) and isinstance(targets[0], ast.Tuple):
            pairs = list(zip(targets[0].elts, value.elts, strict=True))
            if all(isinstance(self._resolve(part), Node | Buffer) for _, part in pairs):
                return [made for to, part in pairs for made in self._assign(node, [to], part)]
        made = self._value(value)
        return [ast.Assign([self._target(target) for target in targets], made)]

    def _choice(self, node: ast.stmt) -> tuple[ast.expr, ast.stmt, ast.stmt] | None:
        """`name = a if test else b` of two objects: the test and the two assignments."""
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.IfExp):
            return None
        value = node.value
        if not all(isinstance(self._resolve(p), Node | Buffer) for p in (value.body, value.orelse)):
            return None
        parts = [ast.copy_location(ast.Assign(node.targets, p), node) for p in (value.body, value.orelse)]
        return self._value(value.test), parts[0], parts[1]

    def _target(self, node: ast.expr) -> ast.expr:
        if isinstance(node, ast.Name):
            self._known.pop(node.id, None)
            return node
        if isinstance(node, ast.Tuple):
            return ast.Tuple([self._target(part) for part in node.elts], ast.Store())
        if isinstance(node, ast.Attribute):
            thing = self._resolve(node)
            if isinstance(thing, Scalar):
                return _field(thing, ast.Store())
            raise self._error(node, f"{ast.unparse(node)} is no number that may be assigned")
        if isinstance(node, ast.Subscript):
            made = self._value(node)
            assert isinstance(made, ast.Subscript)
            return ast.Subscript(made.value, made.slice, ast.Store())
        raise self._error(node, f"cannot assign to {ast.unparse(node)}")

    # Expressions.

    def _value(self, node: ast.expr) -> ast.expr:
        """The expression over the record; its value is a number, a bool or a tuple of such."""
        if isinstance(node, ast.Name | ast.Attribute):
            return self._read(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Subscript):
            thing = self._resolve(node.value)
            if isinstance(thing, Buffer):
                return ast.Subscript(_field(thing), self._value(node.slice), ast.Load())
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            folded = self._folded(node)
            if folded is not None:
                return ast.Constant(folded)
        if isinstance(
            node,
            ast.Constant | ast.BoolOp | ast.BinOp | ast.UnaryOp | ast.Compare | ast.IfExp
            | ast.Tuple | ast.Subscript,
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
            return _field(thing)
        if isinstance(thing, Buffer):
            return _field(thing)
        if isinstance(thing, Fixed) and isinstance(thing.value, _NUMBERS):
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
                    ast.Name(value.__name__, ast.Load()), [self._value(arg) for arg in node.args], []
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
                if not isinstance(parameter.default, _NUMBERS):
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

    def _folded(self, node: ast.Compare) -> bool | None:
        """The answer to a comparison of what is fixed and no number, as of strings or None."""
        sides = []
        for side in (node.left, node.comparators[0]):
            thing = Fixed(side.value) if isinstance(side, ast.Constant) else self._resolve(side)
            if isinstance(thing, Node | Buffer | Bound):
                thing = Fixed(thing)
            if not isinstance(thing, Fixed) or isinstance(thing.value, _NUMBERS):
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


def _field(place: Scalar | Buffer, context: ast.expr_context | None = None) -> ast.expr:
    return ast.Attribute(ast.Name(RECORD, ast.Load()), place.name, context or ast.Load())
