"""A unit: syringe, needle and prescription in a clinician's numbers, checked, as nine integers.

The numbers from outside (barrels, needle resistances) are the simulator's tables, with their
letters: H read in the source, M widely repeated, C computed, E a guess.
"""

from dataclasses import dataclass, field
from fractions import Fraction
from math import pi
from pathlib import Path
from typing import Any

from manostat.core import prescription as core
from manostat.core.scale import CEILING_PA
from manostat_sim.plant.tables import NEEDLES, PA_PER_PSI
from manostat_tools.needle_drop import NeedleDrop, known_needles, row_of
from manostat_tools.pump import Pump
from manostat_tools.refusal import Problems

CEILING_PSI = round(CEILING_PA / PA_PER_PSI)
MODES = {"inject": 1, "step": 2, "prime": 3}

_STROKE_MM = (25.0, 130.0)  # travel of plungers of 1 to 20 mL barrels (E)
_SYRINGE = ("maker", "nominal_ml", "inner_diameter_mm")
_NEEDLE = ("gauge", "length_mm", "contrast")
_PRESCRIPTION = (
    "mode",
    "rate_ml_s",
    "volume_ml",
    "limit_above_opening_psi",
    "limit_line_psi",
    "step_volume_ml",
    "zero_psi",
)
_MOST = {name: high for name, _low, high in core.RANGES}
_LEAST = {name: low for name, low, _high in core.RANGES}


@dataclass(frozen=True)
class Unit:
    """`values` are the nine integers of a unit page, in the order of `core.prescription.RANGES`."""

    values: tuple[int, ...]
    maker: str
    nominal_ml: float
    needle: str
    contrast: int
    drop_cold_psi: float
    drop_warm_psi: float
    warnings: list[str] = field(default_factory=list)


def step_ratio(diameter_mm: float, pump: Pump) -> tuple[int, int]:
    """Nanolitres of a microstep as (numerator, denominator), the denominator at most 4096.

    pi/4 d^2 lead / (steps a turn * microsteps), with 1 mm^3 = 1000 nL.
    """
    steps_per_rev = pump.steps_per_rev * pump.microsteps
    nl_per_step = pi / 4 * diameter_mm**2 * pump.lead_mm / steps_per_rev * 1000
    ratio = Fraction(nl_per_step).limit_denominator(4096)
    return ratio.numerator, ratio.denominator


def read_unit(file: Path, data: dict[str, Any], pump: Pump, problems: Problems) -> Unit | None:
    """The unit of a file such as bench.json, or None when something is wrong with it.

    Everything is checked, also against the motor of `pump` and the needle, before any of it is
    used; a needle drop that only costs margin is a warning.
    """
    before = len(problems.lines)
    problems.known(file, data, ("syringe", "needle", "prescription"))
    syringe, needle, dose = (
        _section(file, data, name, fields, problems)
        for name, fields in (
            ("syringe", _SYRINGE),
            ("needle", _NEEDLE),
            ("prescription", _PRESCRIPTION),
        )
    )
    ratio, nominal_ml = _read_syringe(file, syringe, pump, problems)
    values = _read_prescription(file, dose, nominal_ml, problems)
    key = _read_needle(file, needle, problems)
    if len(problems.lines) > before or ratio is None or key is None:
        return None
    rate_ml_s = dose["rate_ml_s"]
    _check_motor(file, rate_ml_s, ratio, pump, problems)
    warnings = _check_needle(file, dose, NEEDLES[key].cold, problems)
    unit = (*values[:6], *ratio, values[6])
    if len(problems.lines) == before:
        try:
            core.validate(unit)
        except ValueError as refused:
            problems.lines.append(f"{file}: {refused}")
    if len(problems.lines) > before:
        return None
    return Unit(
        values=unit,
        maker=str(syringe["maker"]),
        nominal_ml=syringe["nominal_ml"],
        needle=key[0],
        contrast=key[1],
        drop_cold_psi=NEEDLES[key].cold * rate_ml_s,
        drop_warm_psi=NEEDLES[key].warm * rate_ml_s,
        warnings=warnings,
    )


def _section(
    file: Path, data: dict[str, Any], name: str, fields: tuple[str, ...], problems: Problems
) -> dict[str, Any]:
    section = data.get(name)
    if not isinstance(section, dict):
        problems.add(file, name, "missing", "an object with " + ", ".join(fields))
        return {}
    problems.known(file, section, fields, name + ".")
    return section


