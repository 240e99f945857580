"""What a reviewer asks the spread of: overshoot, latency by cause, volume after it, errors."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from manostat.core import codes
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign.blocks import Block, blocks
from manostat_tools.campaign.judged import faultless, for_pressure, into_disc, moved
from manostat_tools.campaign.sketch import Sketch
from manostat_tools.campaign.worst import Case, Worst

SHARES = (0.5, 0.95, 0.99, 0.999)
_COLUMNS = (
    "run",
    "draw_seed",
    "draw_fault_kind",
    "draw_mode",
    "draw_plant_path",
    "out_reason",
    "out_over_limit_pa",
    "out_crossed_us",
    "out_pressed_us",
    "out_fault_came_us",
    "out_last_step_us",
    "out_peak_line_pa",
    "out_stop_latency_us",
    "out_volume_after_nl",
    "out_volume_error_nl",
    "out_opening_error_pa",
    "out_mark_error_pa",
)
_CAUSES = {
    "pain": ((codes.PAIN,), "out_pressed_us"),
    "STOP": ((codes.STOP,), "out_pressed_us"),
    "pressure limit": ((codes.PRESSURE_ABOVE, codes.PRESSURE_LINE), "out_crossed_us"),
    "fault": ((codes.FAULT,), "out_fault_came_us"),
}


@dataclass(frozen=True)
class Quantity:
    """`quantiles` by share, within 0.1 % of their value, and `intervals`: 95 % by ranks, None where
    the runs are too few. `sooner`: runs left out because their last step came before the cause.
    `shown`: its worst run is worth a picture."""

    name: str
    unit: str
    runs: int
    sooner: int
    quantiles: dict[float, float]
    intervals: dict[float, tuple[float, float] | None]
    worst: tuple[Case, ...]
    shown: bool = False


class _Spread:
    def __init__(
        self,
        name: str,
        unit: str,
        pick: Callable[[Block], tuple[Any, Any]],
        later: bool = False,
        shown: bool = False,
    ) -> None:
        self.name, self.unit, self._pick = name, unit, pick
        self._later, self._shown = later, shown
        self._sketch, self._worst, self._sooner = Sketch(), Worst(), 0

    def add(self, block: Block) -> None:
        applies, values = self._pick(block)
        if self._later:
            sooner = applies & (block["out_stop_latency_us"] < 0)
            self._sooner += int(sooner.sum())
            applies = applies & ~sooner
        self._sketch.add(values[applies])
        self._worst.add(block["run"][applies], block["draw_seed"][applies], values[applies])

    def quantity(self) -> Quantity:
        return Quantity(
            self.name,
            self.unit,
            self._sketch.count,
            self._sooner,
            {share: self._sketch.quantile(share) for share in SHARES},
            {share: self._sketch.interval(share) for share in SHARES},
            self._worst.cases(),
            self._shown,
        )


def quantities(folder: Path) -> list[Quantity]:
    """All of them in one pass over the blocks. FileNotFoundError, KeyError: as `margins`."""
    spreads = [
        _Spread("true line over the limit in force, nothing broken", "Pa", _over),
        _Spread("highest true line pressure, whatever broke", "psi", _peak),
        *(
            _Spread(f"cause to last step: {cause}", "ms", _latency(*of), later=True)
            for cause, of in _CAUSES.items()
        ),
        *(
            _Spread(f"pushed after the cause: {cause}", "uL", _after(*of), later=True)
            for cause, of in _CAUSES.items()
        ),
        _Spread("told less what entered the disc, nothing broken", "uL", _volume_error),
        _Spread(
            "opening pressure read less the disc's own, either sign",
            "Pa",
            _opening_error,
            shown=True,
        ),
        _Spread("pressure at pain less the true line, either sign", "Pa", _mark_error),
    ]
    for block in blocks(folder, _COLUMNS):
        for spread in spreads:
            spread.add(block)
    return [spread.quantity() for spread in spreads]


def _over(block: Block) -> tuple[Any, Any]:
    return faultless(block) & for_pressure(block), block["out_over_limit_pa"]


def _peak(block: Block) -> tuple[Any, Any]:
    return moved(block), block["out_peak_line_pa"] / PA_PER_PSI


def _ended(block: Block, reasons: tuple[int, ...], caused: str) -> Any:
    ended = np.isin(block["out_reason"], reasons) & (block["out_last_step_us"] >= 0)
    return ended & (block[caused] >= 0)


def _latency(reasons: tuple[int, ...], caused: str) -> Callable[[Block], tuple[Any, Any]]:
    return lambda block: (_ended(block, reasons, caused), block["out_stop_latency_us"] / 1e3)


def _after(reasons: tuple[int, ...], caused: str) -> Callable[[Block], tuple[Any, Any]]:
    return lambda block: (_ended(block, reasons, caused), block["out_volume_after_nl"] / 1e3)


def _volume_error(block: Block) -> tuple[Any, Any]:
    return faultless(block) & into_disc(block), block["out_volume_error_nl"] / 1e3


def _opening_error(block: Block) -> tuple[Any, Any]:
    read = np.isfinite(block["out_opening_error_pa"]) & faultless(block)
    return read, np.abs(block["out_opening_error_pa"])


def _mark_error(block: Block) -> tuple[Any, Any]:
    marked = np.isfinite(block["out_mark_error_pa"]) & faultless(block)
    return marked, np.abs(block["out_mark_error_pa"])
