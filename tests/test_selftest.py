"""The self test and the reset reason, with a chip that exists only as the registers they use."""

import hashlib
import importlib
import struct
import sys
import time
import types
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat_tools.image import manifest

FLASH = 0x1000_0000
MANIFEST = FLASH + 8192
GPIO_IN, GPIO_SET, GPIO_CLEAR = 0xD000_0004, 0xD000_0014, 0xD000_0018
SYSTICK = 0xE000_E010
LAMPS = {"LAMP_READY": 16, "LAMP_HIGH": 17, "LAMP_MEDIUM": 18, "LAMP_LOW": 19, "SOUNDER": 20}
ENABLE_N = 4
KEYS_FREE, RUN_HELD, STOP_HELD, PAIN_HELD = 0b110011, 0b110111, 0b110000, 0b111001
UNIT = (1, 50_000, 3_500_000, 344_738, 551_581, 0, 422_733, 4_096, 0)
PASSED, LINE, SECOND, DISAGREE, INVALID, IMAGE, CLOCK, KEY, WATCHDOG, LAMP, ENABLE = range(11)


class Chip:
    """Time, outputs that read back, SysTick, and flash. `held`: levels of shorted pins."""

    def __init__(self):
        self.us = 0
        self.outputs = 0
        self.held = {}
        self.cycles_per_us = 125.0
        self.keys = lambda: KEYS_FREE
        self.image = bytes(range(256)) * 7
        self.page = manifest.page(self.image)
        self.lit = []
        self.pin = lambda gpio, _mode, value: self.__setitem__(GPIO_CLEAR, 1 << gpio)

    def __getitem__(self, address):
        if address == GPIO_IN:  # ENABLE_N is released, and has a pull-up
            levels = self.outputs | 1 << ENABLE_N
            for gpio, level in self.held.items():
                levels = levels & ~(1 << gpio) | level << gpio
            return levels
        assert address == SYSTICK + 8
        return -round(self.us * self.cycles_per_us) & 0xFF_FFFF

    def __setitem__(self, address, value):
        if address == GPIO_SET:
            self.outputs |= value
        elif address == GPIO_CLEAR:
            self.outputs &= ~value
        else:
            assert SYSTICK <= address <= SYSTICK + 8
            return
        self.lit.append((self.us, self.outputs))

    def sleep_us(self, us):
        self.us += us

    def sleep_ms(self, ms):
        self.us += 1000 * ms

    def bytearray_at(self, address, length):
        return bytearray({FLASH: self.image, MANIFEST: self.page}[address][:length])


class Line:
    raw, status = 1638, 0

    def read(self):
        pass


def fresh(name, patch):
    """A firmware module, imported anew so that it finds this test's chip."""
    patch.delitem(sys.modules, f"manostat.{name}", raising=False)
    return importlib.import_module(f"manostat.{name}")


@pytest.fixture
def chip(monkeypatch):
    chip = Chip()
    machine, uctypes = types.ModuleType("machine"), types.ModuleType("uctypes")
    machine.mem32 = chip
    machine.freq = lambda: 125_000_000
    machine.Pin = chip.pin
    machine.Pin.OUT = 1
    uctypes.bytearray_at = chip.bytearray_at
    for module in (machine, uctypes):
        monkeypatch.setitem(sys.modules, module.__name__, module)
    clock = {
        "sleep_ms": chip.sleep_ms,
        "sleep_us": chip.sleep_us,
        "ticks_us": lambda: chip.us,
        "ticks_diff": lambda later, sooner: later - sooner,
    }
    for name, function in clock.items():
        monkeypatch.setattr(time, name, function, raising=False)
    return chip


@pytest.fixture
def run(chip, monkeypatch):
    """`run(...)`: the verdict of a pump in which only what is named is out of order."""
    fresh("image_check", monkeypatch)
    selftest, lamps = fresh("selftest", monkeypatch), fresh("drivers.lamps", monkeypatch)
    pins = {f"PIN_{name}": gpio for name, gpio in LAMPS.items()}
    board = types.SimpleNamespace(PIN_ENABLE_N=ENABLE_N, MANIFEST_ADDRESS=MANIFEST, **pins)

    def run(line_raw=1638, status=0, second=6554, unit=UNIT, watchdog_failed=False, cold=True):
        line = Line()
        line.raw, line.status = line_raw, status
        tester = selftest.SelfTest(
            board,
            lamps.Lamps(*LAMPS.values()),
            line,
            types.SimpleNamespace(read=lambda: second),
            types.SimpleNamespace(read=chip.keys),
            lambda _moving: None,
        )
        return tester.run(unit, watchdog_failed, cold)

    return run


@pytest.mark.req("T-01")
@pytest.mark.parametrize("unit", [UNIT, None])
def test_a_sound_pump_passes_with_its_lamps_lit_and_a_tone(run, chip, unit):
    assert run(unit=unit) == PASSED
    lit = {gpio for gpio in LAMPS.values() if chip.outputs >> gpio & 1}
    assert lit == set(LAMPS.values()) - {LAMPS["SOUNDER"]}
    sounding = [us for us, outputs in chip.lit if outputs >> LAMPS["SOUNDER"] & 1]
    assert sounding[-1] - sounding[0] >= 100_000


# Lamps, sounder, driver enable


@pytest.mark.req("T-01")
@pytest.mark.parametrize("level", [0, 1])
@pytest.mark.parametrize("name", LAMPS)
def test_a_shorted_lamp_or_sounder_is_found(run, chip, name, level):
    chip.held = {LAMPS[name]: level}
    assert run() == LAMP


