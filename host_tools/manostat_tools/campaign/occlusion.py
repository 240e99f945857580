"""The two guesses of P-06 swept: `python -m manostat_tools.campaign.occlusion`.

Each pair is put into the generated text of the kernel in place of the firmware's, and the same
injections are made: some with nothing broken, and the same ones with a line that closes for good.
"""

import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from manostat.core import codes
from manostat_sim.campaign import breaking, generated
from manostat_sim.campaign.kernel import Kernel, flat
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.campaign.again import block_of
from manostat_tools.campaign.judged import faultless, into_disc
from manostat_tools.campaign.mix import load
from manostat_tools.campaign.sampling import Sampler
from manostat_tools.needle_drop import DROP_WARNING_PSI

PAIRS = ((30, 7), (30, 5), (30, 6), (30, 8), (30, 9), (20, 7), (40, 7))
"""Rise in psi, and tenths of the steepest slope; the firmware's own first."""
RUNS = 4096
_COUNTS_PER_PSI = 13108 / 150  # HSC, transfer function A (data sheet, H)
_RISE, _SLOPE = "pump_watch_start_raw < {}", "_s.pump_watch_steepest * {}"


class Swept(NamedTuple):
    """`false` of `whole` injections with nothing broken and no needle that the host warns of ended
    as an occlusion. Of `closed` whose line closed while the plunger moved, `named` ended as one;
    `peak_psi`: median and 95 % of the highest true line pressure of all these."""

    rise_psi: int
    tenths: int
    whole: int
    false: int
    closed: int
    named: int
    peak_psi: tuple[float, float]


def text_with(rise_psi: int, tenths: int) -> str:
    """The kernel's text with these two guesses. LookupError where it has not the firmware's."""
    text = generated.text_with_loops(flat())
    for form, was, becomes in (
        (_RISE, _counts(PAIRS[0][0]), _counts(rise_psi)),
        (_SLOPE, PAIRS[0][1], tenths),
    ):
        if text.count(form.format(was)) != 1:
            raise LookupError(f"{form.format(was)}: not once in the kernel's text")
        text = text.replace(form.format(was), form.format(becomes))
    return text


def _counts(psi: int) -> int:
    return round(psi * _COUNTS_PER_PSI)


def sweep(runs: int = RUNS) -> Iterator[Swept]:
    """One row for each of PAIRS: half a minute to compile, and 5 ms a run."""
    draws = Sampler(load("default"), 1).draws(0, runs)
    closing = draws.copy()
    closing["fault_kind"], closing["fault_lasts_us"] = breaking.OCCLUSION, 0
    for rise_psi, tenths in PAIRS:
        kernel = Kernel(text_with(rise_psi, tenths))
        yield _told(rise_psi, tenths, _made(kernel, draws), _made(kernel, closing))


def _made(kernel: Kernel, draws: Any) -> dict[str, Any]:
    return block_of(draws, kernel.run_many(draws), np.arange(len(draws)))


def _told(rise_psi: int, tenths: int, plain: dict[str, Any], closing: dict[str, Any]) -> Swept:
    drop_psi = plain["draw_plant_cold_pa_s_per_nl"] * plain["draw_rate_nl_s"] / PA_PER_PSI
    whole = faultless(plain) & into_disc(plain) & (drop_psi <= DROP_WARNING_PSI)
    # Moving when it closed: there was a step after it.
    came_us = closing["out_fault_came_us"]
    closed = into_disc(closing) & (came_us >= 0) & (closing["out_last_step_us"] > came_us)
    peaks = closing["out_peak_line_pa"][closed] / PA_PER_PSI
    return Swept(
        rise_psi,
        tenths,
        int(whole.sum()),
        int((whole & (plain["out_fault"] == codes.OCCLUSION)).sum()),
        int(closed.sum()),
        int((closed & (closing["out_fault"] == codes.OCCLUSION)).sum()),
        (float(np.quantile(peaks, 0.5)), float(np.quantile(peaks, 0.95))),
    )


def main() -> None:
    """Print the table of docs/campaigns.md."""
    print(
        "| Rise, slope | With nothing broken, named | Of closed lines, named | Peak of these, psi |"
    )
    print("|---|---|---|---|")
    for one in sweep():
        print(
            f"| {one.rise_psi} psi, 0.{one.tenths} "
            f"| {one.false} of {one.whole}: {100 * one.false / one.whole:.1f} % "
            f"| {one.named} of {one.closed}: {100 * one.named / one.closed:.0f} % "
            f"| {one.peak_psi[0]:.0f}, 95 % {one.peak_psi[1]:.0f} |",
            flush=True,
        )
        print(f"{one.rise_psi} psi, 0.{one.tenths}: done", file=sys.stderr)


if __name__ == "__main__":
    main()
