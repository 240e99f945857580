"""What the tests share: units, worlds near their end, and what the pins and the plant say."""

import struct
from dataclasses import replace
from itertools import pairwise
from typing import Any
from zlib import crc32

import pytest

from manostat.core.prescription import RANGES
from manostat_sim.benches.base import Bench, Edge
from manostat_sim.benches.pico import PicoBench
from manostat_sim.plant.plant import PATH_CLOSED
from manostat_sim.plant.sensors import FAULTS
from manostat_sim.scenarios import Scenario, scenario
from manostat_sim.world import World
from manostat_tools.journal.book import read_book
from manostat_tools.journal.payloads import TICKS
from manostat_tools.journal.trace_words import TraceTick, trace_ticks, words_of

Unit = tuple[int, ...]

long_on_pico = pytest.mark.parametrize(
    "bench_name",
    ["core", "vm", pytest.param("pico", marks=[pytest.mark.pico, pytest.mark.long])],
    indirect=True,
)
"""For what takes the emulated board minutes."""

PSI_PA = 6894.757
COUNT_PA = 78.9
RAW_LEAST, RAW_MOST = 1310, 14746
"""What a sound line sensor says."""
TICK_US = 2000
STEP_NL = 422_733 / 4_096
TICK_MOST_US = 1200
JITTER_US = 300
AT_ONCE_US = 10
"""A stop in which no processor takes part (B-01)."""
NEXT_TICK_US = TICK_US + 100
"""A stop that the processor decides on what it reads next: a step of this tick may still come."""
TWO_SAMPLES_US = 2 * TICK_US + 100
"""A stop that the processor decides on the second sample in a row (P-11; P-05 allows 6 ms)."""

# 10 mL BD syringe, `inject` at 0.05 mL/s, 3.5 mL, 50 psi above opening, 80 psi line.
UNIT: Unit = (1, 50_000, 3_500_000, 344_738, 551_581, 0, 422_733, 4_096, 0)
_FIELDS = [name for name, _, _ in RANGES]


def unit_with(**changes: int) -> Unit:
    """UNIT with other values, by the names of manostat.core.prescription.RANGES."""
    return tuple(changes.get(name, value) for name, value in zip(_FIELDS, UNIT, strict=True))


def psi(value: float) -> int:
    """In Pa, rounded."""
    return round(value * PSI_PA)


SMALL = unit_with(volume_nl=20_000, limit_line_pa=psi(40))
"""A volume and a line limit that a disc which is nearly full reaches in a fraction of a second."""
SMALL_STEPS = int(20_000 / STEP_NL)


def stiff(name: str = "dallas-0", **changes: Any) -> Scenario:
    """The scenario on a line of 1 uL/psi, so that pressure comes five times as fast."""
    of = scenario(name)
    return replace(of, plant_options={**of.plant_options, "line_ul_psi": 1.0}, **changes)


def fill(world: World, line_psi: float) -> None:
    """Inject slowly beforehand, until the line sensor reads `line_psi` with the line at rest."""
    plant = world.plant
    rest_us = 0 if plant.path == PATH_CLOSED else 5_000_000
    while as_read_pa(world, plant.line_pa) < line_psi * PSI_PA:
        plant.step(1)
        plant.advance(5 * TICK_US)
        if as_read_pa(world, plant.line_pa) >= line_psi * PSI_PA:
            plant.advance(rest_us)
    world.peak_line_pa = plant.line_pa


def begin(bench: Bench, seconds: float = 0.1) -> None:
    """Close RUN on an armed pump; the plunger moves when this returns."""
    before = bench.steps_made()
    bench.press("RUN")
    bench.advance(seconds)
    assert bench.steps_made() > before, "the plunger did not start"


def before_a_step(bench: Bench) -> None:
    """Let time pass to between a read of the inputs and the step that is decided on it: what is
    done now comes too late for this tick's processor, and stops the step only in hardware."""
    tick_us = round(ticks_us(bench)[-1][0]) if "pins" in bench.can else 0
    behind_us = (bench.now_us - tick_us) % TICK_US
    bench.advance_to(bench.now_us - behind_us + TICK_US + 300)


def again(bench: Bench, seconds: float = 0.1) -> None:
    """Open RUN for as long as a new start needs, and close it again."""
    bench.release("RUN")
    bench.advance(0.13)
    bench.press("RUN")
    bench.advance(seconds)


def acknowledge(bench: Bench) -> None:
    """A short press of STOP, RUN being open, once the stop can have been seen: 0.3 s, and what the
    pages take that are written meanwhile."""
    bench.release("RUN")
    bench.advance(0.4)
    bench.hold("STOP", 0.05)
    bench.advance(0.13)


def steps_us(bench: Bench) -> list[float]:
    """Times of all rising edges on STEP."""
    return [edge.at_us for edge in bench.edges("STEP") if edge.level]


def steps_after(bench: Bench, at_us: float) -> int:
    """Rising edges on STEP later than `at_us`."""
    return sum(step_us > at_us for step_us in steps_us(bench))


def enabled(bench: Bench) -> bool:
    """Whether ENABLE_N is pulled low."""
    edges = bench.edges("ENABLE_N")
    return bool(edges) and edges[-1].level == 0


