"""What is prescribed for a run, as the nine integers of a unit, and what to know before it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from manostat.core.prescription import validate
from manostat.core.scale import CEILING_PA
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools import words
from manostat_tools.pump import Pump as Mechanics
from manostat_tools.session.levels import Region, region_of
from manostat_tools.session.model import Contrast, Level, Needle, Role, RunKind, Syringe
from manostat_tools.session.needles import drop_of, needle_warning
from manostat_tools.session.presets import Preset
from manostat_tools.unit import step_ratio

ZERO_MOST_PA = round(5 * PA_PER_PSI)
"""A reading at rest beyond this is no zero: something presses on the sensor, or it is broken."""
_CODES = {name: code for code, name in words.MODES.items()}
_LEAST_ABOVE_PSI = 1


@dataclass(frozen=True)
class Dose:
    """mL/s, mL and whole psi (P-02); `step_ml` is of each press of RUN, 0 but in `step`."""

    kind: RunKind
    rate_ml_s: float
    volume_ml: float
    above_psi: int
    line_psi: int
    step_ml: float = 0.0


def dose_of(preset: Preset, kind: RunKind = RunKind.INJECT) -> Dose:
    """What the preset proposes. A sham has the same figures: it must take as long."""
    return Dose(
        kind,
        preset.rate.value,
        preset.volume.value,
        round(preset.limit_above.value),
        round(preset.limit_line.value),
    )


def comply_dose(preset: Preset) -> Dose:
    """Against a closed stopcock, up to the line limit that the levels will be used with."""
    return replace(dose_of(preset, RunKind.COMPLY), rate_ml_s=0.05, volume_ml=1.0)


def prime_dose(preset: Preset, volume_ml: float) -> Dose:
    """Into air."""
    return replace(dose_of(preset, RunKind.PRIME), rate_ml_s=0.05, volume_ml=volume_ml)


def unit_of(dose: Dose, syringe: Syringe, zero_pa: int, mechanics: Mechanics) -> tuple[int, ...]:
    """The nine integers. ValueError with field, value and allowed range if they are no unit, or
    the volume is more than the syringe holds."""
    if dose.volume_ml > syringe.nominal_ml:
        raise ValueError(
            f"volume: {dose.volume_ml:g} mL, allowed at most {syringe.nominal_ml:g} mL: the syringe"
        )
    unit = (
        _CODES[dose.kind],
        round(dose.rate_ml_s * 1e6),
        round(dose.volume_ml * 1e6),
        _pascals(dose.above_psi),
        _pascals(dose.line_psi),
        round(dose.step_ml * 1e6),
        *step_ratio(syringe.inner_diameter_mm, mechanics),
        zero_pa,
    )
    validate(unit)
    return unit


def _pascals(psi: int) -> int:
    return min(round(psi * PA_PER_PSI), CEILING_PA)


def told(unit: Sequence[int]) -> list[tuple[str, str]]:
    """What will hold, by name, as the pump will take it."""
    kind = RunKind(words.mode(unit[0]))
    rows = [
        ("mode", str(kind)),
        ("rate", words.rate(unit[1])),
        ("volume", words.volume(unit[2])),
        ("limit on the line", words.pressure(unit[4])),
    ]
    if kind in (RunKind.INJECT, RunKind.STEP, RunKind.SHAM):
        rows.insert(3, ("limit above opening", words.pressure(unit[3])))
    if kind is RunKind.STEP:
        rows.append(("a press of RUN", words.volume(unit[5])))
    return [*rows, ("zero", words.pressure(unit[8]))]


def drop_warnings(needle: Needle, contrast: Contrast, dose: Dose) -> list[str]:
    """What the needle eats of the window, with the rate that fits; nothing if it is little."""
    said = [needle_warning(needle, contrast, dose.rate_ml_s)]
    drop = drop_of(needle, contrast, dose.rate_ml_s)
    least_psi = min(dose.above_psi, dose.line_psi)
    if drop is not None and drop.psi >= least_psi:
        said.append(
            f"{drop.said}: it alone meets the limit of {least_psi} psi, and the pump will stop "
            f"before the disc has felt anything: allowed below "
            f"{least_psi / drop.resistance:.2g} mL/s"
        )
    return [text for text in said if text]


def plan_warnings(levels: Sequence[Level]) -> list[str]:
    """Of the levels as they are planned: what the grading rules will miss."""
    said = []
    controls = [level for level in levels if level.role is Role.CONTROL]
    if not [level for level in levels if level.role is Role.SUSPECT]:
        said.append("no suspect level: nothing is to be graded")
    if not controls:
        said.append("no control disc: no rule can call a level positive without one")
    elif len(controls) == 1:
        said.append("one control disc: some rules ask for two")
    regions = {region_of(level.name) for level in levels}
    if len(regions) > 1:
        said.append(f"levels of more than one region: {', '.join(sorted(regions))}")
    if regions - {Region.LUMBAR}:
        said.append("no pressure limit is agreed on beside the lumbar discs: no rule grades those")
    return said


def zero_of(readings_pa: Sequence[float]) -> int:
    """The zero in Pa from a second of readings at rest. ValueError outside 5 psi either way."""
    if not readings_pa:
        raise ValueError("no reading came: allowed a second of them")
    zero_pa = round(sum(readings_pa) / len(readings_pa))
    if abs(zero_pa) > ZERO_MOST_PA:
        raise ValueError(
            f"{words.pressure(zero_pa)} at rest, allowed -5 to 5 psi: take the line off the needle "
            "and open it to air, with the sensor at the height of the disc; then answer y again "
            "(n takes no zero)"
        )
    return zero_pa


def check_dose(dose: Dose) -> None:
    """ValueError for limits that contradict each other."""
    if not _LEAST_ABOVE_PSI <= dose.above_psi <= dose.line_psi:
        raise ValueError(
            f"limit above opening: {dose.above_psi} psi, allowed {_LEAST_ABOVE_PSI} to "
            f"{dose.line_psi} psi, the limit on the line"
        )
