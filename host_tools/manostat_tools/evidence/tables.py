"""Markdown tables of evidence."""

from collections.abc import Iterable, Sequence


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n\n"


def number(value: object) -> str:
    """With as many digits as it needs."""
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
