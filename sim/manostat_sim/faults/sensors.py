"""Faults of the two pressure sensors."""

from collections.abc import Callable
from functools import partial

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.faults.asked import (
    DISAGREES_US,
    OVERSHOOT_PA,
    PSI_PA,
    THREE_TICKS_US,
    no_step,
    stays_within,
    stops,
)
from manostat_sim.faults.model import HIGH, Fault, Reaction
from manostat_sim.faults.states import SETTLING, WAITING
from manostat_sim.plant.sensors import FAULTS as KINDS
from manostat_sim.plant.sensors import STATUS_STALE

Sample = tuple[int, int]
_DISAGREE_PA = 5 * PSI_PA
_OLD_S = 0.02
_STUCK_US = 500_000.0
_TOO_LOW = (codes.SENSORS_DISAGREE, codes.SENSOR_RANGE)
"""With the line at zero 4 psi too low is out of range at once."""


def _line(kind: str, bench: Bench) -> None:
    bench.world.line_sensor.fault = KINDS[kind]


def _second(kind: str, bench: Bench) -> None:
    bench.world.second_sensor.fault = KINDS[kind]


def _line_offset(psi: float, bench: Bench) -> None:
    bench.world.line_sensor.offset_pa = psi * PSI_PA


def _second_offset(psi: float, bench: Bench) -> None:
    bench.world.second_sensor.offset_pa = psi * PSI_PA


def _noise(counts: float, bench: Bench) -> None:
    bench.world.line_sensor.noise_counts = counts


def _read_through(bench: Bench, change: Callable[[Sample], Sample]) -> None:
    """What the line sensor answers goes through `change` first."""
    world = bench.world
    plain = type(world).line_sample
    world.line_sample = lambda: change(plain(world))  # type: ignore[method-assign]


def _read_plain(bench: Bench) -> None:
    del bench.world.line_sample
    _line_offset(0.0, bench)


def _drifts(psi_a_s: float, bench: Bench) -> None:
    begun_us = bench.now_us

    def drift(sample: Sample) -> Sample:
        _line_offset(psi_a_s * (bench.now_us - begun_us) * 1e-6, bench)
        return sample

    _read_through(bench, drift)


def _every_other_stale(bench: Bench) -> None:
    reads = 0

    def stale(sample: Sample) -> Sample:
        nonlocal reads
        reads += 1
        return (sample[0], STATUS_STALE) if reads % 2 else sample

    _read_through(bench, stale)


def _old(bench: Bench) -> None:
    kept: list[tuple[int, Sample]] = []

    def old(sample: Sample) -> Sample:
        kept.append((bench.world.now_us, sample))
        while len(kept) > 1 and kept[1][0] <= bench.world.now_us - _OLD_S * 1e6:
            kept.pop(0)
        return kept[0][1]

    _read_through(bench, old)


def _shows(
    name: str,
    text: str,
    inject: Callable[[Bench], None],
    mend: Callable[[Bench], None],
    within_us: float,
    requirement: str,
    fault: int,
    *more: int,
) -> Fault:
    """A fault that shows in every reading, in motion and at rest alike."""
    found = (fault, *more)
    return Fault(
        name,
        text,
        inject,
        stops(within_us, requirement, "P-05", codes=found),
        no_step(requirement, "A-06", alarm=HIGH, codes=found),
        mend,
    )


def _hides(
    name: str,
    text: str,
    inject: Callable[[Bench], None],
    mend: Callable[[Bench], None],
    moving: Reaction,
    later: Reaction,
    rest_alarm: str | None = "none",
) -> Fault:
    """A fault that only motion brings to light."""
    return Fault(
        name,
        text,
        inject,
        moving,
        no_step("P-09", alarm=rest_alarm),
        mend,
        {SETTLING: later, WAITING: later},
    )


_mended = partial(_line, "none")
_second_mended = partial(_second, "none")
_to_the_limit = stays_within(_DISAGREE_PA + OVERSHOOT_PA, "P-13", "P-04", within_s=6.0)

