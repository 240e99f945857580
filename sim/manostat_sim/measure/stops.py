"""From a fall of PERMIT to the last step, phase by phase."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.measure.injection import Progress, coming_steps_us, none_said

BOUNCE_NS = 2000
_AROUND_US = 50
_FINE_NS = 400
_CYCLE_NS = 8
_MARGIN_NS = 4000  # the walking board stops this long before a phase
_WINDOW_NS = 2_500_000  # more than a step's period: a lease that goes on makes its next step in it
_LONG_WINDOW_NS = 20_000_000


class Stop(NamedTuple):
    """What came of a low on PERMIT at `at_us`.

    `last_step_us`: from the fall to the last rising edge on STEP, 0 if none came after it.
    `steps_after`: rising edges after the low was over; a lasting low is over when it begins.
    """

    at_us: float
    last_step_us: float
    steps_after: int


Act = Callable[[PicoBench], int]
"""Makes PERMIT fall, now; returns after how many ns it is high again, 0 for never."""


def press_pain(bench: PicoBench) -> int:
    """The patient's button: both of its contacts and PERMIT."""
    bench.press("PAIN")
    return 0


def release_run(bench: PicoBench) -> int:
    """The operator lets go of RUN."""
    bench.release("RUN")
    return 0


def bounce_permit(bench: PicoBench) -> int:
    """A low of 2 us on the PERMIT pin, as of a bouncing contact."""
    permit = bench.pins["PERMIT"]
    bench.pico.set_input(permit, 0)
    bench.pico.at(bench.pico.now_ns + BOUNCE_NS, lambda: bench.pico.set_input(permit, 1))
    return BOUNCE_NS


def phases_ns(bench: PicoBench, apart_us: int = 1) -> list[int]:
    """Times from just before a coming step to just after the next one, `apart_us` apart, and
    every 8 ns (a cycle of the chip) within 0.4 us of that next one. The pump must be moving.
    """
    first_us, second_us = coming_steps_us(bench)[:2]
    begin_ns = (round(first_us) - _AROUND_US) * 1000
    end_ns = (round(second_us) + _AROUND_US) * 1000
    edge_ns = round(second_us * 1000)
    coarse = range(begin_ns, end_ns, apart_us * 1000)
    fine = range(edge_ns - _FINE_NS, edge_ns + _FINE_NS, _CYCLE_NS * apart_us)
    return sorted({*coarse, *fine})


def sweep(
    bench: PicoBench, phases: Sequence[int], act: Act, progress: Progress = none_said
) -> list[Stop]:
    """`act` once at each phase (ns, rising), each in a child of its own; `bench` walks on."""
    found: list[Stop] = []
    for done, at_ns in enumerate(phases):
        bench.advance_to((at_ns - _MARGIN_NS) // 1000)
        found.append(run_in_fork(lambda at_ns=at_ns: stop_at(bench, at_ns, act)))  # type: ignore[misc]
        progress((done + 1) / len(phases))
    return found


def stop_at(bench: PicoBench, at_ns: int, act: Act) -> Stop:
    """`act` at `at_ns`, and what came of it; the bench is spoilt for anything else."""
    fell_ns, over_ns = [], []

    def fall() -> None:
        fell_ns.append(bench.pico.now_ns)
        over_ns.append(bench.pico.now_ns + act(bench))

    bench.pico.at(at_ns, fall)
    bench.advance_to((at_ns + _WINDOW_NS) // 1000)
    if any(step_ns > over_ns[0] for step_ns in _steps_ns(bench)):
        bench.advance_to((at_ns + _LONG_WINDOW_NS) // 1000)
    steps_ns = _steps_ns(bench)
    return Stop(
        fell_ns[0] / 1000,
        max((step_ns - fell_ns[0] for step_ns in steps_ns if step_ns >= fell_ns[0]), default=0)
        / 1000,
        sum(step_ns > over_ns[0] for step_ns in steps_ns),
    )


def _steps_ns(bench: PicoBench) -> list[int]:
    return [round(edge.at_us * 1000) for edge in bench.edges("STEP")[-64:] if edge.level]