def _read_syringe(
    file: Path, syringe: dict[str, Any], pump: Pump, problems: Problems
) -> tuple[tuple[int, int] | None, float | None]:
    maker = syringe.get("maker")
    if not isinstance(maker, str) or not maker:
        problems.add(file, "syringe.maker", maker, "a name (another maker's bore differs by 16 %)")
    nominal_ml = problems.number(file, syringe, "syringe.nominal_ml", 1, 20, "mL")
    diameter_mm = problems.number(file, syringe, "syringe.inner_diameter_mm", 4, 30, "mm")
    if nominal_ml is None or diameter_mm is None:
        return None, nominal_ml
    area_mm2 = pi / 4 * diameter_mm**2
    stroke_mm = nominal_ml * 1000 / area_mm2
    low_mm, high_mm = _STROKE_MM
    if not low_mm <= stroke_mm <= high_mm:
        narrow, wide = (2 * (nominal_ml * 1000 / pi / mm) ** 0.5 for mm in (high_mm, low_mm))
        problems.add(
            file,
            "syringe.inner_diameter_mm",
            f"{diameter_mm:g} mm for {nominal_ml:g} mL (a stroke of {stroke_mm:.0f} mm)",
            f"{narrow:.1f} to {wide:.1f} mm (a stroke of {low_mm:g} to {high_mm:g} mm)",
        )
        return None, nominal_ml
    return step_ratio(diameter_mm, pump), nominal_ml


def _read_needle(file: Path, needle: dict[str, Any], problems: Problems) -> tuple[str, int] | None:
    """The needle's row in the simulator's table: its name and the contrast."""
    gauge = problems.whole(file, needle, "needle.gauge", 18, 30, "G")
    length_mm = problems.whole(file, needle, "needle.length_mm", 25, 250, "mm")
    contrast = problems.whole(file, needle, "needle.contrast", 140, 400, "mg iodine/mL")
    if gauge is None or length_mm is None or contrast is None:
        return None
    key = row_of(gauge, length_mm, contrast)
    if key not in NEEDLES:
        problems.add(file, "needle", f"{key[0]} mm with {contrast}", f"one of: {known_needles()}")
        return None
    return key


def _read_prescription(
    file: Path, dose: dict[str, Any], nominal_ml: float | None, problems: Problems
) -> tuple[int, ...]:
    """(mode, rate, volume, limit above opening, line limit, step volume, zero) as integers."""
    mode = dose.get("mode")
    if not isinstance(mode, str) or mode not in MODES:
        problems.add(file, "prescription.mode", mode, "one of " + ", ".join(MODES))

    def scaled(name: str, least: float, most: float, unit: str, scale: float) -> int:
        value = problems.number(file, dose, "prescription." + name, least, most, unit)
        return round((value or 0) * scale)

    def millilitres(name: str, core_name: str, most: float | None = None) -> int:
        high = _MOST[core_name] / 1e6
        unit = "mL/s" if name.endswith("_s") else "mL"
        return scaled(name, _LEAST[core_name] / 1e6, min(high, most or high), unit, 1e6)

    def psi(name: str, least: float, most: float) -> int:
        return min(scaled(name, least, most, "psi", PA_PER_PSI), CEILING_PA)

    return (
        MODES.get(str(mode), 0),
        millilitres("rate_ml_s", "rate_nl_s"),
        millilitres("volume_ml", "volume_nl", nominal_ml),
        psi("limit_above_opening_psi", 1, CEILING_PSI),
        psi("limit_line_psi", 1, CEILING_PSI),
        millilitres("step_volume_ml", "step_volume_nl"),
        psi("zero_psi", -5, 5),
    )


def _check_motor(
    file: Path, rate_ml_s: float, ratio: tuple[int, int], pump: Pump, problems: Problems
) -> None:
    most_ml_s = pump.max_steps_per_s * ratio[0] / ratio[1] / 1e6
    if rate_ml_s > most_ml_s:
        problems.add(
            file,
            "prescription.rate_ml_s",
            f"{rate_ml_s:g} mL/s",
            f"at most {most_ml_s:.4g} mL/s (the motor's {pump.max_steps_per_s} steps/s)",
        )


def _check_needle(
    file: Path, dose: dict[str, Any], resistance: float, problems: Problems
) -> list[str]:
    """Refuses a rate whose drop alone meets a limit; returns what deserves a warning."""
    drop = NeedleDrop(resistance, dose["rate_ml_s"])
    name, limit_psi = min(
        ((name, dose[name]) for name in ("limit_above_opening_psi", "limit_line_psi")),
        key=lambda pair: pair[1],
    )
    if drop.psi >= limit_psi:
        most = limit_psi / resistance
        problems.add(
            file,
            "prescription.rate_ml_s",
            drop.said,
            f"below {most:.2g} mL/s, or the drop alone meets {name} of {limit_psi:g} psi; "
            f"{drop.fits}",
        )
        return []
    return [f"{file}: prescription.rate_ml_s: {drop.warning}"] if drop.warning else []
