"""The worst runs of a campaign on the emulated board with the real image, as a section."""

from pathlib import Path
from typing import Any, NamedTuple

from manostat.core.codes import INJECT
from manostat_sim.campaign import breaking
from manostat_sim.campaign.replay import Ended, kernel_ended, replay, stage
from manostat_tools.campaign.blocks import draws_at
from manostat_tools.campaign.quantities import Quantity
from manostat_tools.report.model import Cell, Section, Table
from manostat_tools.words import pressure, reason

STEPS = 3
STEPS_PART = 0.001
PEAK_PA = 400.0
"""What board and kernel may differ by: the two steps of a lease and one of a tick, or a thousandth
of a long run's steps, and five counts of the line sensor. Its noise hangs on when it is read, and
where the pump creeps to its limit for a minute, noise says which of many steps is the last."""
_BOARD = "RPI_PICO"


class Replayed(NamedTuple):
    """One run both ways."""

    run: int
    kernel: Ended
    board: Ended

    @property
    def agrees(self) -> bool:
        """Same end, and steps and peak within what they may differ by."""
        kernel, board = self.kernel, self.board
        return (
            (kernel.reason, kernel.fault) == (board.reason, board.fault)
            and abs(kernel.steps - board.steps) <= max(STEPS, STEPS_PART * kernel.steps)
            and abs(kernel.peak_line_pa - board.peak_line_pa) <= PEAK_PA
        )


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


def replays(folder: Path, spread: list[Quantity], most: int) -> list[Replayed]:
    """The first `most` of the worst runs that can be staged: the worst of each quantity first."""
    places = max((len(one.worst) for one in spread), default=0)
    ranked = [one.worst[at].run for at in range(places) for one in spread if at < len(one.worst)]
    ranked = list(dict.fromkeys(ranked))
    draws = draws_at(folder, ranked)
    found: list[Replayed] = []
    for run in ranked:
        draw = draws[run]
        if len(found) < most and draw["fault_kind"] == breaking.NONE and draw["mode"] == INJECT:
            found.append(Replayed(run, kernel_ended(draw), on_board(draw)))
    return found


def replays_section(found: list[Replayed]) -> Section:
    """Both ends of each run side by side."""

    def told(of: Ended) -> Cell:
        peak = f"{of.steps} steps, peak {pressure(of.peak_line_pa)}"
        return Cell(f"{reason(of.reason, of.fault)}; {peak}")

    rows = tuple(
        (
            Cell(str(one.run)),
            told(one.kernel),
            told(one.board),
            Cell(
                f"{one.board.steps - one.kernel.steps:+d} steps, "
                f"{one.board.peak_line_pa - one.kernel.peak_line_pa:+.0f} Pa",
                alerts=() if one.agrees else ("they do not agree",),
                strong=True,
            ),
        )
        for one in found
    )
    return Section(
        "Worst runs replayed on the emulated board",
        (
            Table(
                "The real image, wired to the same plant, sensors, patient and hands",
                ("Run", "Campaign", "Emulated board", "Board less campaign"),
                rows,
                (10, 36, 36, 18),
                note=f"They agree within {STEPS} steps, or {100 * STEPS_PART:g} % of them, and "
                f"{PEAK_PA:.0f} Pa: the board reads its "
                "sensors some microseconds sooner or later in a tick, so that other noise may be "
                "read; the patient is asked each millisecond and not once a tick; switches do not "
                "bounce. Faults are not replayed.",
            ),
        ),
    )
