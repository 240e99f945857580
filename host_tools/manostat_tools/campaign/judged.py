"""Which runs of a block can judge a limit, and which number of each is compared with it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from manostat.core import codes
from manostat_sim.campaign import breaking
from manostat_sim.plant.plant import PATH_DISC
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign.as_read import SLIP_COLUMNS, line_noise_pa, second_noise_pa
from manostat_tools.campaign.blocks import Block

SLOW_NL_S = 50_000
"""0.05 mL/s, the flow that P-04 and T-03 are given for."""
RENEWED_US = 660
"""A fault comes as the sensors are read, 60 us into its tick; the steps are renewed at 720 us."""
_PSI_PER_ML = PA_PER_PSI / 1e6
STIFFEST = 43.0 * _PSI_PER_ML
LINE_1 = 1e3 / PA_PER_PSI
LINE_5 = 5e3 / PA_PER_PSI
TICK_MS = 2.0
_MEAN_SHARE = 0.6321205588  # as plant.build: what the relaxing spring adds to the mean slope


@dataclass(frozen=True)
class Judged:
    """`value` gives a number in `unit` for each run of a block, `applies` says which runs count.

    `requirement`: id. `of`: the limit's own words in the requirement. `means`: what is compared
    here, and how that differs. `at`: "<=" or ">=", `limit` in `unit`.
    """

    requirement: str
    of: str
    at: str
    limit: float
    unit: str
    means: str
    columns: tuple[str, ...]
    applies: Callable[[Block], Any]
    value: Callable[[Block], Any]


def faultless(block: Block) -> Any:
    return block["draw_fault_kind"] == breaking.NONE


def moved(block: Block) -> Any:
    return block["out_last_step_us"] >= 0


def line_sensor_whole(block: Block) -> Any:
    kind = block["draw_fault_kind"]
    return (kind < breaking.LINE_STUCK) | (kind > breaking.LINE_NOISE)


def sensed(block: Block) -> Any:
    return moved(block) & line_sensor_whole(block)


def into_disc(block: Block) -> Any:
    inject = np.isin(block["draw_mode"], (codes.INJECT, codes.STEP))
    return inject & (block["draw_plant_path"] == PATH_DISC)


def for_pressure(block: Block) -> Any:
    return np.isin(block["out_reason"], (codes.PRESSURE_ABOVE, codes.PRESSURE_LINE))


def elastance(block: Block) -> Any:
    """Mean slope of the disc over an injection, psi/mL: what is published by Dallas grade."""
    pa_per_nl = block["draw_disc_elastance_pa_per_nl"]
    return (pa_per_nl + _MEAN_SHARE * block["draw_disc_relaxing_pa_per_nl"]) / _PSI_PER_ML


def overshoots(line_nl_per_pa: float, stiffest_pa_per_nl: float) -> Callable[[Block], Any]:
    def applies(block: Block) -> Any:
        return (
            faultless(block)
            & into_disc(block)
            & for_pressure(block)
            & (block["draw_rate_nl_s"] <= SLOW_NL_S)
            & (block["draw_plant_line_nl_per_pa"] >= line_nl_per_pa * (1.0 - 1e-9))
            & (elastance(block) * _PSI_PER_ML <= stiffest_pa_per_nl)
        )

    return applies


OVERSHOOT_COLUMNS = (
    *SLIP_COLUMNS,
    "draw_fault_kind",
    "draw_mode",
    "draw_plant_path",
    "out_reason",
    "draw_rate_nl_s",
    "draw_disc_elastance_pa_per_nl",
    "draw_disc_relaxing_pa_per_nl",
    "out_over_limit_pa",
    "out_limit_pa",
    "draw_line_span",
    "draw_line_offset_pa",
    "draw_zero_pa",
)
LATENCY_COLUMNS = (
    "out_stop_latency_us",
    "out_last_step_us",
    "out_fault_came_us",
    "out_pressed_us",
    "out_reason",
    "out_fault",
    "draw_fault_kind",
)


def stopped_by(
    reason: int, kinds: tuple[int, ...], fault: int = codes.NO_FAULT
) -> Callable[[Block], Any]:
    """Runs that ended so after one of these faults had come."""

    def applies(block: Block) -> Any:
        return (
            moved(block)
            & (block["out_reason"] == reason)
            & (block["out_fault"] == fault)
            & np.isin(block["draw_fault_kind"], kinds)
            & ((block["out_fault_came_us"] >= 0) | (reason != codes.FAULT))
        )

    return applies


def pressed(reason: int) -> Callable[[Block], Any]:
    of_kind = stopped_by(reason, _NOT_STEPS)

    def applies(block: Block) -> Any:
        return of_kind(block) & (block["out_pressed_us"] >= 0)

    return applies


def in_us(block: Block) -> Any:
    # Negative: the last step had been made before the cause, so that no step followed it.
    return np.maximum(block["out_stop_latency_us"], 0).astype(float)


def in_ms(block: Block) -> Any:
    return in_us(block) / 1e3


def volume_after_nl(block: Block) -> Any:
    return np.maximum(block["out_volume_after_nl"], 0.0)


OFFSET_COLUMNS = (
    *LATENCY_COLUMNS,
    "draw_fault_amount",
    "draw_line_offset_pa",
    "draw_second_offset_pa",
    "draw_line_span",
    "draw_second_span",
    "draw_line_noise_counts",
    "draw_second_noise_counts",
    "out_peak_line_pa",
)
_TELLS = (
    breaking.LINE_STALE,
    breaking.LINE_DIAGNOSTIC,
    breaking.LINE_COMMAND,
    breaking.LINE_NACK,
    breaking.LINE_HANG,
)
_BY_STATUS = (codes.SENSOR_STATUS, codes.SENSOR_SILENT)
_NOT_STEPS = tuple(kind for kind in range(len(breaking.KINDS)) if kind != breaking.STEP_EXTRA)
"""That fault makes steps by itself, whoever pressed what before."""


def bad_samples(block: Block) -> Any:
    return (
        moved(block)
        & np.isin(block["out_fault"], _BY_STATUS)
        & np.isin(block["draw_fault_kind"], _TELLS)
        & (block["out_fault_came_us"] >= 0)
    )


def lease(block: Block) -> Any:
    return stopped_by(codes.FAULT, (breaking.TICKS_MISSING,), codes.LATE)(block) & (
        block["draw_rate_nl_s"] <= SLOW_NL_S
    )


def sensors_differ(block: Block) -> Any:
    """A sensor's offset stopped the run and was over 5 psi at every pressure of it by more than the
    noise of both sensors, which is bounded in the simulator, and their rounding: nearer to 5 psi
    the noise says when the difference is one that stops."""
    kinds = (breaking.LINE_OFFSET, breaking.SECOND_OFFSET)
    on_line = block["draw_fault_kind"] == breaking.LINE_OFFSET
    off_pa = block["draw_line_offset_pa"] - block["draw_second_offset_pa"]
    off_pa = off_pa + np.where(on_line, 1.0, -1.0) * block["draw_fault_amount"]
    spread = block["draw_line_span"] - block["draw_second_span"]
    at_peak_pa = off_pa + spread * block["out_peak_line_pa"]
    least_pa = np.minimum(np.abs(off_pa), np.abs(at_peak_pa))
    hidden_pa = line_noise_pa(block) + second_noise_pa(block)
    clear = (least_pa >= 5.0 * PA_PER_PSI + hidden_pa) & (off_pa * at_peak_pa > 0.0)
    return stopped_by(codes.FAULT, kinds, codes.SENSORS_DISAGREE)(block) & clear


def read_opening(block: Block) -> Any:
    return block["out_opening_how"] == codes.OPENING_READ


def occlusion(block: Block) -> Any:
    return (block["out_fault"] == codes.OCCLUSION) & line_sensor_whole(block)
