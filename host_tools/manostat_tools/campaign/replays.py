"""The worst runs of a campaign on the emulated board with the real image."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manostat.core.codes import INJECT
from manostat_sim.campaign import breaking
from manostat_sim.campaign.phases import Ended, ends
from manostat_sim.campaign.replay import NOT_STAGED, kernel_ended, replay, stage
from manostat_tools.campaign.blocks import draws_at
from manostat_tools.campaign.margins import Margin, margins
from manostat_tools.campaign.quantities import Quantity, quantities
from manostat_tools.words import pressure, reason

STEPS = 3
STEPS_PART = 0.001
PEAK_PA = 400.0
"""What board and kernel may differ by: the two steps of a lease and one of a tick, or a thousandth
of a long run's steps, and five counts of the line sensor. Its noise hangs on when it is read, and
where the pump creeps to its limit for a minute, noise says which of many steps is the last."""
_BOARD = "RPI_PICO"


def near(kernel: Ended, board: Ended) -> bool:
    """Same end, and steps and peak within what they may differ by."""
    return (
        (kernel.reason, kernel.fault) == (board.reason, board.fault)
        and abs(kernel.steps - board.steps) <= max(STEPS, STEPS_PART * kernel.steps)
        and abs(kernel.peak_line_pa - board.peak_line_pa) <= PEAK_PA
    )


@dataclass(frozen=True)
class Replayed:
    """One run both ways. `why`: the limit or quantity it is the worst of, and what broke. `others`:
    ends of the kernel's run in a board's own phases (`manostat_sim.campaign.phases`)."""

    run: int
    why: str
    kernel: Ended
    board: Ended
    others: tuple[Ended, ...] = ()

    @property
    def nearest(self) -> Ended:
        """The kernel's end that the board is compared with: that of the campaign where it agrees,
        else the first in other phases that does, else that of the campaign."""
        alike = (one for one in (self.kernel, *self.others) if near(one, self.board))
        return next(alike, self.kernel)

    @property
    def agrees(self) -> bool:
        """Whether one of them is near the board's."""
        return near(self.nearest, self.board)

    @property
    def verdict(self) -> str:
        """In words."""
        if not self.agrees:
            return "does NOT agree"
        return "agrees" if self.nearest is self.kernel else "agrees in other phases"

    @property
    def difference(self) -> str:
        """Board less the kernel's end that it is compared with."""
        steps = self.board.steps - self.nearest.steps
        return f"{steps:+d} steps, {self.board.peak_line_pa - self.nearest.peak_line_pa:+.0f} Pa"


def on_board(draw: Any) -> Ended:
    """The run of this record of `DRAW` on the emulated board: about as long as it lasts.

    ValueError for what cannot be staged (`manostat_sim.campaign.replay`); ImageError where the
    image is missing and cannot be built.
    """
    from manostat_sim.benches.pico import PicoBench
    from manostat_tools.boards import BOARDS, load_board
    from manostat_tools.image import ensure_images

    scenario, unit = stage(draw)
    bench = PicoBench(scenario, unit, ensure_images(_BOARD), load_board(BOARDS / _BOARD).pins)
    bench.power_on()
    return replay(draw, bench)


def replayed(run: int, why: str, draw: Any) -> Replayed:
    """This run both ways; other phases are only asked where that of the campaign is not near."""
    kernel, ended = kernel_ended(draw), on_board(draw)
    return Replayed(run, why, kernel, ended, () if near(kernel, ended) else tuple(ends(draw)))


def ranked(found: list[Margin], spread: list[Quantity]) -> dict[int, str]:
    """Run and what it is the worst of, worst first: the worst run of each limit, of that with the
    smallest share left first, then of each quantity; then the second worst of each, and so on."""
    by_share = sorted((one for one in found if one.runs), key=_share_left)
    named = [(f"{one.requirement}, {one.judged.of}", one.cases) for one in by_share]
    named += [(one.name, one.worst) for one in spread]
    places = max((len(cases) for _, cases in named), default=0)
    why: dict[int, str] = {}
    for at in range(places):
        for name, cases in named:
            if at < len(cases):
                why.setdefault(cases[at].run, name)
    return why


def _share_left(one: Margin) -> float:
    limit = abs(one.judged.limit)
    return one.margin / limit if limit else float("-inf" if one.margin < 0 else "inf")


def replays(folder: Path, most: int, say: Callable[[str], object] = print) -> list[Replayed]:
    """Replay the first `most` of `ranked` that can be staged, and say each as it goes.

    FileNotFoundError, KeyError: not a campaign's folder. ImageError: as `on_board`.
    """
    why = ranked(margins(folder), quantities(folder))
    draws = draws_at(folder, why)
    runs = [run for run in why if _staged(draws[run])][:most]
    found: list[Replayed] = []
    for number, run in enumerate(runs, 1):
        kind = breaking.KINDS[draws[run]["fault_kind"]]
        broken = "nothing broken" if kind == "none" else kind
        say(f"replay {number} of {len(runs)}: run {run}, {broken}, worst of {why[run]}")
        one = replayed(run, f"{why[run]}; {broken}", draws[run])
        say(f"  {one.verdict}: {one.difference}{_both(one)}")
        found.append(one)
    return found


def _staged(draw: Any) -> bool:
    return draw["mode"] == INJECT and int(draw["fault_kind"]) not in NOT_STAGED


def _both(one: Replayed) -> str:
    return "" if one.agrees else f"; campaign: {told(one.kernel)}; board: {told(one.board)}"


def told(of: Ended) -> str:
    """An end in words."""
    stop = reason(of.reason, of.fault) if of.reason else "no stop"
    return f"{stop}, {of.steps} steps, peak {pressure(of.peak_line_pa)}"
