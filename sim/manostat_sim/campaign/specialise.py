"""One method of one object, rewritten as a function over the flat record.

Attributes become fields; names that stand for objects vanish; calls go to functions specialised in
their turn. What cannot be told from the source and the built tree is an error with its place.
"""

import ast
import copy
import inspect
import textwrap

from manostat_sim.campaign.expressions import RECORD, Expressions, field_of
from manostat_sim.campaign.layout import Buffer, Node, Scalar


class Specialiser(Expressions):
    """Rewrites `function` with the parameters in `bound` standing for parts of the tree."""

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
            return [self._augmented(node)]
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

    def _augmented(self, node: ast.AugAssign) -> ast.stmt:
        target = self._target(node.target)
        assert isinstance(target, ast.Name | ast.Attribute | ast.Subscript)
        return ast.AugAssign(target, node.op, self._value(node.value))

    def _if(self, node: ast.If) -> list[ast.stmt]:
        test = self._value(node.test)
        if isinstance(test, ast.Constant):
            return self._block(node.body if test.value else node.orelse)
        body, orelse = self._branch(node.body), self._branch(node.orelse)
        return [ast.If(test, body or [ast.Pass()], orelse)]

    def _assign(self, node: ast.stmt, targets: list[ast.expr], value: ast.expr) -> list[ast.stmt]:
        thing = self._resolve(value)
        if isinstance(thing, Node | Buffer):
            if len(targets) != 1 or not isinstance(targets[0], ast.Name):
                raise self._error(
                    node, f"{ast.unparse(value)} is an object: only a name may take it"
                )
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
        parts = [
            ast.copy_location(ast.Assign(node.targets, p), node) for p in (value.body, value.orelse)
        ]
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
                return field_of(thing, ast.Store())
            raise self._error(node, f"{ast.unparse(node)} is no number that may be assigned")
        if isinstance(node, ast.Subscript):
            made = self._value(node)
            assert isinstance(made, ast.Subscript)
            return ast.Subscript(made.value, made.slice, ast.Store())
        raise self._error(node, f"cannot assign to {ast.unparse(node)}")
