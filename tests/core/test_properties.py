"""What must hold for every prescription, plant and sensor error.

Judged by the monitors of `manostat_sim.monitors` on the plant and the wires. What operators, wires
and faults can do besides is in `test_machine.py`.
"""

import pytest
from hypothesis import Phase, event, given, settings, target
from hypothesis import strategies as st

from manostat_sim.plant.plant import PATH_CLOSED
from manostat_sim.plant.sensors import FAULTS
from manostat_sim.scenarios import scenario

from .desk import unit_of
from .recorded import Recorded
from .strategies import fastest, ratios, units, worlds
from .test_machine import SYRINGES

_short_units = units(ratios(finest_nl=10, coarsest_nl=600) | ratios(), most_nl=200_000)
_ms = st.integers(0, 400)


@st.composite
def _units_that_reach_their_limit(draw):
    """Injections with low limits and much volume, at rates spread over all the motor can make."""
    ratio = draw(st.sampled_from(SYRINGES) | ratios(finest_nl=10, coarsest_nl=600) | ratios())
    rate_nl_s = max(1000, fastest(ratio) * draw(st.integers(1, 16)) // 16)
    volume_nl = min(20_000_000, 262_143 * (ratio[0] // ratio[1]))
    mode = draw(st.integers(1, 4))
    step_nl = min(1_000_000, volume_nl) if mode == 2 else 0
    limits = st.integers(7, 250).map(lambda kpa: kpa * 1000)
    zero_pa = draw(st.integers(-34_474, 34_474))
    return (mode, rate_nl_s, volume_nl, draw(limits), draw(limits), step_nl, *ratio, zero_pa)


@st.composite
def _benches(draw, of_units):
    unit = draw(of_units)
    bench = Recorded(draw(worlds(unit[6] / unit[7])), unit)
    bench.sample_us = draw(st.sampled_from([20, 300, 800]))
    return bench


@st.composite
def _benches_near_their_limit(draw):
    """A closed line begins up to 60 kPa below the limit, so that every rate gets there."""
    bench = draw(_benches(_units_that_reach_their_limit()))
    plant, room_pa = bench.world.plant, draw(st.integers(0, 60_000))
    line_pa = bench.setting.limit_pa(-1) + bench.setting.zero_pa - room_pa
    if plant.path == PATH_CLOSED and line_pa > 0:
        plant.stored_nl = line_pa * plant.line_nl_per_pa
        plant.line_pa = plant._pressure(plant.stored_nl, plant.line_nl_per_pa)
    return bench


def _steered(share: float) -> settings:
    """A share of the examples of the profile in force, and a search towards what was left."""
    most = max(round(settings().max_examples * share), 1)
    return settings(max_examples=most, phases=[*settings().phases, Phase.target])


@pytest.mark.req("P-03", "P-04", "P-05")
@_steered(1.2)
@given(_benches_near_their_limit(), st.integers(2, 20), st.integers(0, 2))
def test_the_line_is_never_pressed_beyond_its_limit_and_the_stated_bound(bench, tenths, releases):
    """RUN is held, and released and pressed again up to twice, so that starts close to the limit
    are among them. Bound: `manostat_sim.monitors.overshoot_bound_pa`.
    """
    bench.arm()
    for _ in range(releases + 1):
        bench.run()
        bench.advance(tenths / 10)
        bench.release("RUN")
        bench.advance(0.01)
    assert not bench.judge_now()
    overshoot, latency = bench.verdict("P-04"), bench.verdict("P-05")
    if overshoot.occasions:
        target(max(overshoot.worst, -9.0), label="overshoot as a share of its bound")
    target(latency.worst, label="us from the limit to the last step")
    event(f"limit reached: {overshoot.worst > -1}, moved: {bench.made > 0}")


@pytest.mark.req("P-09", "B-06")
@_steered(0.5)
@given(_benches(_short_units), st.lists(st.sampled_from(["PAIN", "STOP"]), max_size=6), _ms)
def test_run_taped_down_from_power_on_never_moves_anything(bench, presses, ms):
    bench.world.wiring.weld("RUN")
    bench.press("RUN")
    for switch in presses:
        bench.hold(switch, ms / 1000)
        bench.advance(0.15)
    assert bench.made == 0
    assert bench.world.plant.syringe.driven_nl == 0.0


@pytest.mark.req("C-01")
@_steered(0.5)
@given(_benches(_short_units), st.lists(st.sampled_from(["PAIN", "STOP", "RUN"]), max_size=6), _ms)
def test_a_pump_without_a_prescription_never_moves_anything(bench, presses, ms):
    bench.without_prescription()
    bench.arm()
    bench.run()
    bench.advance(0.5)
    for switch in presses:
        bench.release("RUN")
        bench.hold(switch, ms / 1000)
        bench.run()
        bench.advance(0.1)
    assert bench.made == 0


@pytest.mark.req("P-11")
@pytest.mark.parametrize("kinds", [("open", "nack"), ("nack", "open")])
def test_two_bad_samples_in_a_row_stop_whatever_is_wrong_with_them(kinds):
    bench = Recorded(scenario("dallas-0"), unit_of())
    bench.arm()
    bench.run()
    bench.advance(0.3)
    for kind in (*kinds, "none"):
        bench.world.line_sensor.fault = FAULTS[kind]
        bench.advance(0.002)
    bench.advance(0.1)
    found = bench.verdict("P-11 missed")
    assert found.occasions and found.holds, found
