"""What is shown while the plunger moves, and after it: nobody waits without a sign, or reads a
picture that jumps."""

import io
from types import SimpleNamespace

import pytest
from rich.console import Console

from manostat.core import codes
from manostat_tools.guide.answers import Script
from manostat_tools.guide.follower import Do, RunFollower
from manostat_tools.guide.outcome import outcome_lines
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.screen import LiveView, Screen
from manostat_tools.link.subscription import LinkLost
from manostat_tools.session.model import PainMark, Point, Quantity

from ..session import written as w
from .ticks import RUN_HELD, Ticks

PSI = 6894.757
UNIT = (1, 50_000, 3_500_000, 344_738, 551_581, 0, 413, 4, 0)
OPENING = round(20 * PSI)
NEAR = round((20 + 47) * PSI)  # 47 psi above an opening of 20


def of_width(width, terminal=True):
    console = Console(file=io.StringIO(), width=width, force_terminal=terminal, color_system=None)
    screen = Screen(console, Script([], ""))
    screen.flags = ("BENCH IMAGE", "EMULATED PUMP")
    return screen


def fed(*parts):
    follower = RunFollower()
    for item in (each for part in parts for each in part):
        follower.feed(item)
    return follower


def drawn(follower, width=80, rest_s=15.0, by_session=False):
    screen = of_width(width)
    view = LiveView(screen, "inject", UNIT, rest_s)
    view.by_session = by_session
    with screen.console.capture() as got:
        screen.console.print(view.panel(follower))
    return got.get().splitlines()


def said(*parts, rest_s=15.0):
    screen = of_width(100, terminal=False)
    view = LiveView(screen, "inject", UNIT, rest_s)
    follower = RunFollower()
    for item in (each for part in parts for each in part):
        follower.feed(item)
        view.update(follower)
    return screen.console.file.getvalue()


def stepping(ticks, per_s, pressure_pa, opening_pa=OPENING, seconds=2.0, since=0):
    frames = []
    for number in range(int(seconds * 500)):
        frames += ticks(
            1,
            codes.INJECTING,
            RUN_HELD,
            pressure_pa=pressure_pa,
            opening_pa=opening_pa,
            steps=since + number * per_s // 500,
        )
    return frames


def stopped(ticks, seconds, switches=RUN_HELD, reason=codes.VOLUME):
    return ticks(int(seconds * 500), codes.STOPPED, switches, reason=reason, steps=900)


def test_a_flow_that_is_slowed_near_a_limit_is_shown_with_the_rate_that_it_has():
    slow = "\n".join(drawn(fed(stepping(Ticks(), 120, NEAR))))
    assert "0.012 mL/s of 0.05 mL/s" in slow
    assert "slowed near a limit" in slow
    full = "\n".join(drawn(fed(stepping(Ticks(), 484, round(30 * PSI)))))
    assert "0.050 mL/s of 0.05 mL/s" in full
    assert "slowed" not in full


def test_the_line_limit_and_a_disc_without_opening_slow_too():
    assert "slowed" in "\n".join(drawn(fed(stepping(Ticks(), 120, round(77 * PSI), -1))))
    assert "slowed" in "\n".join(drawn(fed(stepping(Ticks(), 120, round(46 * PSI), -1))))
    assert "slowed" not in "\n".join(drawn(fed(stepping(Ticks(), 120, round(44 * PSI), -1))))


def test_without_a_terminal_it_is_told_once_that_the_flow_is_slowed():
    ticks = Ticks()
    told = said(stepping(ticks, 484, 0), stepping(ticks, 120, NEAR), stepping(ticks, 120, NEAR))
    assert told.count("slowed near a limit") == 1


def test_the_rate_is_of_the_last_second_and_of_no_gap():
    ticks = Ticks()
    follower = fed(stepping(ticks, 484, 0), stepping(ticks, 120, 0, since=968))
    assert follower.steps_per_s() == pytest.approx(120, abs=2)
    follower.feed(LinkLost("unplugged", 0.0))
    assert follower.steps_per_s() is None
    begun = fed(ticks(500, codes.READY), stepping(ticks, 484, 0, seconds=0.3))
    assert begun.steps_per_s() == pytest.approx(484, abs=10), "not of the rest before it"


