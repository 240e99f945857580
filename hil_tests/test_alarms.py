"""Alarms on their pins: what flashes and sounds, how often, and that nothing moves meanwhile.

Every cause, and pauses of any length, are in tests/core/test_alarm.py; here the edges of the lamps
and the sounder of the real image are held against the same bounds.
"""

from collections.abc import Callable
from itertools import pairwise

import pytest

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.benches.core import CoreBench
from manostat_sim.benches.pico import PicoBench

from .alarm_shapes import (
    AT_ONCE_US,
    HELD_S,
    between,
    burst_to_burst,
    edges_after,
    flashes,
    groups_of,
    high,
    is_dark,
    low,
    medium,
    on_at,
    pulse_lengths,
)
from .rig import (
    SMALL,
    UNIT,
    Unit,
    acknowledge,
    again,
    begin,
    fill,
    lamps,
    psi,
    pulses,
    shown,
    spoil_line_sensor,
    steps_after,
    stiff,
    unit_with,
)

ALARMS = ("LAMP_HIGH", "LAMP_MEDIUM", "LAMP_LOW", "SOUNDER")
OUTPUTS = ("LAMP_READY", *ALARMS)
A_ROUND_S = 0.02  # of the watch, which counts how long a button is held
PAUSE_MOST_S = 120
PRESS_US = 50_000

with_pins = pytest.mark.needs("pins")


# each priority


@with_pins
@pytest.mark.req("A-01", "A-02", "A-03")
def test_a_high_alarm_flashes_red_and_sounds_five_and_five(bench: PicoBench, figure) -> None:
    spoilt_us = high(bench)
    bench.advance(8.5)
    assert on_at(bench, "LAMP_HIGH", spoilt_us) < spoilt_us + AT_ONCE_US
    assert on_at(bench, "SOUNDER", spoilt_us) < spoilt_us + AT_ONCE_US
    assert flashes(bench, "LAMP_HIGH", spoilt_us, 1.4, 2.8, figure) >= 14
    beeps = pulses(bench, "SOUNDER", spoilt_us)
    pulse_lengths("HIGH", beeps, 75, 200, figure)
    first, second = beeps[:5], beeps[5:10]
    gaps = [later - (sooner + length) for (sooner, length), (later, _) in pairwise(beeps)]
    assert max(*gaps[:4], *gaps[5:9]) < gaps[4] < 1_300_000, "two groups"
    assert len(first) == len(second) == 5
    groups = groups_of(beeps)
    figure("A-03", len(groups[0]), 2, "groups", "=", of="HIGH: groups of a burst")
    for group in groups[0]:
        figure("A-03", group, 5, "pulses", "=", of="HIGH: pulses of a group")
    assert groups[0] == [5, 5]
    burst_to_burst("HIGH", gaps[9:10], 2.5, 15, figure)
    for signal in ("LAMP_READY", "LAMP_MEDIUM", "LAMP_LOW"):
        assert is_dark(bench, signal, spoilt_us)


@with_pins
@pytest.mark.req("A-01", "A-02", "A-03")
def test_a_medium_alarm_flashes_yellow_and_sounds_three(bench: PicoBench, figure) -> None:
    from_us = medium(bench)
    bench.advance(5.2)
    assert on_at(bench, "LAMP_MEDIUM", from_us) < from_us + AT_ONCE_US
    assert flashes(bench, "LAMP_MEDIUM", from_us, 0.4, 0.8, figure) == 2
    beeps = pulses(bench, "SOUNDER", from_us)
    figure("A-03", len(beeps), 3, "pulses", "=", of="MEDIUM: pulses of a burst")
    assert len(beeps) == 3
    pulse_lengths("MEDIUM", beeps, 125, 250, figure)
    for signal in ("LAMP_READY", "LAMP_HIGH", "LAMP_LOW"):
        assert is_dark(bench, signal, from_us)


