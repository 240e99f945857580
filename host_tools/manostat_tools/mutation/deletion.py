"""A mutation that Cosmic Ray does not have: a statement is left out."""

from collections.abc import Iterator
from typing import Any

from cosmic_ray.operators.operator import Example, Operator
from parso import parse

Position = tuple[tuple[int, int], tuple[int, int]]


class DeleteStatement(Operator):
    """Replaces an assignment, a call or a return inside a function by `pass`.

    Most of a state machine is assignments, which no exchange of operators or numbers leaves out.
    """

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if node.type == "simple_stmt" and _in_function(node) and _acts(node.children[0]):
            yield node.start_pos, node.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        statement = parse("pass\n").children[0]
        statement.get_first_leaf().prefix = node.get_first_leaf().prefix
        return statement

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("def f():\n    x.y = 1\n", "def f():\n    pass\n"),)


def _in_function(node: Any) -> bool:
    while node is not None and node.type != "funcdef":
        node = node.parent
    return node is not None


def _acts(statement: Any) -> bool:
    return statement.type not in ("string", "strings", "keyword", "import_from", "raise_stmt")
