"""Watchdog, resets and their causes, and what firmware reads to test its own clock and image."""

import binascii

import pytest

from manostat_sim.emulator import EmulatedPico

pytestmark = pytest.mark.pico

MS = 1_000_000
LED = 22
BLINK = f"from machine import Pin\nimport time, machine\np = Pin({LED}, Pin.OUT)\np.on()\n"
HIGH_BY_PIO = f"""
import rp2
from machine import Pin
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def wave():
    set(pins, 1) [24]
    set(pins, 0) [24]
rp2.StateMachine(0, wave, freq=50_000, set_base=Pin({LED})).active(1)
"""
LOAD, SCRATCH_2, REASON, CHIP_RESET = 0x04, 0x40058014, 0x40058008, 0x40064008
HAD_POR, HAD_RUN = 1 << 8, 1 << 16
CAUSES = f"import machine\nprint(machine.mem32[{REASON}], machine.mem32[{CHIP_RESET}])"
CSR, RELOAD, CURRENT = 0xE000E010, 0xE000E014, 0xE000E018
SYSTICK = f"""
import time, machine
from machine import mem32
mem32[{RELOAD}] = 0xFFFFFF
mem32[{CURRENT}] = 0
mem32[{CSR}] = 5
def both():
    t = time.ticks_us()
    while time.ticks_us() == t:
        pass
    return time.ticks_us(), mem32[{CURRENT}]
a, x = both()
time.sleep_ms(20)
b, y = both()
print(b - a, (x - y) & 0xFFFFFF)
"""


def loads(pico):
    """Times of all writes to the watchdog's LOAD, from now on."""
    watchdog = pico._powered.chip.watchdog
    write = watchdog.write_uint32
    times_ns = []

    def written(offset, value):
        write(offset, value)
        if offset == LOAD:
            times_ns.append(pico.now_ns)

    watchdog.write_uint32 = written
    return times_ns


def resets(pico):
    causes = []
    pico.on_reset(lambda cause, t_ns: causes.append((cause, t_ns)))
    return causes


@pytest.mark.parametrize("timeout_ms", [250, 1000])
def test_a_watchdog_bites_exactly_its_time_after_the_last_feed(lab, timeout_ms):
    board = lab()
    fed_ns, causes = loads(board.pico), resets(board.pico)
    program = f"import machine, time\nw = machine.WDT(timeout={timeout_ms})\n"
    board.start(program + "time.sleep_ms(70)\nw.feed()\nwhile 1: pass")
    board.pico.run_for((timeout_ms + 200) * MS)
    assert len(fed_ns) == 2
    assert causes == [("watchdog", fed_ns[-1] + timeout_ms * MS)]


def test_a_fed_watchdog_never_bites(lab):
    board = lab()
    causes = resets(board.pico)
    program = "import machine, time\nw = machine.WDT(timeout=20)\n"
    board.run(program + "for i in range(40):\n    time.sleep_ms(10)\n    w.feed()")
    assert causes == []


def test_its_counter_runs_two_counts_a_microsecond(lab):
    """RP2040-E1: it is decremented twice each tick, so firmware loads twice the time."""
    program = "import machine, time\nw = machine.WDT(timeout=1000)\nm = machine.mem32\n"
    program += "a = m[0x40058000] & 0xFFFFFF\nt = time.ticks_us()\ntime.sleep_ms(10)\n"
    program += "b = m[0x40058000] & 0xFFFFFF\nprint(a, a - b, time.ticks_us() - t)\n"
    start, counted, slept_us = map(int, lab().run(program)[0].split())
    assert 1_999_000 < start <= 2_000_000
    assert counted == pytest.approx(2 * slept_us, abs=200)


def test_a_watchdog_reset_releases_pins_and_stops_pio(lab):
    board = lab()
    levels, causes = [], resets(board.pico)
    board.pico.on_edge(LED, lambda level, t_ns: levels.append((level, t_ns)))
    board.start("import machine\nmachine.WDT(timeout=20)\n" + HIGH_BY_PIO + "while 1: pass")
    board.pico.run_for(60 * MS)
    assert len(levels) > 20
    assert levels[-1] == (None, causes[0][1])
    assert not any(machine.enabled for machine in board.pico._powered.chip._pio[0].machines)


BITES = "machine.WDT(timeout=20)\ntime.sleep(1)"
ASKS = "machine.reset()"