@with_pins
@pytest.mark.req("A-01", "A-02", "A-03", "A-06", "B-04")
def test_a_button_held_10_s_is_a_low_alarm_until_it_is_let_go(bench: PicoBench, figure) -> None:
    """The bench image lights LAMP_LOW as a notice, steadily too: what tells them apart is the
    sounder, and that LAMP_READY goes out."""
    armed_us = bench.now_us
    held_us = low(bench)
    sounds_us = on_at(bench, "SOUNDER", armed_us)
    held_s = (sounds_us - armed_us) / 1e6
    figure("B-04", held_s, HELD_S, "s", of="held until the alarm sounds")
    assert held_us - 1_000_000 < sounds_us <= held_us
    bench.press("RUN")
    bench.advance(1.5)
    beeps = pulses(bench, "SOUNDER", armed_us)
    between(figure, "A-03", [len(beeps)], 1, 2, "pulses", "LOW: pulses of a burst")
    assert len(beeps) == 2
    pulse_lengths("LOW", beeps, 125, 250, figure)
    assert lamps(bench) == shown(bench)
    assert bench.edges("LAMP_LOW")[-1].level == 1
    assert edges_after(bench, "LAMP_LOW", armed_us) == 0
    bench.release("PAIN")
    bench.advance(0.2)
    assert lamps(bench) == shown(bench, ready=1)
    made = bench.steps_made()
    figure("A-06", made, 0, "steps", "=", of="steps during an alarm or a self test, RUN held")
    assert made == 0, "RUN was held all the time, and has not been seen open"


@pytest.mark.parametrize("bench_name", ["core"], indirect=True)
@pytest.mark.parametrize("switch", ["PAIN", "STOP"])
@pytest.mark.req("B-04")
def test_a_button_held_10_s_alarms_at_every_phase_of_the_watch(make_bench, switch, figure) -> None:
    """When the core puts the sound out: the pin itself is looked at above, at one phase."""
    held_s = []
    for phase_us in range(0, 20_000, 1_300):
        bench = make_bench("dallas-0")
        bench.advance_to(bench.now_us + phase_us)
        pressed_us = bench.now_us
        bench.press(switch)
        bench.advance(HELD_S - 0.1)
        while not bench.pump.alarm.sound and bench.now_us < pressed_us + 2 * HELD_S * 1e6:
            bench.advance(0.0005)
        held_s.append((bench.now_us - pressed_us) / 1e6)
    figure("B-04", max(held_s), HELD_S, "s", of="held until the alarm sounds, at any phase")
    assert max(held_s) <= HELD_S
    assert min(held_s) > HELD_S - 2 * A_ROUND_S


@with_pins
@pytest.mark.long
@pytest.mark.req("A-03")
@pytest.mark.parametrize(("priority", "least_s", "most_s"), [("MEDIUM", 2.5, 30), ("LOW", 15, 60)])
def test_medium_and_low_bursts_come_again(
    bench, priority: str, least_s: float, most_s: float, figure
) -> None:
    cause = {"MEDIUM": medium, "LOW": low}[priority]
    from_us = cause(bench)
    bench.advance(22)
    starts = [begin_us for begin_us, _ in pulses(bench, "SOUNDER", from_us - 1_000_000)]
    again_us = [later - sooner for sooner, later in pairwise(starts) if later - sooner > 1_000_000]
    assert again_us
    burst_to_burst(priority, [us - 1_000_000 for us in again_us], least_s, most_s, figure)
    assert max(again_us) <= most_s * 1e6


# pause


@with_pins
@pytest.mark.req("A-04")
def test_stop_pauses_the_sound_of_a_fault_that_persists_and_no_lamp(bench: PicoBench) -> None:
    spoilt_us = high(bench)
    bench.advance(0.3)
    bench.hold("STOP", 0.05)
    paused_us = bench.now_us
    bench.advance(3.5)
    assert is_dark(bench, "SOUNDER", paused_us - 45_000), "the second group would have sounded"
    assert flashes(bench, "LAMP_HIGH", spoilt_us, 1.4, 2.8) >= 5
    assert lamps(bench, 0.5) == shown(bench, high=1)
    assert bench.last.reason == codes.FAULT


