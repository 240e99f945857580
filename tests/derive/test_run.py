"""Derived values of recordings whose circuit is known."""

import numpy as np
import pytest

from manostat_tools.derive.equipment import Compliance, NeedleRange, SensorError
from manostat_tools.derive.recording import Recording
from manostat_tools.derive.run import BEFORE_MS, Derived, derive

from .made import (
    LINE,
    LINEAR,
    PER_NL,
    PLAIN,
    PSI,
    SHORT,
    STEP_NL,
    WARMING,
    Made,
    equipment,
    make,
)

NOISE_PA = 60.0


@pytest.fixture(scope="module")
def plain() -> Made:
    return make(WARMING, noise_pa=NOISE_PA)


@pytest.fixture(scope="module")
def derived(plain: Made) -> Derived:
    return derive(plain.recording, equipment())


def half(value) -> float:
    return value.high - value.value


# What is recovered


def test_without_noise_a_linear_run_is_recovered_within_a_thousandth():
    made = make(LINEAR)
    found = derive(made.recording, equipment())
    at = made.press_us
    assert found.at("disc_pressure").value == pytest.approx(made.truth("disc_pa", at), rel=2e-3)
    assert found.at("disc_volume").value == pytest.approx(made.truth("entered_nl", at), rel=2e-3)
    assert found.at("needle_resistance").value == pytest.approx(105.0 * PER_NL, rel=5e-3)
    assert found.at("elastance").value == pytest.approx(43.0 * PER_NL, rel=5e-3)
    opening, end = LINEAR.opening_pa, made.truth("disc_pa", at)
    work = (opening + end) / 2.0 * made.truth("entered_nl", at) * 1e-9
    assert found.at("work").value == pytest.approx(work, rel=5e-3)
    assert not found.refused


def test_at_the_press_and_before_it_each_interval_holds_the_truth(plain, derived):
    for ms in BEFORE_MS:
        at = plain.press_us - 1000 * ms
        for name, column in (("disc_pressure", "disc_pa"), ("disc_volume", "entered_nl")):
            value = derived.at(name, ms)
            assert value.low <= plain.truth(column, at) <= value.high


def test_the_resistance_is_that_of_its_moment_and_falls_as_the_needle_warms(plain, derived):
    at_stops = derived.at_stops("needle_resistance")
    assert len(at_stops) == 2
    assert at_stops[0].value > 1.1 * at_stops[1].value
    for value in at_stops:
        truth = plain.truth("needle_pa_s_nl", value.inputs["at_us"])
        assert value.low <= truth <= value.high


def test_a_press_while_the_plunger_runs_on_is_taken_at_its_own_moment(plain):
    press_us = plain.press_us - 1_500_000
    value = derive(plain.recording, equipment(), press_us).at("disc_pressure")
    assert value.inputs["at_us"] == press_us
    assert value.low <= plain.truth("disc_pa", press_us) <= value.high


def test_a_value_keeps_whether_it_is_of_a_press_or_of_the_last_stop(plain, derived):
    """A press that is told later, with the plunger at rest, is not the moment of a value."""
    of_press = derive(plain.recording, equipment(), plain.press_us)
    for found, moment in ((of_press, "press"), (derived, "stop")):
        at_it = [one for one in found.values if "before_ms" in one.inputs]
        assert {one.inputs["moment"] for one in at_it} == {moment}
        assert not any("moment" in one.inputs for one in found.at_stops("needle_resistance"))


def test_a_record_that_ends_with_the_motion_is_told_at_its_end_and_not_at_the_rest_before(plain):
    last_us = plain.recording.stops_us()[-1]
    cut = plain.recording.until(last_us)
    assert cut.moving[-1] and cut.stops_us()[-1] < last_us - 5_000_000
    found = derive(cut, equipment())
    end_us = int(cut.time_us[-1])
    for name, column in (("disc_pressure", "disc_pa"), ("disc_volume", "entered_nl")):
        value = found.at(name)
        assert value.inputs["at_us"] == end_us
        assert value.low <= plain.truth(column, end_us) <= value.high


def test_steps_that_pushed_nothing_are_taken_off_the_volume():
    made = make(WARMING._replace(lost_nl=8000.0), noise_pa=NOISE_PA)
    value = derive(made.recording, equipment()).at("disc_volume")
    assert value.low <= made.truth("entered_nl", made.press_us) <= value.high
    assert half(value) < 3000.0


def test_a_needle_that_was_labelled_wrongly_is_found_by_its_decay():
    made = make(LINEAR._replace(warm_pa_s_nl=400.0 * PER_NL), noise_pa=NOISE_PA)
    value = derive(made.recording, equipment()).at("needle_resistance")
    assert value.value == pytest.approx(400.0 * PER_NL, rel=0.02)
    assert value.inputs["needle_most_pa_s_nl"] < value.value


