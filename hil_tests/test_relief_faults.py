"""Single faults in what is no injection: a relief is never longer for it (P-08), a sham and a test
of compliance stop as an injection does. The fault matrix itself is of injections."""

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.benches.core import CoreBench
from manostat_sim.faults import FAULTS
from manostat_sim.faults.asked import BACK_NL, THREE_TICKS_US
from manostat_sim.scenarios import scenario

from .rig import STEP_NL, begin, enabled, fill, lamps, psi, steps_after, steps_us, unit_with

RATE_NL_S = 150_000
RELIEF = unit_with(mode=codes.RELIEVE, rate_nl_s=RATE_NL_S, volume_nl=int(BACK_NL))
SHAM = unit_with(mode=codes.SHAM)
COMPLY = unit_with(mode=codes.COMPLY, rate_nl_s=RATE_NL_S, limit_line_pa=psi(60))
FULL_PSI = 30
PIECE_S, STILL_US = 0.02, 60_000
LONGEST_S = BACK_NL / RATE_NL_S + 1.0
TO_ITS_END_NL = RATE_NL_S * THREE_TICKS_US / 1e6 + STEP_NL
"""Three ticks of the flow, and one step: as at the other end of travel."""
LEASED_NL = RATE_NL_S * 4e-3 + STEP_NL
"""T-03: two ticks of the flow, and one step."""
MOST_NL = {
    "motor-reversed": BACK_NL,
    "line-stuck": BACK_NL,
    "second-stuck": BACK_NL,
    "cut-END_FULL": TO_ITS_END_NL,
    "syringe-full": TO_ITS_END_NL,
    "cpu-hang": LEASED_NL + RATE_NL_S * 4e-3,
}
"""What may still move after the fault. A hang is staged behind a renewal, up to two ticks later."""

SLOW = ("second-stuck", "cut-END_FULL")


def moved_after(bench: Bench, name: str) -> float:
    """Make a fault in a running relief and let it come to its end: the most that the plunger was
    away from where it stood, forth or back, in nL. AssertionError if it does not end."""
    syringe = bench.world.plant.syringe
    from_nl = syringe.driven_nl
    FAULTS[name].inject(bench)
    most_nl = 0.0
    end_us = bench.now_us + round(LONGEST_S * 1e6)
    while steps_after(bench, bench.now_us - STILL_US) or most_nl == 0.0:
        bench.advance(PIECE_S)
        most_nl = max(most_nl, abs(syringe.driven_nl - from_nl), 1e-9)
        assert bench.now_us < end_us, "it goes on and on"
    return most_nl


@pytest.mark.needs("freeze")
@pytest.mark.parametrize("unit", [RELIEF], ids=["relief"])
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.long] if name in SLOW else [], id=name)
        for name in MOST_NL
    ],
)
@pytest.mark.req("P-08", "P-07")
def test_no_single_fault_makes_a_relief_longer(make_bench, name: str, figure) -> None:
    bench = make_bench("dallas-0")
    fill(bench.world, FULL_PSI)
    stood_nl = bench.world.plant.syringe.driven_nl
    begin(bench)
    assert bench.world.plant.syringe.driven_nl < stood_nl, "a relief draws back"
    most_nl = moved_after(bench, name)
    back_nl = max(stood_nl - bench.world.plant.syringe.driven_nl, 0.0)
    assert most_nl <= MOST_NL[name]
    figure(
        "P-08", back_nl / 1e6, BACK_NL / 1e6, "mL", of="volume drawn back, single fault included"
    )
    assert back_nl <= BACK_NL
    assert not enabled(bench), "a fault lets go of the driver"
    before = bench.steps_made()
    bench.advance(0.2)
    assert bench.steps_made() == before


def test_of_the_test_a_relief_without_its_guard_is_found() -> None:
    """The end of travel is then not seen, and the plunger goes on."""
    bench = CoreBench(scenario("dallas-0"), RELIEF)
    bench.power_on()
    bench.arm()
    fill(bench.world, FULL_PSI)
    begin(bench)
    bench.pump.guard.check = lambda *_: codes.NO_FAULT
    assert moved_after(bench, "syringe-full") > 10 * MOST_NL["syringe-full"]


@pytest.mark.needs("freeze")
@pytest.mark.parametrize(
    "unit",
    [pytest.param(SHAM, marks=pytest.mark.long, id="sham"), pytest.param(COMPLY, id="comply")],
)
@pytest.mark.req("P-11", "A-06")
def test_a_silent_sensor_stops_a_sham_and_a_test_of_compliance(make_bench, unit) -> None:
    bench = make_bench("blocked")
    bench.press("RUN")
    bench.advance(0.1)
    assert bench.last.state == codes.INJECTING
    fault_us = bench.now_us
    FAULTS["line-nack"].inject(bench)
    bench.advance(0.1)
    assert steps_after(bench, fault_us + THREE_TICKS_US) == 0
    assert bool(steps_us(bench)) == (unit == COMPLY), "a sham moves nothing, ever"
    assert not enabled(bench)
    assert lamps(bench, 0.1)["LAMP_HIGH"]