@with_pins
@pytest.mark.req("A-04")
def test_a_new_alarm_breaks_the_pause(bench: PicoBench, figure) -> None:
    high(bench)
    bench.hold("STOP", 0.05)
    bench.advance(0.05)
    assert lamps(bench) == shown(bench, high=1)
    spoil_line_sensor(bench, "none")
    bench.advance(0.02)
    acknowledge(bench)
    assert lamps(bench) == shown(bench, ready=1)
    spoilt_us = bench.now_us
    spoil_line_sensor(bench, "open")
    bench.advance(0.02)
    sounds_us = on_at(bench, "SOUNDER", spoilt_us) - spoilt_us
    figure("A-04", sounds_us / 1000, AT_ONCE_US / 1000, "ms", of="new fault to its sound")
    assert sounds_us < AT_ONCE_US
    assert lamps(bench) == shown(bench, high=1, sounder=1)


@with_pins
@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.req("A-04")
def test_a_pause_ends_by_itself_within_2_min(bench: PicoBench, figure) -> None:
    high(bench)
    bench.hold("STOP", 0.05)
    paused_us = bench.now_us
    bench.advance(100)
    assert is_dark(bench, "SOUNDER", paused_us)
    bench.advance(19.5)
    pause_us = on_at(bench, "SOUNDER", paused_us) - paused_us + PRESS_US
    figure("A-04", pause_us / 1e6, PAUSE_MOST_S, "s", of="pause of the sound")
    assert pause_us <= PAUSE_MOST_S * 1e6


@pytest.mark.parametrize("bench_name", ["core"], indirect=True)
@pytest.mark.req("A-04")
def test_a_pause_of_the_cores_output_ends_by_itself_within_2_min(bench: CoreBench, figure) -> None:
    """What the board writes to the pin; the pin itself takes the emulated board many minutes."""
    high(bench)
    bench.press("STOP")
    paused_us = bench.now_us
    bench.advance(0.05)
    bench.release("STOP")
    assert not bench.pump.alarm.sound
    while not bench.pump.alarm.sound and bench.now_us < paused_us + 2 * PAUSE_MOST_S * 1e6:
        bench.advance(0.002)
    pause_s = (bench.now_us - paused_us) / 1e6
    figure("A-04", pause_s, PAUSE_MOST_S, "s", of="pause of the sound")
    assert 100 < pause_s <= PAUSE_MOST_S


# latching, and silence of what the test is for


@with_pins
@pytest.mark.req("A-05")
def test_a_high_alarm_lasts_until_its_fault_is_gone_and_stop_was_pressed(bench: PicoBench) -> None:
    high(bench)
    spoil_line_sensor(bench, "none")
    gone_us = bench.now_us
    again(bench, 2.0)
    assert steps_after(bench, gone_us) == 0
    assert flashes(bench, "LAMP_HIGH", gone_us, 1.4, 2.8) >= 2
    assert len(pulses(bench, "SOUNDER", gone_us)) >= 3
    acknowledge(bench)
    silent_us = bench.now_us
    assert lamps(bench) == shown(bench, ready=1)
    bench.advance(1.0)
    for signal in ("LAMP_HIGH", "LAMP_MEDIUM", "SOUNDER"):
        assert is_dark(bench, signal, silent_us)


def _by_pain(bench: Bench) -> None:
    begin(bench)
    bench.hold("PAIN", 0.4)


def _by_pressure(bench: Bench) -> None:
    fill(bench.world, 49.2)
    begin(bench, 0.05)


def _by_volume(bench: Bench) -> None:
    begin(bench)


