"""Requirements on the rate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat.core.flow import MAX_STEPS_PER_TICK, Flow

from .desk import BD_10_ML, numbers
from .strategies import rates, ratios

TEN_S = 5000  # ticks


valid_rates = ratios().flatmap(lambda ratio: st.tuples(rates(ratio), *map(st.just, ratio)))


def steps_of(flow: Flow, rate_nl_s: int, ticks: int) -> list[int]:
    return [flow.take(rate_nl_s, 3) for _ in range(ticks)]


@given(valid_rates)
def test_every_fraction_of_a_step_is_kept(rate):
    rate_nl_s, num, den = rate
    flow = Flow(num, den)
    made = 0
    for tick in range(1, 2000):
        made += flow.take(rate_nl_s, 3)
        assert made == tick * rate_nl_s * den // (500 * num)


@given(valid_rates)
def test_never_more_than_three_steps_a_tick(rate):
    rate_nl_s, num, den = rate
    flow = Flow(num, den)
    assert max(flow.take(rate_nl_s, 3) for _ in range(2000)) <= MAX_STEPS_PER_TICK


@given(valid_rates, st.integers(0, 5000))
@pytest.mark.req("D-03")
def test_rate_error_over_any_ten_seconds_is_at_most_one_percent_and_one_step(rate, skip):
    """Less than one step in 10 s, which is 1 % or less from 10 steps/s on (D-03)."""
    rate_nl_s, num, den = rate
    flow = Flow(num, den)
    steps_of(flow, rate_nl_s, skip)
    volume_nl = sum(steps_of(flow, rate_nl_s, TEN_S)) * num / den
    assert abs(volume_nl - 10 * rate_nl_s) <= num / den
    if 10 * rate_nl_s * den >= 100 * num:
        assert abs(volume_nl - 10 * rate_nl_s) <= 0.01 * 10 * rate_nl_s


@pytest.mark.parametrize("rate_nl_s", [1000, 10_000, 49_999, 50_000, 150_000])
@pytest.mark.req("D-03")
def test_the_rate_does_not_drift_over_ten_minutes(rate_nl_s):
    num, den = BD_10_ML
    steps = sum(steps_of(Flow(num, den), rate_nl_s, 300_000))
    assert abs(steps * num / den - 600 * rate_nl_s) <= num / den


def test_after_a_pause_the_first_step_comes_a_whole_step_later():
    flow = Flow(*BD_10_ML)
    while not flow.take(50_000, 3):
        pass
    flow.take(50_000, 3)
    flow.reset()
    waits = 0
    while not flow.take(50_000, 3):
        waits += 1
    assert waits == 1  # 103.2 nl at 100 nl a tick: due in the second tick


def test_steps_that_were_not_allowed_are_not_made_up_for():
    flow = Flow(*BD_10_ML)
    assert sum(flow.take(50_000, 0) for _ in range(500)) == 0
    assert max(steps_of(flow, 50_000, 500)) == 1


@pytest.mark.req("D-01")
def test_no_more_than_what_is_left_of_the_volume():
    num, den = BD_10_ML
    assert max(steps_of(Flow(num, den), 150_000, 100)) == 3
    flow = Flow(num, den)
    assert max(flow.take(150_000, 2) for _ in range(100)) == 2


def test_a_flow_owes_nothing_at_first_and_after_a_reset():
    flow = Flow(*BD_10_ML)
    fresh = numbers(flow)
    assert fresh == {"earn_factor": 4096, "step_cost": 422_733 * 500, "owed": 0}
    flow.take(50_000, 3)
    assert flow.owed == 50_000 * 4096
    flow.reset()
    assert numbers(flow) == fresh


def test_three_steps_a_tick_are_the_most_whatever_is_owed():
    flow = Flow(1, 1)
    assert MAX_STEPS_PER_TICK == 3
    assert [flow.take(500 * steps, 9) for steps in (2, 3, 4, 9)] == [2, 3, 3, 3]
