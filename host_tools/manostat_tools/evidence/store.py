"""Rows of evidence, part by part in build/evidence, each with the firmware that it is about.

A part is a file or a folder of files, so that what is finished stays when the rest is interrupted.
"""

import json
import os
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from manostat_sim.faults.model import Cell
from manostat_tools.boards import REPOSITORY
from manostat_tools.trace.results import digest

FOLDER = Path("build/evidence")
FIRMWARE = "firmware"
NOT_RUN = "not run"

Row = dict[str, Any]


@cache
def firmware(root: Path = REPOSITORY) -> str:
    """A digest of firmware/ and boards/: what all evidence must be about."""
    return digest(root)


def row(name: str, good: bool, figure: float, limit: float | None, bench: str, **more: Any) -> Row:
    """One line of evidence; `more` is for the tables."""
    verdict = "passed" if good else "failed"
    return {"id": name, "verdict": verdict, "figure": figure, "limit": limit, "bench": bench} | more


def write(part: str, rows: Iterable[Row], root: Path = REPOSITORY) -> Path:
    """Write a part, such as "soak" or "fault-matrix/line-open.idle", whole or not at all."""
    stamped = [{**each, FIRMWARE: firmware(root)} for each in rows]
    file = root / FOLDER / f"{part}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(f".{os.getpid()}")
    temporary.write_text(json.dumps(stamped, indent=1) + "\n", encoding="utf-8")
    temporary.replace(file)
    return file


def read(files: Sequence[Path]) -> list[Row]:
    """All rows of these files, in their order; what cannot be read has none."""
    rows: list[Row] = []
    for file in files:
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            continue
        rows += [each for each in found if isinstance(each, dict) and "id" in each]
    return rows


def write_cell(cell: Cell, root: Path = REPOSITORY) -> Path:
    """A cell of the fault matrix, in a file of its own."""
    more = {
        "fault": cell.fault,
        "state": cell.state,
        "of": cell.of,
        "unit": cell.unit,
        "reaction": cell.reaction,
        "last_step_us": cell.last_step_us,
        "volume_nl": cell.volume_nl,
        "alarm": cell.alarm,
        "recorded": list(cell.recorded),
        "requirements": list(cell.requirements),
        "problems": list(cell.problems),
    }
    good = not cell.problems
    made = row(cell.id, good, cell.figure, cell.limit, "pico", **more)
    return write(f"fault-matrix/{cell.fault}.{cell.state}", [made], root)