@with_pins
@pytest.mark.req("A-05")
@pytest.mark.parametrize(
    ("unit", "end", "reason"),
    [
        pytest.param(UNIT, _by_pain, codes.PAIN, id="pain"),
        pytest.param(UNIT, _by_pressure, codes.PRESSURE_ABOVE, id="pressure"),
        pytest.param(SMALL, _by_volume, codes.VOLUME, id="volume"),
    ],
)
def test_an_end_point_makes_no_sound_from_run_to_acknowledgement(
    make_bench, unit: Unit, end: Callable[[Bench], None], reason: int, figure
) -> None:
    bench = make_bench(stiff())
    armed_us = bench.now_us
    end(bench)
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 1.5)
    assert bench.last.reason == reason
    bench.advance(1.0)
    acknowledge(bench)
    assert bench.last.state == codes.READY
    heard = edges_after(bench, "SOUNDER", armed_us)
    figure("A-05", heard, 0, "edges", "=", of="edges of the sounder at an end point")
    assert [edges_after(bench, signal, armed_us) for signal in OUTPUTS[1:]] == [0, 0, 0, 0]
    assert bench.edges("SOUNDER") == [] or bench.edges("SOUNDER")[-1].level == 0


# nothing starts during an alarm or the self test; a notice is none


@pytest.mark.req("A-06", "P-09")
@pytest.mark.parametrize("cause", [high, medium])
def test_an_alarm_stops_and_nothing_starts_while_it_lasts(bench: Bench, cause, figure) -> None:
    cause(bench)
    before = bench.steps_made()
    again(bench, 0.3)
    bench.hold("STOP", 0.05)
    again(bench, 0.3)
    started = bench.steps_made() - before
    figure("A-06", started, 0, "steps", "=", of="steps during an alarm or a self test, RUN anew")
    assert started == 0


@pytest.mark.req("A-06", "T-01")
def test_nothing_starts_during_the_self_test(make_cold_bench, figure) -> None:
    bench = make_cold_bench("dallas-0")
    bench.press("RUN")
    bench.power_on()
    bench.advance(0.3)
    made = bench.steps_made()
    figure("A-06", made, 0, "steps", "=", of="steps during an alarm or a self test, RUN held")
    assert made == 0


@pytest.mark.needs("journal")
@pytest.mark.req("A-03", "T-01", "A-06")
def test_a_failed_self_test_alarms_and_counts_its_verdict(make_production_board, figure) -> None:
    """A stored limit over the ceiling: verdict 4."""
    bench = make_production_board(unit_with(limit_line_pa=psi(101)))
    bench.power_on()
    from_us = bench.edges("LAMP_LOW")[-1].at_us - 1000  # the end of the lamp test
    bench.arm()
    bench.run()
    bench.advance(9.2)
    beeps = pulses(bench, "SOUNDER", from_us)
    gaps = [later - (sooner + length) for (sooner, length), (later, _) in pairwise(beeps)]
    counts = [at for at, gap in enumerate(gaps) if gap >= 1_500_000]
    assert counts == [9, 13], "ten pulses, then four, then the next burst"
    burst_to_burst("HIGH", [beeps[14][0] - sum(beeps[9])], 2.5, 15, figure)
    blinks = pulses(bench, "LAMP_LOW", from_us)
    assert [at for at, _ in blinks] == [at for at, _ in beeps[10:14]]
    pulse_lengths("HIGH", beeps, 75, 200, figure)
    assert flashes(bench, "LAMP_HIGH", from_us, 1.4, 2.8) >= 15
    assert is_dark(bench, "LAMP_MEDIUM", from_us)
    assert bench.edges("STEP") == []


@pytest.mark.needs("journal")
@pytest.mark.req("A-06")
def test_a_missing_prescription_is_a_notice_steady_and_silent(make_production_board) -> None:
    bench = make_production_board(None)
    bench.power_on()
    from_us = bench.now_us
    bench.advance(2.5)
    assert lamps(bench) == shown(bench, medium=1)
    assert [edges_after(bench, signal, from_us) for signal in OUTPUTS] == [0, 0, 0, 0, 0]
