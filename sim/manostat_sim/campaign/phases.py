"""The ends that a run of the kernel has when it goes by a board's own phases.

Two things of a board's are fixed by nothing in a draw. It has ticked for a while before the run
begins, so that its round of looks (`core/pump.py`: the watch and the leak take `LOOKS` + 1 ticks in
turn, the look-back every fifth one) is anywhere. And it moves when the intent to start is stored:
written in the tick that sees RUN, read back in the next, in the inputs of the third; the kernel's
counts as stored at once.
"""

from typing import Any, NamedTuple

import numpy as np

from manostat.core.painmark import EVERY_US
from manostat.core.watch import LOOKS
from manostat_sim.campaign.draw import DRAW
from manostat_sim.campaign.run import TICK_US

START_TICKS = 2
"""Most by which a board begins to move later, as above."""
_PARTS = EVERY_US // TICK_US


class Ended(NamedTuple):
    """How a run ended: codes of reason and fault, 0 without a stop, steps made, highest true line
    pressure and the opening as read (-1 for none), Pa gauge."""

    reason: int
    fault: int
    steps: int
    peak_line_pa: float
    opening_pa: int


def ends(draw: Any) -> list[Ended]:
    """The distinct ends of the run of a record of `DRAW`, in each phase of the round and begun 0 to
    `START_TICKS` ticks later: 90 runs of the compiled kernel, 0.1 s for a minute's injection."""
    from manostat_sim.campaign.kernel import kernel

    compiled = kernel()
    field = compiled.layout.field_of
    late, look, part = (
        axis.ravel()
        for axis in np.meshgrid(range(START_TICKS + 1), range(LOOKS + 1), range(_PARTS))
    )
    draws = np.full(len(late), draw, dtype=DRAW)
    draws["run_us"] += late * TICK_US
    records = compiled.records(draws)
    records[field("pump.look")] = look
    records[field("pump.part_us")] = part * TICK_US
    compiled.run(records)
    paths = (
        "score.reason",
        "score.fault",
        "injector.steps",
        "score.peak_line_pa",
        "injector.opening_pa",
    )
    rows = zip(*(records[field(path)].tolist() for path in paths), strict=True)
    return list(dict.fromkeys(Ended(*row) for row in rows))
