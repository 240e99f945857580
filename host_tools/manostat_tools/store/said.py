"""What an import came to, in words."""

from pathlib import Path

from manostat_tools.store.arguments import plural
from manostat_tools.store.errors import ContradictionError
from manostat_tools.store.imports import Outcome
from manostat_tools.words import serial

_LINES = 10


def say_outcome(pulled: str, file: Path, outcome: Outcome) -> int:
    """`pulled`: what was imported; `file`: the store. Returns the exit code."""
    new = f"{plural(outcome.records, 'record')}, {outcome.trace_pages} pages of traces, "
    new += plural(outcome.stretches, "trace")
    is_new = outcome.records or outcome.trace_pages or outcome.stretches
    print(f"{pulled}, {outcome.what}: {f'new: {new}' if is_new else 'nothing new'}")
    held = len(outcome.unit.journal)
    print(f"unit {serial(outcome.unit.name)}: {held} records in {file}")
    for gap in outcome.unit.missing:
        print(f"MISSING: records {gap.start} to {gap.stop - 1}: pull again")
    for finding in outcome.findings:
        print(f"note: {finding}")
    return 0 if outcome.is_sound else 1


def say_contradiction(pulled: str, wrong: ContradictionError) -> int:
    """The same of a pull that was refused."""
    unit = serial(wrong.unit)
    print(f"CONTRADICTION: {pulled} says something else than what is stored of unit {unit}")
    for line in wrong.lines[:_LINES]:
        print(f"  {line}")
    if len(wrong.lines) > _LINES:
        print(f"  and {len(wrong.lines) - _LINES} more")
    print(
        f"{plural(len(wrong.lines), 'contradiction')}: nothing of it was stored. One of the two "
        "was changed,\nor this is another pump: then name it with --unit."
    )
    return 1
