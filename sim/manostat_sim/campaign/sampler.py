"""Random runs over the plant's published ranges, each a function of its own seed alone.

`long_run`: a prescription as it is used. `short_run`: one of some tens of microlitres, where the
fault comes soon, so that CPython can keep pace in a comparison. What is drawn how is an engineering
guess (E) but for the rows of `plant.tables`.
"""

from typing import Any

import numpy as np

from manostat.core.codes import COMPLY, INJECT, PRIME, SHAM, STEP
from manostat_sim.campaign import breaking
from manostat_sim.campaign.draw import DRAW, NEVER_PA
from manostat_sim.campaign.hands import NEVER_US
from manostat_sim.plant import tables
from manostat_sim.plant.build import (
    build_disc,
    build_plant,
    draw,
    draw_elastance,
    typical_line_sensor,
    typical_second_sensor,
)
from manostat_sim.plant.noise import uniform
from manostat_sim.plant.plant import PATH_AIR, PATH_CLOSED, Plant
from manostat_sim.plant.sensors import LineSensor, SecondSensor

_STEP = (422_733, 4_096)  # nL a step, BD 10 mL: 14.50 mm bore (M), 2 mm lead, 1/16 of 200 steps (C)
_PSI_PA = tables.PA_PER_PSI
_MODES = (STEP, PRIME, COMPLY, SHAM)
_FAULTLESS = 0.2  # share of runs without a fault (E)
_AMOUNTS = {
    breaking.LINE_OFFSET: (-20.0 * _PSI_PA, 20.0 * _PSI_PA),
    breaking.SECOND_OFFSET: (-20.0 * _PSI_PA, 20.0 * _PSI_PA),
    breaking.LINE_NOISE: (1.0, 200.0),
    breaking.COUNT_LOST: (1.0, 8.0),
    breaking.STEP_EXTRA: (1.0, 8.0),
    breaking.LEAK: (
        tables.LEAK.low * tables.NL_PER_PA_PER_UL_PER_PSI,
        tables.LEAK.high * tables.NL_PER_PA_PER_UL_PER_PSI,
    ),
    breaking.TICK_LATE: (100.0, 6_000.0),
    breaking.TICKS_MISSING: (1.0, 12.0),
}
"""Range of the amount of each fault (E, but for the leak)."""


