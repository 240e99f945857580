"""RUN: letting go pauses, pressing again goes on, and nothing else ever starts the plunger."""

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_tools.trace.plugin import Figures

from .rig import (
    AT_ONCE_US,
    SMALL,
    SMALL_STEPS,
    STEP_NL,
    acknowledge,
    again,
    before_a_step,
    begin,
    enabled,
    lamps,
    shown,
    steps_after,
)

with_small_unit = pytest.mark.parametrize("unit", [SMALL], ids=["small"])


@pytest.mark.req("B-06")
def test_release_pauses_at_once_with_the_motor_held(bench: Bench) -> None:
    begin(bench)
    before_a_step(bench)
    released_us = bench.now_us
    bench.release("RUN")
    bench.advance(0.05)
    assert steps_after(bench, released_us + AT_ONCE_US) == 0
    assert enabled(bench)
    assert bench.edges("ENABLE_N")[-1].at_us < released_us, "let go of for a tick, it snaps"
    assert lamps(bench) == shown(bench, ready=1)
    assert (bench.last.state, bench.last.reason) == (codes.HOLDING, codes.RELEASE)


@pytest.mark.req("P-09")
def test_run_goes_on_after_it_was_seen_open_for_100_ms(bench: Bench) -> None:
    begin(bench)
    bench.release("RUN")
    bench.advance(0.09)
    bench.press("RUN")
    before = bench.steps_made()
    bench.advance(0.1)
    assert bench.steps_made() == before, "open for 90 ms is a bouncing contact, not a new press"
    again(bench)
    assert bench.steps_made() > before


@with_small_unit
@pytest.mark.req("D-01", "D-02")
def test_pauses_do_not_change_the_volume_of_a_level(make_bench, figure) -> None:
    bench = make_bench("dallas-4")
    begin(bench)
    again(bench)
    again(bench)
    again(bench, 0.3)
    assert bench.last.reason == codes.VOLUME
    _is_not_exceeded(bench, figure, "over pauses")


@with_small_unit
@pytest.mark.req("D-02")
def test_volume_goes_on_counting_after_an_acknowledged_stop(make_bench, figure) -> None:
    bench = make_bench("dallas-4")
    begin(bench)
    bench.hold("PAIN", 0.05)
    acknowledge(bench)
    bench.press("RUN")
    bench.advance(0.4)
    assert bench.last.reason == codes.VOLUME
    acknowledge(bench)
    bench.press("RUN")
    bench.advance(0.1)
    _is_not_exceeded(bench, figure, "over an acknowledged stop and a press after the end")


_BEYOND = "volume delivered in one level beyond the prescription"


def _is_not_exceeded(bench: Bench, figure: Figures, how: str) -> None:
    """SMALL was delivered to the step, counted on the pin."""
    over_nl = bench.steps_made() * STEP_NL - SMALL[2]
    figure("D-02", max(over_nl, 0), 0, "nL", "=", of=f"{_BEYOND}, {how}")
    assert bench.steps_made() == SMALL_STEPS


@pytest.mark.req("B-03")
def test_stop_held_3_s_begins_a_level_that_wants_the_pain_proof_again(bench: Bench, figure) -> None:
    begin(bench)
    acknowledge(bench)
    acknowledge(bench)
    bench.hold("STOP", 3.05)
    before = bench.steps_made()
    bench.run()
    bench.advance(0.1)
    unproven = bench.steps_made() - before
    figure("B-03", unproven, 0, "steps", "=", of="steps of a level without the proof, a new one")
    assert unproven == 0, "moved without proof of the pain button"
    assert not enabled(bench)
    bench.release("RUN")
    bench.advance(0.05)
    bench.arm()
    assert enabled(bench)
    begin(bench)
    bench.release("RUN")
    bench.advance(0.02)
    assert bench.last.steps == bench.steps_made() - before


@pytest.mark.req("P-09")
def test_run_taped_down_never_moves_anything(make_cold_bench) -> None:
    """Through power-on, proof, acknowledgement and reboot."""
    bench = make_cold_bench("dallas-0")
    bench.press("RUN")
    bench.power_on()
    for _ in range(2):
        bench.hold("PAIN", 0.15)
        bench.advance(0.4)
        bench.hold("STOP", 0.05)
        bench.advance(0.4)
        bench.hold("PAIN", 0.05)
        bench.advance(0.05)
    bench.power_off()
    bench.power_on()
    bench.hold("PAIN", 0.15)
    bench.advance(0.1)
    assert bench.edges("STEP") == []


@pytest.mark.req("P-09")
def test_run_taped_down_does_not_go_on_after_a_stop(bench: Bench) -> None:
    begin(bench)
    for switch in ("PAIN", "STOP", "PAIN", "STOP"):
        bench.hold(switch, 0.05)
        stopped = bench.steps_made()
        bench.advance(0.4)
        assert bench.steps_made() == stopped