def every_state():
    ticks = Ticks()
    yield "idle", fed(ticks(9, codes.IDLE))
    yield "seeking", fed(ticks(600, codes.SEEKING, RUN_HELD, steps=5))
    yield "injecting", fed(stepping(ticks, 484, round(100.3 * PSI)))
    yield "slowed", fed(stepping(ticks, 120, NEAR))
    yield "paused", fed(ticks(9, codes.HOLDING, reason=codes.RELEASE, steps=9))
    yield "held", fed(stepping(ticks, 120, NEAR), stopped(ticks, 1))
    yield "let go", fed(stepping(ticks, 120, NEAR), stopped(ticks, 1, reason=codes.PRESSURE_ABOVE))
    fault = ticks(9, codes.STOPPED, reason=codes.FAULT, fault=codes.WIRING, steps=9)
    yield "fault", fed(ticks(9, codes.INJECTING, steps=9), fault)
    yield "lost", fed(stepping(ticks, 120, NEAR), [LinkLost("unplugged", 0.0)])


def test_the_picture_fits_80_columns_and_keeps_its_height():
    heights = set()
    for name, follower in every_state():
        lines = drawn(follower)
        heights.add(len(lines))
        assert max(map(len, lines)) <= 80, name
        assert not any("…" in line for line in lines), lines
    assert len(heights) == 1


def test_after_the_stop_the_seconds_that_the_line_is_watched_are_counted_down():
    ticks = Ticks()
    moved = stepping(ticks, 484, 0)
    held = "\n".join(drawn(fed(moved, stopped(ticks, 1))))
    assert "let go of RUN; the line is watched: 14 s more" in held
    assert "s: STOP" not in held
    assert "Ctrl-C: ends the program" in held
    free = "\n".join(drawn(fed(moved, stopped(ticks, 1), stopped(ticks, 5, codes.CHAIN_RUN_OPEN))))
    assert "let go" not in free
    assert "the line is watched: 9 s more" in free


def test_run_is_to_be_let_go_at_the_stop_and_not_when_the_watching_is_over():
    ticks = Ticks()
    told = said(stepping(ticks, 484, 0), stopped(ticks, 0.002))
    assert f"=> {Do.LET_GO.value}" in told
    assert told.count("the line is watched: 15 s more") == 1
    assert "watched" not in said(stepping(ticks, 484, 0), stopped(ticks, 0.002), rest_s=0.0)


@pytest.mark.parametrize(("compliance", "rest_s"), [(w.COMPLIANCE, 15.0), (None, 2.0)])
def test_the_line_is_watched_only_as_long_as_something_can_be_derived(compliance, rest_s):
    scene = Scene(None, None, None, None, 15.0)
    preparation = SimpleNamespace(line_compliance=compliance)
    scene.talk = SimpleNamespace(progress=lambda: SimpleNamespace(preparation=preparation))
    assert scene.rest_s == rest_s


def test_a_stop_that_this_session_has_sent_is_not_called_a_press_of_the_button():
    ticks = Ticks()
    follower = fed(stepping(ticks, 484, 0), stopped(ticks, 1, reason=codes.STOP))
    assert "STOP pressed by the operator" in "\n".join(drawn(follower))
    sent = "\n".join(drawn(follower, by_session=True))
    assert "STOP sent by this session" in sent
    assert "pressed" not in sent


def test_what_a_press_and_its_derived_values_say_fits_80_columns():
    points = [
        Point(before_ms=ms, pressure_pa=691_000, above_pa=649_000, volume_nl=3_493_000)
        for ms in (0, 500, 1000, 3000)
    ]
    wide = Quantity(
        name="disc_above_opening", value=649_000, low=648_000, high=651_000, unit="Pa", rule="r",
        inputs={"before_ms": 0},
    )  # fmt: skip
    mark = PainMark(at_ms=1, moving=True, points=tuple(points))
    run = w.run().model_copy(update={"marks": (mark,), "derived": (wide,)})
    lines = list(outcome_lines(run))
    assert max(map(len, lines)) <= 80, lines
    assert any("94.13 psi" in line and "95 %: 93.98 to 94.42 psi" in line for line in lines)