@pytest.mark.req("T-01")
def test_lamp_and_sounder_that_touch_are_found(run, chip):
    class Touching(Chip):
        def __getitem__(self, address):
            levels = super().__getitem__(address)
            pair = 1 << LAMPS["LAMP_LOW"] | 1 << LAMPS["SOUNDER"]
            return levels | pair if address == GPIO_IN and levels & pair else levels

    chip.__class__ = Touching
    assert run() == LAMP


@pytest.mark.req("T-01", "T-04")
def test_a_driver_enable_that_stays_low_is_found(run, chip):
    chip.held = {ENABLE_N: 0}
    assert run() == ENABLE


def test_with_stop_open_after_a_reset_nothing_is_said_of_the_driver_enable(run, chip):
    chip.held = {ENABLE_N: 0}
    chip.keys = lambda: STOP_HELD
    assert run(cold=False) == PASSED


# Clock


@pytest.mark.req("T-01")
@pytest.mark.parametrize(("percent", "verdict"), [(-1.1, CLOCK), (-0.9, 0), (0.9, 0), (1.1, CLOCK)])
def test_the_clock_may_be_off_by_one_percent(run, chip, percent, verdict):
    chip.cycles_per_us = 125 * (1 + percent / 100)
    assert run() == verdict


@pytest.mark.req("T-01")
def test_a_clock_that_stands_still_is_found(run, chip):
    chip.cycles_per_us = 0
    assert run() == CLOCK


# Image


@pytest.mark.req("T-01", "S-03")
def test_a_missing_manifest_is_found(run, chip):
    chip.page = b"\xff" * 256
    assert run() == IMAGE


@pytest.mark.req("S-03")
@pytest.mark.parametrize("length", [0, 8193, 0xFFFF_FFFF])
def test_a_manifest_of_another_length_is_found(run, chip, length):
    digest = hashlib.sha256(chip.image[:length]).digest()
    body = chip.page[:8] + struct.pack("<I", length) + digest + chip.page[44:252]
    chip.page = body + struct.pack("<I", zlib.crc32(body))
    assert run() == IMAGE


@pytest.mark.req("S-03")
def test_the_manifest_of_another_image_is_found(run, chip):
    chip.page = manifest.page(chip.image[:-256] + hashlib.sha256(b"").digest() * 8)
    assert run() == IMAGE


@pytest.mark.req("S-03")
@given(st.data())
def test_one_flipped_bit_is_found_wherever_it_is(data):
    chip = Chip()
    content = bytearray(chip.image + chip.page)
    at = data.draw(st.integers(0, len(content) - 1), "byte")
    content[at] ^= 1 << data.draw(st.integers(0, 7), "bit")
    chip.image, chip.page = bytes(content[:-256]), bytes(content[-256:])
    with pytest.MonkeyPatch.context() as patch:
        uctypes = types.ModuleType("uctypes")
        uctypes.bytearray_at = chip.bytearray_at
        patch.setitem(sys.modules, "uctypes", uctypes)
        image_check = fresh("image_check", patch)
        assert not image_check.is_whole(MANIFEST, lambda _moving: None)


# Sensors and unit


@pytest.mark.req("T-01", "P-11")
@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [
        ({"status": 1}, LINE),
        ({"status": 4}, LINE),
        ({"line_raw": 1309}, LINE),
        ({"line_raw": 14_747}, LINE),
        ({"second": 6554 - 4 * 438}, SECOND),
        ({"second": 6554 + 4 * (13_108 + 438)}, SECOND),
        ({"second": 6554 + 4 * 438}, DISAGREE),
        ({"line_raw": 1638 + 438}, DISAGREE),
        ({"second": 6554 + 4 * 437}, PASSED),
        ({"line_raw": 8000, "second": 6554 + 4 * (8000 - 1638)}, PASSED),
        ({"unit": ()}, INVALID),
        ({"unit": (*UNIT[:4], 700_000, *UNIT[5:])}, INVALID),
    ],
)
def test_sensors_and_unit_are_judged(run, wrong, verdict):
    assert run(**wrong) == verdict


# Keys


@pytest.mark.req("T-01", "B-04")
@pytest.mark.parametrize("levels", [RUN_HELD, STOP_HELD, PAIN_HELD, 0b110001, 0b111011, 0])
def test_a_key_that_is_not_free_is_found(run, chip, levels):
    chip.keys = lambda: levels
    assert run() == KEY
    assert chip.us < 1_500_000


@pytest.mark.req("T-01")
@pytest.mark.parametrize(("free_ms", "verdict"), [(19, KEY), (22, PASSED)])
def test_keys_must_be_free_together_for_20_ms(run, chip, free_ms, verdict):
    """RUN bounces: free for so long, then closed for 5 ms, over and over."""
    chip.keys = lambda: KEYS_FREE if chip.us % (1000 * (free_ms + 5)) >= 5000 else RUN_HELD
    assert run() == verdict


@pytest.mark.req("T-01")
def test_a_key_may_be_let_go_within_700_ms(run, chip):
    chip.keys = lambda: KEYS_FREE if chip.us > 800_000 else PAIN_HELD
    assert run() == PASSED


@pytest.mark.req("T-05")
def test_after_a_reset_in_use_run_may_be_held(run, chip):
    chip.keys = lambda: RUN_HELD
    assert run(cold=False) == PASSED


@pytest.mark.req("T-01")
def test_a_failed_watchdog_is_a_verdict(run):
    assert run(watchdog_failed=True) == WATCHDOG
    assert run(watchdog_failed=True, cold=False) == WATCHDOG
