"""What the emulated sensors answer."""

import pytest

from manostat_sim.plant.build import typical_line_sensor, typical_second_sensor
from manostat_sim.plant.sensors import (
    FAULTS,
    FULL_SCALE_PA,
    STATUS_COMMAND,
    STATUS_DIAGNOSTIC,
    STATUS_NO_ANSWER,
    STATUS_OK,
    STATUS_STALE,
    UPDATE_US,
    LineSensor,
    SecondSensor,
)
from manostat_sim.plant.tables import PA_PER_PSI


@pytest.mark.parametrize(("psi", "raw"), [(0, 1638), (150, 14746), (75, 8192), (50, 6007)])
def test_line_sensor_counts_follow_transfer_function_a(psi, raw):
    assert LineSensor().sample(10_000, psi * PA_PER_PSI) == (raw, STATUS_OK)


def test_line_sensor_has_nothing_valid_for_3_ms_after_power():
    sensor = LineSensor()
    sensor.power(50_000)
    assert sensor.sample(52_999, 1000.0)[1] == STATUS_STALE
    assert sensor.sample(53_000, 1000.0)[1] == STATUS_OK


def test_reading_within_one_update_is_stale_and_keeps_its_count():
    sensor = LineSensor()
    first = sensor.sample(10_000, 100_000.0)
    assert sensor.sample(10_010, 300_000.0) == (first[0], STATUS_STALE)
    raw, status = sensor.sample(10_470, 300_000.0)
    assert status == STATUS_OK and raw > first[0]


def test_reading_is_as_old_as_its_conversion():
    """Conversions come at 3000 + n x 460 us: the one at 10360 misses a step at 10400."""
    sensor = LineSensor()
    sensor.sample(10_000, 0.0)
    sensor.observe(10_400, 0.0)
    sensor.observe(10_400, 50 * PA_PER_PSI)
    assert sensor.sample(10_500, 50 * PA_PER_PSI) == (1638, STATUS_OK)
    assert sensor.sample(10_830, 50 * PA_PER_PSI) == (6007, STATUS_OK)


def test_pressure_between_two_observations_is_a_straight_line():
    sensor = LineSensor()
    sensor.sample(10_360, 0.0)
    raw, _ = sensor.sample(10_920, FULL_SCALE_PA * 560 / 460)
    assert raw == 14746


@pytest.mark.parametrize("step_us", [10_100, 10_700, 11_500])
def test_what_passes_by_an_update_before_the_reading_changes_no_reading(step_us):
    """A step from 100 to 300 kPa, shown to one sensor and passing by the other."""
    shown = LineSensor(noise_counts=0.7, seed=3)
    passed = LineSensor(noise_counts=0.7, seed=3)
    for sensor in (shown, passed):
        sensor.sample(10_000, 100_000.0)
    for pa in (100_000.0, 300_000.0):
        shown.observe(step_us, pa)
        passed.pass_by(step_us, pa)
    assert passed.sample(step_us + UPDATE_US, 250_000.0) == shown.sample(
        step_us + UPDATE_US, 250_000.0
    )


def test_ideal_sensors_are_still_quantised():
    count_pa = FULL_SCALE_PA / 13108
    assert LineSensor().sample(10_000, 0.49 * count_pa)[0] == 1638
    assert LineSensor().sample(10_000, 0.51 * count_pa)[0] == 1639


def test_counts_stop_at_the_ends_of_14_bits():
    sensor = LineSensor()
    assert sensor.sample(10_000, 1e7)[0] == 16383
    assert sensor.sample(12_000, -1e7)[0] == 0


@pytest.mark.parametrize(
    ("fault", "raw", "status"),
    [
        ("open", 0, STATUS_OK),
        ("short", 16383, STATUS_OK),
        ("nack", 0, STATUS_NO_ANSWER),
        ("hang", 0, STATUS_NO_ANSWER),
        ("stale", 1638, STATUS_STALE),
        ("diagnostic", 1638, STATUS_DIAGNOSTIC),
        ("command", 1638, STATUS_COMMAND),
    ],
)
def test_line_sensor_fault_shows_as_the_part_would(fault, raw, status):
    sensor = LineSensor()
    sensor.fault = FAULTS[fault]
    assert sensor.sample(10_000, 0.0) == (raw, status)
    assert sensor.hangs() == (fault == "hang")
    sensor.fault = FAULTS["none"]
    assert sensor.sample(12_000, 0.0) == (1638, STATUS_OK)


def test_stuck_sensor_repeats_its_last_count_as_if_fresh():
    sensor = LineSensor()
    last = sensor.sample(10_000, 100_000.0)
    sensor.fault = FAULTS["stuck"]
    assert sensor.sample(12_000, 400_000.0) == last


def test_offset_span_and_noise_enter_the_count():
    assert LineSensor(offset_pa=6894.757).sample(10_000, 0.0)[0] == 1725
    assert LineSensor(span=1.01).sample(10_000, FULL_SCALE_PA)[0] == 14877
    noisy = LineSensor(noise_counts=2.0, seed=9)
    raws = [noisy.sample(10_000 + 460 * n, 100_000.0)[0] for n in range(3000)]
    mean = sum(raws) / len(raws)
    sd = (sum((raw - mean) ** 2 for raw in raws) / len(raws)) ** 0.5
    assert mean == pytest.approx(1638 + 13108 * 100_000.0 / FULL_SCALE_PA, abs=0.15)
    assert sd == pytest.approx((4.0 + 1 / 12) ** 0.5, rel=0.05)


@pytest.mark.parametrize(("psi", "counts"), [(0, 410), (149, 3664), (75, 2048)])
def test_second_sensor_spans_10_to_90_percent_of_the_converter(psi, counts):
    sensor = SecondSensor()
    assert sensor.sample_12(psi * PA_PER_PSI) == counts
    assert sensor.sample(psi * PA_PER_PSI) == counts << 4 | counts >> 8


@pytest.mark.parametrize(("fault", "value"), [("open", 0), ("short", 65535)])
def test_second_sensor_fault_reads_as_an_end_of_the_range(fault, value):
    sensor = SecondSensor()
    sensor.fault = FAULTS[fault]
    assert sensor.sample(100_000.0) == value


def test_stuck_second_sensor_repeats_itself():
    sensor = SecondSensor()
    last = sensor.sample(100_000.0)
    sensor.fault = FAULTS["stuck"]
    assert sensor.sample(400_000.0) == last


def test_drawn_sensors_stay_within_their_share_of_the_error_band_and_differ():
    line = [typical_line_sensor(seed, share=1.0) for seed in range(300)]
    second = [typical_second_sensor(seed, share=1.0) for seed in range(300)]
    for sensors, band in ((line, 0.01), (second, 0.02)):
        offsets = [sensor.offset_pa / FULL_SCALE_PA for sensor in sensors]
        spans = [sensor.span - 1.0 for sensor in sensors]
        for errors in (offsets, spans):
            assert max(errors) <= band and min(errors) >= -band
            assert max(errors) > 0.9 * band and min(errors) < -0.9 * band
