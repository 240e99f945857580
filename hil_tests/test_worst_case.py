"""The worst of many phases of tick and step, measured on the pins, beside its limit."""

from collections.abc import Callable

import pytest

from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.forked import run_in_fork

from .rig import AT_ONCE_US, STEP_NL, begin, steps_after, steps_us, ticks_us, unit_with

pytestmark = pytest.mark.needs("pins", "freeze")

PHASES_US = range(0, 2100, 150)
MOVING_US = 2500
"""The last step is no longer ago."""


def _last_steps(bench: PicoBench, act: Callable[[], None]) -> tuple[float, int]:
    """Over all phases: the most us from the act to the last step, and the most steps after it.
    Each phase is a board of its own, forked from a moving one."""
    return _worst(bench, act, lambda acted_us: acted_us)


def _since_renewed(bench: PicoBench) -> tuple[float, int]:
    """The same of a processor that dies, from the beginning of the last tick that it lived through:
    the steps of two ticks were renewed in it, and not before."""

    def renewed_us(died_us: float) -> float:
        begun_us = [
            begin_us for begin_us, length_us in ticks_us(bench) if begin_us + length_us <= died_us
        ]
        return begun_us[-1]

    return _worst(bench, bench.freeze, renewed_us)


def _worst(
    bench: PicoBench, act: Callable[[], None], since: Callable[[float], float]
) -> tuple[float, int]:
    """The most us to the last step, and the most steps, counted from `since`, given the act."""
    begin(bench)

    def at(phase_us: int) -> tuple[float, int]:
        bench.advance_to(bench.now_us + phase_us)
        acted_us = bench.now_us
        since_us = since(acted_us)
        assert acted_us - steps_us(bench)[-1] < MOVING_US, "it does not move any more"
        act()
        bench.advance(0.03)
        after = [step_us - since_us for step_us in steps_us(bench) if step_us > since_us]
        return max(after, default=0.0), len(after)

    each = [run_in_fork(lambda us=us: at(us)) for us in PHASES_US]
    return max(late_us for late_us, _ in each), max(steps for _, steps in each)


@pytest.mark.req("B-01")
def test_pain_to_the_last_step(bench: PicoBench, figure) -> None:
    worst_us, _ = _last_steps(bench, lambda: bench.press("PAIN"))
    figure("B-01", worst_us, 10, "us", of="press to last step")
    assert worst_us <= 10


@pytest.mark.req("B-05")
def test_stop_to_the_last_step(bench: PicoBench, figure) -> None:
    worst_us, _ = _last_steps(bench, lambda: bench.press("STOP"))
    figure("B-05", worst_us, 10, "us", of="press to last step")
    assert worst_us <= 10


@pytest.mark.req("B-06")
def test_release_to_the_last_step(bench: PicoBench, figure) -> None:
    worst_us, _ = _last_steps(bench, lambda: bench.release("RUN"))
    figure("B-06", worst_us / 1000, 4, "ms", of="release to last step")
    assert worst_us <= 4000


@pytest.mark.req("T-03")
@pytest.mark.parametrize("unit", [unit_with(rate_nl_s=150_000)], ids=["0.15-ml-s"])
def test_dead_processor_to_the_last_step_at_three_steps_a_tick(bench: PicoBench, figure) -> None:
    worst_us, steps = _since_renewed(bench)
    assert steps > 0, "nothing was under way at any phase"
    figure("T-03", worst_us / 1000, 5, "ms", of="last renewal to last step, at 0.15 mL/s")
    assert worst_us <= 5000


@pytest.mark.req("T-03")
def test_volume_that_a_dead_processor_leaves_behind(bench: PicoBench, figure) -> None:
    worst_us, steps = _since_renewed(bench)
    figure("T-03", worst_us / 1000, 5, "ms", of="last renewal to last step, at 0.05 mL/s")
    of = "volume after the last renewal, at 0.05 mL/s"
    figure("T-03", steps * STEP_NL / 1000, 0.35, "uL", of=of)
    assert steps * STEP_NL <= 350


@pytest.mark.req("B-01")
def test_the_shortest_low_on_permit_that_latches_at_every_phase(bench: PicoBench, figure) -> None:
    begin(bench)

    def late(phase_us: int, low_us: int) -> int:
        bench.advance_to(bench.now_us + phase_us)
        low_at_us = bench.now_us
        bench.release("RUN")
        bench.advance_to(bench.now_us + low_us)
        bench.press("RUN")
        bench.advance(0.008)
        return steps_after(bench, low_at_us + AT_ONCE_US)

    def latches(low_us: int) -> bool:
        return not any(run_in_fork(lambda us=us: late(us, low_us)) for us in PHASES_US)

    shortest_us = next(low_us for low_us in range(1, 10) if latches(low_us))
    figure("B-01", shortest_us, 2, "us", of="shortest low on PERMIT that latches")
    assert shortest_us <= 2
