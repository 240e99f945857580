"""The plant, the sensors and their faults give the same bits under CPython and under numba."""

from array import array

import pytest

from manostat_sim.compiled import compiled, fields_of, jitclass_like
from manostat_sim.plant.build import (
    build_disc,
    build_plant,
    typical_line_sensor,
    typical_second_sensor,
)
from manostat_sim.plant.noise import hash32
from manostat_sim.plant.sensors import FAULT_NONE, FAULTS

numba = pytest.importorskip("numba")


def world():
    """Everything switched on: noise, air, stiction, backlash, a leak and a rupture to come."""
    disc = build_disc(30.5, 12.0, leak_psi=25.0, leak_ul_s_psi=1.0, rupture_psi=26.0)
    plant = build_plant(disc, air_ml=0.05, stiction_n=3.5, backlash_steps=20, contrast=300)
    return plant, typical_line_sensor(5), typical_second_sensor(6)


def run(plant, line, second, ticks: int) -> list[tuple[float, ...]]:
    """Injection with odd step times, faults of the sensors, an occlusion and a detachment."""
    trace = []
    faults = sorted(FAULTS.values())
    for tick in range(ticks):
        if tick % 600 == 300:
            line.fault = faults[tick // 600 % len(faults)]
            second.fault = line.fault
        if tick % 600 == 340:
            line.fault = second.fault = FAULT_NONE
        if tick == 4000:
            plant.close()
        if tick in (4300, 8200):
            plant.open()
        if tick == 8000:
            plant.detach()
        before_us = hash32(tick) % 2000
        plant.advance(before_us)
        if tick % 37 != 0:
            line.observe(plant.now_us, plant.line_pa)
            plant.step(1 if tick % 1000 < 950 else -1)
            line.observe(plant.now_us, plant.line_pa)
        plant.advance(2000 - before_us)
        raw, status = line.sample(plant.now_us, plant.line_pa)
        trace.append(
            (
                plant.line_pa,
                plant.flow_nl_s,
                plant.stored_nl,
                plant.needle_pa_s_per_nl,
                plant.disc.pressure_pa,
                plant.disc.volume_nl,
                plant.disc.leaked_nl,
                raw,
                status,
                second.sample(plant.line_pa),
            )
        )
    return trace


def test_plant_and_sensors_equal_cpython_to_the_bit_for_10_000_ticks():
    plain = world()
    fast = [compiled(part) for part in plain]
    expected = run(*plain, 10_000)
    assert run(*fast, 10_000) == expected
    # The run went through what it is meant to compare.
    assert plain[0].disc.ruptured == 1
    assert plain[0].spilled_nl > 0.0
    assert {status for *_, status, _ in expected} == {0, 1, 2, 3, 4}


class Inner:
    """A part that two others hold."""

    def __init__(self, buffer):
        self.buffer = buffer
        self.count = 0


def _double(value):
    return value + value


class Outer:
    """Shaped like firmware: a class constant, a shared part, a buffer, a module function."""

    _STEP = 3

    def __init__(self, inner):
        self.first = inner
        self.second = inner
        self.flag = True

    def bump(self):
        self.first.count += self._STEP
        self.first.buffer[1] = _double(self.first.count)
        return self.second.count


def outer():
    return Outer(Inner(array("i", [0, 0])))


def test_shared_parts_stay_shared_and_class_constants_and_functions_work():
    fast = compiled(outer())
    assert fast.bump() == 3
    assert fast.bump() == 6
    assert fast.second.buffer[1] == 12


def test_compiled_copy_shares_nothing_with_its_model():
    plain = outer()
    compiled(plain).bump()
    assert plain.first.count == 0
    assert list(plain.first.buffer) == [0, 0]


def test_jitclass_takes_the_fields_in_order():
    plain = Inner(bytearray(4))
    made = jitclass_like(plain)(*[compiled_value(value) for value in fields_of(plain).values()])
    assert made.count == 0
    assert len(made.buffer) == 4


def compiled_value(value):
    import numpy

    return numpy.frombuffer(value, numpy.uint8) if isinstance(value, bytearray) else value


@pytest.mark.parametrize("value", [None, "text", [1, 2], {}, len])
def test_attribute_without_compiled_form_is_named(value):
    inner = Inner(value)
    with pytest.raises(TypeError, match=r"Inner\.buffer"):
        compiled(inner)
