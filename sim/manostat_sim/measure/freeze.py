"""What the lease still does when the processor says nothing more."""

from collections.abc import Sequence
from typing import NamedTuple

from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.measure.injection import Progress, coming_steps_us, none_said

_BEAT_US = 64_000  # 31 steps of 2065 us in 32 ticks of 2000 us: all places of a step in its tick
_AROUND_US = 20
_FINE_NS = 400
_CYCLE_NS = 8
_MARGIN_NS = 4000
_AFTER_US = 20_000


class Freeze(NamedTuple):
    """Processor dead at `at_us`; the last step that much later (0: none), and what they pushed."""

    at_us: float
    last_step_us: float
    steps: int
    volume_nl: float


def phases_ns(bench: PicoBench, spread: int, fine_every: int = 1) -> list[int]:
    """`spread` times over 64 ms, those 1 us apart around a coming step, and every 8 ns (a cycle)
    in the 0.4 us around it, where a grant is handed over. The pump must be moving.
    """
    begin_us = bench.now_us + 10
    edge_ns = round(coming_steps_us(bench)[1] * 1000)
    around_ns = _AROUND_US * 1000
    return sorted(
        {
            *(begin_us * 1000 + phase * _BEAT_US * 1000 // spread for phase in range(spread)),
            *range(edge_ns - around_ns, edge_ns + around_ns, 1000 * fine_every),
            *range(edge_ns - _FINE_NS, edge_ns + _FINE_NS, _CYCLE_NS * fine_every),
        }
    )


def sweep(bench: PicoBench, phases: Sequence[int], progress: Progress = none_said) -> list[Freeze]:
    """Freezes the processor at each of these times (ns, rising), each in a child of its own."""
    found: list[Freeze] = []
    for done, at_ns in enumerate(phases):
        bench.advance_to((at_ns - _MARGIN_NS) // 1000)
        found.append(run_in_fork(lambda at_ns=at_ns: freeze_at(bench, at_ns)))  # type: ignore[misc]
        progress((done + 1) / len(phases))
    return found


def freeze_at(bench: PicoBench, at_ns: int) -> Freeze:
    """Stops the processor dead at `at_ns`; the bench is spoilt for anything else."""
    frozen: list[tuple[int, float]] = []
    syringe = bench.world.plant.syringe

    def freeze() -> None:
        frozen.append((bench.pico.now_ns, syringe.driven_nl))
        bench.pico.freeze()

    bench.pico.at(at_ns, freeze)
    bench.advance_to(at_ns // 1000 + _AFTER_US)
    frozen_ns, driven_nl = frozen[0]
    steps_ns = [round(edge.at_us * 1000) for edge in bench.edges("STEP") if edge.level]
    after_ns = [step_ns - frozen_ns for step_ns in steps_ns if step_ns > frozen_ns]
    return Freeze(
        frozen_ns / 1000,
        max(after_ns, default=0) / 1000,
        len(after_ns),
        syringe.driven_nl - driven_nl,
    )
