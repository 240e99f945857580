"""A host sets the unit with the authority of its key, at rest; nobody else does, and never in use.

What the pump then does is asked of the pins and of the flash chip.
"""

from collections.abc import Callable

import pytest

from manostat.core import codes
from manostat_sim import wire
from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.flash_chip import WORST
from manostat_sim.telemetry import (
    DONE,
    INVALID,
    NO_AUTHORITY,
    NOT_IDLE,
    REPLAYED,
    WRONG_LENGTH,
    Answer,
)
from manostat_sim.unit_page import COPIES, STORAGE_OFFSET, encode
from manostat_tools.journal.book import read_book
from manostat_tools.journal.payloads import COMMAND, EVENTS, SETTING, fields_of
from manostat_tools.link.unit import PUBLIC_KEY

from .rig import (
    SMALL,
    SMALL_STEPS,
    UNIT,
    acknowledge,
    begin,
    enabled,
    spoil_line_sensor,
    steps_after,
    unit_with,
)

pytestmark = [pytest.mark.pico, pytest.mark.req("S-02"), pytest.mark.needs("host")]

FORCED = 2
OVER_CEILING = unit_with(limit_line_pa=689_477)
KIND = wire.SET_UNIT
RESTART_S = 3.0
BOARD = pytest.mark.parametrize("bench_name", ["pico"], indirect=True)


def stored(bench: PicoBench) -> list[bytes]:
    """Both copies of the unit page, as the flash chip has them."""
    flash = bench.flash_image()
    return [flash[STORAGE_OFFSET + at : STORAGE_OFFSET + at + 256] for at in COPIES]


def idle(make: Callable[..., PicoBench]) -> PicoBench:
    """A pump at rest whose button is not proven."""
    bench = make("dallas-0")
    bench.power_on()
    bench.advance(0.05)
    assert bench.last.state == codes.IDLE
    return bench


def commands(bench: PicoBench) -> list[tuple[int, int]]:
    """(kind, times) of what the host sent, in the journal: they are written with the next press."""
    bench.hold("PAIN", 0.1)
    bench.advance(2.5)
    return written_commands(bench)


def written_commands(bench: PicoBench) -> list[tuple[int, int]]:
    """(kind, times) of what the host sent and the journal holds already."""
    records = [r for r in read_book(bench.flash_image()).records if r.kind == EVENTS]
    events = [event for record in records for event in fields_of(record)["events"]]
    return [(event["a"], event["b"]) for event in events if event["what"] == COMMAND]


@BOARD
@pytest.mark.req("P-02", "L-01", "T-05")
def test_who_has_the_key_sets_the_unit_at_rest(make_cold_bench) -> None:
    bench = idle(make_cold_bench)
    boot, counter, *_ = bench.settings()
    assert bench.send(wire.set_unit(9, boot, counter + 1, SMALL, PUBLIC_KEY), RESTART_S) == [
        Answer(9, KIND, DONE)
    ]
    assert stored(bench) == [encode(SMALL)] * 2
    hello = bench.hello()
    assert hello is not None and (hello.reset_reason, hello.verdict) == (FORCED, 0)
    assert bench.settings() == (boot + 1, 0, encode(SMALL), encode(SMALL))
    assert not enabled(bench) and bench.steps_made() == 0
    bench.arm()
    begin(bench)
    bench.advance(2.0)
    assert bench.steps_made() == SMALL_STEPS
    settings = [r for r in read_book(bench.flash_image()).records if r.kind == SETTING]
    assert [fields_of(record)["volume_nl"] for record in settings] == [20_000]


def _long(spoil, result):
    return pytest.param(spoil, result, marks=pytest.mark.long)


@BOARD
@pytest.mark.parametrize(
    ("spoil", "result"),
    [
        (
            lambda b, c: wire.set_unit(9, b, c, SMALL, b"another key of just 32 bytes...."),
            NO_AUTHORITY,
        ),
        (lambda b, c: wire.set_unit(9, b - 1, c, SMALL, PUBLIC_KEY), REPLAYED),
        _long(lambda b, c: wire.set_unit(9, b, c - 1, SMALL, PUBLIC_KEY), REPLAYED),
        (
            lambda b, c: wire.set_unit(9, b, c, unit_with(limit_line_pa=689_477), PUBLIC_KEY),
            INVALID,
        ),
        _long(lambda b, c: wire.set_unit(9, b, c, unit_with(mode=7), PUBLIC_KEY), INVALID),
        _long(lambda b, c: wire.frame(bytes([KIND, 9]) + bytes(75)), WRONG_LENGTH),
    ],
    ids=["other key", "boot before", "counter used", "over the ceiling", "no mode", "short"],
)
def test_any_other_setting_changes_nothing(make_cold_bench, spoil, result) -> None:
    bench = idle(make_cold_bench)
    boot, counter, *_ = bench.settings()
    before = stored(bench)
    assert bench.send(spoil(boot, counter + 1), RESTART_S) == [Answer(9, KIND, result)]
    assert stored(bench) == before == [encode(UNIT)] * 2
    assert bench.settings()[0] == boot, "it has not restarted"
    assert (0, 1) in commands(bench)


@BOARD
@pytest.mark.req("L-01")
def test_what_was_sent_before_a_setting_is_not_lost_by_its_restart(make_cold_bench) -> None:
    bench = idle(make_cold_bench)
    boot, counter, *_ = bench.settings()
    before = len(written_commands(bench))
    forged = wire.set_unit(8, boot, counter + 1, SMALL, bytes(32))
    bench.send(forged)
    bench.send(wire.set_unit(9, boot, counter + 1, SMALL, PUBLIC_KEY), RESTART_S)
    assert stored(bench) == [encode(SMALL)] * 2
    assert {(0, 1), (KIND, 1)} <= set(written_commands(bench)[before:])