def test_every_value_names_its_rule_and_all_that_it_rests_on(derived):
    for value in derived.values:
        assert value.rule.split()[-1] == "v1"
        assert {"sensor_offset_half_pa", "sensor_span_half_share"} <= set(value.inputs)
        if value.name != "plateau":
            assert {"nl_num", "measured_line_half_nl_per_pa", "fit_rms_pa"} <= set(value.inputs)


def test_points_before_the_record_began_are_left_out_and_a_press_outside_is_refused(plain):
    found = derive(plain.recording, equipment(), 2_000_000)
    assert found.at("disc_volume", 2000) is not None
    assert found.at("disc_volume", 3000) is None
    with pytest.raises(ValueError, match="press at"):
        derive(plain.recording, equipment(), 40_000_000)


# What widens an interval


def test_an_offset_of_the_sensor_widens_the_pressure_but_not_what_is_above_opening(plain, derived):
    wide = derive(plain.recording, equipment(sensor=SensorError(10_000.0, 0.0)))
    assert half(wide.at("disc_pressure")) > 9_000.0 > 3.0 * half(derived.at("disc_pressure"))
    above = "disc_above_opening"
    assert half(wide.at(above)) == pytest.approx(half(derived.at(above)), rel=1e-6)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("disc_pressure", {"sensor": SensorError(0.0, 0.02)}),
        ("disc_above_opening", {"sensor": SensorError(0.0, 0.02)}),
        ("needle_resistance", {"sensor": SensorError(0.0, 0.04)}),
        ("disc_volume", {"step_half": 0.02}),
        ("elastance", {"step_half": 0.05}),
        ("work", {"step_half": 0.05}),
        ("work", {"sensor": SensorError(5000.0, 0.0)}),
    ],
)
def test_each_input_that_is_less_sure_widens_what_rests_on_it(plain, derived, name, more):
    wide = derive(plain.recording, equipment(**more))
    assert half(wide.at(name)) > 1.2 * half(derived.at(name))
    assert wide.at(name).value == pytest.approx(derived.at(name).value, rel=1e-3)


def test_a_line_that_is_known_less_well_widens_the_volume_where_no_filling_shows_it():
    """The disc opens at once: no pressure at which the line alone was filled."""
    made = make(WARMING._replace(opening_pa=0.0), noise_pa=NOISE_PA)
    sure = derive(made.recording, equipment()).at("disc_volume")
    unsure = equipment(compliance=Compliance(LINE, 0.2 * LINE))
    assert half(derive(made.recording, unsure).at("disc_volume")) > half(sure)


def test_noise_widens_what_the_decay_leaves_open(plain, derived):
    loud = make(WARMING, noise_pa=3000.0)
    found = derive(loud.recording, equipment())
    assert half(found.at("disc_above_opening")) > half(derived.at("disc_above_opening"))
    value = found.at("disc_pressure")
    assert value.low <= plain.truth("disc_pa", plain.press_us) <= value.high


def test_a_line_that_contradicts_its_compliance_run_widens_the_volume(plain, derived):
    other = equipment(compliance=Compliance(0.8 * LINE, 0.002 * LINE))
    value = derive(plain.recording, other).at("disc_volume")
    assert half(value) > 3.0 * half(derived.at("disc_volume"))
    assert value.low <= plain.truth("entered_nl", plain.press_us) <= value.high


# What is lost


@pytest.mark.parametrize(("after_s", "for_s"), [(0.3, 0.6), (3.0, 0.5), (-3.0, 1.0), (-0.2, 0.15)])
def test_a_gap_before_or_after_the_press_is_bridged(plain, after_s, for_s):
    begin = plain.press_us + round(after_s * 1e6)
    recording = plain.recording.without(begin, begin + round(for_s * 1e6))
    found = derive(recording, equipment(), plain.press_us)
    for name, column in (("disc_pressure", "disc_pa"), ("disc_volume", "entered_nl")):
        value = found.at(name)
        assert value.low <= plain.truth(column, plain.press_us) <= value.high


def test_a_press_in_a_gap_with_motion_has_no_pressure_and_a_volume_as_wide_as_the_gap(plain):
    recording = plain.recording.without(plain.press_us - 400_000, plain.press_us + 300_000)
    found = derive(recording, equipment(), plain.press_us - 100_000)
    assert found.at("disc_pressure") is None
    assert "gap" in found.why_not("disc_pressure")
    value = found.at("disc_volume")
    assert half(value) > 15_000.0
    assert value.low <= plain.truth("entered_nl", plain.press_us - 100_000) <= value.high


def test_too_short_a_decay_gives_the_reason_and_no_number():
    found = derive(make(WARMING, SHORT, NOISE_PA).recording, equipment())
    for name in ("needle_resistance", "disc_pressure", "disc_above_opening", "elastance", "work"):
        assert found.at(name) is None
        assert "time constant" in found.why_not(name)
    assert found.at("disc_volume") is not None