class _Stream:
    """The numbers of one seed, one after the other."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._counter = 100  # the table's own draws have the ones below

    def share(self) -> float:
        self._counter += 1
        return uniform(self._seed, self._counter)

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.share()

    def whole(self, low: int, high: int) -> int:
        """`low` to `high`, `high` not included."""
        return low + int((high - low) * self.share())

    def of(self, row: tables.Range) -> float:
        self._counter += 1
        return draw(row, self._seed, self._counter)

    def chance(self, share: float) -> bool:
        return self.share() < share


def short_run(seed: int, kind: int | None = None) -> Any:
    """A record of `DRAW`: up to about two seconds, the fault in the first one and a half; three in
    ten are no plain injection.

    `kind`: index of `breaking.KINDS`; drawn when None.
    """
    stream = _Stream(seed)
    made = _patient_and_pump(stream, seed)
    made["volume_nl"] = stream.whole(5_000, 100_000)
    if stream.chance(0.3):
        _other_mode(stream, made)
    if stream.chance(0.3):
        made["zero_pa"] = stream.whole(-5_000, 5_001)
    made["limit_above_pa"] = round(stream.between(1.0, 50.0) * _PSI_PA)
    made["run_us"] = 150_000 + stream.whole(0, 100_000)
    made["proof_us"] = 4_000 + stream.whole(0, 20_000)
    made["patient_threshold_pa"] = stream.between(0.0, 20.0) * _PSI_PA
    made["patient_reaction_us"] = stream.whole(10_000, 300_000)
    made["patient_press_us"] = stream.whole(5_000, 100_000)
    if stream.chance(0.5):
        made["patient_threshold_pa"] = NEVER_PA
    if stream.chance(0.3):
        made["pause_us"] = stream.whole(400_000, 900_000)
        made["pause_lasts_us"] = stream.whole(50_000, 200_000)
    if stream.chance(0.2):
        made["stop_us"] = stream.whole(400_000, 1_400_000)
    _break(stream, made, kind, (300_000, 1_200_000))
    made["settle_us"] = 60_000
    made["most_us"] = 1_600_000
    return made


def long_run(seed: int, kind: int | None = None) -> Any:
    """A record of `DRAW`: a whole injection, with a pause, a fault and a STOP at times.

    `kind`: index of `breaking.KINDS`; drawn when None.
    """
    stream = _Stream(seed)
    made = _patient_and_pump(stream, seed)
    made["run_us"] = 500_000 + stream.whole(0, 1_000_000)
    made["proof_us"] = 100_000 + stream.whole(0, 50_000)
    made["patient_threshold_pa"] = stream.between(4.0, 100.0) * _PSI_PA
    made["patient_reaction_us"] = stream.whole(500_000, 3_000_000)
    made["patient_press_us"] = stream.whole(200_000, 2_000_000)
    if stream.chance(0.3):
        made["pause_us"] = stream.whole(2_000_000, 30_000_000)
        made["pause_lasts_us"] = stream.whole(150_000, 5_000_000)
    if stream.chance(0.1):
        made["stop_us"] = stream.whole(2_000_000, 60_000_000)
    _break(stream, made, kind, (1_000_000, 60_000_000))
    made["settle_us"] = 2_000_000
    made["most_us"] = 150_000_000
    return made


def set_parts(draw: Any, plant: Plant, line: LineSensor, second: SecondSensor) -> None:
    """Write what these were built with into a record of `DRAW`, `line_seed` and `second_seed`
    included."""
    for part, prefix in (
        (plant.disc, "disc_"),
        (plant, "plant_"),
        (plant.syringe, "syringe_"),
        (line, "line_"),
        (second, "second_"),
    ):
        for name in DRAW.names or ():
            if name.startswith(prefix):
                draw[name] = getattr(part, name.removeprefix(prefix))


def _patient_and_pump(stream: _Stream, seed: int) -> Any:
    made = np.zeros((), dtype=DRAW)
    grade = stream.whole(0, 6)
    tender = grade >= 4
    opening = tables.OPENING_DEGENERATE if tender else tables.OPENING_NORMAL
    disc = build_disc(
        draw_elastance(f"dallas-{grade}", seed),
        stream.of(opening),
        relaxing_share=stream.of(tables.RELAXING_SHARE),
        relaxing_s=stream.of(tables.RELAXATION_TIME),
        leak_psi=stream.of(tables.LEAK_PRESSURE) if grade == 5 and stream.chance(0.5) else None,
        leak_ul_s_psi=stream.of(tables.LEAK),
        rupture_psi=stream.between(20.0, 90.0) if stream.chance(0.1) else None,
    )
    sticks = stream.chance(0.5)
    plant = build_plant(
        disc,
        contrast=240 if stream.chance(0.5) else 300,
        bore_error_mm=stream.between(-1.0, 1.0) * tables.BORE_TOLERANCE_MM,
        warming_s=stream.of(tables.WARMING),
        line_ul_psi=stream.of(tables.LINE_COMPLIANCE),
        air_ml=stream.of(tables.AIR) if stream.chance(0.25) else 0.0,
        stiction_n=stream.of(tables.STICTION) if sticks else 0.0,
        backlash_steps=int(stream.of(tables.BACKLASH)) if sticks else 0,
    )
    set_parts(made, plant, typical_line_sensor(seed, 0.2), typical_second_sensor(seed, 0.2))
    made["syringe_slack_steps"] = stream.whole(0, plant.syringe.backlash_steps + 1)
    made["seed"] = seed
    made["mode"] = INJECT
    made["rate_nl_s"] = stream.whole(40, 101) * 500 if stream.chance(0.8) else 150_000
    made["volume_nl"] = 3_500_000
    made["limit_above_pa"] = round(50.0 * _PSI_PA)
    made["limit_line_pa"] = round(80.0 * _PSI_PA)
    made["nl_num"], made["nl_den"] = _STEP
    made["patient_threshold_nl"] = 0.0
    made["pause_us"] = NEVER_US
    made["stop_us"] = NEVER_US
    made["bounces"] = stream.whole(0, 4)
    return made


def _other_mode(stream: _Stream, made: Any) -> None:
    made["mode"] = _MODES[stream.whole(0, len(_MODES))]
    if made["mode"] == STEP:
        made["step_volume_nl"] = stream.whole(1_000, 5_001)
    elif made["mode"] == PRIME:
        made["plant_path"] = PATH_AIR
    elif made["mode"] == COMPLY:
        made["plant_path"] = PATH_CLOSED


def _break(stream: _Stream, made: Any, kind: int | None, when_us: tuple[int, int]) -> None:
    drawn = stream.whole(1, len(breaking.KINDS))
    if kind is None:
        kind = breaking.NONE if stream.chance(_FAULTLESS) else drawn
    made["fault_kind"] = kind
    made["fault_us"] = stream.whole(*when_us)
    made["fault_lasts_us"] = stream.whole(2_000, 300_000) if stream.chance(0.5) else 0
    low, high = _AMOUNTS.get(kind, (0.0, 0.0))
    made["fault_amount"] = stream.between(low, high)
    if kind == breaking.RUN_CHATTERS:
        made["fault_amount"] = 2.0 * stream.whole(1, 6)
