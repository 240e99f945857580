"""Runs on the emulated board and in the campaign side by side, as a section."""

from collections.abc import Sequence

from manostat_sim.campaign.breaking import KINDS
from manostat_sim.campaign.replay import NOT_STAGED
from manostat_tools.campaign.replays import PEAK_PA, STEPS, STEPS_PART, Replayed, told
from manostat_tools.report.model import Cell, Lines, Section, Table


def replays_section(found: Sequence[Replayed]) -> Section:
    """Both ends of each run."""
    rows = tuple(
        (
            Cell(f"{one.run}: {one.why}"),
            Cell(told(one.kernel)),
            Cell(told(one.board)),
            Cell(
                f"{one.verdict}: {one.difference}",
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
                "The real image, wired to the same plant, sensors, patient, hands and fault",
                ("Run", "Campaign", "Emulated board", "Board less campaign"),
                rows,
                (28, 28, 28, 16),
                note=f"They agree within {STEPS} steps, or {100 * STEPS_PART:g} % of them, and "
                f"{PEAK_PA:.0f} Pa: the board reads its sensors some microseconds sooner or later "
                "in a tick, so that other noise may be read; the patient is asked each millisecond "
                "and not once a tick. In other phases: the difference is to the campaign's run "
                "begun up to two ticks later, as the board stores the intent to start first, and "
                "with another phase of the watch's round, which the board's history sets.",
            ),
            Lines(
                tuple(f"{KINDS[kind]}: {why}" for kind, why in NOT_STAGED.items()),
                "Faults that are not replayed, and why",
            ),
        ),
    )
