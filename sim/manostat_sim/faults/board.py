"""Faults of processor, power and flash: only on a bench with a real image."""

from collections.abc import Callable
from functools import partial

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.emulator.flash_chip import WORST, FlashOperation
from manostat_sim.faults.asked import IN_HARDWARE_US, goes_on, no_step, runs_dry, stops
from manostat_sim.faults.heap import forget_a_buffer, use_up
from manostat_sim.faults.host import pico_of, unnoticed
from manostat_sim.faults.leased import Renewals
from manostat_sim.faults.model import HIGH, SILENT, Fault, Reaction
from manostat_sim.faults.states import INJECTING, READY, SETTLING, STOPPED, WAITING
from manostat_sim.faults.stored import JOURNAL_OFFSET, finished, sound
from manostat_sim.journal import PAGE_BYTES

_LATE_S = 0.005
_AFTER_LATE_US = 7100.0
"""No requirement's: the stall, and its tick, which ends late; the next knows what time it is."""
_WATCHDOG_MOVING_S, _WATCHDOG_REST_S = 0.26, 1.02
_TWO_TICKS_US = 4000
_OFF_S = 0.05
_CYCLES_S = (0.004, 0.02, 0.15)
_TORN_US = 350
_JOURNAL_BYTES = 524_288


def _hangs(wait_s: float, bench: Bench) -> None:
    """Dead until the watchdog bites."""
    board = pico_of(bench)
    board.freeze()
    board.advance(wait_s)
    board.await_verdict()


def _hangs_with_a_lease(bench: Bench) -> None:
    """Just behind a renewal, where most steps are still to come."""
    if bench.last.state in (codes.SEEKING, codes.INJECTING):
        Renewals(bench).await_one(_TWO_TICKS_US)
    _hangs(_WATCHDOG_MOVING_S, bench)


def _is_late(bench: Bench) -> None:
    bench.stall(_LATE_S)


def _is_reset(bench: Bench) -> None:
    pico_of(bench).reset()


def _loses_power(bench: Bench) -> None:
    bench.power_off()
    bench.advance(_OFF_S)
    bench.power_on()


def _loses_power_again_and_again(bench: Bench) -> None:
    board = pico_of(bench)
    for on_s in _CYCLES_S:
        board.power_off()
        board.advance(_OFF_S)
        board.world.line_sensor.power(board.now_us)
        board.pico.power_on()
        board.advance(on_s)
    _loses_power(board)


def _flash_is_slow(bench: Bench) -> None:
    powered = pico_of(bench).pico._powered
    assert powered is not None
    powered._flash_chip._times = WORST


def _journal_is_full(bench: Bench) -> None:
    """Behind the firmware's back: no blank page is left."""
    board = pico_of(bench)
    flash = board.flash_image()
    for at in range(JOURNAL_OFFSET, JOURNAL_OFFSET + _JOURNAL_BYTES, PAGE_BYTES):
        if flash[at : at + PAGE_BYTES] == b"\xff" * PAGE_BYTES:
            board.pico.write_flash(at, b"\x4a" * PAGE_BYTES)


def _bit_flips(bench: Bench) -> None:
    """In the newest record that is finished; then the power goes, for only a start reads the
    journal."""
    board = pico_of(bench)
    newest = max(sound(finished(board)))
    board.pico.write_flash(newest + 20, bytes([board.flash_image()[newest + 20] ^ 1]))
    _loses_power(board)


def _write_is_torn(bench: Bench) -> None:
    """The power goes in the middle of a program or erase: of the one that is under way, or of the
    next, which a press of PAIN brings."""
    board = pico_of(bench)
    powered = board.pico._powered
    if powered is not None and powered._flash_chip.busy:
        _loses_power(board)
        return
    torn: list[int] = []

    def tear(operation: FlashOperation) -> None:
        if not torn:
            torn.append(operation.offset)
            board.pico.at(operation.t_ns + _TORN_US * 1000, board.pico.power_off)

    board.pico.on_flash_operation(tear)
    board.press("PAIN")
    board.advance(0.05)
    board.release("PAIN")
    board.advance(0.05)
    _loses_power(board)


