"""Requirements on the drivers, with a chip that exists only as the calls they make."""

import importlib
import sys
import types

import pytest

from manostat.drivers.enable import DriverEnable
from manostat.drivers.hsc import DIAGNOSTIC, HSC, NO_ANSWER, OK, STALE
from manostat.drivers.ratiometric import Ratiometric


class Bus:
    """An I2C bus with one sensor; `answer` None is a bus that does not answer."""

    def __init__(self, answer=b"\x1f\xff\x66\x80"):
        self.answer = answer
        self.reads = []

    def readfrom_into(self, address, buf):
        self.reads.append((address, len(buf)))
        if self.answer is None:
            raise OSError(110)
        buf[:] = self.answer[: len(buf)]


class Pin:
    IN, OUT, OPEN_DRAIN = 0, 1, 2
    made: dict[int, "Pin"]

    def __init__(self, gpio, mode=None, pull=None, value=None):
        self.gpio, self.mode, self.pull, self.level = gpio, mode, pull, value
        self.writes = []
        type(self).made[gpio] = self

    def init(self, mode, pull=None, value=None):
        self.mode, self.pull, self.level = mode, pull, value

    def __call__(self, level):
        self.level = level
        self.writes.append(level)


@pytest.fixture
def machine(monkeypatch):
    module = types.ModuleType("machine")
    Pin.made = {}
    module.Pin = Pin
    module.mem32 = {}
    monkeypatch.setitem(sys.modules, "machine", module)
    return module


def driver(name):
    sys.modules.pop(f"manostat.drivers.{name}", None)
    return importlib.import_module(f"manostat.drivers.{name}")


# Line sensor


def test_a_good_sample_is_fourteen_bits_with_status_ok():
    line = HSC(Bus(b"\x3f\xff"), 0x28)
    line.read()
    assert (line.raw, line.status) == (0x3FFF, OK)


@pytest.mark.parametrize("status", [OK, 1, STALE, DIAGNOSTIC])
def test_the_status_bits_are_kept_apart_from_the_count(status):
    line = HSC(Bus(bytes((status << 6 | 0x12, 0x34))), 0x28)
    line.read()
    assert (line.raw, line.status) == (0x1234, status)


def test_a_silent_bus_is_told_and_the_last_count_stays():
    bus = Bus(b"\x12\x34")
    line = HSC(bus, 0x28)
    line.read()
    bus.answer = None
    line.read()
    assert (line.raw, line.status) == (0x1234, NO_ANSWER)
    bus.answer = b"\x12\x35"
    line.read()
    assert (line.raw, line.status) == (0x1235, OK)


def test_a_sensor_never_read_has_not_answered():
    assert HSC(Bus(), 0x28).status == NO_ANSWER


def test_a_tick_reads_two_bytes_and_no_register():
    bus = Bus()
    HSC(bus, 0x28).read()
    assert bus.reads == [(0x28, 2)]


def test_temperature_is_eleven_bits():
    line = HSC(Bus(b"\x1f\xff\xff\xe0"), 0x28)
    line.read_with_temperature()
    assert (line.raw, line.status, line.temperature_raw) == (0x1FFF, OK, 2047)


def test_temperature_of_a_silent_bus_is_the_last():
    bus = Bus(b"\x1f\xff\x66\x80")
    line = HSC(bus, 0x28)
    line.read_with_temperature()
    bus.answer = None
    line.read_with_temperature()
    assert (line.status, line.temperature_raw) == (NO_ANSWER, 0x334)


# Second sensor


def test_the_second_sensor_is_read_as_it_is():
    adc = types.SimpleNamespace(read_u16=lambda: 54321)
    assert Ratiometric(adc).read() == 54321


# Switches


@pytest.mark.parametrize("first_gpio", [0, 6, 22])
@pytest.mark.parametrize("levels", range(64))
def test_six_switches_come_from_one_read_of_the_port(machine, first_gpio, levels):
    around = 0x3FFFFFFF & ~(63 << first_gpio)
    machine.mem32[0xD0000004] = around | levels << first_gpio
    assert driver("switches").Switches(first_gpio).read() == levels


def test_switches_are_inputs_without_internal_pulls(machine):
    driver("switches").Switches(6)
    assert sorted(Pin.made) == [6, 7, 8, 9, 10, 11]
    assert all((pin.mode, pin.pull) == (Pin.IN, None) for pin in Pin.made.values())


# Driver enable


def test_the_driver_is_released_until_it_is_enabled(machine):
    pin = Pin(4)
    DriverEnable(pin)
    assert (pin.mode, pin.level) == (Pin.OPEN_DRAIN, 1)


def test_enable_is_low_and_written_on_change_only(machine):
    pin = Pin(4)
    enable = DriverEnable(pin)
    for on in (0, 1, 1, 1, 0, 0):
        enable.set(on)
    assert pin.writes == [0, 1]


# Lamps


def test_lamps_are_off_at_first_and_show_what_is_asked(machine):
    lamps = driver("lamps").Lamps(16, 17, 18, 19, 20)
    assert [Pin.made[gpio].level for gpio in range(16, 21)] == [0] * 5
    lamps.show(1, 0, 1, 0, 1)
    assert [Pin.made[gpio].level for gpio in range(16, 21)] == [1, 0, 1, 0, 1]


def test_lamps_are_written_on_change_only(machine):
    lamps = driver("lamps").Lamps(16, 17, 18, 19, 20)
    lamps.show(0, 0, 0, 0, 0)
    assert Pin.made[16].writes == []
    for _ in range(3):
        lamps.show(1, 0, 0, 0, 0)
    assert Pin.made[16].writes == [1]