def lamps(bench: Bench, within_s: float = 0.0) -> dict[str, int]:
    """What is lit and what sounds; empty on a bench without pins for it.

    Alarms flash, and sound in bursts that begin with the alarm: some time later `within_s` asks for
    what was on at any moment of the last seconds.
    """
    if "pins" not in bench.can:
        return {}
    names = ("LAMP_READY", "LAMP_HIGH", "LAMP_MEDIUM", "SOUNDER")
    since_us = bench.now_us - within_s * 1e6
    return {name: int(_was_on(bench.edges(name), since_us)) for name in names}


def _was_on(edges: list[Edge], since_us: float) -> bool:
    before = [edge.level for edge in edges if edge.at_us <= since_us]
    after = [edge.level for edge in edges if edge.at_us > since_us]
    return 1 in (before[-1:] + after)


def shown(bench: Bench, **lit: int) -> dict[str, int]:
    """What `lamps` must be: given ones as said (`ready=1`), the others dark."""
    if "pins" not in bench.can:
        return {}
    names = {"LAMP_READY": "ready", "LAMP_HIGH": "high", "LAMP_MEDIUM": "medium"}
    names["SOUNDER"] = "sounder"
    return {signal: lit.get(name, 0) for signal, name in names.items()}


def spoil_line_sensor(bench: Bench, fault: str) -> None:
    """A fault of the line sensor by its name in manostat_sim.plant.sensors.FAULTS."""
    bench.world.line_sensor.fault = FAULTS[fault]


def miss_one_sample(bench: Bench, fault: str = "nack") -> None:
    """The line sensor does not answer for one tick, or says nonsense, from between two samples."""
    before_a_step(bench)
    before = _missed(bench)
    spoil_line_sensor(bench, fault)
    bench.advance_to(bench.now_us + TICK_US)
    spoil_line_sensor(bench, "none")
    bench.advance(0.01)
    assert _missed(bench) == before + 1


def _missed(bench: Bench) -> int:
    return sum(
        frame.line_status != 0 or not RAW_LEAST <= frame.line_raw <= RAW_MOST
        for frame in bench.frames()
    )


def spoil_second_sensor(bench: Bench, fault: str) -> None:
    """The same for the second sensor."""
    bench.world.second_sensor.fault = FAULTS[fault]


def as_read_pa(world: World, line_pa: float) -> float:
    """What the line sensor makes of a pressure, without its noise and its rounding."""
    sensor = world.line_sensor
    return line_pa * sensor.span + sensor.offset_pa


def noise_pa(world: World) -> float:
    """Bound on noise and rounding of one reading."""
    return (4.5 * world.line_sensor.noise_counts + 1) * COUNT_PA


def moves_again_only_after_acknowledgement(bench: Bench) -> None:
    """A latched stop: a new press of RUN moves nothing, STOP and then RUN does."""
    before = bench.steps_made()
    again(bench)
    assert bench.steps_made() == before
    acknowledge(bench)
    bench.press("RUN")
    bench.advance(0.1)
    assert bench.steps_made() > before


def pulses(bench: Bench, signal: str, from_us: float = 0) -> list[tuple[float, float]]:
    """(begin, length) in us of each ended pulse of an output that began after `from_us`."""
    edges = bench.edges(signal)
    return [
        (rise.at_us, fall.at_us - rise.at_us)
        for rise, fall in pairwise(edges)
        if rise.level and not fall.level and rise.at_us > from_us
    ]


def ticks_us(bench: Bench, from_us: float = 0) -> list[tuple[float, float]]:
    """The pulses on TICK, each as long as its tick."""
    return pulses(bench, "TICK", from_us)


def no_tick_is_late(bench: Bench, from_us: float) -> None:
    """Moving since `from_us`: each tick 2 ms after the one before, and done within 1.2 ms."""
    ticks = ticks_us(bench, from_us)
    assert len(ticks) > 40
    assert max(length for _, length in ticks) <= TICK_MOST_US
    periods = [later - sooner for (sooner, _), (later, _) in pairwise(ticks)]
    assert max(abs(period - TICK_US) for period in periods) < JITTER_US


def old_trace_page(sequence: int) -> bytes:
    """A page of the ring of traces, as an earlier level left it (docs/journal.md)."""
    page = struct.pack("<HBBIHBBI", 0x4D4A, TICKS, 8, sequence, 1, 2, 0, 0) + bytes(8)
    page = page.ljust(236, b"\xff") + bytes(16)
    return page + struct.pack("<I", crc32(page))


def traced(bench: PicoBench) -> list[TraceTick]:
    """The trace of the first level: what is stored, then what is in the pump's memory, read over
    the link. The pump must be at rest."""
    stored = [one.words for one in read_book(bench.flash_image()).stretches if one.level == 1]
    return trace_ticks(words_of(b"".join(stored) + bench.trace()))


def moved(bench: PicoBench) -> list[tuple[int, int]]:
    """(line count, steps made) of the ticks of motion in it."""
    return [(tick.raw, tick.made) for tick in traced(bench) if tick.moving]
