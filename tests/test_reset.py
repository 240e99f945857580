"""The reset reason and the proof of the watchdog, on registers that behave as the chip's."""

import importlib
import sys
import types

import pytest

CTRL, CTRL_CLEAR, REASON, SCRATCH = 0x4005_8000, 0x4005_B000, 0x4005_8008, 0x4005_800C
CHIP_RESET, HAD_POWER, HAD_RUN, HAD_PSM = 0x4006_4008, 1 << 8, 1 << 16, 1 << 20
ENABLE = 1 << 30
POWER, TIME_OUT, FORCED, RUN_PIN, DEBUGGER = range(5)


class BittenError(Exception):
    """The watchdog has come."""


class Registers(dict):
    def __setitem__(self, address, value):
        if address == CTRL_CLEAR:
            address, value = CTRL, self[CTRL] & ~value
        super().__setitem__(address, value)


class Chip:
    """Watchdog and reset registers; `boot` runs the firmware's first steps."""

    def __init__(self, monkeypatch):
        self._patch = monkeypatch
        self.works = True
        self.started_ms = []
        self.power()

    def power(self, flag=HAD_POWER):
        self.registers = Registers({CTRL: 0, REASON: 0, CHIP_RESET: flag})
        self.registers.update({SCRATCH + 4 * number: 0 for number in range(8)})

    def reset(self, by_watchdog):
        self.registers[REASON] = 1 if by_watchdog else 2

    def _start(self, timeout_ms):
        self.started_ms.append(timeout_ms)
        self.registers[CTRL] = ENABLE
        if timeout_ms < 100 and self.works:
            raise BittenError

    def boot(self):
        machine = types.ModuleType("machine")
        machine.mem32 = self.registers
        watchdog = types.ModuleType("manostat.watchdog")
        watchdog.start, watchdog.REST_MS = self._start, 1000
        self._patch.setitem(sys.modules, "machine", machine)
        self._patch.setitem(sys.modules, "manostat.watchdog", watchdog)
        self._patch.setattr(importlib.import_module("manostat"), "watchdog", watchdog, False)
        self._patch.delitem(sys.modules, "manostat.reset", raising=False)
        self.reset_module = importlib.import_module("manostat.reset")
        self.started_ms.clear()
        self.reset_module.begin()
        return self.reset_module

    def prove(self):
        with pytest.raises(BittenError):
            self.boot()
        self.reset(by_watchdog=True)
        return self.boot()

    @property
    def runs(self):
        return self.registers[CTRL] == ENABLE and self.started_ms[-1:] == [1000]


@pytest.fixture
def chip(monkeypatch):
    return Chip(monkeypatch)


@pytest.mark.req("T-01", "T-05")
@pytest.mark.parametrize(
    ("flag", "reason"), [(HAD_POWER, POWER), (HAD_RUN, RUN_PIN), (HAD_PSM, DEBUGGER)]
)
def test_the_proof_is_made_once_and_the_reason_outlives_it(chip, flag, reason):
    chip.power(flag)
    facts = chip.prove()
    assert (facts.reason, facts.at_power_on, facts.watchdog_failed) == (reason, True, False)
    assert chip.runs


@pytest.mark.req("T-05")
def test_a_boot_loader_that_starts_the_image_is_a_power_on_with_its_own_reason(chip):
    chip.registers[SCRATCH + 8] = 2
    chip.reset(by_watchdog=False)
    facts = chip.prove()
    assert (facts.reason, facts.at_power_on, facts.watchdog_failed) == (FORCED, True, False)
    chip.reset(by_watchdog=True)
    assert not chip.boot().watchdog_failed, "what it left in the registers is not counted"


@pytest.mark.req("T-01")
def test_a_watchdog_that_does_not_come_fails_and_stays_off(chip):
    chip.works = False
    facts = chip.boot()
    assert (facts.reason, facts.at_power_on, facts.watchdog_failed) == (POWER, True, True)
    assert chip.registers[CTRL] == 0


@pytest.mark.req("T-01")
def test_another_reset_in_place_of_the_proof_is_none(chip):
    with pytest.raises(BittenError):
        chip.boot()
    chip.reset(by_watchdog=False)
    assert chip.boot().watchdog_failed
    assert chip.registers[CTRL] == 0


@pytest.mark.req("T-05")
@pytest.mark.parametrize("by_watchdog", [True, False])
def test_a_reset_in_use_is_told_from_the_proof(chip, by_watchdog):
    chip.prove()
    chip.reset(by_watchdog)
    facts = chip.boot()
    expected = TIME_OUT if by_watchdog else FORCED
    assert (facts.reason, facts.at_power_on, facts.watchdog_failed) == (expected, False, False)
    assert chip.runs


@pytest.mark.req("T-02")
def test_the_third_reset_since_power_on_is_the_last_until_power_is_cut(chip):
    chip.prove()
    failed = []
    for _ in range(5):
        chip.reset(by_watchdog=True)
        failed.append(chip.boot().watchdog_failed)
    assert failed == [False, False, True, True, True]
    assert chip.registers[CTRL] == 0
    chip.power()
    assert not chip.prove().watchdog_failed
