"""The flash takes its time: interrupts wait, PIO and the watchdog do not, a power cut tears it."""

from itertools import pairwise

import pytest

from manostat_sim.emulator.flash_chip import AT_ONCE, WORST, Cut, FlashOperation

pytestmark = pytest.mark.pico

MS = 1_000_000
BLOCK, PAGE = 4096, 256
SQUARE = 22
SQUARE_WAVE = f"""
import rp2
from machine import Pin
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def wave():
    set(pins, 1) [24]
    set(pins, 0) [24]
rp2.StateMachine(0, wave, freq=50_000, set_base=Pin({SQUARE})).active(1)
"""
ERASE = "import rp2, time\nf = rp2.Flash()\nb = time.ticks_us()\nf.ioctl(6, 100)\n"
ERASE += "print(time.ticks_us() - b)\n"
PROGRAM = "import rp2, time\nf = rp2.Flash()\nb = time.ticks_us()\n"
PROGRAM += "f.writeblocks(100, b'kept' * 64, 512)\nprint(time.ticks_us() - b)\n"


def recorded(board):
    operations = []
    board.pico.on_flash_operation(operations.append)
    return operations


@pytest.mark.parametrize(
    ("program", "typical_us", "worst_us"), [(ERASE, 45_000, 400_000), (PROGRAM, 700, 3_000)]
)
def test_an_operation_takes_as_long_as_the_datasheet_says(lab, program, typical_us, worst_us):
    for options, wanted_us in (({}, typical_us), ({"flash_times": WORST}, worst_us)):
        (took_us,) = map(int, lab(**options).run(program))
        assert wanted_us < took_us < wanted_us + 500


def test_without_flash_time_an_erase_takes_none(lab):
    (took_us,) = map(int, lab(without="flash_time").run(ERASE))
    assert took_us < 500
    assert int(lab(flash_times=AT_ONCE).run(ERASE)[0]) == took_us


def test_interrupts_wait_for_an_erase_and_pio_does_not(lab):
    board = lab()
    begin = []
    board.pico.on_flash_operation(lambda operation: begin.append(operation.t_ns))
    ticks = "from machine import Timer\nat = []\n"
    ticks += "t = Timer(period=2, callback=lambda _: at.append(time.ticks_us()))\n"
    program = SQUARE_WAVE + "import time\n" + ticks + "time.sleep_ms(20)\n" + ERASE
    program += "time.sleep_ms(20)\nt.deinit()\nprint(max(b - a for a, b in zip(at, at[1:])))"
    edges = []
    board.pico.on_edge(SQUARE, lambda level, t_ns: edges.append(t_ns))
    _, longest_gap_us = map(int, board.run(program))
    assert longest_gap_us > 43_000
    end = begin[0] + 45 * MS
    during = [t_ns for t_ns in edges if begin[0] < t_ns < end]
    assert len(during) == pytest.approx(90, abs=1)
    assert {b - a for a, b in pairwise(during)} == {500_000}