@pytest.mark.parametrize(("program", "reason"), [(BITES, 1), (ASKS, 2)])
def test_a_watchdog_reset_keeps_scratch_registers_and_tells_its_reason(lab, program, reason):
    board = lab()
    board.start(BLINK + f"machine.mem32[{SCRATCH_2}] = 0x12345678\n" + program)
    board.pico.run_for(100 * MS)
    board.said.clear()
    said = board.run(CAUSES + f"\nprint(hex(machine.mem32[{SCRATCH_2}]))")[-2:]
    assert said == [f"{reason} {HAD_POR}", "0x12345678"]


def test_power_on_and_the_run_pin_are_told_apart(lab):
    board = lab()
    assert board.run(CAUSES) == [f"0 {HAD_POR}"]
    board.run(f"import machine\nmachine.mem32[{SCRATCH_2}] = 7")
    board.pico.reset()
    board.pico.run_for(30 * MS)
    board.said.clear()
    said = board.run(CAUSES + f"\nprint(machine.mem32[{SCRATCH_2}])")[-2:]
    assert said == [f"0 {HAD_RUN}", "0"]
    board.start("import machine\nmachine.reset()")
    board.pico.run_for(30 * MS)
    board.said.clear()
    assert board.run(CAUSES)[-1] == f"2 {HAD_RUN}"
    board.pico.power_off()
    board.boot()
    assert board.run(CAUSES) == [f"0 {HAD_POR}"]


def _watchdog_after_run_pin(board):
    causes = resets(board.pico)
    board.run("import machine\nmachine.WDT(timeout=250)")
    board.pico.reset()
    board.pico.run_for(400 * MS)
    return [cause for cause, _ in causes]


def test_the_run_pin_resets_the_watchdog_too(lab):
    assert _watchdog_after_run_pin(lab()) == ["run pin"]


def test_without_the_adapter_a_watchdog_bites_after_the_run_pin_has_reset_it(lab):
    board = lab(without="run_pin_resets_watchdog")
    assert _watchdog_after_run_pin(board) == ["run pin", "watchdog"]


def test_systick_counts_the_system_clock(lab):
    timer_us, systick = map(int, lab().run(SYSTICK)[0].split())
    assert timer_us >= 20_000
    assert systick == pytest.approx(timer_us * 125, abs=250)


def test_a_wrong_system_clock_is_seen_by_systick_alone(lab):
    board = lab(systick_hz=137_500_000)
    timer_us, systick = map(int, board.run(SYSTICK)[0].split())
    assert systick / timer_us == pytest.approx(137.5, abs=0.2)


def test_firmware_reads_the_flash_as_memory_at_full_speed(lab, image):
    board = lab()
    size = 0x40000
    program = "import uctypes, binascii, time\n"
    program += f"print(binascii.crc32(uctypes.bytearray_at(0x10000000, {size})))"
    before_cycles, compiled = board.pico.busy_cycles, board.pico._powered._fast_core.compiled_cycles
    (crc,) = board.run(program, limit_ms=3000)
    assert int(crc) == binascii.crc32(EmulatedPico(image).flash[:size])
    spent = board.pico.busy_cycles - before_cycles
    assert board.pico._powered._fast_core.compiled_cycles - compiled > 0.95 * spent


def test_a_shorted_pin_stays_where_it_is_and_reads_so(lab):
    board = lab()
    seen = []
    board.pico.on_edge(LED, lambda level, t_ns: seen.append(level))
    read = BLINK + "print(p.value())\np.off()\nprint(p.value())\np.on()"
    assert board.run(read) == ["1", "0"]
    assert seen == [0, 1, 0, 1]
    board.pico.hold_pin(LED, 0)
    assert seen[4:] == [0]
    assert board.run(read) == ["0", "0"]
    assert seen[5:] == []
    board.pico.hold_pin(LED, 1)
    assert board.run(read) == ["1", "1"]
    board.pico.hold_pin(LED, None)
    assert seen[5:] == [1]
    assert board.run(read) == ["1", "0"]


def test_a_short_is_there_from_power_on(image, lab):
    board = lab()
    board.pico.power_off()
    board.pico.hold_pin(LED, 1)
    board.boot()
    assert board.run(
        f"from machine import Pin\nprint(Pin({LED}, Pin.IN, Pin.PULL_DOWN).value())"
    ) == ["1"]
