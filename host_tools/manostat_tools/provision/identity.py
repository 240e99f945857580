"""The identity of a unit: what is known of this pump and of no other, as JSON in its flash.

docs/service.md has the keys. The limits of the parts leave the whole within what its page holds.
"""

import json
from datetime import date
from pathlib import Path
from typing import Any

from manostat_sim.plant.tables import LINE_COMPLIANCE, PA_PER_PSI
from manostat_tools.refusal import Problems
from manostat_tools.units.place import check_serial

MOST_BYTES = 240
"""Of the JSON, in UTF-8, as the pump writes it."""
BY_BYTES = 80
BOARD_BYTES = 32
ZERO_PSI = (-5.0, 5.0)
LINE_NL_PER_PSI = (100.0, 20_000.0)
"""From a short stiff line to twice the softest of the plant's table."""
_PSI_PER_MPA = 1e6 / PA_PER_PSI
_FILE = Path("identity")


def identity_of(
    serial: str,
    calibrated: str,
    by: str,
    zero_psi: float,
    line_nl_per_psi: float,
    board: str,
    problems: Problems,
) -> dict[str, Any]:
    """The identity. `problems` gets one line for each field that is wrong or too long.

    `calibrated`: ISO date, not in the future; `by`: who did it, at most 80 bytes of JSON;
    `zero_psi`: reading of the line sensor in air, -5 to 5 psi; `line_nl_per_psi`: 100 to 20000.
    """
    try:
        check_serial(serial)
    except ValueError as wrong:
        problems.lines.append(f"{_FILE}: {wrong}")
    _check_date(calibrated, problems)
    _check_text("by", by, BY_BYTES, problems)
    _check_text("board", board, BOARD_BYTES, problems)
    _check_range("zero_psi", zero_psi, *ZERO_PSI, "psi", problems)
    _check_range("line_nl_per_psi", line_nl_per_psi, *LINE_NL_PER_PSI, "nL/psi", problems)
    if problems.lines:
        return {}
    identity = {
        "serial": serial,
        "cal": calibrated,
        "by": by,
        "zero_pa": round(zero_psi * PA_PER_PSI),
        "line_nl_mpa": round(line_nl_per_psi * _PSI_PER_MPA),
        "board": board,
    }
    if (size := len(as_stored(identity))) > MOST_BYTES:
        longest = max(identity, key=lambda name: len(as_stored({name: identity[name]})))
        problems.add(_FILE, longest, f"{size} bytes in all", f"{MOST_BYTES} bytes of JSON in all")
    return identity


def as_stored(identity: dict[str, Any]) -> bytes:
    """The JSON as MicroPython writes it: a space behind , and :, and no letter escaped."""
    return json.dumps(identity, ensure_ascii=False).encode()


def line_warning(line_nl_per_psi: float) -> str:
    """What to say of a compliance that no syringe of the usual ones has with its line, or ""."""
    low, high = (each * 1000 for each in (LINE_COMPLIANCE.low, LINE_COMPLIANCE.high))
    if low <= line_nl_per_psi <= high:
        return ""
    return f"line compliance {line_nl_per_psi:g} nL/psi: usual are {low:g} to {high:g} nL/psi (E)"


def _check_date(calibrated: str, problems: Problems) -> None:
    allowed = "a date such as 2026-11-01, not in the future"
    try:
        day = date.fromisoformat(calibrated)
    except ValueError:
        problems.add(_FILE, "cal", repr(calibrated), allowed)
        return
    if day > date.today() or day.isoformat() != calibrated:
        problems.add(_FILE, "cal", calibrated, allowed)


def _check_text(name: str, text: str, most: int, problems: Problems) -> None:
    size = len(as_stored({"": text})) - len(as_stored({"": ""}))
    if size > most:
        problems.add(_FILE, name, f"too long, {size} bytes", f"at most {most} bytes of JSON")
    elif not text.strip() or not text.isprintable():
        problems.add(_FILE, name, repr(text), "something to read, in one line")


def _check_range(
    name: str, value: float, low: float, high: float, unit: str, problems: Problems
) -> None:
    if not low <= value <= high:  # neither is what is not a number
        problems.add(_FILE, name, f"{value:g} {unit}", f"{low:g} to {high:g} {unit}")
