"""The same decisions to the bit: CPython, numba, and a real MicroPython."""

import pytest

from manostat.core import codes
from manostat_sim.benches.vm import VmCore, find_micropython
from manostat_sim.compiled import compiled
from manostat_sim.plant.disc import Disc

from .closed_loop import TICKS, UNIT, Parts, outputs, plain_parts, run


def test_the_closed_loop_goes_through_all_states_and_faults():
    """Or the comparisons below would be worth little."""
    parts = plain_parts()
    seen = list(run(parts))
    assert {state for state, *_ in seen} == set(range(codes.STOPPED + 1))
    assert {codes.PAIN, codes.STOP, codes.RELEASE, codes.FAULT} <= {line[1] for line in seen}
    faults = {line[6] for line in seen}
    assert {codes.SENSOR_STATUS, codes.SENSORS_DISAGREE, codes.SENSOR_SILENT} <= faults
    assert parts.pump.injector.level == 2
    assert max(line[9] for line in seen) > 0
    assert parts.plant.syringe.delivered_nl > 400_000


@pytest.mark.long  # make test compares the campaign's kernel, which has all of these
def test_injector_guard_pump_and_plant_equal_cpython_to_the_bit_under_numba():
    pytest.importorskip("numba")
    plain = plain_parts()
    fast = Parts(*(compiled(part) for part in vars(plain).values()))
    ticks = 0
    for tick, (expected, found) in enumerate(zip(run(plain), run(fast), strict=True)):
        assert found == expected, f"tick {tick}"
        ticks += 1
    assert ticks == TICKS
    for name in ("line_pa", "stored_nl", "flow_nl_s", "needle_pa_s_per_nl", "now_us"):
        assert getattr(fast.plant, name) == getattr(plain.plant, name)
    disc: Disc = plain.plant.disc
    assert fast.plant.disc.pressure_pa == disc.pressure_pa
    assert fast.plant.disc.volume_nl == disc.volume_nl > 0.0
    for mark in ("first_mark", "last_mark"):
        model, copy = getattr(plain.pump, mark), getattr(fast.pump, mark)
        assert list(copy.pressures_pa) == list(model.pressures_pa)
        assert list(copy.steps) == list(model.steps)


def test_micropython_decides_like_cpython_tick_by_tick():
    try:
        find_micropython()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    parts = plain_parts()
    core = VmCore(UNIT)
    try:
        ticks = 0
        for tick, expected in enumerate(run(parts)):
            assert tuple(core.ask(parts.inputs)) == expected, f"tick {tick}"
            ticks += 1
        assert ticks == TICKS
        assert outputs(parts.pump) == expected
    finally:
        core.close()