def _starts_again(
    name: str,
    text: str,
    inject: Callable[[Bench], None],
    *requirements: str,
    held_alarm: str = SILENT,
    moving: Reaction | None = None,
    at_rest: Callable[[Bench], None] | None = None,
    worst: str = INJECTING,
    spoils: int = 0,
) -> Fault:
    """Whatever it did before, it comes back idle. `held_alarm`: with RUN held."""

    def start(bench: Bench) -> None:
        moving = bool(pico_of(bench).reader.ticks) and bench.last.state in _RUNNING
        (inject if moving or at_rest is None else at_rest)(bench)

    return Fault(
        name,
        text,
        start,
        moving or stops(IN_HARDWARE_US, *requirements, alarm=held_alarm),
        no_step(*requirements),
        by_state={STOPPED: no_step(*requirements, alarm=held_alarm)},
        worst=worst,
        boots=True,
        spoils=spoils,
    )


_RUNNING = (codes.SEEKING, codes.SETTLING, codes.INJECTING)


BOARD = (
    _starts_again(
        "cpu-hang",
        "the processor stops dead until the watchdog resets it",
        _hangs_with_a_lease,
        "T-03",
        "T-02",
        moving=runs_dry("T-03", "T-02", alarm=SILENT),
        at_rest=partial(_hangs, _WATCHDOG_REST_S),
    ),
    Fault(
        "cpu-late",
        "the processor does nothing for 5 ms, and goes on",
        _is_late,
        runs_dry("T-03", codes=(codes.LATE,), last_step_us=_AFTER_LATE_US),
        no_step("T-03"),
        by_state={state: goes_on("B-01") for state in (SETTLING, WAITING)},
    ),
    _starts_again(
        "cpu-reset",
        "the RUN pin of the chip is pulled low",
        _is_reset,
        "T-05",
        "T-04",
        held_alarm=HIGH,
    ),
    Fault(
        "cpu-exception",
        "an exception where none is ever expected: an array has lost its length",
        forget_a_buffer,
        runs_dry("T-03", "T-04", seconds=0.2),  # from the next look-back sample on, in 10 ms
        no_step("T-04", alarm=HIGH),
    ),
    Fault(
        "cpu-memory",
        "not a byte of heap is left",
        use_up,
        goes_on("B-01", alarm=None),
        no_step("B-06", alarm=None, seconds=0.2),
    ),
    _starts_again(
        "power-cut",
        "the power goes and comes back",
        _loses_power,
        "T-05",
        "L-03",
        held_alarm=HIGH,
    ),
    _starts_again(
        "power-cycling",
        "the power goes and comes back four times, within each part of the start",
        _loses_power_again_and_again,
        "T-05",
        "L-03",
        held_alarm=HIGH,
    ),
    Fault(
        "flash-full",
        "no blank page is left in the journal",
        _journal_is_full,
        goes_on("L-04", "B-01", alarm=None),
        no_step("L-04", alarm=None),
        by_state={READY: no_step("L-04", alarm=None, try_run=True)},
        worst=READY,
    ),
    _starts_again(
        "flash-bit-flip",
        "a bit of the newest record flips, and the power is cut",
        _bit_flips,
        "L-02",
        "T-05",
        held_alarm=HIGH,
        spoils=1,
    ),
    _starts_again(
        "flash-torn",
        "the power goes in the middle of a write",
        _write_is_torn,
        "L-03",
        "L-02",
        held_alarm=HIGH,
        worst=WAITING,
    ),
    unnoticed(
        "flash-slow",
        "flash takes as long as its datasheet allows: 400 ms an erase, 3 ms a page",
        _flash_is_slow,
        None,
        "T-02",
    ),
)
