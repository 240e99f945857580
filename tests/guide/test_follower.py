"""What the follower makes of ticks: a new level, a run, what the operator is to do."""

import pytest

from manostat.core import codes
from manostat_tools.guide.follower import Do, NewLevel, RunFollower, readings_pa
from manostat_tools.link.subscription import LinkBack, LinkLost

from .ticks import FREE, PAIN_HELD, RUN_HELD, STOP_HELD, ZERO_COUNT, Ticks

LOST = LinkLost("unplugged", 0.0)
BACK = LinkBack(1.0)
HELD = 1501  # ticks of 2 ms: three seconds and one more


def fed(follower, *parts):
    for part in parts:
        for item in part if isinstance(part, list) else [part]:
            follower.feed(item)
    return follower


def test_stop_held_for_three_seconds_at_rest_and_let_go_is_a_new_level():
    ticks = Ticks()
    level = fed(NewLevel(), ticks(100, codes.IDLE), ticks(HELD, codes.IDLE, STOP_HELD))
    assert not level.begun
    assert fed(level, ticks(1, codes.IDLE)).begun


@pytest.mark.parametrize(
    ("free", "held", "state"),
    [(100, HELD - 2, codes.IDLE), (10, HELD, codes.IDLE), (100, HELD, codes.STOPPED)],
    ids=["too short", "too soon after another press", "of a stopped pump"],
)
def test_what_the_pump_takes_for_no_new_level_is_none_and_is_asked_for_again(free, held, state):
    ticks = Ticks()
    level = fed(
        NewLevel(),
        ticks(100, state),
        ticks(50, state, STOP_HELD),
        ticks(free, state),
        ticks(held, state, STOP_HELD),
        ticks(1, codes.IDLE),
    )
    assert not level.begun
    assert level.missed == 1


def test_a_press_that_acknowledges_is_no_miss():
    ticks = Ticks()
    level = fed(NewLevel(), ticks(100, codes.STOPPED))
    assert level.do is Do.ACKNOWLEDGE
    fed(level, ticks(100, codes.IDLE, STOP_HELD), ticks(1, codes.IDLE))
    assert (level.missed, level.do) == (0, Do.HOLD_STOP)


def test_a_level_that_was_begun_while_the_link_was_lost_is_told_by_its_volume():
    ticks = Ticks()
    level = fed(NewLevel(), ticks(100, codes.IDLE, steps=900), LOST)
    ticks.skip(5000)
    assert fed(level, BACK, ticks(1, codes.IDLE, steps=0)).begun


def a_run(ticks):
    return [
        *ticks(600, codes.READY),
        *ticks(300, codes.SEEKING, RUN_HELD, steps=5),
        *ticks(300, codes.SETTLING, RUN_HELD, steps=5),
        *ticks(300, codes.INJECTING, RUN_HELD, steps=9),
    ]


def test_a_run_is_kept_from_a_second_before_it_to_its_end():
    ticks = Ticks()
    follower = fed(RunFollower(), ticks(10, codes.IDLE))
    assert follower.do is Do.PRESS_PAIN
    fed(follower, a_run(ticks))
    fed(follower, ticks(1, codes.STOPPED, PAIN_HELD, reason=codes.PAIN, steps=9))
    assert follower.ended
    fed(follower, ticks(500, codes.STOPPED, reason=codes.PAIN, steps=9))
    assert follower.rest_us == 501 * 2000
    seen = follower.seen()
    assert len(seen.frames) == 500 + 900 + 501
    assert seen.lost == ""
    assert seen.press == 500 + 900
    recording = seen.recording()
    assert recording is not None
    assert seen.press_us() == recording.time_us[seen.press]
    assert recording.time_us[-1] == 2000 * (len(seen.frames) - 1)


def test_what_is_to_be_done_follows_the_pump():
    ticks = Ticks()
    follower = RunFollower()
    for state, do in (
        (codes.IDLE, Do.PRESS_PAIN),
        (codes.READY, Do.HOLD_RUN),
        (codes.SEEKING, Do.WATCH),
        (codes.SETTLING, Do.WAIT),
        (codes.HOLDING, Do.GO_ON),
        (codes.STOPPED, Do.LET_GO),
    ):
        assert fed(follower, ticks(1, state)).do is do


def test_of_a_pump_that_paused_by_itself_run_is_to_be_let_go_before_it_goes_on():
    ticks = Ticks()
    follower = fed(RunFollower(), ticks(9, codes.INJECTING, RUN_HELD))
    paused = {"state": codes.HOLDING, "reason": codes.RELEASE}
    assert fed(follower, ticks(60, **paused, switches=RUN_HELD)).do is Do.LET_GO_TO_GO_ON
    assert fed(follower, ticks(9, **paused)).do is Do.GO_ON
    assert fed(follower, ticks(20, **paused, switches=RUN_HELD)).do is Do.GO_ON
    assert fed(follower, ticks(60, **paused, switches=RUN_HELD)).do is Do.LET_GO_TO_GO_ON, "in vain"
    assert fed(follower, ticks(9, codes.INJECTING, RUN_HELD)).do is Do.WATCH


@pytest.mark.parametrize(
    ("state", "steps", "ended"),
    [
        (codes.STOPPED, 20, True),
        (codes.READY, 20, True),
        (codes.IDLE, 20, True),
        (codes.INJECTING, 20, False),
        (codes.HOLDING, 20, False),
    ],
)
def test_a_run_that_ended_while_the_link_was_lost_has_ended(state, steps, ended):
    ticks = Ticks()
    follower = fed(
        RunFollower(), ticks(9, codes.READY), ticks(9, codes.INJECTING, RUN_HELD, steps=9), LOST
    )
    assert follower.is_lost
    ticks.skip(4000)
    fed(follower, BACK, ticks(1, state, FREE, steps=steps))
    assert follower.ended is ended
    assert not follower.is_lost
    assert follower.seen().lost == "unplugged"


def test_a_pump_that_was_armed_only_has_not_ended_after_a_lost_link():
    ticks = Ticks()
    follower = fed(RunFollower(), ticks(9, codes.READY), LOST, BACK, ticks(9, codes.READY))
    assert not follower.ended


def test_readings_are_gauge_and_of_a_plunger_at_rest():
    ticks = Ticks()
    frames = ticks(3, codes.IDLE, line_raw=ZERO_COUNT + 131, pressure_pa=5)
    frames += ticks(1, codes.IDLE, line_status=2)
    readings = readings_pa(frames)
    assert len(readings) == 3
    assert readings[0] == pytest.approx(131 / 13108 * 150 * 6894.757)
    with pytest.raises(ValueError, match="moved"):
        readings_pa(ticks(1, codes.INJECTING))
