"""The raw trace on the board: each tick of motion, then the line for ten seconds, in memory and in
flash, with the time of each reading."""

from itertools import pairwise
from pathlib import Path

import pytest

from manostat.core import codes
from manostat_sim.benches.pico import PicoBench
from manostat_tools.image import build_image
from manostat_tools.image.stage import FIRMWARE
from manostat_tools.journal.book import read_book
from manostat_tools.journal.trace_words import trace_ticks, words_of
from manostat_tools.journal.traces import Stretch

from .conftest import Boards
from .rig import TICK_US, begin, traced, unit_with

pytestmark = pytest.mark.needs("host")

RUNNING = (codes.SEEKING, codes.SETTLING, codes.INJECTING)
REST_TICKS = 5000
IMPORTS = "from manostat import reset\n"
SLOW = unit_with(rate_nl_s=10_000)


def read(bench: PicoBench) -> list[tuple[int, int]]:
    """(ticks since the first of motion, line count) of each frame from there on."""
    frames = bench.frames()
    first = next(n for n, (before, _) in enumerate(pairwise(frames), 1) if before.state in RUNNING)
    at, found = 0, []
    for place, frame in enumerate(frames[first:]):
        at += (frame.elapsed_us + TICK_US // 2) // TICK_US if place else 0
        found.append((at, frame.line_raw))
    return found


def test_the_line_after_a_stop_is_in_the_trace_with_its_time(bench: PicoBench) -> None:
    begin(bench)
    bench.press("PAIN")
    bench.advance(3.0)
    held = traced(bench)
    expected = read(bench)
    rest = [tick for tick in held if not tick.moving]
    assert [(tick.at, tick.raw) for tick in held] == expected[: len(held)]
    assert rest[-1].at - rest[0].at >= 1400, "some ticks wrote pages"
    assert len(rest) < rest[-1].at - rest[0].at, "and their time is in it"


def test_a_pause_and_what_comes_after_it_are_in_their_time(bench: PicoBench) -> None:
    begin(bench)
    bench.release("RUN")
    bench.advance(0.4)
    bench.press("RUN")
    bench.advance(0.3)
    bench.press("STOP")
    bench.advance(0.2)
    ticks = traced(bench)
    started = [now.at for before, now in pairwise(ticks) if now.moving and not before.moving]
    expected = read(bench)
    held = [(tick.at, tick.raw) for tick in ticks]
    assert len(started) == 1
    skipped = [place for place in expected if place[0] == started[0] - 1]
    assert len(skipped) == 1, "all but the tick that starts it"
    expected.remove(skipped[0])
    assert held == expected[: len(held)]


@pytest.mark.long
def test_it_is_stored_after_its_ten_seconds(bench: PicoBench) -> None:
    begin(bench)
    bench.press("PAIN")
    bench.advance(9.0)
    assert len(read_book(bench.flash_image()).stretches) == 1, "the motion, at once"
    bench.advance(3.0)
    motion, rest = read_book(bench.flash_image()).stretches
    assert (motion.state, rest.state) == ("whole", "whole")
    assert all(tick.moving for tick in motion.ticks())
    ticks = trace_ticks(words_of(motion.words + rest.words))
    resting = [tick.at for tick in ticks if not tick.moving]
    assert REST_TICKS <= resting[-1] - motion.n_words + 1 <= REST_TICKS + 300


def test_a_new_level_waits_for_what_is_stored_and_for_no_more(bench: PicoBench) -> None:
    begin(bench)
    bench.press("PAIN")
    bench.advance(0.5)
    bench.release("PAIN")
    bench.release("RUN")
    bench.hold("STOP", 0.1)
    bench.advance(0.3)
    bench.hold("STOP", 3.2)
    bench.advance(0.02)
    bench.arm()
    made = bench.steps_made()
    bench.run()
    bench.advance(1.0)
    assert bench.steps_made() > made, "RUN is held, and it starts by itself"
    bench.release("RUN")
    bench.advance(0.1)
    stretches = read_book(bench.flash_image()).stretches
    assert [stretch.state for stretch in stretches] == ["whole", "whole"]
    assert any(not tick.moving for tick in trace_ticks(words_of(stretches[1].words)))


@pytest.fixture(scope="module")
def small_image() -> Path:
    """The image with 4000 words for the trace: its motions pause after six seconds."""
    program = (FIRMWARE / "main.py").read_text(encoding="utf-8")
    smaller = "import manostat_board\nmanostat_board.TRACE_BYTES = 8000\n"
    return build_image("test-small-trace", {"main.py": program.replace(IMPORTS, smaller + IMPORTS)})


@pytest.mark.pico
@pytest.mark.long
@pytest.mark.parametrize("rate_nl_s", [50_000, 150_000])
def test_it_pauses_before_memory_is_full_and_no_tick_of_motion_is_missing(
    boards: Boards, small_image: Path, rate_nl_s: int
) -> None:
    bench = boards.cold("dallas-0", unit_with(rate_nl_s=rate_nl_s), small_image)
    bench.power_on()
    bench.arm()
    begin(bench)
    for _ in range(2):
        before_us = bench.now_us
        while bench.last.state != codes.HOLDING:
            bench.advance(0.1)
            assert bench.now_us - before_us < 8e6
        assert (bench.last.reason, bench.last.fault) == (codes.RELEASE, codes.NO_FAULT)
        made = bench.steps_made()
        bench.advance(1.0)
        assert bench.steps_made() == made, "RUN that is still held starts nothing"
        bench.release("RUN")
        bench.advance(0.3)
        bench.press("RUN")
        bench.advance(0.3)
        assert bench.steps_made() > made
    bench.press("PAIN")
    bench.advance(4.0)
    judge_whole_trace(bench)
    pages = bench.traces()
    assert len(pages) // 256 == sum(-(-one.n_words // 106) for one in stretches_of(bench))
    assert bench.traces(4) == pages[3 * 256 :]


def stretches_of(bench: PicoBench) -> list[Stretch]:
    stretches = read_book(bench.flash_image()).stretches
    assert [stretch.state for stretch in stretches] == ["whole"] * len(stretches)
    return stretches


def judge_whole_trace(bench: PicoBench) -> None:
    """What is stored has every step of the pins, and every tick of motion as its frame said."""
    words = b"".join(stretch.words for stretch in stretches_of(bench))
    ticks = trace_ticks(words_of(words))
    assert sum(tick.made for tick in ticks) == bench.steps_made()
    ran = [frame for last, frame in pairwise(bench.frames()) if last.state in RUNNING]
    moving = [tick for tick in ticks if tick.moving]
    assert [tick.raw for tick in moving] == [frame.line_raw for frame in ran]
    seen = kept = 0
    for tick, frame in zip(moving, ran, strict=True):
        seen, kept = seen + frame.made, kept + tick.made
        assert 0 <= seen - kept <= 3, "a word has room for three steps: more are in the next"


@pytest.mark.long
@pytest.mark.parametrize("unit", [SLOW])
def test_of_a_level_that_is_longer_than_the_memory_no_tick_of_motion_is_missing(
    bench: PicoBench,
) -> None:
    begin(bench)
    before_us = bench.now_us
    while bench.last.state != codes.HOLDING:
        bench.advance(1.0)
        assert bench.now_us - before_us < 98e6, "it pauses before memory is full"
    assert bench.now_us - before_us > 80e6
    made = bench.steps_made()
    bench.advance(14.0)
    assert bench.steps_made() == made, "RUN that is still held starts nothing"
    bench.release("RUN")
    bench.advance(0.3)
    bench.press("RUN")
    bench.advance(20.0)
    bench.press("PAIN")
    bench.advance(12.0)
    assert bench.steps_made() > made
    judge_whole_trace(bench)
