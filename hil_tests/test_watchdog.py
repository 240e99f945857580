"""The watchdog: a processor that stops is reset, and the pump is then idle until someone acts.

What ends the motion is the lease, within two ticks (hil_tests/test_processor.py); what the watchdog
adds is that the driver is let go, and that the pump says what happened.
"""

from collections.abc import Callable
from itertools import pairwise

import pytest

from manostat.core import codes
from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.flash_chip import WORST, FlashOperation
from manostat_sim.unit_page import STORAGE_OFFSET
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.image import build_image

from .conftest import BOARD, Boards
from .rig import UNIT, begin, enabled, lamps, shown, steps_after

pytestmark = [pytest.mark.pico, pytest.mark.usefixtures("bench_name"), pytest.mark.req("T-02")]

MOVING_US = 250_000
REST_US = 1_000_000
EARLY_US = 5_000
"""The last feed was at most two ticks and a late page before the processor stopped."""
BOOT_US = 1_000_000
TIME_OUT, WATCHDOG_VERDICT = 1, 8


@pytest.fixture(params=["pico"])
def bench_name(request: pytest.FixtureRequest) -> str:
    """No other bench has a watchdog."""
    name: str = request.param
    return name


def resets(bench: PicoBench) -> list[tuple[str, float]]:
    """Filled with (cause, time in us) of each reset from now on."""
    seen: list[tuple[str, float]] = []
    bench.pico.on_reset(lambda cause, t_ns: seen.append((cause, t_ns / 1000)))
    return seen


def hello(bench: PicoBench) -> tuple[int, int]:
    """(verdict of the self test, reset reason)."""
    said = bench.hello()
    assert said is not None
    return said.verdict, said.reset_reason


def freeze_until_reset(bench: PicoBench, limit_us: float) -> float:
    """Stop the processor; returns after how long the watchdog reset it, in us."""
    seen = resets(bench)
    frozen_us = bench.now_us
    bench.freeze()
    bench.advance_to(round(frozen_us + limit_us + 10))
    assert [cause for cause, _ in seen] == ["watchdog"]
    return seen[0][1] - frozen_us


@pytest.mark.req("T-04")
@pytest.mark.parametrize("phase_us", [0, 500, 1000, 1500])
def test_moving_the_driver_is_let_go_within_250_ms(bench: PicoBench, phase_us: int, figure) -> None:
    begin(bench)
    bench.advance_to(bench.now_us + phase_us)
    frozen_us = bench.now_us
    after_us = freeze_until_reset(bench, MOVING_US)
    figure("T-02", after_us / 1000, 250, "ms", of="hang while moving to reset")
    assert MOVING_US - EARLY_US < after_us <= MOVING_US
    let_go = bench.edges("ENABLE_N")[-1]
    released_ms = (let_go.at_us - frozen_us) / 1000
    of = "processor dead while moving to the driver released"
    figure("T-04", released_ms, 250, "ms", of=of)
    assert let_go.level == 1
    assert released_ms * 1000 <= MOVING_US
    assert steps_after(bench, frozen_us + EARLY_US) == 0


@pytest.mark.req("T-05", "P-09")
def test_with_run_still_held_it_comes_back_idle_and_never_resumes(bench: PicoBench, figure) -> None:
    begin(bench)
    freeze_until_reset(bench, MOVING_US)
    reset_us = bench.now_us
    bench.await_verdict()
    assert bench.now_us - reset_us < BOOT_US
    bench.advance(0.5)
    assert bench.last.state == codes.IDLE
    assert not enabled(bench)
    resumed = steps_after(bench, reset_us)
    of = "steps after a reset without proof of the button and RUN, RUN held"
    figure("T-05", resumed, 0, "steps", "=", of=of)
    assert resumed == 0
    assert hello(bench) == (0, TIME_OUT)


@pytest.mark.req("T-05", "L-04")
def test_what_was_intended_counts_as_delivered_after_it(bench: PicoBench) -> None:
    begin(bench)
    freeze_until_reset(bench, MOVING_US)
    made = bench.steps_made()
    bench.await_verdict()
    bench.release("RUN")
    bench.arm()
    bench.run()
    bench.advance(0.1)
    assert bench.last.reason == codes.VOLUME
    assert bench.steps_made() == made


@pytest.mark.req("T-05")
def test_the_reason_is_in_the_record(bench: PicoBench) -> None:
    begin(bench)
    freeze_until_reset(bench, MOVING_US)
    bench.await_verdict()
    bench.advance(0.05)
    boots = [entry.payload[0] for entry in bench.journal() if entry.kind == 1]
    assert boots == [0, TIME_OUT]


@pytest.mark.req("T-04")
def test_at_rest_the_driver_is_let_go_within_a_second(bench: PicoBench, figure) -> None:
    assert enabled(bench)
    frozen_us = bench.now_us
    after_us = freeze_until_reset(bench, REST_US)
    figure("T-02", after_us / 1000, 1000, "ms", of="hang at rest to reset", also=True)
    assert REST_US - EARLY_US < after_us <= REST_US
    assert not enabled(bench)
    released_ms = (bench.edges("ENABLE_N")[-1].at_us - frozen_us) / 1000
    of = "processor dead at rest to the driver released"
    figure("T-04", released_ms, 1000, "ms", of=of)
    assert released_ms * 1000 <= REST_US


