"""Every press is on record with its time, whatever else is written meanwhile, and survives
power-off (L-01)."""

from collections.abc import Callable
from itertools import pairwise

import pytest

from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.flash_chip import WORST
from manostat_sim.unit_page import STORAGE_OFFSET
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.journal.book import read_book
from manostat_tools.journal.payloads import CHANGE, COMMAND, EVENTS, fields_of

from .rig import begin, old_trace_page

pytestmark = [pytest.mark.needs("journal"), pytest.mark.req("L-01")]

WITHIN_MS = 10
BITS = {"STOP": 1, "PAIN": 2, "RUN": 4}
PUMP = load_board(BOARDS / "RPI_PICO").pump
RING = STORAGE_OFFSET + PUMP.trace_flash_offset_bytes


def _events(bench: PicoBench, what: int) -> list[dict[str, int]]:
    records = [r for r in read_book(bench.flash_image()).records if r.kind == EVENTS]
    events = [event for record in records for event in fields_of(record)["events"]]
    return [event for event in events if event["what"] == what]


def _with_a_ring_gone_round(make: Callable[..., PicoBench]) -> tuple[PicoBench, list[int]]:
    """A bench whose next trace must erase a block, and the times at which it erases, in us."""
    bench = make("dallas-0")
    bench.pico.write_flash(RING, old_trace_page(1))
    last_block = b"".join(old_trace_page(sequence) for sequence in range(2, 18))
    bench.pico.write_flash(RING + PUMP.trace_flash_bytes - len(last_block), last_block)
    erases: list[int] = []
    bench.pico.on_flash_operation(
        lambda operation: erases.append(bench.now_us) if operation.kind == "erase" else None
    )
    return bench, erases


def test_each_press_is_on_record_to_10_ms_over_pages_and_an_erase(make_cold_bench, figure) -> None:
    bench, erases = _with_a_ring_gone_round(make_cold_bench)
    bench.power_on()
    edges: list[tuple[int, str, bool]] = []

    def act(switch: str, down: bool, then_s: float) -> None:
        edges.append((bench.now_us, switch, down == (switch == "RUN")))
        (bench.press if down else bench.release)(switch)
        bench.advance(then_s)

    bench.advance(0.0537)
    act("PAIN", True, 0.1713)
    act("PAIN", False, 0.3171)
    act("RUN", True, 0.3337)
    act("PAIN", True, 0.2119)
    act("PAIN", False, 0.0853)
    act("RUN", False, 0.1391)
    act("STOP", True, 0.0617)
    act("STOP", False, 0.1)
    assert bench.steps_made() > 0 and erases
    logged = _events(bench, CHANGE)
    offsets = []
    for at_us, switch, closed in edges:
        bit = BITS[switch]
        told = [
            event["ms"] - at_us / 1000
            for before, event in pairwise(logged)
            if (before["switches"] ^ event["switches"]) & bit
            and bool(event["switches"] & bit) == closed
        ]
        offsets.append(told)
    boot_ms = offsets[0][0]  # the press that began it all: the pump's clock starts at its boot
    errors = [min(abs(offset - boot_ms) for offset in told) for told in offsets]
    figure("L-01", max(errors), WITHIN_MS, "ms", of="error of the time, of a press")
    for edge, error_ms in zip(edges, errors, strict=True):
        assert error_ms <= WITHIN_MS, (edge, error_ms, boot_ms)


def test_time_goes_on_while_flash_is_erased_at_its_slowest(make_cold_bench, figure) -> None:
    bench, erases = _with_a_ring_gone_round(make_cold_bench)
    bench.pico.flash_times = WORST
    bench.power_on()
    bench.advance(0.05)
    bench.hold("PAIN", 0.1)
    bench.advance(0.2)
    begin(bench, 0.3)
    bench.release("RUN")
    bench.advance(0.1)
    sooner_us = bench.now_us
    bench.press("STOP")
    bench.advance(1.5)
    later_us = bench.now_us
    bench.release("STOP")
    bench.advance(0.1)
    assert any(sooner_us < at_us < later_us - 400_000 for at_us in erases)
    told = _events(bench, CHANGE)[-2:]
    assert [event["switches"] & BITS["STOP"] for event in told] == [0, BITS["STOP"]]
    error_ms = abs(told[1]["ms"] - told[0]["ms"] - (later_us - sooner_us) / 1000)
    figure("L-01", error_ms, WITHIN_MS, "ms", of="error of the time, slowest erase")
    assert error_ms <= WITHIN_MS


def test_a_press_survives_power_off_40_ms_later(bench: PicoBench) -> None:
    bench.press("STOP")
    bench.advance(0.04)
    bench.power_off()
    assert _events(bench, CHANGE)[-1]["switches"] & BITS["STOP"] == 0


def test_what_a_host_asked_is_on_record(bench: PicoBench) -> None:
    begin(bench)
    bench.press("PAIN")
    bench.advance(0.05)
    bench.journal()
    bench.trace()
    bench.press("STOP")
    bench.advance(0.05)
    assert [chr(event["a"]) for event in _events(bench, COMMAND)] == ["J", "T"]