def test_time_stops_and_calls_come_exactly_within_an_erase(lab):
    board = lab()
    begin = []
    board.pico.on_flash_operation(lambda operation: begin.append(operation.t_ns))
    board.start(ERASE)
    while not begin:
        board.pico.run_for(MS // 10)
    calls = []
    for after_ns in (7_000_001, 31_000_009):
        board.pico.at(begin[0] + after_ns, lambda: calls.append(board.pico.now_ns - begin[0]))
    for after_ns in (5_000_000, 20_000_011, 44_900_000):
        board.pico.run_until(begin[0] + after_ns)
        assert board.pico.now_ns == begin[0] + after_ns
    assert calls == [7_000_001, 31_000_009]
    assert b"done" not in board.said
    board.wait_for(b"done")


@pytest.mark.parametrize("program", [ERASE, PROGRAM])
def test_both_cores_take_the_same_time_for_it(lab, program):
    compiled, interpreted = lab(), lab(without="compiled_core")
    times = [recorded(compiled), recorded(interpreted)]
    assert compiled.run(program) == interpreted.run(program)
    assert times[0] == times[1]
    assert compiled.pico.busy_cycles == interpreted.pico.busy_cycles


def test_each_operation_tells_what_it_changes(lab):
    board = lab()
    seen = []
    board.pico.on_flash_operation(
        lambda operation: seen.append(
            board.pico.flash[operation.offset : operation.offset + len(operation.before)]
        )
    )
    operations = recorded(board)
    board.run(PROGRAM + ERASE)
    program, erase = operations
    assert (program.kind, program.before, program.after) == (
        "program",
        b"\xff" * PAGE,
        b"kept" * 64,
    )
    assert program.offset == erase.offset + 2 * PAGE
    assert (erase.kind, erase.offset % BLOCK, erase.after) == ("erase", 0, b"\xff" * BLOCK)
    assert erase.before[2 * PAGE :][:PAGE] == b"kept" * 64
    assert seen == [program.before, erase.before], "it is told before it happens"


@pytest.mark.parametrize("program", [PROGRAM, ERASE])
def test_a_power_cut_during_an_operation_leaves_it_half_done(lab, program):
    board = lab()
    old = "import rp2\nfor at in 256, 3072:\n    rp2.Flash().writeblocks(100, b'old!' * 64, at)"
    board.run(old)
    operations = recorded(board)
    board.start(program)
    while not operations:
        board.pico.run_for(MS // 100)
    (operation,) = operations
    whole_ns = 45 * MS if operation.kind == "erase" else MS * 7 // 10
    board.pico.run_until(operation.t_ns + whole_ns // 4)
    board.pico.power_off()
    left = board.pico.flash[operation.offset :][: len(operation.before)]
    assert left == operation.left_at((board.pico.now_ns - operation.t_ns) / whole_ns)
    assert left not in (operation.before, operation.after)


def test_cuts_of_an_operation():
    operation = FlashOperation("program", 256, b"\xff" * 256, b"\x0f" * 256, 0)
    assert operation.left_by(Cut.BEFORE) == operation.before
    assert operation.left_by(Cut.AFTER) == operation.after
    assert operation.left_by(Cut.HALF) == b"\x0f" * 128 + b"\xff" * 128
    scattered = operation.left_by(Cut.SCATTERED, seed=1)
    assert scattered == operation.left_by(Cut.SCATTERED, seed=1)
    assert scattered != operation.left_by(Cut.SCATTERED, seed=2)
    assert all(byte & 0x0F == 0x0F for byte in scattered), "a bit that stays does not change"
    assert 300 < sum((byte >> 4).bit_count() for byte in scattered) < 724


def test_the_watchdog_bites_during_an_erase_and_the_boot_waits_for_its_end(lab):
    board = lab(flash_times=WORST)
    resets = []
    board.pico.on_reset(lambda cause, t_ns: resets.append((cause, t_ns)))
    operations = recorded(board)
    board.start("import machine\nmachine.WDT(timeout=250)\n" + ERASE)
    board.pico.run_for(300 * MS)
    (cause, reset_ns), (operation,) = resets[0], operations
    assert cause == "watchdog"
    assert 0 < reset_ns - operation.t_ns < 250 * MS
    busy_cycles = board.pico.busy_cycles
    board.pico.run_until(operation.t_ns + 399 * MS)
    assert board.pico.busy_cycles == busy_cycles
    board.pico.run_for(100 * MS)
    assert board.pico.busy_cycles > busy_cycles
    assert board.pico.flash[operation.offset :][:BLOCK] == b"\xff" * BLOCK


def test_a_reset_right_after_the_command_waits_for_the_flash_too(lab):
    board = lab()
    operations = recorded(board)
    board.pico.on_flash_operation(
        lambda operation: board.pico.at(operation.t_ns + 100, board.pico.reset)
    )
    board.start(ERASE)
    while not operations:
        board.pico.run_for(MS // 100)
    board.pico.run_until(operations[0].t_ns + 1000)
    busy_cycles = board.pico.busy_cycles
    board.pico.run_until(operations[0].t_ns + 44 * MS)
    assert board.pico.busy_cycles == busy_cycles
    board.pico.run_for(2 * MS)
    assert board.pico.busy_cycles > busy_cycles
