"""Requirements on what the journal keeps of a level."""

import subprocess
from array import array
from pathlib import Path

import pytest

from manostat import record
from manostat.core.codes import INJECT, OPENING_READ, PAIN
from manostat.core.pump import build
from manostat.journal import PAYLOAD_MOST
from manostat_sim.benches.vm import find_micropython

FIRMWARE = Path(record.__file__).parents[1]
UNIT = (INJECT, 50000, 3500000, 344738, 551581, 0, 103200, 1000, -250)


def new_ints(count):
    return array("i", bytes(4 * count))


@pytest.fixture
def pump():
    """A pump whose level ended with pain at 9000 steps, pressed twice."""
    pump = build(UNIT, new_ints)
    pump.level, pump.late_ticks, pump.presses = 3, 2, 2
    pump.begun, pump.begun_ms, pump.now_ms = 1, 1000, 22500
    injector = pump.injector
    injector.reason, injector.steps = PAIN, 9000
    injector.opening_pa, injector.opening_how = 103421, OPENING_READ
    injector.peak_pa, injector.stop_pa = 300000, 295000
    for mark, press_pa in ((pump.first_mark, 290000), (pump.last_mark, 250000)):
        mark.valid, mark.moving, mark.opening_pa, mark.at_ms = 1, 1, 103421, 22400
        for point in range(record.POINTS):
            mark.pressures_pa[point] = press_pa - 10000 * point
            mark.steps[point] = 9000 - 240 * point
    return pump


def kept(pump):
    buf = bytearray(record.LEVEL_BYTES)
    assert record.pack_level(pump, buf) == record.LEVEL_BYTES
    return record.unpack_level(bytes(buf))


def test_a_level_fits_one_journal_record():
    assert record.LEVEL_BYTES <= PAYLOAD_MOST
    assert record.INTENT_BYTES <= PAYLOAD_MOST


def test_prescription_and_outcome_of_a_level_are_kept(pump):
    level = kept(pump)
    assert tuple(
        level[name]
        for name in (
            "mode", "rate_nl_s", "volume_nl", "limit_above_pa", "limit_line_pa",
            "step_volume_nl", "nl_num", "nl_den", "zero_pa",
        )
    ) == UNIT  # fmt: skip
    assert (level["level"], level["reason"], level["fault"]) == (3, PAIN, 0)
    assert (level["steps"], level["delivered_nl"]) == (9000, 9000 * 103200 // 1000)
    assert (level["opening_pa"], level["opening_how"]) == (103421, OPENING_READ)
    assert (level["peak_pa"], level["stop_pa"]) == (300000, 295000)
    assert (level["duration_ms"], level["late_ticks"], level["presses"]) == (21500, 2, 2)
    assert level["locked"] == 0


@pytest.mark.req("P-10")
def test_a_lock_out_is_kept_with_an_outcome_and_with_a_note(pump):
    pump.injector.locked = 1
    assert kept(pump)["locked"] == 1
    buf = bytearray(record.LEVEL_BYTES)
    length = record.pack_note(pump, buf)
    assert record.unpack_note(bytes(buf[:length]))["locked"] == 1


def test_each_mark_has_pressure_and_volume_at_the_press_and_before_it(pump):
    level = kept(pump)
    first = level["first_mark"]
    assert (first["moving"], first["at_ms"]) == (1, 22400)
    assert [point["before_ms"] for point in first["points"]] == [0, 500, 1000, 2000, 3000]
    assert first["points"][2] == {
        "before_ms": 1000,
        "pressure_pa": 270000,
        "above_pa": 270000 - 103421,
        "steps": 8520,
        "volume_nl": 8520 * 103200 // 1000,
    }
    assert level["last_mark"]["points"][0]["pressure_pa"] == 250000


def test_without_a_tare_a_mark_counts_from_zero(pump):
    pump.first_mark.opening_pa = -1
    assert kept(pump)["first_mark"]["points"][0]["above_pa"] == 290000


def test_a_level_without_pain_has_no_marks():
    level = kept(build(UNIT, new_ints))
    assert level["first_mark"] is None and level["last_mark"] is None


@pytest.mark.req("T-06")
def test_a_duration_survives_the_wrap_of_the_clock(pump):
    pump.begun_ms, pump.now_ms = 0x3FFFFFFF - 999, 1000
    assert kept(pump)["duration_ms"] == 2000


def test_a_level_that_never_moved_lasted_no_time(pump):
    pump.begun = 0
    assert kept(pump)["duration_ms"] == 0


@pytest.mark.req("D-02", "L-04")
def test_an_intent_reserves_the_whole_prescription(pump):
    buf = bytearray(record.INTENT_BYTES)
    assert record.pack_intent(pump, buf) == record.INTENT_BYTES
    intent = record.unpack_intent(bytes(buf))
    assert (intent["level"], intent["steps"]) == (3, 9000)
    reserved_nl = intent["reserved_steps"] * 103200 // 1000
    assert 3500000 - 104 < reserved_nl <= 3500000


def test_a_mark_alone_is_kept_as_in_its_level(pump):
    buf = bytearray(record.MARK_BYTES)
    assert record.pack_mark(pump.first_mark, buf) == record.MARK_BYTES
    assert record.unpack_mark(bytes(buf), 0, 103200, 1000) == kept(pump)["first_mark"]


def test_the_board_packs_the_bytes_that_the_host_packs():
    script = f"""
from array import array
from manostat import record
from manostat.core.pump import build
pump = build({UNIT}, lambda count: array("i", bytes(4 * count)))
pump.injector.steps, pump.injector.opening_pa = 262143, -1
buf = bytearray(record.LEVEL_BYTES)
record.pack_level(pump, buf)
print("".join("%02x" % byte for byte in buf))
"""
    run = on_the_board(script)
    pump = build(UNIT, new_ints)
    pump.injector.steps, pump.injector.opening_pa = 262143, -1
    buf = bytearray(record.LEVEL_BYTES)
    record.pack_level(pump, buf)
    assert run.strip() == buf.hex()


@pytest.mark.req("L-01", "T-06")
@pytest.mark.parametrize("now_ms", [0, 630, 0x3FFFFFFF])
@pytest.mark.parametrize("taken", [0, 255, 256, 700])
def test_compiled_code_takes_the_events_that_portable_code_takes(now_ms, taken):
    build_it = f"""
from array import array
from manostat.events_{{}} import take_change
class Pump:
    pass
pump = Pump()
pump.now_ms, pump.part_us = {now_ms}, 5999
words = array("I", bytes(4 * 516))
frame = bytearray(61)
words[0], words[1] = {taken}, {max(taken - 255, 0)}
for number in range(3):
    frame[44], frame[46], frame[47] = 251, 6 | 8 + number << 4, 18 | number << 6
    take_change(frame, words, pump)
print([word for word in words if word])
"""
    native = on_the_board(build_it.format("native"))
    assert native == on_the_board(build_it.format("portable"))
    assert str((now_ms + 5) & 0x3FFFFFFF) in native


def on_the_board(script):
    """What it prints under MicroPython."""
    run = subprocess.run(
        [find_micropython(), "-c", script],
        env={"MICROPYPATH": str(FIRMWARE)},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout
