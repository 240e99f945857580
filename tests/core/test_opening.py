"""Requirements on finding the knee and on reading a pressure at rest."""

from math import exp

import pytest

from manostat.core.flow import Flow
from manostat.core.opening import BLOCKS, Knee, Settler
from manostat.core.scale import line_pa
from manostat.core.syringe import Syringe
from manostat_sim.plant.build import build_disc, build_plant
from manostat_sim.plant.noise import gauss
from manostat_sim.plant.plant import PATH_CLOSED, Plant
from manostat_sim.plant.sensors import LineSensor

from .desk import BD_10_ML, PA_A_COUNT, PSI_PA, new_ints, numbers

OPENING_PSI = 16.0
WINDOW_STEPS = Syringe(*BD_10_ML).steps_within(5000)
SEEK_STEPS = Syringe(*BD_10_ML).steps_within(300_000)


def seek(plant: Plant, rate_nl_s: int = 50_000, seed: int = 3) -> int:
    """Steps until the knee is found in the plant, -1 if it is not by 0.3 mL or 95 psi."""
    sensor = LineSensor(noise_counts=0.7, seed=seed)
    knee, flow = Knee(WINDOW_STEPS), Flow(*BD_10_ML)
    steps = 0
    plant.advance(4000)
    while steps < SEEK_STEPS and plant.line_pa < 95 * PSI_PA:
        raw, _ = sensor.sample(plant.now_us, plant.line_pa)
        if knee.feed(steps, line_pa(raw)):
            return steps
        granted = flow.take(rate_nl_s, 3)
        for _ in range(granted):
            plant.step(1)
        steps += granted
        plant.advance(2000)
    return -1


def softer_after(line_ul_psi: float, elastance_psi_ml: float) -> float:
    """Slope of line and disc together over the slope of the line alone."""
    disc_ul_psi = 1000 / elastance_psi_ml
    return line_ul_psi / (line_ul_psi + disc_ul_psi)


@pytest.mark.parametrize("elastance_psi_ml", [7, 13, 30, 43, 100, 150, 200])
@pytest.mark.parametrize("line_ul_psi", [1, 2, 5, 10])
@pytest.mark.parametrize("rate_nl_s", [10_000, 50_000])
def test_the_knee_is_found_past_the_opening_whatever_line_and_disc(
    line_ul_psi, elastance_psi_ml, rate_nl_s
):
    """Only a soft line on a stiff disc bends too little to be told from a line: no tare then."""
    plant = build_plant(build_disc(elastance_psi_ml, OPENING_PSI), line_ul_psi=line_ul_psi)
    steps = seek(plant, rate_nl_s)
    if softer_after(line_ul_psi, elastance_psi_ml) < 0.55:
        assert steps > 0
    if steps > 0:
        assert plant.line_pa > OPENING_PSI * PSI_PA
        assert 0 < plant.disc.volume_nl < 40_000


@pytest.mark.parametrize("line_ul_psi", [1, 2, 5, 10])
@pytest.mark.parametrize("seed", range(3))
def test_a_closed_line_has_no_knee(line_ul_psi, seed):
    plant = build_plant(build_disc(43, 16), line_ul_psi=line_ul_psi, path=PATH_CLOSED)
    assert seek(plant, seed=seed) == -1


@pytest.mark.parametrize("seed", range(3))
def test_an_open_line_has_no_knee(seed):
    plant = build_plant(build_disc(43, 16))
    plant.detach()
    assert seek(plant, seed=seed) == -1


@pytest.mark.parametrize("stiction_n", [2, 3.5, 5])
@pytest.mark.parametrize("backlash_steps", [0, 20, 100])
def test_a_sticking_plunger_and_backlash_make_no_knee_before_the_opening(
    stiction_n, backlash_steps
):
    """2-5 N on the barrel (H); backlash (E), taken up by what came before."""
    plant = build_plant(
        build_disc(43, OPENING_PSI), stiction_n=stiction_n, backlash_steps=backlash_steps
    )
    plant.step(-1)
    assert seek(plant) > 0
    assert plant.line_pa > OPENING_PSI * PSI_PA


def test_one_slip_of_a_sticking_plunger_makes_no_knee():
    """The line stands still for one window, then catches up in the next."""
    knee = Knee(10)
    for steps in range(400):
        pressure_pa = 300 * steps
        if 200 <= steps < 210:
            pressure_pa = 300 * 200
        assert knee.feed(steps, pressure_pa) == 0


def test_a_lasting_bend_is_a_knee_within_four_windows():
    knee = Knee(10)
    found = [knee.feed(steps, 300 * min(steps, 200)) for steps in range(300)]
    assert 200 <= found.index(1) <= 240


def test_a_flat_line_is_no_knee_without_a_rise_before():
    knee = Knee(10)
    assert not any(knee.feed(steps, 5000) for steps in range(1000))


def test_after_a_pause_the_knee_is_sought_anew():
    knee = Knee(10)
    for steps in range(200):
        knee.feed(steps, 300 * steps)
    knee.reset()
    assert not any(knee.feed(steps, 60_000) for steps in range(200, 225))


def settle(pressure_pa) -> tuple[Settler, float]:
    """A settler after it made up its mind about `pressure_pa(seconds)`, and the seconds taken."""
    settler = Settler(new_ints(BLOCKS))
    ticks = 0
    while not settler.settled and not settler.expired:
        settler.feed(pressure_pa(ticks * 0.002))
        ticks += 1
    return settler, ticks * 0.002


def decay(end_pa: float, drop_pa: float, tau_s: float, seed: int):
    """A settling line as the sensor counts it, 0.7 counts of noise."""

    def at(seconds: float) -> int:
        exact_pa = end_pa + drop_pa * exp(-seconds / tau_s)
        noisy_pa = exact_pa + 0.7 * PA_A_COUNT * gauss(seed, round(seconds * 500))
        return round(round(noisy_pa / PA_A_COUNT) * PA_A_COUNT)

    return at


@pytest.mark.parametrize("tau_s", [0.2, 0.4, 0.7, 1, 2, 4, 6.5, 9.5])
@pytest.mark.parametrize("drop_psi", [0.5, 1, 3, 9, 18, 40, 62])
def test_the_end_of_a_decay_is_read_to_within_a_psi_and_never_below_a_tenth(tau_s, drop_psi):
    """0.2-9.5 s and 5-62 psi are the needles of the table, 20 to 37 C (C)."""
    end_pa = 16 * PSI_PA
    for seed in range(3):
        settler, seconds = settle(decay(end_pa, drop_psi * PSI_PA, tau_s, seed))
        assert settler.settled
        assert -0.1 * PSI_PA < settler.value_pa - end_pa < PSI_PA
        assert seconds <= 32


@pytest.mark.parametrize("tau_s", [0.2, 0.7, 2, 9.5])
def test_a_drop_of_the_usual_needles_is_read_to_a_hundredth(tau_s):
    end_pa = 16 * PSI_PA
    for drop_psi in (9, 18, 40):
        settler, _ = settle(decay(end_pa, drop_psi * PSI_PA, tau_s, seed=8))
        assert abs(settler.value_pa - end_pa) < 0.01 * drop_psi * PSI_PA + 50


def test_a_line_at_rest_is_read_in_under_two_seconds():
    settler, seconds = settle(lambda _: 110_000)
    assert settler.settled
    assert abs(settler.value_pa - 110_000) <= 16
    assert seconds < 2


@pytest.mark.parametrize("pa_s", [2000, -9000])
def test_a_line_that_never_settles_expires_after_32_s(pa_s):
    settler, seconds = settle(lambda now_s: round(400_000 + pa_s * now_s))
    assert (settler.settled, settler.expired) == (0, 1)
    assert seconds == pytest.approx(32.77, abs=0.1)


