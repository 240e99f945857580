"""Faults that were named with nothing broken: an occlusion most of all, by the needle's drop."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from manostat.core import codes
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign.blocks import blocks
from manostat_tools.campaign.exact import share
from manostat_tools.campaign.judged import faultless, into_disc
from manostat_tools.needle_drop import DROP_WARNING_PSI
from manostat_tools.report.model import Cell, Lines, Section, Table
from manostat_tools.words import FAULTS

DROPS_PSI = (0.0, 10.0, 20.0, DROP_WARNING_PSI, 35.0, 50.0, np.inf)
"""Ends of the classes of drop."""
_COLUMNS = (
    "draw_fault_kind",
    "draw_mode",
    "draw_plant_path",
    "draw_plant_cold_pa_s_per_nl",
    "draw_rate_nl_s",
    "out_fault",
    "mix_grade",
)


@dataclass(frozen=True)
class FalseAlarms:
    """Of `runs` into a disc with nothing broken: `named`, how many ended with which fault code;
    `of_drop` and `occluded`, for each class of `DROPS_PSI`, how many there are and how many of
    these ended as an occlusion; the same for cervical discs, which are `stiff` as a line."""

    runs: int
    named: dict[int, int]
    of_drop: tuple[int, ...]
    occluded: tuple[int, ...]
    stiff_of_drop: tuple[int, ...]
    stiff_occluded: tuple[int, ...]


def false_alarms(folder: Path) -> FalseAlarms:
    """In one pass. FileNotFoundError, KeyError: as `margins`."""
    runs, named = 0, dict.fromkeys(sorted(FAULTS), 0)
    counts = np.zeros((4, len(DROPS_PSI) - 1), dtype=np.int64)
    for block in blocks(folder, _COLUMNS):
        whole = faultless(block) & into_disc(block)
        runs += int(whole.sum())
        for code in named:
            named[code] += int((whole & (block["out_fault"] == code)).sum())
        drop_psi = block["draw_plant_cold_pa_s_per_nl"] * block["draw_rate_nl_s"] / PA_PER_PSI
        stiff, occluded = block["mix_grade"] == "cervical", block["out_fault"] == codes.OCCLUSION
        for row, chosen in enumerate((~stiff, ~stiff & occluded, stiff, stiff & occluded)):
            counts[row] += np.histogram(drop_psi[whole & chosen], DROPS_PSI)[0]
    rows = [tuple(row) for row in counts.tolist()]
    told = {code: count for code, count in named.items() if count and code != codes.NO_FAULT}
    return FalseAlarms(runs, told, *rows)


def false_alarms_section(found: FalseAlarms) -> Section:
    """Which faults, and occlusions by drop."""
    rows = [
        (
            Cell(_between(low, high), strong=low >= DROP_WARNING_PSI),
            _told(found.occluded[at], found.of_drop[at]),
            _told(found.stiff_occluded[at], found.stiff_of_drop[at]),
        )
        for at, (low, high) in enumerate(pairwise(DROPS_PSI))
    ]
    said = [
        f"{FAULTS[code]}: {count} of {found.runs} runs ({100 * count / found.runs:.2g} %)"
        for code, count in sorted(found.named.items(), key=lambda item: -item[1])
    ]
    return Section(
        "Faults that were named with nothing broken",
        (
            Lines(tuple(said) or ("None.",), "Which"),
            Table(
                "Ended as an occlusion, by the drop over the cold needle at the prescribed rate",
                ("Drop", "Lumbar and thoracic discs", "Cervical discs (E)"),
                tuple(rows),
                (20, 40, 40),
                note=f"Of a drop over {DROP_WARNING_PSI:g} psi the host warns before an injection, "
                "and says which rate fits: a needle that eats so much rises like a closed line. A "
                "cervical disc is about as stiff as the line. 95 % intervals (Clopper-Pearson).",
            ),
        ),
    )


def _between(low: float, high: float) -> str:
    return f"over {low:g} psi" if np.isinf(high) else f"{low:g} to {high:g} psi"


def _told(ended: int, runs: int) -> Cell:
    if not runs:
        return Cell("no runs", faint=True)
    low, high = share(ended, runs)
    return Cell(
        f"{ended} of {runs}: {100 * ended / runs:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
    )
