"""Requirements on the drivers, with a chip that exists only as the calls they make."""

import importlib
import sys
import types

import pytest

from manostat.drivers.enable import DriverEnable
from manostat.drivers.hsc import COMMAND, DIAGNOSTIC, HSC, NO_ANSWER, OK, STALE
from manostat.drivers.ratiometric import Ratiometric


class Bus:
    """A bus with one sensor; `answer` is its 16 bits, or -1 when nothing answers."""

    def __init__(self, answer=0x1FFF):
        self.answer = answer
        self.calls = []

    def begin(self):
        self.calls.append("begin")

    def end(self):
        self.calls.append("end")
        return self.answer


class Port:
    """The chip's GPIO registers: levels in, and outputs by their set and clear registers."""

    def __init__(self):
        self.inputs = 0
        self.outputs = 0
        self.sets = []
        self.slate = 0  # SCRATCH3 of the watchdog

    def __getitem__(self, address):
        if address == 0x40058018:
            return self.slate
        assert address == 0xD0000004
        return self.inputs

    def __setitem__(self, address, mask):
        if address == 0x40058018:
            self.slate = mask
        elif address == 0xD0000014:
            self.sets.append(mask)
            self.outputs |= mask
        else:
            assert address == 0xD0000018
            self.outputs &= ~mask


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
    module.mem32 = Port()
    monkeypatch.setitem(sys.modules, "machine", module)
    return module


def driver(name):
    for module in (name, f"{name}_portable"):
        sys.modules.pop(f"manostat.drivers.{module}", None)
    return importlib.import_module(f"manostat.drivers.{name}")


# Line sensor


@pytest.mark.parametrize("status", [OK, COMMAND, STALE, DIAGNOSTIC])
@pytest.mark.parametrize("raw", [0, 1638, 0x3FFF])
def test_count_and_status_are_told_apart(status, raw):
    line = HSC(Bus(status << 14 | raw))
    line.read()
    assert (line.raw, line.status) == (raw, status)


def test_a_silent_bus_is_told_and_the_last_count_stays():
    bus = Bus(0x1234)
    line = HSC(bus)
    line.read()
    bus.answer = -1
    line.read()
    assert (line.raw, line.status) == (0x1234, NO_ANSWER)
    bus.answer = 0x1235
    line.read()
    assert (line.raw, line.status) == (0x1235, OK)


def test_a_sensor_never_read_has_not_answered():
    assert HSC(Bus()).status == NO_ANSWER


def test_a_sample_is_asked_for_before_it_is_taken():
    bus = Bus()
    line = HSC(bus)
    line.begin()
    assert (bus.calls, line.status) == (["begin"], NO_ANSWER)
    line.end()
    assert (bus.calls, line.status) == (["begin", "end"], OK)


# Second sensor


def test_the_second_sensor_is_read_as_it_is():
    adc = types.SimpleNamespace(read_u16=lambda: 54321)
    assert Ratiometric(adc).read() == 54321


# Switches


@pytest.mark.parametrize("first_gpio", [0, 6, 22])
@pytest.mark.parametrize("levels", range(64))
def test_six_switches_come_from_one_read_of_the_port(machine, first_gpio, levels):
    around = 0x3FFFFFFF & ~(63 << first_gpio)
    machine.mem32.inputs = around | levels << first_gpio
    assert driver("switches").Switches(first_gpio).read() == levels


LISTEN, STOP_HEARD, DROPPED, STOP_AT_REST = 1, 2, 4, 8


@pytest.mark.parametrize("told", range(16))
@pytest.mark.parametrize("levels", [0, 0b010111, 0b110111, 63])
def test_only_a_stop_heard_in_motion_looks_like_a_pressed_stop(machine, told, levels):
    machine.mem32.inputs, machine.mem32.slate = levels << 6, told
    shown = driver("switches").Switches(6).read()
    assert shown == (levels & ~7 if told & LISTEN and told & STOP_HEARD else levels)


@pytest.fixture
def host_stop(machine, monkeypatch):
    monkeypatch.delitem(sys.modules, "manostat.link.host_stop", raising=False)
    machine.mem32.slate = LISTEN | STOP_HEARD  # as a reset in motion leaves it
    return importlib.import_module("manostat.link.host_stop").HostStop()


def test_what_was_heard_before_a_reset_is_forgotten(machine, host_stop):
    assert machine.mem32.slate == 0
    assert not host_stop.has_told()


@pytest.mark.parametrize("heard", [0, STOP_HEARD, DROPPED, STOP_HEARD | DROPPED, STOP_AT_REST])
@pytest.mark.parametrize("listening", [0, 1])
def test_what_was_heard_is_told_once_and_listening_goes_on(machine, host_stop, heard, listening):
    host_stop.listen(listening)
    machine.mem32.slate |= heard
    assert host_stop.has_told() == (heard != 0)
    assert host_stop.take() == heard
    assert (host_stop.has_told(), host_stop.take()) == (False, 0)
    assert machine.mem32.slate == listening


def test_a_stop_of_the_tick_in_which_listening_begins_is_heard(machine, host_stop):
    machine.mem32.slate = STOP_AT_REST
    host_stop.listen(1)
    assert machine.mem32.slate == LISTEN | STOP_HEARD
    host_stop.listen(0)
    machine.mem32.slate |= STOP_AT_REST
    host_stop.listen(0)
    assert host_stop.take() == STOP_HEARD | STOP_AT_REST


def test_to_end_listening_keeps_what_was_heard(machine, host_stop):
    host_stop.listen(1)
    machine.mem32.slate |= STOP_HEARD
    host_stop.listen(1)
    assert machine.mem32.slate == LISTEN | STOP_HEARD
    host_stop.listen(0)
    host_stop.listen(0)
    assert machine.mem32.slate == STOP_HEARD


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


LAMPS = range(16, 21)


def test_lamps_are_off_at_first(machine):
    driver("lamps").Lamps(*LAMPS)
    assert all((Pin.made[gpio].mode, Pin.made[gpio].level) == (Pin.OUT, 0) for gpio in LAMPS)


@pytest.mark.parametrize("shown", range(32))
def test_lamps_show_what_is_asked_and_touch_no_other_pin(machine, shown):
    others = 0x3FFFFFFF & ~(31 << LAMPS[0])
    for before in (0, others, 0x3FFFFFFF):
        lamps = driver("lamps").Lamps(*LAMPS)
        machine.mem32.outputs = before
        lamps.show(*(shown >> lamp & 1 for lamp in range(5)))
        assert machine.mem32.outputs == before & others | shown << LAMPS[0]


def test_lamps_are_written_on_change_only(machine):
    lamps = driver("lamps").Lamps(*LAMPS)
    for shown in (0, 1, 1, 3, 3, 3, 0):
        lamps.show(shown & 1, shown >> 1, 0, 0, 0)
    assert machine.mem32.sets == [shown << LAMPS[0] for shown in (0, 1, 3, 0)]
