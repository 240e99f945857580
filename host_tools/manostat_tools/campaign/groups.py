"""Overshoot by kind of disc and by needle, told from what was drawn."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from manostat_sim.plant import tables
from manostat_tools.campaign.blocks import Block, blocks
from manostat_tools.campaign.judged import (
    OVERSHOOT_COLUMNS,
    as_read_pa,
    elastance,
    faultless,
    for_pressure,
    into_disc,
)
from manostat_tools.campaign.sketch import Sketch
from manostat_tools.campaign.worst import Case, Worst

_PSI_S_PER_ML = tables.PA_PER_NL_PER_PSI_PER_ML
DISCS = ("dallas-0", "dallas-1", "dallas-2", "dallas-4", "dallas-5", "cervical")
"""By elastance; grades 2 and 3 are published alike."""
_DISC_NAMES = {"dallas-2": "Dallas 2 and 3", "cervical": "cervical (E)"}
DISC_NAMES = tuple(_DISC_NAMES.get(kind, kind.replace("dallas-", "Dallas ")) for kind in DISCS)
NEEDLES = tuple(tables.NEEDLES)
NEEDLE_NAMES = tuple(f"{needle} mm, contrast {contrast}" for needle, contrast in NEEDLES)
COLUMNS = (
    "run",
    "draw_seed",
    *OVERSHOOT_COLUMNS,
    "draw_plant_cold_pa_s_per_nl",
    "draw_plant_warm_pa_s_per_nl",
)


@dataclass(frozen=True)
class Group:
    """`runs`: all that went into a disc with nothing broken; `ended`: by a pressure limit. Of
    these, Pa beyond the limit: true (`over_pa`, by share below) and as the pump's own sensor reads
    it (`read_pa`). `worst`: by the true one."""

    name: str
    runs: int
    ended: int
    over_pa: dict[float, float]
    read_pa: dict[float, float]
    worst: tuple[Case, ...]


class _Filling:
    def __init__(self, name: str) -> None:
        self.name, self.runs = name, 0
        self.over, self.read, self.worst = Sketch(), Sketch(), Worst()

    def group(self) -> Group:
        shares = (0.5, 0.95, 1.0)
        return Group(
            self.name,
            self.runs,
            self.over.count,
            {share: self.over.quantile(share) for share in shares},
            {share: self.read.quantile(share) for share in shares},
            self.worst.cases(),
        )


def disc_of(block: Block) -> Any:
    """Index into `DISCS`: the published mean that is nearest, by ratio. A drawn disc of one grade
    may be as stiff as the mean of another: this is a class of stiffness, not the drawn grade."""
    means = np.log([tables.ELASTANCE[kind].mean for kind in DISCS])
    return np.abs(np.log(elastance(block))[:, None] - means).argmin(axis=1)


def needle_of(block: Block) -> Any:
    """Index into `NEEDLES`: contrast by how much it thins when it warms, size by resistance; the
    bore's tolerance moves the resistance by up to 35 %."""
    cold_pa_s, warm_pa_s = (block[f"draw_plant_{at}_pa_s_per_nl"] for at in ("cold", "warm"))
    of_table = np.array([(row.cold, row.warm / row.cold) for row in tables.NEEDLES.values()])
    away = np.abs(np.log(cold_pa_s / _PSI_S_PER_ML)[:, None] - np.log(of_table[:, 0]))
    thins = np.abs((warm_pa_s / cold_pa_s)[:, None] - of_table[:, 1])
    return (away + 100.0 * thins).argmin(axis=1)


def groups(folder: Path) -> tuple[list[Group], list[Group]]:
    """By disc and by needle, in one pass. FileNotFoundError, KeyError: as `margins`."""
    discs, needles = ([_Filling(name) for name in names] for names in (DISC_NAMES, NEEDLE_NAMES))
    for block in blocks(folder, sorted(set(COLUMNS))):
        whole = faultless(block) & into_disc(block)
        pressed = whole & for_pressure(block)
        over_pa, read_pa = block["out_over_limit_pa"], as_read_pa(block)
        for fillings, number in ((discs, disc_of(block)), (needles, needle_of(block))):
            for index, filling in enumerate(fillings):
                filling.runs += int((whole & (number == index)).sum())
                at = pressed & (number == index)
                filling.over.add(over_pa[at])
                filling.read.add(read_pa[at])
                filling.worst.add(block["run"][at], block["draw_seed"][at], over_pa[at])
    return [each.group() for each in discs], [each.group() for each in needles]