def test_a_run_that_never_stopped_or_never_moved_gives_the_reason(plain):
    for until_s, what in ((0.5, "never moved"), (3.0, "never came to rest")):
        found = derive(plain.recording.until(round(until_s * 1e6)), equipment())
        assert not found.values
        assert what in found.why_not("disc_volume")


def test_a_detached_line_puts_no_volume_into_a_disc():
    loose = LINEAR._replace(warm_pa_s_nl=1.0 * PER_NL, opening_pa=0.0, elastance_pa_nl=1e-9)
    found = derive(make(loose, noise_pa=NOISE_PA).recording, equipment())
    assert found.at("disc_volume") is None
    assert "2 psi" in found.why_not("disc_volume")


def test_a_blocked_needle_shows_no_disc():
    made = make(LINEAR._replace(opening_pa=1e9), ((0.0, 1.0), (0.05, 4.0), (0.0, 8.0)), NOISE_PA)
    found = derive(made.recording, equipment())
    assert found.at("disc_pressure") is None
    value = found.at("disc_volume")
    assert value.low <= 0.0 <= value.high


def test_a_record_that_begins_under_pressure_does_not_say_what_the_opening_was():
    circuit = WARMING._replace(start_pa=20.0 * PSI, opening_pa=20.0 * PSI)
    made = make(circuit, noise_pa=NOISE_PA)
    found = derive(made.recording, equipment())
    assert "under pressure" in found.why_not("disc_above_opening")
    value = found.at("disc_pressure")
    assert value.low <= made.truth("disc_pa", made.press_us) <= value.high


def part_of(made: Made, from_us: int) -> Recording:
    """What is left of a record if nobody listened before `from_us`; its steps go on counting."""
    return made.recording.without(0, from_us)


@pytest.mark.parametrize("opening_psi", [16.0, 0.0])
def test_of_a_part_of_a_level_nothing_is_said_that_counts_from_its_beginning(opening_psi):
    """A run that goes on in its level, or after a power cut: a volume of it alone would look like
    all that is in the disc."""
    made = make(WARMING._replace(opening_pa=opening_psi * PSI), noise_pa=NOISE_PA)
    at_rest_us = made.recording.stops_us()[0] + 7_000_000
    found = derive(part_of(made, at_rest_us), equipment())
    for name in ("disc_volume", "work", "disc_above_opening", "elastance"):
        assert {one.name for one in found.values}.isdisjoint({name})
        assert found.why_not(name) == (
            "the record begins with 0.200 mL of the level counted already: what went in with them "
            "is not in it"
        )
    value = found.at("disc_pressure")
    assert value.low <= made.truth("disc_pa", made.press_us) <= value.high


def test_a_part_that_shows_no_needle_says_no_volume_either():
    made = make(WARMING, (*PLAIN[:4], (0.0, 0.2)), noise_pa=NOISE_PA)
    found = derive(part_of(made, made.recording.stops_us()[0] + 7_000_000), equipment())
    assert "time constant" in found.why_not("needle_resistance")
    assert found.at("disc_volume") is None and "counted already" in found.why_not("disc_volume")


# A picture that does not fit


def spoilt(made: Made, more_pa: np.ndarray) -> Recording:
    old = made.recording
    return Recording(old.time_us, old.pressure_pa + more_pa, old.steps, old.moving)


def test_a_record_that_no_circuit_explains_is_refused(plain):
    """A disc that tears in the middle of the second injection: 15 psi are gone at once."""
    at_us = plain.recording.time_us
    torn = np.where(at_us > plain.press_us - 4_000_000, -15.0 * PSI, 0.0)
    found = derive(spoilt(plain, torn), equipment())
    assert found.at("disc_pressure") is None
    assert "nearer to the record" in found.why_not("disc_pressure")


def test_a_record_that_is_explained_badly_is_marked_and_its_intervals_grow(plain, derived):
    wave = 0.4 * PSI * np.sin(plain.recording.time_us * 1e-6 * 2.0)
    found = derive(spoilt(plain, wave), equipment())
    value, good = found.at("disc_pressure"), derived.at("disc_pressure")
    assert value.inputs["fit_rms_pa"] > 10.0 * good.inputs["fit_rms_pa"]
    assert value.inputs["fit_inflation"] > 2.0 > good.inputs["fit_inflation"]
    assert half(value) > 1.5 * half(good)
    assert value.low <= plain.truth("disc_pa", plain.press_us) <= value.high


def test_one_step_is_the_least_that_a_volume_is_unsure_by(derived):
    assert half(derived.at("disc_volume")) >= STEP_NL


def test_a_range_for_the_needle_only_guides(plain, derived):
    narrow = equipment(needle=NeedleRange(100.0 * PER_NL, 110.0 * PER_NL, 0.7))
    one, other = derive(plain.recording, narrow), derived
    assert one.at("disc_pressure").value == pytest.approx(
        other.at("disc_pressure").value, abs=0.1 * PSI
    )
