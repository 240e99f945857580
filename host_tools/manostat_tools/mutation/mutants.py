"""What can be changed in a source: each mutant is the whole changed text, and a name that lasts."""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from manostat_tools.mutation.deletion import DeleteStatement

_NEVER = ("_Is", "_IsNot")
"""To MicroPython `is` on small integers is `==`: nothing else than the mutants with `==`."""


@dataclass(frozen=True)
class Mutant:
    """One change. `id` depends on the file, the function and the two texts, not on the line."""

    id: str
    file: str
    function: str
    line: int
    kind: str
    before: str
    after: str
    source: str

    def __str__(self) -> str:
        return f"{self.id} {self.file}:{self.line} {self.before!r} -> {self.after!r}"


def mutants_of(file: str, source: str) -> list[Mutant]:
    """All mutants of `source`, which is the text of `file`, in the order of their lines.

    Changes that leave the same program, or that another one makes too, are left out.
    """
    functions = _functions(source)
    known = {ast.dump(ast.parse(source))}
    found: list[tuple[int, str, str, str, str, str]] = []
    for kind, changed in _changes(source):
        try:
            program = ast.dump(ast.parse(changed))
        except SyntaxError:
            continue
        if program in known:
            continue
        known.add(program)
        line, before, after = _difference(source, changed)
        function = next((name for first, last, name in functions if first <= line <= last), "")
        found.append((line, kind, function, before, after, changed))
    found.sort(key=lambda change: change[0])

    mutants = []
    times: dict[tuple[str, str, str], int] = {}
    for line, kind, function, before, after, changed in found:
        text = (function, before, after)
        times[text] = times.get(text, 0) + 1
        name = "\0".join((file, *text, str(times[text])))
        identity = hashlib.sha256(name.encode()).hexdigest()[:8]
        mutants.append(Mutant(identity, file, function, line, kind, before, after, changed))
    return mutants


def _operators() -> Iterator[tuple[str, Any]]:
    for name in operator_names():
        operator = get_operator(name)
        if not operator.arguments() and not name.endswith(_NEVER):
            yield name.removeprefix("core/").split("_")[0], operator()
    yield "DeleteStatement", DeleteStatement()


def _changes(source: str) -> Iterator[tuple[str, str]]:
    nodes = list(ast_nodes(get_ast(source)))
    for kind, operator in _operators():
        places = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        for place in range(places):
            changed = mutate_code(source, operator, place)
            if changed is not None:
                yield kind, changed


def _functions(source: str) -> list[tuple[int, int, str]]:
    """First line, last line and name of each function, the innermost first."""
    found = []

    def walk(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef):
                name = f"{prefix}{child.name}"
                walk(child, f"{name}.")
                if isinstance(child, ast.FunctionDef):
                    found.append((child.lineno, child.end_lineno or child.lineno, name))

    walk(ast.parse(source), "")
    return found


def _difference(source: str, changed: str) -> tuple[int, str, str]:
    """The first line that differs, counted from 1, and the text that differs in both."""
    old, new = source.splitlines(), changed.splitlines()
    first = 0
    while old[first] == new[first]:
        first += 1
    last = 0
    while last < min(len(old), len(new)) - first - 1 and old[-1 - last] == new[-1 - last]:
        last += 1
    return first + 1, _joined(old, first, last), _joined(new, first, last)


def _joined(lines: list[str], first: int, last: int) -> str:
    words = " ".join(lines[first : len(lines) - last]).split("  # ")[0].split()
    return " ".join(words)
