"""The figures of a run, and the survivors that docs/mutation.md explains."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manostat_tools.mutation.child import KILLED, PASSED, TIMED_OUT
from manostat_tools.mutation.mutants import Mutant

_ROW = re.compile(r"^\|\s*`([0-9a-f]{8})`\s*\|(.*)\|\s*([^|]*?)\s*\|\s*$")


@dataclass(frozen=True)
class Judged:
    """A mutant and its verdict."""

    mutant: Mutant
    verdict: str


def explained(document: Path) -> dict[str, str]:
    """Ids of the survivors in the tables of `document`, and why they live."""
    if not document.exists():
        return {}
    rows = (_ROW.match(line) for line in document.read_text().splitlines())
    return {row[1]: row[3] for row in rows if row is not None and row[3]}


def row(mutant: Mutant, why: str = "") -> str:
    """A survivor as a row of the table in docs/mutation.md."""
    before, after = (text.replace("|", "\\|") for text in (mutant.before, mutant.after))
    where = f"{mutant.file} {mutant.function.rsplit('.', 1)[-1]}".strip()
    return f"| `{mutant.id}` | {where} | `{before}` | `{after}` | {why} |"


def percent(judged: Sequence[Judged]) -> float:
    """Killed or timed out, of all; rounded down to a tenth."""
    dead = sum(one.verdict != PASSED for one in judged)
    return dead * 1000 // max(1, len(judged)) / 10


def summary(title: str, judged: Sequence[Judged]) -> str:
    """One line: total, killed, timed out, survived, percent."""
    counts = [sum(one.verdict == v for one in judged) for v in (KILLED, TIMED_OUT, PASSED)]
    killed, late, alive = counts
    return f"{title:16} {len(judged):5} {killed:6} {late:9} {alive:8} {percent(judged):6.1f} %"


HEADING = f"{'':16} {'all':>5} {'killed':>6} {'timed out':>9} {'survived':>8} {'':>8}"


def evidence(
    judged: Sequence[Judged], least: float, unexplained: int, whole: bool
) -> list[dict[str, Any]]:
    """One line for the whole, one for the survivors that nobody has explained, and one a file,
    which is not judged: what is left of a small file may all be equivalent.

    `whole` is false if something was not run: then nothing is shown.
    """

    def line(name: str, good: bool, figure: float, limit: float | None) -> dict[str, Any]:
        verdict = ("passed" if good else "failed") if whole else "not run"
        return {"id": name, "verdict": verdict, "figure": figure, "limit": limit, "bench": "core"}

    lines = [
        line("mutation", percent(judged) >= least, percent(judged), least),
        line("mutation unexplained", unexplained == 0, unexplained, 0),
    ]
    for file in sorted({one.mutant.file for one in judged}):
        mine = [one for one in judged if one.mutant.file == file]
        lines.append(line(f"mutation {file}", True, percent(mine), None))
    return lines


def write(file: Path, lines: list[dict[str, Any]]) -> None:
    """Write the evidence as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(lines, indent=1) + "\n")
