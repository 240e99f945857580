"""A prescription in a clinician's numbers as the nine integers of a unit, checked like a file."""

from dataclasses import dataclass
from pathlib import Path

from manostat.core.prescription import validate
from manostat_sim.plant.tables import SYRINGE_BORE_MM
from manostat_tools import words
from manostat_tools.pump import Pump
from manostat_tools.refusal import Problems
from manostat_tools.unit import MODES, read_unit, step_ratio

SYRINGES = {
    name.lower().removesuffix(" ml").replace(" ", "-"): (name, bore_mm)
    for name, bore_mm in SYRINGE_BORE_MM.items()
}
"""By the name in a command, such as bd-10: name and inner diameter in mm (M)."""
NEEDLE, CONTRAST = "22x152", 240
"""What is taken where none is named: gauge x length in mm, mg of iodine per mL."""

_CODES = {name: code for code, name in words.MODES.items()}
_FILE = Path("prescription")
_NEEDLE_DIGITS = 4


@dataclass(frozen=True)
class Prescription:
    """Rates in mL/s, volumes in mL, limits in whole psi (P-02). `syringe`: a name of SYRINGES;
    `needle`: gauge x length in mm; `contrast`: mg of iodine per mL. The ranges are those of unit
    files (manostat_tools.unit)."""

    mode: str
    rate_ml_s: float
    volume_ml: float
    above_psi: int
    line_psi: int
    syringe: str
    step_ml: float = 0
    needle: str = NEEDLE
    contrast: int = CONTRAST


def values_of(wanted: Prescription, zero_pa: int, pump: Pump) -> tuple[tuple[int, ...], list[str]]:
    """The nine integers, and what deserves a warning. RefusedError with all that is wrong."""
    problems = Problems()
    if wanted.syringe not in SYRINGES:
        problems.add(_FILE, "syringe", wanted.syringe, "one of " + ", ".join(SYRINGES))
    if wanted.mode not in _CODES:
        problems.add(_FILE, "mode", wanted.mode, "one of " + ", ".join(_CODES))
    gauge, _, length_mm = wanted.needle.partition("x")
    if not all(part.isdecimal() and len(part) <= _NEEDLE_DIGITS for part in (gauge, length_mm)):
        problems.add(_FILE, "needle", wanted.needle, "gauge x length in mm, such as 22x152")
    problems.raise_if_any()
    name, bore_mm = SYRINGES[wanted.syringe]
    maker, nominal_ml, _ml = name.split(" ")
    data = {
        "syringe": {
            "maker": maker,
            "nominal_ml": float(nominal_ml),
            "inner_diameter_mm": bore_mm,
        },
        "needle": {
            "gauge": int(gauge),
            "length_mm": int(length_mm),
            "contrast": wanted.contrast,
        },
        "prescription": {
            "mode": wanted.mode if wanted.mode in MODES else "inject",
            "rate_ml_s": wanted.rate_ml_s,
            "volume_ml": wanted.volume_ml,
            "limit_above_opening_psi": wanted.above_psi,
            "limit_line_psi": wanted.line_psi,
            "step_volume_ml": wanted.step_ml,
            "zero_psi": 0,
        },
    }
    unit = read_unit(_FILE, data, pump, problems)
    problems.raise_if_any()
    assert unit is not None  # or a problem would have been raised
    values = (_CODES[wanted.mode], *unit.values[1:8], zero_pa)
    try:
        validate(values)
    except ValueError as wrong:
        problems.lines.append(f"{_FILE}: {wrong}")
    problems.raise_if_any()
    return values, unit.warnings


def syringe_of(values: tuple[int, ...], pump: Pump) -> str:
    """The syringe with this volume of a step, in words."""
    for name, bore_mm in SYRINGES.values():
        if step_ratio(bore_mm, pump) == values[6:8]:
            return name
    return f"{values[6] / values[7]:.4g} nL a step"


def lines(now: tuple[int, ...] | None, then: tuple[int, ...], pump: Pump) -> list[str]:
    """What holds and what will, side by side; a line with a change begins with *."""
    left = ["none"] * len(_LABELS) if now is None else _words(now, pump)
    rows = zip(_LABELS, left, _words(then, pump), strict=True)
    head = f"  {'':<20}{'now':<24}then"
    return [head, *(f"{'* ' if a != b else '  '}{label:<20}{a:<24}{b}" for label, a, b in rows)]


_LABELS = (
    "mode",
    "rate",
    "volume",
    "limit above opening",
    "limit on the line",
    "volume of a press",
    "syringe",
    "zero",
)


def _words(values: tuple[int, ...], pump: Pump) -> list[str]:
    mode, rate_nl_s, volume_nl, above_pa, line_pa, step_nl = values[:6]
    return [
        words.mode(mode),
        words.rate(rate_nl_s),
        words.volume(volume_nl),
        words.pressure(above_pa),
        words.pressure(line_pa),
        words.volume(step_nl) if step_nl else "none",
        syringe_of(values, pump),
        f"{values[8]} Pa",
    ]
