"""Overshoot by the kind of disc and by the needle that were drawn."""

from dataclasses import dataclass
from pathlib import Path

from manostat_sim.plant import tables
from manostat_tools.campaign.as_read import as_read_pa
from manostat_tools.campaign.blocks import blocks
from manostat_tools.campaign.judged import (
    OVERSHOOT_COLUMNS,
    faultless,
    for_pressure,
    into_disc,
)
from manostat_tools.campaign.mix import NEEDLES
from manostat_tools.campaign.sketch import Sketch
from manostat_tools.campaign.worst import Case, Worst

BY = {"mix_grade": tuple(tables.ELASTANCE), "mix_needle": NEEDLES}
"""Columns of text, and the names of the groups in each."""
_COLUMNS = ("run", "draw_seed", *BY, *OVERSHOOT_COLUMNS)
_LABELS = {"cervical": "cervical (E)"}


def label(name: str) -> str:
    """A name of `BY` as a page has it."""
    return _LABELS.get(name, name.replace("dallas-", "Dallas "))


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
            label(self.name),
            self.runs,
            self.over.count,
            {share: self.over.quantile(share) for share in shares},
            {share: self.read.quantile(share) for share in shares},
            self.worst.cases(),
        )


def groups(folder: Path) -> tuple[list[Group], list[Group]]:
    """By disc and by needle, in one pass. FileNotFoundError, KeyError: as `margins`."""
    fillings = {column: [_Filling(name) for name in names] for column, names in BY.items()}
    for block in blocks(folder, _COLUMNS):
        whole = faultless(block) & into_disc(block)
        pressed = whole & for_pressure(block)
        over_pa, read_pa = block["out_over_limit_pa"], as_read_pa(block)
        for column, each in fillings.items():
            for filling in each:
                of_group = block[column] == filling.name
                filling.runs += int((whole & of_group).sum())
                at = pressed & of_group
                filling.over.add(over_pa[at])
                filling.read.add(read_pa[at])
                filling.worst.add(block["run"][at], block["draw_seed"][at], over_pa[at])
    discs, needles = ([each.group() for each in fillings[column]] for column in BY)
    return discs, needles
