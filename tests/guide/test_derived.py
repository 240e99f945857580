"""Requirements on what the values of a run are derived from: all of its level, or less is said."""

import numpy as np
import pytest

from manostat.core import codes
from manostat_tools.derive.compliance import as_quantity
from manostat_tools.derive.equipment import Compliance
from manostat_tools.derive.recording import Recording
from manostat_tools.guide.derived import derived_of
from manostat_tools.guide.follower import RunFollower, Seen
from manostat_tools.link.subscription import LinkBack, LinkLost
from manostat_tools.session.model import Contrast, Needle, Preparation

from ..derive.made import LINE, NL_DEN, NL_NUM, PSI, STEP_NL, WARMING, make
from .ticks import Ticks

MADE = make(WARMING, noise_pa=60.0)
WHOLE = MADE.recording
FIRST_STOP_US = WHOLE.stops_us()[0]
GONE_ON = WHOLE.without(0, FIRST_STOP_US + 7_000_000)
"""What was pushed up to the first stop is counted in its steps, and nothing of it is seen."""
OF_THE_LEVEL = {"disc_volume", "work", "disc_above_opening", "elastance"}
PREPARATION = Preparation(line_compliance=as_quantity(Compliance(LINE, 0.01 * LINE)))


def seen(recording: Recording) -> Seen:
    """As a host that saw these ticks, and none before them."""
    ticks, follower = Ticks(), RunFollower()
    for pressure_pa, steps, moving in zip(
        recording.pressure_pa, recording.steps, recording.moving, strict=True
    ):
        state = codes.INJECTING if moving else codes.READY
        said = {"pressure_pa": round(float(pressure_pa)), "steps": int(steps)}
        for frame in ticks(1, state, **said):
            follower.feed(frame)
    return follower.seen()


def derived(watched, traced=None):
    values, reasons = derived_of(
        watched,
        lambda: traced,
        (NL_NUM, NL_DEN),
        PREPARATION,
        Needle(gauge=22, length_mm=152),
        Contrast(iodine_mg_ml=300),
    )
    return {one.name: one for one in values if one.inputs.get("before_ms") == 0}, reasons


def holds(value, column):
    return value.low <= MADE.truth(column, MADE.press_us) <= value.high


def test_of_a_level_that_was_seen_from_its_first_step_the_trace_is_not_asked_for():
    watched = seen(WHOLE)
    assert watched.is_whole
    values, reasons = derived(watched, GONE_ON)
    assert values.keys() >= OF_THE_LEVEL and not reasons
    assert holds(values["disc_volume"], "entered_nl")


def test_of_a_run_that_goes_on_in_its_level_the_pumps_trace_of_the_whole_level_tells():
    """The run alone has 0.3 mL of the 0.5 that the level has put into the disc."""
    watched = seen(GONE_ON)
    assert not watched.lost and not watched.is_whole
    values, reasons = derived(watched, WHOLE)
    assert values.keys() >= OF_THE_LEVEL and not reasons
    assert holds(values["disc_volume"], "entered_nl")


@pytest.mark.parametrize("traced", [None, GONE_ON], ids=["no trace", "trace from a power cut on"])
def test_where_the_whole_level_is_nowhere_what_counts_from_its_beginning_has_a_reason(traced):
    values, reasons = derived(seen(GONE_ON), traced)
    assert values.keys().isdisjoint(OF_THE_LEVEL)
    assert any("disc volume" in said and "0.200 mL of the level" in said for said in reasons)
    assert holds(values["disc_pressure"], "disc_pa"), "the run itself was seen"


def opened_between() -> Recording:
    """The whole level with a line that lost 12 psi in a rest that is not recorded: to fill it again
    takes 60 uL that never reach the disc."""
    seconds = 1.2
    before = WHOLE.until(FIRST_STOP_US + 2_000_000)
    after = WHOLE.without(0, int(WHOLE.time_us[WHOLE.moving & (WHOLE.time_us > FIRST_STOP_US)][0]))
    share = np.linspace(0.0, 1.0, round(seconds / 0.002))
    more = round(0.05e6 * seconds / STEP_NL)
    return Recording(
        np.concatenate(
            [
                before.time_us,
                after.time_us[0] + (share[:-1] * seconds * 1e6).astype(np.int64),
                after.time_us + round(seconds * 1e6),
            ]
        ),
        np.concatenate(
            [
                before.pressure_pa,
                after.pressure_pa[0] - 12.0 * PSI * (1.0 - share[:-1]),
                after.pressure_pa,
            ]
        ),
        np.concatenate(
            [
                before.steps,
                after.steps[0] + (share[:-1] * more).astype(np.int64),
                after.steps + more,
            ]
        ),
        np.concatenate([before.moving, share[:-1] >= 0.0, after.moving]),
    )


def test_a_line_that_was_opened_between_two_runs_leaves_what_the_host_saw_of_the_second():
    """The pump's trace has ten seconds of a rest: that the line was off the needle is not in it."""
    values, reasons = derived(seen(GONE_ON), opened_between())
    assert values.keys().isdisjoint(OF_THE_LEVEL)
    assert any("was the line opened" in said for said in reasons)
    assert holds(values["disc_pressure"], "disc_pa")
    values, reasons = derived(None, opened_between())
    assert not values and any("was the line opened" in said for said in reasons)


def test_a_rest_that_is_not_recorded_changes_nothing_where_the_line_was_left_alone():
    later_us = int(WHOLE.time_us[WHOLE.moving & (WHOLE.time_us > FIRST_STOP_US)][0])
    traced = WHOLE.without(FIRST_STOP_US + 3_000_000, later_us)
    assert traced.has_unseen_rest() and not WHOLE.has_unseen_rest()
    values, reasons = derived(seen(GONE_ON), traced)
    assert not reasons and holds(values["disc_volume"], "entered_nl")


def test_a_trace_that_begins_at_a_power_cut_says_no_more_of_a_run_that_was_not_seen():
    values, reasons = derived(None, GONE_ON)
    assert "disc_pressure" in values and values.keys().isdisjoint(OF_THE_LEVEL)
    assert any("disc volume" in said for said in reasons)


def test_a_level_in_several_stretches_because_the_pump_paused_is_seen_as_a_whole():
    """For its trace the pump pauses by itself: RUN goes on in the same run."""
    ticks, follower = Ticks(), RunFollower()
    for state, steps in ((codes.READY, 0), (codes.INJECTING, 9), (codes.HOLDING, 9)):
        for frame in ticks(5, state, steps=steps):
            follower.feed(frame)
    for state, steps in ((codes.INJECTING, 20), (codes.STOPPED, 20)):
        for frame in ticks(5, state, steps=steps):
            follower.feed(frame)
    assert follower.seen().is_whole
    assert follower.seen().recording().begins_level


def test_with_ticks_lost_it_is_not_whole():
    ticks, follower = Ticks(), RunFollower()
    for frame in (*ticks(5, codes.READY), *ticks(5, codes.INJECTING, steps=9)):
        follower.feed(frame)
    for item in (LinkLost("pulled", 0.0), LinkBack(0.5)):
        follower.feed(item)
    assert not follower.seen().is_whole
