"""The opening pressure that the pump reads, against the disc's own, over the plant's range."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from manostat.core import codes
from manostat_sim.benches.base import Unit
from manostat_sim.benches.core import CoreBench
from manostat_sim.measure.injection import Progress, none_said
from manostat_sim.plant import tables
from manostat_sim.plant.build import draw
from manostat_sim.plant.noise import gauss, uniform
from manostat_sim.scenarios import Scenario, scenario

MOST_DROP_PSI = 25.0
"""A needle that takes more at the prescribed rate does not fit (design, "Prescriptions")."""
_BORE_SD_MM = tables.BORE_TOLERANCE_MM / 2.0  # the tolerance read as two deviations (E)
_TENDER_GRADE = 4  # from here on the plant's range for degenerate discs
_LIMIT_S = 60.0
_FOUND = (codes.OPENING_READ,)


class Opening(NamedTuple):
    """One draw: error of the reading in Pa, against the disc at rest at the moment it is read, and
    against the disc before the injection; both None when no opening was read.
    """

    seed: int
    drawn: str
    how: int
    error_pa: float | None
    before_error_pa: float | None


def sweep(unit: Unit, seeds: Sequence[int], progress: Progress = none_said) -> list[Opening]:
    """Injects into a drawn disc for each seed, until the opening is read or given up."""
    found: list[Opening] = []
    for done, seed in enumerate(seeds):
        found.append(read_opening(drawn_scenario(seed, unit[1]), unit, seed))
        progress((done + 1) / len(seeds))
    return found


def drawn_scenario(seed: int, rate_nl_s: int) -> Scenario:
    """Grade, opening, needle with its bore, line, warming and relaxation, each drawn evenly from
    the plant's published range (the bore normally); sensors with typical errors.
    """
    grade = int(6 * uniform(seed, 31))
    opening = tables.OPENING_DEGENERATE if grade >= _TENDER_GRADE else tables.OPENING_NORMAL
    needles = [key for key, row in tables.NEEDLES.items() if fits(row.cold, rate_nl_s)]
    needle, contrast = needles[int(len(needles) * uniform(seed, 32))]
    disc_options: dict[str, float] = {
        "relaxing_share": draw(tables.RELAXING_SHARE, seed, 33),
        "relaxing_s": draw(tables.RELAXATION_TIME, seed, 34),
    }
    if grade == 5:
        disc_options["leak_psi"] = draw(tables.LEAK_PRESSURE, seed, 35)
        disc_options["leak_ul_s_psi"] = draw(tables.LEAK, seed, 36)
    bore_error_mm = gauss(seed, 20) * _BORE_SD_MM
    return replace(
        scenario(f"dallas-{grade}"),
        opening_psi=draw(opening, seed, 37),
        disc_options=disc_options,
        plant_options={
            "needle": needle,
            "contrast": contrast,
            "bore_error_mm": max(-2 * _BORE_SD_MM, min(bore_error_mm, 2 * _BORE_SD_MM)),
            "line_ul_psi": draw(tables.LINE_COMPLIANCE, seed, 38),
            "warming_s": draw(tables.WARMING, seed, 39),
        },
        sensors="typical",
        seed=seed,
    )


def fits(cold_psi_s_ml: float, rate_nl_s: int) -> bool:
    """Whether the cold needle leaves room: its drop at this rate is at most 25 psi."""
    return cold_psi_s_ml * rate_nl_s / 1e6 <= MOST_DROP_PSI


def read_opening(of: Scenario, unit: Unit, seed: int) -> Opening:
    """One injection on the core bench up to the tare, or to where it is given up."""
    bench = CoreBench(of, unit, seed)
    bench.world.plant = plant = of.plant(draw_seed=seed)
    bench.power_on()
    bench.arm()
    bench.run()
    injector = bench.pump.injector
    end_us = bench.now_us + round(_LIMIT_S * 1e6)
    while injector.opening_how == codes.OPENING_NONE and bench.now_us < end_us:
        bench.advance_to(bench.now_us + 2000)
        if injector.state == codes.STOPPED:
            break
    drawn = (
        f"{of.name}, opening {of.opening_psi:.1f} psi, {of.plant_options['needle']} contrast "
        f"{of.plant_options['contrast']}, line {of.plant_options['line_ul_psi']:.1f} uL/psi"
    )
    if injector.opening_how not in _FOUND:
        return Opening(seed, drawn, injector.opening_how, None, None)
    read_pa = injector.opening_pa
    disc = plant.disc
    return Opening(
        seed,
        drawn,
        injector.opening_how,
        read_pa - disc.pressure_pa,
        read_pa - disc.opening_pa,
    )