SENSORS = (
    *(
        _shows(
            f"line-{kind}", text, partial(_line, kind), _mended, THREE_TICKS_US, "P-11", code, *more
        )
        for kind, text, code, *more in (
            ("open", "line sensor open: bottom of its range", codes.SENSOR_RANGE),
            ("short", "line sensor shorted: top of its range", codes.SENSOR_RANGE, codes.CEILING),
            ("stale", "line sensor says its sample is stale", codes.SENSOR_STATUS),
            ("diagnostic", "line sensor says it is broken", codes.SENSOR_STATUS),
            ("command", "line sensor in command mode", codes.SENSOR_STATUS),
            ("nack", "line sensor does not acknowledge", codes.SENSOR_SILENT),
            ("hang", "line sensor holds the bus", codes.SENSOR_SILENT),
        )
    ),
    _hides(
        "line-stuck",
        "line sensor says the same again and again",
        partial(_line, "stuck"),
        _mended,
        stops(
            _STUCK_US,
            "P-11",
            "P-13",
            codes=(codes.SENSOR_STUCK, codes.SENSORS_DISAGREE),
            seconds=0.7,
        ),
        stays_within(
            _DISAGREE_PA,
            "P-11",
            alarm=HIGH,
            codes=(codes.SENSOR_STUCK, codes.SENSORS_DISAGREE),
            seconds=1.0,
        ),
    ),
    Fault(
        "line-late",
        "every other sample of the line sensor is stale",
        _every_other_stale,
        stops(THREE_TICKS_US, "P-11", "P-05", codes=(codes.SENSOR_STATUS,)),
        no_step("P-11", "A-06", alarm=HIGH, codes=(codes.SENSOR_STATUS,)),
        _read_plain,
    ),
    _hides(
        "line-old",
        "the line sensor's answers are 20 ms old, and it says nothing",
        _old,
        _read_plain,
        _to_the_limit,
        _to_the_limit,
    ),
    Fault(
        "line-drift",
        "the line sensor's zero drifts down by 20 psi a second",
        partial(_drifts, -20.0),
        stops(276_000.0, "P-13", codes=(codes.SENSORS_DISAGREE,), seconds=0.35),
        no_step("P-13", "A-06", alarm=HIGH, codes=_TOO_LOW, seconds=0.35),
        _read_plain,
        {SETTLING: stays_within(_DISAGREE_PA, "P-13", alarm=HIGH, codes=(codes.SENSORS_DISAGREE,))},
    ),
    _shows(
        "line-offset",
        "the line sensor reads 6 psi too low from now on",
        partial(_line_offset, -6.0),
        partial(_line_offset, 0.0),
        DISAGREES_US,
        "P-13",
        *_TOO_LOW,
    ),
    _hides(
        "line-offset-small",
        "the line sensor reads 4.5 psi too low from now on, less than is ever noticed",
        partial(_line_offset, -4.5),
        partial(_line_offset, 0.0),
        _to_the_limit,
        _to_the_limit,
        rest_alarm=None,
    ),
    _hides(
        "line-noise",
        "the line sensor's noise has a deviation of 0.7 psi",
        partial(_noise, 60.0),
        partial(_noise, 0.0),
        _to_the_limit,
        _to_the_limit,
        rest_alarm=None,
    ),
    _hides(
        "line-noise-large",
        "the line sensor's noise has a deviation of 7 psi",
        partial(_noise, 600.0),
        partial(_noise, 0.0),
        _to_the_limit,
        _to_the_limit,
        rest_alarm=None,
    ),
    *(
        _shows(
            f"second-{kind}",
            f"second sensor {what}",
            partial(_second, kind),
            _second_mended,
            DISAGREES_US,
            "P-13",
            codes.SENSORS_DISAGREE,
        )
        for kind, what in (("open", "open"), ("short", "shorted"))
    ),
    _hides(
        "second-stuck",
        "second sensor says the same again and again",
        partial(_second, "stuck"),
        _second_mended,
        stops(
            _STUCK_US,
            "P-11",
            "P-13",
            codes=(codes.SENSOR_STUCK, codes.SENSORS_DISAGREE),
            seconds=0.7,
        ),
        stays_within(
            _DISAGREE_PA,
            "P-11",
            alarm=HIGH,
            codes=(codes.SENSOR_STUCK, codes.SENSORS_DISAGREE),
            seconds=1.0,
        ),
    ),
    _shows(
        "second-offset",
        "the second sensor reads 6 psi too high from now on",
        partial(_second_offset, 6.0),
        partial(_second_offset, 0.0),
        DISAGREES_US,
        "P-13",
        codes.SENSORS_DISAGREE,
    ),
)