def test_what_was_read_before_is_forgotten():
    settler, _ = settle(lambda _: 110_000)
    settler.reset()
    assert (settler.settled, settler.expired) == (0, 0)
    for _ in range(1000):
        settler.feed(50_000)
    assert abs(settler.value_pa - 50_000) <= 16


KNEE_BEGINS = {
    "begun_at": -1,
    "sum_16pa": 0,
    "ticks": 0,
    "means": 0,
    "mean_pa": 0,
    "slope_pa": 0,
}
SETTLER_BEGINS = dict.fromkeys(("count", "ticks", "sum_16pa", "settled", "expired", "value_pa"), 0)


def test_a_new_knee_and_one_that_goes_on_know_no_window():
    knee = Knee(10)
    assert numbers(knee) == {**KNEE_BEGINS, "window_steps": 10, "reference_pa": 0}
    for steps in range(45):
        knee.feed(steps, 300 * steps)
    reference_pa = knee.reference_pa
    assert reference_pa > 1000
    knee.go_on()
    assert numbers(knee) == {**KNEE_BEGINS, "window_steps": 10, "reference_pa": reference_pa}
    knee.reset()
    assert numbers(knee) == {**KNEE_BEGINS, "window_steps": 10, "reference_pa": 0}


def test_a_new_settler_has_kept_nothing():
    settler = Settler(new_ints(BLOCKS))
    assert BLOCKS == 128
    assert numbers(settler) == SETTLER_BEGINS
    for _ in range(1000):
        settler.feed(50_000)
    settler.reset()
    assert numbers(settler) == SETTLER_BEGINS


def windows(means_pa: list[int], window_steps: int = 10, ticks: int = 4) -> tuple[list[int], Knee]:
    """What a knee says at the end of windows of these means, and the knee."""
    knee = Knee(window_steps)
    knee.feed(0, means_pa[0])
    told = []
    for number, mean_pa in enumerate(means_pa, 1):
        begun = (number - 1) * window_steps
        for tick in range(ticks - 1):
            assert knee.feed(begun + tick, mean_pa) == 0
        told.append(knee.feed(number * window_steps, mean_pa))
    return told, knee


def rising(*slopes_pa: int) -> list[int]:
    means_pa = [16_000]
    for slope_pa in slopes_pa:
        means_pa.append(means_pa[-1] + slope_pa)
    return means_pa


@pytest.mark.parametrize(
    ("slopes_pa", "told"),
    [
        ((1600, 1600, 944, 944), [0, 0, 0, 0, 1]),
        ((1600, 1600, 960, 960), [0, 0, 0, 0, 0]),
        ((1600, 1600, 944, 960), [0, 0, 0, 0, 0]),
        ((1600, 1600, 960, 944), [0, 0, 0, 0, 0]),
        ((1600, 1600, 0, 1600, 0, 0), [0, 0, 0, 0, 0, 0, 1]),
        ((992, 992, 0, 0, 0), [0, 0, 0, 0, 0, 0]),
        ((1008, 1008, 0, 0, 0), [0, 0, 0, 0, 1, 1]),
        ((1600, 3200, 944, 944), [0, 0, 0, 0, 1]),
        ((3200, 1600, 944, 944), [0, 0, 0, 0, 1]),
    ],
)
def test_a_knee_is_two_slopes_below_six_tenths_of_what_two_slopes_agreed_on(slopes_pa, told):
    assert windows(rising(*slopes_pa))[0] == told


def test_the_reference_is_the_steepest_slope_that_two_neighbours_agree_on():
    assert windows(rising(1600))[1].reference_pa == 0, "the first slope is from nothing"
    assert windows(rising(1600, 3200))[1].reference_pa == 1600
    assert windows(rising(3200, 1600))[1].reference_pa == 1600
    assert windows(rising(1600, 3200, 3200, 1600))[1].reference_pa == 3200


