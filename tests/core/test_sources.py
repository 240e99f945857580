"""Requirements on the text of the core: what it imports, and that a tick cannot allocate."""

import ast
from pathlib import Path

import pytest

import manostat.core

FILES = sorted(Path(manostat.core.__path__[0]).glob("*.py"))
TREES = {path.name: ast.parse(path.read_text(encoding="utf-8")) for path in FILES}
ONCE = {"__init__", "build", "_build_watch", "validate", "_within"}
"""Run when a pump is built, never in a tick."""

ALLOCATES = (
    ast.List,
    ast.Tuple,
    ast.Dict,
    ast.Set,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
    ast.JoinedStr,
    ast.Lambda,
    ast.FunctionDef,
    ast.Try,
    ast.Raise,
    ast.With,
    ast.Yield,
    ast.YieldFrom,
    ast.Starred,
    ast.keyword,
    ast.Slice,
    ast.Global,
    ast.Nonlocal,
)


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


def faults_of(function: ast.FunctionDef) -> list[str]:
    """What in a function might take memory each time it runs."""
    found = []
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    for statement in statements:
        for node in ast.walk(statement):
            if isinstance(node, ALLOCATES) or (
                isinstance(node, ast.Constant) and not isinstance(node.value, int)
            ):
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
            elif isinstance(node, ast.For) and not (
                isinstance(node.iter, ast.Call) and getattr(node.iter.func, "id", "") == "range"
            ):
                found.append(f"line {node.lineno}: for over {ast.unparse(node.iter)}")
    return found


@pytest.mark.parametrize("name", TREES)
def test_the_core_imports_const_and_itself_only(name):
    for node in ast.walk(TREES[name]):
        assert not isinstance(node, ast.Import), f"line {node.lineno}"
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            if node.module == "micropython":
                assert [alias.name for alias in node.names] == ["const"]
            else:
                assert node.module.startswith("manostat.core."), f"line {node.lineno}"
    assert "__import__" not in ast.unparse(TREES[name])


@pytest.mark.parametrize("name", TREES)
def test_the_core_has_no_floats(name):
    for node in ast.walk(TREES[name]):
        assert not isinstance(node, ast.Div), "a true division"
        if isinstance(node, ast.Constant):
            assert not isinstance(node.value, float | complex), f"line {node.lineno}: {node.value}"
        if isinstance(node, ast.Name):
            assert node.id not in ("float", "round", "complex", "pow"), f"line {node.lineno}"


@pytest.mark.parametrize("name", TREES)
def test_every_constant_is_a_small_integer_on_the_board(name):
    for node in ast.walk(TREES[name]):
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            assert abs(node.value) < 2**30, f"line {node.lineno}: {node.value}"


@pytest.mark.parametrize("name", TREES)
def test_functions_of_a_tick_have_no_syntax_that_allocates(name):
    found = {
        function.name: faults_of(function)
        for function in functions(TREES[name])
        if function.name not in ONCE
    }
    assert not any(found.values()), found


def test_a_tick_reaches_only_functions_that_were_checked():
    """`build` and `validate` are called by nobody in the core but at the top level of a pump."""
    for name, tree in TREES.items():
        for function in functions(tree):
            if function.name in ONCE:
                continue
            called = {
                getattr(node.func, "id", getattr(node.func, "attr", ""))
                for node in ast.walk(function)
                if isinstance(node, ast.Call)
            }
            assert not called & ONCE, f"{name}: {function.name}"
            assert not any(word[:1].isupper() for word in called), f"{name}: {function.name}"


@pytest.mark.parametrize(
    "text",
    [
        "return [1]",
        "return (1, self.x)",
        "self.x, self.y = self.y, self.x",
        "return {1: 2}",
        "return [i for i in range(3)]",
        "return f'{self.x}'",
        "return lambda: 1",
        "try:\n        pass\n    finally:\n        pass",
        "return self.x[1:2]",
        "return 'text'",
        "return 1.5",
        "for x in self.buffer:\n        pass",
        "self.feed(x=1)",
        "return None",
    ],
)
def test_the_check_itself_sees(text):
    source = f"def tick(self):\n    '''Doc.'''\n    {text}\n"
    assert faults_of(functions(ast.parse(source))[0])


def test_the_check_itself_lets_plain_statements_pass():
    source = "def tick(self):\n    for i in range(8):\n        self.b[i] = self.x >> 2 & 7\n"
    assert not faults_of(functions(ast.parse(source))[0])
