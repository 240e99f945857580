"""Requirements on the two-byte I2C read, on a model of the controller's registers."""

import sys
import types
from array import array

import pytest

import manostat.ports

TAR, DATA_CMD, RAW_INTR_STAT, CLR_TX_ABRT, ENABLE, RXFLR = 1, 4, 13, 21, 27, 30
TX_ABRT = 64
TIMEOUT_US = 120
ADDRESS = 0x28


class Controller:
    """I2C0 with one device. `mood`: "answers", "nack" or "hangs". 1 us goes by at each look."""

    def __init__(self):
        self.mood = "answers"
        self.sample = (0x9A, 0xBC)
        self.now_us = 0xFFFFFFF0  # the timer is about to wrap
        self.received = []
        self.commands = []
        self.aborted = False
        self.enabled = 0
        self.target = 0

    def __getitem__(self, word):
        self.now_us = (self.now_us + 1) & 0xFFFFFFFF
        if word == RXFLR:
            return len(self.received)
        if word == RAW_INTR_STAT:
            return TX_ABRT if self.aborted else 0
        if word == CLR_TX_ABRT:
            self.aborted = False
            return 1
        assert word == DATA_CMD
        return 0x800 | self.received.pop(0)

    def __setitem__(self, word, value):
        if word == ENABLE:
            self.enabled = value
            self.received = []
            self.commands = []
        elif word == TAR:
            assert not self.enabled, "the target is only taken while disabled"
            self.target = value
        else:
            assert word == DATA_CMD and self.enabled
            self._command(value)

    def _command(self, value):
        if self.aborted:
            return  # the FIFO is held empty until the abort is cleared
        self.commands.append(value)
        if value == 0x300 and self.mood == "answers" and self.target == ADDRESS:
            self.received = list(self.sample)
        elif value == 0x300 and self.mood == "nack":
            self.aborted = True


class Timer:
    def __init__(self, controller):
        self._controller = controller

    def __getitem__(self, _word):
        now_us = self._controller.now_us
        return now_us - (1 << 32) if now_us >> 31 else now_us  # viper's words are signed


@pytest.fixture
def controller():
    return Controller()


@pytest.fixture
def bus(controller, monkeypatch):
    machine = types.ModuleType("machine")
    machine.I2C = lambda *_, **__: None
    micropython = types.ModuleType("micropython")
    micropython.const = micropython.viper = lambda same: same
    monkeypatch.setitem(sys.modules, "machine", machine)
    monkeypatch.setitem(sys.modules, "micropython", micropython)
    registers = {0x40044000: controller, 0x40054028: Timer(controller)}

    class Table:
        def __init__(self, words):
            self._words = words

        def __getitem__(self, at):
            return self._words[at]

        def __setitem__(self, at, value):
            self._words[at] = value & 0xFFFFFFFF

    def ptr32(place):
        return Table(place) if isinstance(place, array) else registers[place]

    def signed(value):
        value &= 0xFFFFFFFF
        return value - (1 << 32) if value >> 31 else value

    path = f"{manostat.ports.__path__[0]}/rp2_bus.py"
    module = types.ModuleType("manostat.ports.rp2_bus")
    module.ptr32 = ptr32
    module.int = signed
    with open(path, encoding="utf-8") as file:
        exec(compile(file.read(), path, "exec"), module.__dict__)
    return module.Bus(0, None, None, 400000, TIMEOUT_US, ADDRESS)


def read(bus):
    bus.begin()
    return bus.end()


def test_two_bytes_are_read_with_a_stop_behind_the_second(bus, controller):
    assert read(bus) == 0x9ABC
    assert controller.commands == [0x100, 0x300]


def test_a_device_that_does_not_answer_is_no_sample(bus, controller):
    controller.mood = "nack"
    assert [read(bus) for _ in range(3)] == [-1, -1, -1]
    controller.mood = "answers"
    assert read(bus) == 0x9ABC


def test_a_held_bus_is_no_sample_and_costs_no_more_than_the_time_out(bus, controller):
    controller.mood = "hangs"
    for _ in range(3):
        began_us = controller.now_us
        assert read(bus) == -1
        assert (controller.now_us - began_us) & 0xFFFFFFFF <= TIMEOUT_US + 10
    controller.mood = "answers"
    assert read(bus) == 0x9ABC


def test_an_abort_that_comes_after_the_time_out_spoils_no_later_read(bus, controller):
    controller.mood = "hangs"
    assert read(bus) == -1
    controller.aborted = True
    controller.mood = "answers"
    assert read(bus) == 0x9ABC