@BOARD
def test_half_a_setting_changes_nothing(make_cold_bench) -> None:
    bench = idle(make_cold_bench)
    boot, counter, *_ = bench.settings()
    whole = wire.set_unit(9, boot, counter + 1, SMALL, PUBLIC_KEY)
    assert bench.send(whole[:-9], RESTART_S) == []
    assert bench.send(whole[-9:], RESTART_S) == []
    assert stored(bench) == [encode(UNIT)] * 2


@BOARD
def test_a_setting_sent_again_is_refused(make_cold_bench) -> None:
    bench = idle(make_cold_bench)
    boot, counter, *_ = bench.settings()
    sent = wire.set_unit(9, boot, counter + 1, SMALL, PUBLIC_KEY)
    bench.send(sent, RESTART_S)
    assert bench.send(sent, RESTART_S) == [Answer(9, KIND, REPLAYED)]
    boot += 1
    invalid = wire.set_unit(8, boot, 5, unit_with(mode=7), PUBLIC_KEY)
    assert [bench.send(invalid)[0].result for _ in range(2)] == [INVALID, REPLAYED]


def _ready(bench: PicoBench) -> None:
    assert bench.last.state == codes.READY


def _injecting(bench: PicoBench) -> None:
    begin(bench)


def _holding(bench: PicoBench) -> None:
    begin(bench)
    bench.release("RUN")
    bench.advance(0.3)
    assert bench.last.state == codes.HOLDING


def _stopped(bench: PicoBench) -> None:
    begin(bench)
    bench.press("PAIN")
    bench.advance(0.3)
    assert bench.last.state == codes.STOPPED


def _faulted(bench: PicoBench) -> None:
    begin(bench)
    spoil_line_sensor(bench, "short")
    bench.advance(0.3)
    assert bench.last.reason == codes.FAULT


@pytest.mark.parametrize("bring", [_ready, _injecting, _holding, _stopped, _faulted])
@pytest.mark.parametrize("bench_name", ["pico"], indirect=True)
def test_only_an_idle_pump_takes_a_setting(bench: PicoBench, bring) -> None:
    boot, counter, *_ = bench.settings()
    bring(bench)
    answers = bench.send(wire.set_unit(9, boot, counter + 1, SMALL, PUBLIC_KEY), 0.5)
    assert answers == ([] if bring is _injecting else [Answer(9, KIND, NOT_IDLE)])
    assert stored(bench) == [encode(UNIT)] * 2
    assert bench.hello() is None or bench.hello().reset_reason != FORCED


@BOARD
@pytest.mark.req("L-04", "B-06")
def test_nothing_starts_between_a_setting_and_its_restart(make_cold_bench) -> None:
    bench = idle(make_cold_bench)
    boot, counter, *_ = bench.settings()
    sent_us = bench.now_us
    bench.send(
        wire.set_unit(9, boot, counter + 1, SMALL, PUBLIC_KEY), 0.1
    )  # both copies are stored
    bench.hold("PAIN", 0.03)
    bench.advance(0.105)
    bench.press("RUN")
    bench.advance(0.06)
    bench.release("RUN")
    assert bench.last.state == codes.READY, "the restart came too soon for this test"
    bench.advance(RESTART_S)
    assert steps_after(bench, sent_us) == 0
    assert stored(bench) == [encode(SMALL)] * 2
    assert bench.settings()[0] == boot + 1


@BOARD
@pytest.mark.req("T-02")
def test_the_watchdog_waits_for_the_slowest_flash(make_cold_bench) -> None:
    bench = idle(make_cold_bench)
    bench.pico.flash_times = WORST
    boot, counter, *_ = bench.settings()
    answers = bench.send(wire.set_unit(9, boot, counter + 1, SMALL, PUBLIC_KEY), 2 * RESTART_S)
    assert answers == [Answer(9, KIND, DONE)]
    assert stored(bench) == [encode(SMALL)] * 2
    hello = bench.hello()
    assert hello is not None and hello.reset_reason == FORCED


@BOARD
@pytest.mark.req("D-02", "T-05")
def test_a_level_goes_on_with_what_it_has_had(make_cold_bench) -> None:
    bench = idle(make_cold_bench)
    bench.arm()
    begin(bench, 1.0)
    bench.press("PAIN")
    bench.advance(1.5)
    bench.release("PAIN")
    acknowledge(bench)
    made = bench.steps_made()
    bench.power_cycle()
    boot, counter, *_ = bench.settings()
    assert bench.send(wire.set_unit(9, boot, counter + 1, SMALL, PUBLIC_KEY), RESTART_S)
    assert bench.last.steps == made


@BOARD
@pytest.mark.req("D-02")
def test_a_new_level_before_a_setting_is_a_new_level_after_it(make_cold_bench) -> None:
    bench = idle(make_cold_bench)
    bench.arm()
    begin(bench, 1.0)
    bench.press("PAIN")
    bench.advance(1.5)
    bench.release("PAIN")
    acknowledge(bench)
    bench.hold("STOP", 3.3)
    bench.advance(2.5)
    assert (bench.last.state, bench.last.steps) == (codes.IDLE, 0)
    boot, counter, *_ = bench.settings()
    assert bench.send(wire.set_unit(9, boot, counter + 1, SMALL, PUBLIC_KEY), RESTART_S) == [
        Answer(9, KIND, DONE)
    ]
    assert bench.last.steps == 0
    made = bench.steps_made()
    bench.arm()
    begin(bench)
    bench.advance(2.0)
    assert bench.steps_made() - made == SMALL_STEPS
