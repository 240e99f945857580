"""What alarm lamps and the sounder show: flashes, bursts, and the time between them, in seconds."""

from collections.abc import Sequence
from itertools import pairwise

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_tools.trace.plugin import Figures

from .rig import begin, pulses, spoil_line_sensor

AT_ONCE_US = 10_000
HELD_S = 10.0
_GROUP_US, _BURST_US = 500_000, 1_500_000
"""Longer silences part groups, and bursts."""


def high(bench: Bench) -> float:
    """A moving pump loses its line sensor; returns when, in us."""
    begin(bench)
    spoilt_us = bench.now_us
    spoil_line_sensor(bench, "nack")
    bench.advance(0.02)
    assert bench.last.fault == codes.SENSOR_SILENT
    return spoilt_us


def medium(bench: Bench) -> float:
    """The two contacts of the pain button contradict each other, which is believed after 0.5 s."""
    bench.cut("PAIN_NO")
    bench.press("PAIN")
    pressed_us = bench.now_us
    bench.advance_until(lambda tick: tick.fault == codes.CONTACTS, 0.6)
    assert bench.now_us - pressed_us > 490_000
    return bench.now_us - 4000


def low(bench: Bench) -> float:
    """PAIN held for 10 s."""
    bench.press("PAIN")
    pressed_us = bench.now_us
    bench.advance(HELD_S + 0.03)
    return pressed_us + HELD_S * 1e6


def on_at(bench: Bench, signal: str, from_us: float) -> float:
    """When an output first rose after `from_us`."""
    return next(edge.at_us for edge in bench.edges(signal) if edge.level and edge.at_us > from_us)


def edges_after(bench: Bench, signal: str, from_us: float) -> int:
    return sum(edge.at_us > from_us for edge in bench.edges(signal))


def is_dark(bench: Bench, signal: str, from_us: float) -> bool:
    """Off since `from_us`, or since soon after."""
    later = [edge for edge in bench.edges(signal) if edge.at_us > from_us + AT_ONCE_US]
    return not later and (not bench.edges(signal) or bench.edges(signal)[-1].level == 0)


def flashes(
    bench: Bench,
    lamp: str,
    from_us: float,
    least_hz: float,
    most_hz: float,
    figure: Figures | None = None,
) -> int:
    """Judges frequency and duty (A-02); returns how many whole periods there were."""
    found = pulses(bench, lamp, from_us)
    periods = list(pairwise(found))
    hz = [1e6 / (next_us - begin_us) for (begin_us, _), (next_us, _) in periods]
    lit = [100 * lit_us / (next_us - begin_us) for (begin_us, lit_us), (next_us, _) in periods]
    if figure is not None:
        between(figure, "A-02", hz, least_hz, most_hz, "Hz", f"{lamp[5:]}: flashes")
        between(figure, "A-02", lit, 20, 80, "%", f"HIGH and MEDIUM: part of the time lit, {lamp}")
    assert least_hz <= min(hz) and max(hz) <= most_hz
    assert min(lit) >= 20 and max(lit) <= 80
    return len(periods)


def between(
    figure: Figures,
    requirement: str,
    found: Sequence[float],
    least: float,
    most: float,
    unit: str,
    of: str,
) -> None:
    """Record the least and the most of what was found, each beside its bound."""
    figure(requirement, min(found), least, unit, ">=", of=f"{of}, least")
    figure(requirement, max(found), most, unit, of=f"{of}, most")


def pulse_lengths(
    priority: str,
    beeps: Sequence[tuple[float, float]],
    least_ms: float,
    most_ms: float,
    figure: Figures,
) -> None:
    """Judges the length of each pulse of the sounder (A-03)."""
    ms = [length / 1000 for _, length in beeps]
    between(figure, "A-03", ms, least_ms, most_ms, "ms", f"{priority}: length of a pulse")
    assert least_ms <= min(ms) and max(ms) <= most_ms


def groups_of(beeps: Sequence[tuple[float, float]]) -> list[list[int]]:
    """How many pulses there are in each group of each burst, by the silence between them."""
    bursts = [[1]]
    for (sooner_us, length_us), (later_us, _) in pairwise(beeps):
        silent_us = later_us - sooner_us - length_us
        if silent_us > _BURST_US:
            bursts.append([1])
        elif silent_us > _GROUP_US:
            bursts[-1].append(1)
        else:
            bursts[-1][-1] += 1
    return bursts


def burst_to_burst(
    priority: str, gaps_us: Sequence[float], least_s: float, most_s: float, figure: Figures
) -> None:
    """Judges the silence between the end of a burst and the next one (A-03)."""
    found_s = [us / 1e6 for us in gaps_us]
    between(figure, "A-03", found_s, least_s, most_s, "s", f"{priority}: burst to burst")
    assert least_s * 1e6 <= min(gaps_us) and max(gaps_us) <= most_s * 1e6
