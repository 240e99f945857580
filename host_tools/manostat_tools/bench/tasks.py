"""What measures the figures: each task in a child process, several side by side."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from manostat_sim.benches.pico import PicoBench
from manostat_sim.measure import (
    boot,
    campaign,
    freeze,
    injection,
    opening,
    overshoot,
    run,
    speed,
    stops,
)
from manostat_sim.measure.injection import Progress
from manostat_sim.measure.ticks import percentile, periods_us, to_first_step_us
from manostat_sim.plant.sensors import FAULTS
from manostat_sim.scenarios import Scenario, scenario
from manostat_tools.bench.figure import Measured
from manostat_tools.boards import Board
from manostat_tools.campaign import measure as campaign_sample
from manostat_tools.derive import sweep

LATE_US = 2500.0
_DISC = "dallas-0"
_UNIT_RATE, _UNIT_ABOVE, _UNIT_LINE = 1, 3, 4
_FASTEST_NL_S = 150_000
_MOVES_FIRST_S = 0.05

Results = dict[str, Measured]


@dataclass(frozen=True)
class Amount:
    """How much of everything."""

    injection_s: float = 10.0
    apart_us: int = 1
    overshoots: int = 100
    freezes: int = 100
    openings: int = 400
    derived: int = 128
    compared: int = campaign.SHORT_RUNS
    campaign_runs: int = campaign_sample.SAMPLE_RUNS


FULL = Amount()
QUICK = Amount(
    injection_s=1.0,
    apart_us=20,
    overshoots=12,
    freezes=20,
    openings=30,
    derived=8,
    compared=200,
    campaign_runs=512,
)


class Setup:
    """The board and its image; one pump is booted and armed for all tasks that fork from it."""

    def __init__(self, board: Board, image: Path, amount: Amount) -> None:
        if board.bench is None:
            raise ValueError(f"{board.folder}: no bench.json, nothing to measure with")
        self.board = board
        self.image = image
        self.amount = amount
        self.unit = board.bench.values
        self.disc: Scenario = replace(scenario(_DISC), sensors="ideal")

    @cached_property
    def armed(self) -> PicoBench:
        return injection.armed(self.disc, self.image, self.board.pins)

    @property
    def limit_pa(self) -> int:
        """In force while no opening pressure has been read."""
        return min(self.unit[_UNIT_ABOVE], self.unit[_UNIT_LINE])

    def moving(self) -> PicoBench:
        """The armed pump, injecting; only for a child process."""
        injection.start(self.armed)
        self.armed.advance(_MOVES_FIRST_S)
        return self.armed


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _injection(setup: Setup, progress: Progress) -> Results:
    seen = run.watch(setup.armed, setup.amount.injection_s, progress=progress)
    busy_us = [tick.busy_us for tick in seen.moving]
    delays_us = to_first_step_us(seen.moving, seen.steps)
    return _of_ticks(seen) | {
        "tick_us_p50": Measured(percentile(busy_us, 0.5), None, len(busy_us)),
        "tick_to_step_us_max": Measured(max(delays_us), _mean(delays_us), len(delays_us)),
        "wall_s_per_emulated_s": Measured(seen.cpu_s / seen.emulated_s),
    }


def _hung_bus(setup: Setup, progress: Progress) -> Results:
    sensor = setup.armed.world.line_sensor

    def hang() -> None:
        sensor.fault = FAULTS["hang"]

    seen = run.watch(setup.armed, 0.2, hang, 0.2, progress)
    return _of_ticks(seen) | _of_rest(seen)


def _silent_host(setup: Setup, progress: Progress) -> Results:
    usb = setup.armed.pico.usb

    def stop_reading() -> None:
        usb.reading = False

    seen = run.watch(setup.armed, 0.1, stop_reading, 0.1 * setup.amount.injection_s, progress)
    return _of_ticks(seen)


def _of_ticks(seen: run.Run) -> Results:
    busy_us = [tick.busy_us for tick in seen.moving]
    apart_us = periods_us(seen.moving)
    late = sum(period_us > LATE_US for period_us in apart_us)
    return {
        "tick_us_max": Measured(max(busy_us), _mean(busy_us), len(busy_us)),
        "late_ticks": Measured(late, None, len(apart_us)),
        "tick_period_us_max": Measured(max(apart_us), _mean(apart_us), len(apart_us)),
        "heap_growth_bytes": Measured(seen.heap_growth_bytes),
    }


def _of_rest(seen: run.Run) -> Results:
    busy_us = [tick.busy_us for tick in seen.rest]
    return {"tick_at_rest_us_max": Measured(max(busy_us), _mean(busy_us), len(busy_us))}


def _near_limit(where: str, how: overshoot.Approach) -> Callable[[Setup, Progress], Results]:
    def measure(setup: Setup, progress: Progress) -> Results:
        bench, count = setup.armed, setup.amount.overshoots
        overshoot.bring_near(bench, setup.limit_pa, how)
        runs = overshoot.sweep(bench, setup.limit_pa, how, range(count), count, progress)
        over_pa = [max(one.beyond_pa, 0.0) for one in runs]
        under_pa = [max(-one.beyond_pa, 0.0) for one in runs]
        return {
            f"overshoot_pa_{where}": Measured(max(over_pa), _mean(over_pa), count),
            f"undershoot_pa_{where}": Measured(max(under_pa), _mean(under_pa), count),
        }

    return measure


def _stops(name: str, act: stops.Act, counted: bool) -> Callable[[Setup, Progress], Results]:
    def measure(setup: Setup, progress: Progress) -> Results:
        bench = setup.moving()
        phases = stops.phases_ns(bench, setup.amount.apart_us)
        found = stops.sweep(bench, phases, act, progress)
        values = [float(one.steps_after) if counted else one.last_step_us for one in found]
        return {name: Measured(max(values), _mean(values), len(values))}

    return measure


def _freeze(suffix: str, rate_nl_s: int | None) -> Callable[[Setup, Progress], Results]:
    def measure(setup: Setup, progress: Progress) -> Results:
        amount = setup.amount
        if rate_nl_s is None:
            bench = setup.moving()
        else:
            unit = list(setup.unit)
            unit[_UNIT_RATE] = rate_nl_s
            bench = injection.armed(setup.disc, setup.image, setup.board.pins, unit)
            injection.start(bench)
            bench.advance(_MOVES_FIRST_S)
        phases = freeze.phases_ns(bench, amount.freezes, amount.apart_us)
        found = freeze.sweep(bench, phases, progress)
        last_us = [one.last_step_us for one in found]
        volume_nl = [one.volume_nl for one in found]
        return {
            f"freeze_to_last_step_us{suffix}": Measured(max(last_us), _mean(last_us), len(found)),
            f"freeze_volume_nl{suffix}": Measured(max(volume_nl), _mean(volume_nl), len(found)),
        }

    return measure


def _opening(setup: Setup, progress: Progress) -> Results:
    runs = opening.sweep(setup.unit, range(setup.amount.openings), progress)
    error_pa = [abs(one.error_pa) for one in runs if one.error_pa is not None]
    before_pa = [abs(one.before_error_pa) for one in runs if one.before_error_pa is not None]
    missing = 100.0 * (len(runs) - len(error_pa)) / len(runs)
    return {
        "opening_pressure_error_pa_p95": Measured(
            percentile(error_pa, 0.95), _mean(error_pa), len(error_pa)
        ),
        "opening_before_error_pa_p95": Measured(
            percentile(before_pa, 0.95), _mean(before_pa), len(before_pa)
        ),
        "opening_not_read_percent": Measured(missing, None, len(runs)),
    }


def _derived(setup: Setup, progress: Progress) -> Results:
    return sweep.measured(sweep.sweep(setup.unit, setup.amount.derived, progress))


def _boot(setup: Setup, progress: Progress) -> Results:
    pump = setup.board.pump
    full = boot.full_journal(pump.journal_flash_bytes)
    values = []
    for done, journal in enumerate((b"", full)):
        values.append(
            boot.boot_ms(
                setup.disc,
                setup.image,
                setup.board.pins,
                journal,
                pump.journal_flash_offset_bytes,
            )
        )
        progress((done + 1) / 2)
    return {"boot_to_ready_ms": Measured(max(values), None, len(values))}


def _core_speed(setup: Setup, _progress: Progress) -> Results:
    seconds = 2.0 * setup.amount.injection_s
    return {"core_ticks_per_s": Measured(speed.core_ticks_per_s(setup.disc, setup.unit, seconds))}


def _campaign(setup: Setup, progress: Progress) -> Results:
    found = campaign.speed(setup.amount.compared, progress=progress)
    return {
        "campaign_ticks_per_s_core": Measured(found.ticks_per_s, None, found.ticks),
        "campaign_speedup_vs_cpython": Measured(found.speedup, None, found.ticks),
        "campaign_bit_equal_runs": Measured(found.equal, None, found.compared),
        "campaign_compared_runs": Measured(found.compared, None, found.ticks),
        "campaign_differing_runs": Measured(found.compared - found.equal, None, found.compared),
    }


def _campaign_whole(setup: Setup, progress: Progress) -> Results:
    found = campaign_sample.sample(setup.amount.campaign_runs, progress)
    return {
        "campaign_million_s": Measured(found.million_s, None, found.runs),
        "campaign_million_cpu_s": Measured(found.million_cpu_s, None, found.runs),
        "campaign_rss_mb": Measured(found.rss_bytes / 1e6, None, found.workers + 1),
    }


@dataclass(frozen=True)
class Task:
    """`cost_s`: processor seconds of the full amount, on the machine it was written on; `forks`:
    whether it begins with the armed pump."""

    name: str
    measure: Callable[[Setup, Progress], Results]
    cost_s: float
    forks: bool = True


TASKS = (
    Task("derived", _derived, 130.0, forks=False),
    Task("pain", _stops("pain_to_last_step_us", stops.press_pain, False), 90.0),
    Task("release", _stops("release_to_last_step_us", stops.release_run, False), 90.0),
    Task("bounce", _stops("bounce_steps", stops.bounce_permit, True), 90.0),
    Task("campaign", _campaign, 100.0, forks=False),
    Task("campaign-whole", _campaign_whole, 90.0, forks=False),
    Task("opening", _opening, 80.0, forks=False),
    Task("overshoot-disc", _near_limit("disc", overshoot.DISC), 50.0),
    Task("injection", _injection, 25.0),
    Task("overshoot-blocked", _near_limit("blocked", overshoot.BLOCKED), 20.0),
    Task("freeze", _freeze("", None), 8.0),
    Task("freeze-fastest", _freeze("_fastest", _FASTEST_NL_S), 10.0, forks=False),
    Task("boot", _boot, 4.0, forks=False),
    Task("silent-host", _silent_host, 3.0),
    Task("hung-bus", _hung_bus, 2.0),
    Task("core-speed", _core_speed, 2.0, forks=False),
)
"""The longest first, so that two workers end together."""