def test_a_window_that_lasts_48_s_is_begun_anew():
    knee = Knee(10)
    knee.feed(0, 16_000)
    for _ in range(23_999):
        knee.feed(9, 16_000)
    assert (knee.begun_at, knee.ticks) == (0, 24_000)
    assert knee.feed(10, 16_000) == 0
    assert (knee.begun_at, knee.ticks, knee.means) == (10, 1, 0)
    assert knee.sum_16pa == 1000, "nothing of the window before is left"
    for _ in range(5):
        knee.feed(15, 16_000)
    knee.feed(20, 16_000)
    assert (knee.mean_pa, knee.means) == (16_000, 1)


def test_a_window_also_ends_with_a_tick_of_more_steps_than_it_had_left():
    knee = Knee(10)
    for steps in (0, 3, 6, 9, 12, 15):
        knee.feed(steps, 1600)
    assert (knee.means, knee.begun_at, knee.mean_pa, knee.ticks) == (1, 12, 1600, 1)


def test_the_mean_of_a_window_is_that_of_its_readings_in_sixteenths():
    knee = Knee(2)
    for steps, pressure_pa in ((0, 1600), (1, 3215), (2, 4800)):
        knee.feed(steps, pressure_pa)
    assert knee.mean_pa == 3200
    assert (knee.means, knee.ticks, knee.sum_16pa, knee.begun_at) == (1, 0, 0, 2)


def settled_by(means_pa: list[int]) -> tuple[int, int]:
    """After how many blocks of these means it was settled, and at what pressure."""
    settler = Settler(new_ints(BLOCKS))
    for blocks, mean_pa in enumerate(means_pa, 1):
        for _ in range(128):
            assert settler.settled == 0
            settler.feed(mean_pa)
        if settler.settled:
            assert settler.settled == 1
            return blocks, settler.value_pa
    return -1, settler.value_pa


@pytest.mark.parametrize(
    ("means_pa", "blocks", "value_pa"),
    [
        ([50_000] * 9, 5, 50_000),
        ([50_288, 16, 50_000, 16, 49_712], 5, 49_712),
        ([50_000, 16, 50_288, 16, 50_576], 5, 50_576),
        ([50_000, 16, 50_304, 16, 50_304], -1, 0),
        ([50_000, 16, 50_000, 16, 50_304], -1, 0),
        ([50_000, 16, 50_000, 16, 49_600], -1, 0),
        ([50_304, 16, 50_000, 16, 50_000], 5, 50_000),
        ([50_304, 16, 50_000, 16, 49_984], 5, 49_984),
        ([51_600, 16, 50_000, 16, 49_680], 5, 49_600),
        ([51_600, 16, 50_000, 16, 49_664], -1, 0),
        ([51_600, 16, 50_000, 16, 50_016], -1, 0),
        ([60_000, 16, 50_000, 16, 48_160], 5, 47_751),
        ([52_000, 16, 50_000, 50_000, 49_008, 50_000, 50_000], 7, 50_000),
    ],
)
def test_a_fall_is_read_to_its_end_once_its_second_half_is_a_fifth_of_the_first(
    means_pa, blocks, value_pa
):
    """Blocks of 256 ms; only the first, the middle and the last of an odd number are looked at."""
    assert settled_by(means_pa) == (blocks, value_pa)


def test_a_mean_is_that_of_128_readings_in_sixteenths():
    settler = Settler(new_ints(BLOCKS))
    for reading in range(128):
        settler.feed(16_000 + (31 if reading < 64 else 0))
        assert settler.count == (reading == 127)
    assert settler.blocks[0] == 16_000
    assert (settler.ticks, settler.sum_16pa) == (0, 0)


def test_a_line_may_still_settle_one_block_before_it_expires():
    settler = Settler(new_ints(BLOCKS))
    for block in range(BLOCKS - 2):
        for _ in range(128):
            settler.feed(16_000 + 1600 * block)
    settler.blocks[0] = settler.blocks[63] = 48_000
    for _ in range(128):
        settler.feed(48_000)
    assert (settler.count, settler.settled, settler.expired) == (127, 1, 0)
    for _ in range(128):
        settler.feed(48_000)
    assert (settler.count, settler.settled, settler.expired) == (128, 1, 0)
