"""The same draws with exact sensors: what of an overshoot is the pump's and not its sensors'."""

from pathlib import Path
from typing import Any

import numpy as np

from manostat_sim.campaign.draw import DRAW
from manostat_sim.campaign.kernel import run_many
from manostat_sim.campaign.outcome import OUTCOME
from manostat_tools.campaign.blocks import DRAW_COLUMNS, Block, blocks, draws_of
from manostat_tools.campaign.judged import Judged
from manostat_tools.campaign.limits import LIMITS
from manostat_tools.campaign.margins import Judging, Margin

AGAIN = tuple(limit for limit in LIMITS if limit.requirement == "P-04")
MOST = 2000
_NEEDED = ("out_reason", "out_over_limit_pa", "out_limit_pa", "out_last_step_us")


def block_of(draws: Any, outcomes: Any, runs: Any) -> Block:
    """Draws and outcomes as a block of the campaign's folder has them."""
    block: Block = {"run": runs}
    block |= {f"draw_{name}": draws[name] for name in DRAW.names or ()}
    block |= {f"out_{name}": outcomes[name] for name in OUTCOME.names or ()}
    return block


def exactly_sensed(draws: Any) -> Any:
    """A copy of these draws in which both sensors have no offset, error of span or noise."""
    made = draws.copy()
    for sensor in ("line", "second"):
        made[f"{sensor}_offset_pa"] = 0.0
        made[f"{sensor}_span"] = 1.0
        made[f"{sensor}_noise_counts"] = 0.0
    return made


def made_again(folder: Path, most: int = MOST, judging: tuple[Judged, ...] = AGAIN) -> list[Margin]:
    """The margins of `judging` over the first `most` runs that a pressure limit ended, each made
    again with exact sensors: 2 ms a run on one core. Index and seed are those of the campaign."""
    states = [Judging(judged) for judged in judging]
    left = most
    wanted = AGAIN[0]
    columns = sorted({"run", *DRAW_COLUMNS, *_NEEDED, *wanted.columns})
    for block in blocks(folder, columns):
        chosen = np.flatnonzero(wanted.applies(block))[:left]
        if len(chosen) == 0:
            continue
        draws = exactly_sensed(draws_of({name: block[name][chosen] for name in DRAW_COLUMNS}))
        again = block_of(draws, run_many(draws), block["run"][chosen])
        for state in states:
            state.add(again, state.judged.applies(again), state.judged.value(again))
        left -= len(chosen)
        if left == 0:
            break
    return [state.margin() for state in states]
