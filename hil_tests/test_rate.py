"""The rate, from the times of the steps on their pin (D-03)."""

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench

from .rig import begin, psi, steps_us, unit_with

SECONDS = 5.0
"""Half of what D-03 allows: an error over 10 s is no more than that of its worse half."""
MOST_PPM = 10_000
_OF = "error of the rate over 10 s"
_FINER = {"nl_num": 150_780, "nl_den": 4_096}  # a syringe of 3 mL: 36.8 nL a step
UNITS = {
    "1 uL/s": unit_with(mode=codes.PRIME, rate_nl_s=1_000),
    "50 uL/s": unit_with(mode=codes.PRIME),
    "150 uL/s": unit_with(mode=codes.PRIME, rate_nl_s=150_000),
    "50 uL/s, 3 mL": unit_with(mode=codes.PRIME, rate_nl_s=50_000, **_FINER),
}


@pytest.mark.req("D-03")
@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS)
def test_the_rate_of_the_steps_is_the_prescribed_one(bench: Bench, unit, figure) -> None:
    """Into air, so that no limit is near and nothing slows the plunger down."""
    _, rate_nl_s, _, _, line_pa, _, nl_num, nl_den, _ = unit
    assert line_pa > psi(10)
    bench.world.plant.point_at_air()
    begin(bench, 0.3)
    bench.advance(SECONDS)
    made_us = steps_us(bench)
    took_s = (made_us[-1] - made_us[0]) / 1e6
    assert took_s > SECONDS - 0.2
    found_nl_s = (len(made_us) - 1) * nl_num / nl_den / took_s
    error_ppm = abs(found_nl_s / rate_nl_s - 1) * 1e6
    figure("D-03", error_ppm, MOST_PPM, "ppm", of=f"{_OF}, its worse half of {SECONDS:.0f} s")
    assert error_ppm <= MOST_PPM
