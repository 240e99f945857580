"""What must hold for every prescription, plant, sensor error and sequence of switches.

Judged at every single step on the plant and the wires, by `watched.Watched`.
"""

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from manostat_sim.plant.plant import PATH_CLOSED

from .strategies import act, actions, ratios, units, units_that_reach_their_limit, worlds
from .watched import Watched

fine_ratios = ratios(finest_nl=10, coarsest_nl=600)


short_units = units(fine_ratios | ratios(), most_nl=200_000)


@st.composite
def benches(draw, of_units):
    unit = draw(of_units)
    bench = Watched(draw(worlds(unit[6] / unit[7])), unit)
    bench.sample_us = draw(st.sampled_from([20, 300, 800]))
    return bench


@st.composite
def benches_near_their_limit(draw):
    """A closed line begins up to 60 kPa below the limit, so that every rate gets there."""
    bench = draw(benches(units_that_reach_their_limit()))
    plant, room_pa = bench.world.plant, draw(st.integers(0, 60_000))
    line_pa = bench.limit_pa() + bench.unit[8] - room_pa
    if plant.path == PATH_CLOSED and line_pa > 0:
        plant.stored_nl = line_pa * plant.line_nl_per_pa
        plant.line_pa = plant._pressure(plant.stored_nl, plant.line_nl_per_pa)
    return bench


def more(share: float) -> settings:
    """A share of the examples of the profile in force."""
    return settings(max_examples=max(round(settings().max_examples * share), 1))


@more(2)
@given(benches_near_their_limit(), st.integers(2, 25), st.integers(0, 2))
@pytest.mark.req("P-03", "P-04")
def test_the_line_is_never_pressed_beyond_its_limit_and_the_stated_bound(bench, tenths, releases):
    """Bound: stiffness x (a tick of flow + a step), a slip, quantisation and noise; see
    `watched.overshoot_bound_pa`. RUN is held, and released and pressed again up to twice, so that
    starts close to the limit are among them.
    """
    bench.arm()
    for _ in range(releases + 1):
        bench.run()
        bench.advance(tenths / 10)
        bench.release("RUN")
        bench.advance(0.01)
    event(f"limit reached: {bench.worst > -1}, moved: {bench.made > 0}")


@more(2.5)
@given(benches(short_units), actions)
@pytest.mark.req("B-06", "D-01", "P-09", "T-03")
def test_no_step_without_grant_permit_and_run_seen_open_and_never_too_much_volume(bench, doings):
    """Any hands, cut wires and sensor faults; short volumes, so that their end is reached."""
    bench.check_pressure = False  # a stuck sensor hides what the line does
    bench.arm()
    bench.run()
    for doing, wait_ms in doings:
        act(bench, doing, wait_ms)
    bench.advance(0.6)
    event(f"moved: {bench.made > 0}, level {bench.pump.injector.level}")


@more(0.5)
@given(benches(short_units), actions)
@pytest.mark.req("B-06", "D-01", "P-09")
def test_without_the_usual_beginning_the_same_holds(bench, doings):
    """Nothing was armed, nothing was released before."""
    bench.check_pressure = False
    for doing, wait_ms in doings:
        act(bench, doing, wait_ms)
    event(f"moved: {bench.made > 0}")


@more(0.5)
@given(benches(short_units), actions, st.booleans())
@pytest.mark.req("P-09")
def test_run_taped_down_from_power_on_never_moves_anything(bench, doings, welded):
    if welded:
        bench.world.wiring.weld("RUN")
    bench.press("RUN")
    for doing, wait_ms in doings:
        if doing == ("release", "RUN") or doing[0] in ("run", "reopen", "again"):
            doing = ("arm", "")
        act(bench, doing, wait_ms)
    assert bench.made == 0
    assert bench.world.plant.syringe.driven_nl == 0.0


@more(0.5)
@given(benches(short_units), actions)
def test_a_pump_without_a_prescription_never_moves_anything(bench, doings):
    bench.without_prescription()
    bench.advance(0.01)
    bench.arm()
    bench.run()
    bench.advance(1.0)
    for doing, wait_ms in doings:
        act(bench, doing, wait_ms)
    assert bench.made == 0