def test_a_processor_that_stops_in_the_self_test_is_reset_too(boards: Boards) -> None:
    bench = boards.cold("dallas-0", UNIT)
    bench.pico.power_on()
    bench.advance(0.3)
    freeze_until_reset(bench, REST_US)
    bench.await_verdict()
    assert hello(bench) == (0, TIME_OUT)


@pytest.mark.req("T-05")
def test_the_third_time_it_stays_inert_until_power_is_cut(bench: PicoBench) -> None:
    for _ in range(2):
        freeze_until_reset(bench, REST_US)
        bench.await_verdict()
        assert hello(bench) == (0, TIME_OUT)
    freeze_until_reset(bench, REST_US)
    bench.await_verdict()
    assert hello(bench) == (WATCHDOG_VERDICT, TIME_OUT)
    reset_us = bench.now_us
    bench.arm()
    bench.run()
    bench.advance(0.1)
    assert steps_after(bench, reset_us) == 0
    assert not enabled(bench)
    bench.release("RUN")
    seen = resets(bench)
    bench.freeze()
    bench.advance(1.1)
    assert seen == []
    bench.power_cycle()
    assert hello(bench) == (0, 0)


def test_the_run_pin_is_another_reason_than_power(bench: PicoBench) -> None:
    bench.reset()
    assert hello(bench) == (0, 3)


# In use it never comes


def _nothing(_bench: PicoBench) -> None:
    pass


def _silent_host(bench: PicoBench) -> None:
    bench.host_reads(False)


def _hung_bus(bench: PicoBench) -> None:
    bench.hang_bus()


@pytest.mark.parametrize(
    "disturb", [_nothing, _hung_bus, pytest.param(_silent_host, marks=pytest.mark.long)]
)
def test_it_does_not_come_while_ticks_go_on(bench: PicoBench, disturb: Callable) -> None:
    seen = resets(bench)
    begin(bench)
    disturb(bench)
    bench.advance(1.2)  # longer than any time-out
    bench.press("PAIN")
    bench.advance(1.2)
    assert seen == []


@pytest.mark.req("L-01")
def test_erasing_flash_at_its_slowest_does_not_wake_it(bench: PicoBench, figure) -> None:
    """The ring of traces has gone round, so that the next stretch of trace erases its oldest."""
    _inject(bench)
    bench.power_off()
    pump = load_board(BOARDS / BOARD).pump
    at = STORAGE_OFFSET + pump.trace_flash_offset_bytes
    page = bench.pico.flash[at : at + 256]
    assert page != b"\xff" * 256, "no trace was stored"
    bench.pico.write_flash(at, page * (pump.trace_flash_bytes // 256))
    bench.pico.flash_times = WORST
    operations: list[FlashOperation] = []
    bench.pico.on_flash_operation(operations.append)
    seen = resets(bench)
    bench.power_on()
    bench.arm()
    _inject(bench)
    assert "erase" in {operation.kind for operation in operations}
    erase_ms = WORST.erase_sector / 1e6
    assert max(elapsed_us for _, elapsed_us in _gaps(bench)) > erase_ms * 1000, "it was not slow"
    figure("T-02", erase_ms, 400, "ms", ">=", of="erase that it outlasts where flash is written")
    assert [cause for cause, _ in seen] == ["watchdog"], "the proof at power-on and no other"
    assert bench.last.reason == codes.PAIN


def _inject(bench: PicoBench) -> None:
    begin(bench)
    bench.hold("PAIN", 0.05)
    bench.release("RUN")
    bench.advance(1)


def _gaps(bench: PicoBench) -> list[tuple[float, float]]:
    """(begin, time to the next) of each tick."""
    rises = [edge.at_us for edge in bench.edges("TICK") if edge.level]
    return [(first, second - first) for first, second in pairwise(rises)]


# A program that ends

ENDS = """
import sys
sys.path[:] = [".frozen"]
from manostat import reset
reset.begin()
from manostat import app
def fails(*_):
    raise MemoryError
app.App.{method} = fails
app.run_for_ever()
"""


@pytest.mark.req("S-03")
def test_an_exception_in_a_tick_stays_inert_with_its_lamp_lit(boards: Boards) -> None:
    image = build_image("test-tick-fails", {"main.py": ENDS.format(method="tick")})
    bench = boards.cold("dallas-0", UNIT, image)
    seen = resets(bench)
    bench.pico.power_on()
    bench.advance(3.5)
    assert [cause for cause, _ in seen] == ["watchdog"], "the proof at power-on and no other"
    # Every lamp was still lit by the self test: what shows is what was set since.
    assert lamps(bench) == shown(bench, high=1, sounder=1)
    assert not enabled(bench)


@pytest.mark.req("S-03")
def test_a_program_that_cannot_start_is_not_started_for_ever(boards: Boards) -> None:
    image = build_image("test-app-fails", {"main.py": ENDS.format(method="__init__")})
    bench = boards.cold("dallas-0", UNIT, image)
    seen = resets(bench)
    bench.pico.power_on()
    bench.advance(6)
    assert len(seen) == 4, "the proof, and three that were not asked for"
    assert bench.pico.level(bench.pins["ENABLE_N"]) is None
