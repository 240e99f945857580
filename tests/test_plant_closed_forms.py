"""The plant against the solutions one can write down."""

from math import exp

import pytest

from manostat_sim.plant.build import build_disc, build_plant
from manostat_sim.plant.plant import ATMOSPHERE_PA, PATH_AIR, PATH_CLOSED, Plant
from manostat_sim.plant.syringe import Syringe
from manostat_sim.plant.tables import NL_PER_PA_PER_UL_PER_PSI, PA_PER_PSI

RATE_NL_S = 50_000
SPRING = {"relaxing_share": 0.0}


def inject(plant: Plant, steps: int, rate_nl_s: float = RATE_NL_S) -> None:
    """`steps` steps spaced evenly at `rate_nl_s`, time passing after each."""
    start_us = plant.now_us
    for number in range(1, steps + 1):
        plant.step(1)
        due_us = round(number * plant.syringe.step_nl / rate_nl_s * 1e6)
        plant.advance(start_us + due_us - plant.now_us)


def wait(plant: Plant, seconds: float, piece_us: int = 1000) -> None:
    for _ in range(round(seconds * 1e6 / piece_us)):
        plant.advance(piece_us)


def spring_plant(**options) -> Plant:
    return build_plant(build_disc(43.0, 16.0, **SPRING), **options)


def test_blocked_line_rises_by_volume_over_compliance():
    plant = spring_plant(path=PATH_CLOSED, line_ul_psi=1.0)
    inject(plant, 500)
    assert plant.line_pa / PA_PER_PSI == pytest.approx(500 * 0.103206, rel=1e-5)


def test_blocked_line_rises_712_pa_a_step():
    plant = spring_plant(path=PATH_CLOSED, line_ul_psi=1.0)
    plant.step(1)
    assert plant.line_pa == pytest.approx(712, abs=0.5)


def test_line_decays_with_resistance_times_compliance_into_air():
    plant = spring_plant(path=PATH_AIR)
    for _ in range(2000):
        plant.step(1)
    start_pa = plant.line_pa
    tau_s = plant.cold_pa_s_per_nl * plant.line_nl_per_pa
    assert tau_s == pytest.approx(0.179 * 5.0, rel=1e-6)
    wait(plant, tau_s, piece_us=100)
    assert plant.line_pa == pytest.approx(start_pa * exp(-1), rel=2e-4)


def test_line_settles_to_the_disc_with_both_compliances_in_series():
    plant = spring_plant(warming_s=1e9)
    disc = plant.disc
    for _ in range(4000):
        plant.step(1)
    start_pa = plant.line_pa
    disc_nl_per_pa = 1.0 / disc.elastance_pa_per_nl
    line_nl_per_pa = plant.line_nl_per_pa
    both = line_nl_per_pa * disc_nl_per_pa / (line_nl_per_pa + disc_nl_per_pa)
    wait(plant, 2.0 * plant.cold_pa_s_per_nl * both, piece_us=100)
    gap_pa = plant.line_pa - disc.pressure_pa
    assert gap_pa == pytest.approx((start_pa - disc.opening_pa) * exp(-2), rel=5e-4)


def test_disc_rises_by_its_elastance():
    plant = spring_plant()
    inject(plant, 4844)
    wait(plant, 20.0)
    disc = plant.disc
    rise_psi = (disc.pressure_pa - disc.opening_pa) / PA_PER_PSI
    assert rise_psi / (disc.volume_nl / 1e6) == pytest.approx(43.0, rel=1e-9)


def test_steady_flow_drops_resistance_times_flow_over_the_needle():
    plant = spring_plant(path=PATH_AIR, contrast=300)
    inject(plant, 6000)
    pa = 0.0
    for _ in range(484):
        inject(plant, 1)
        pa += plant.line_pa
    # Seen just before each step, half a step's ripple below the mean.
    ripple_pa = 0.5 * plant.syringe.step_nl / plant.line_nl_per_pa
    assert (pa / 484 + ripple_pa) / PA_PER_PSI == pytest.approx(364 * 0.05, rel=2e-3)


@pytest.mark.parametrize(("psi", "absorbed_ml"), [(20.0, 0.058), (50.0, 0.077)])
def test_air_absorbs_what_boyle_says(psi, absorbed_ml):
    plant = spring_plant(path=PATH_CLOSED, air_ml=0.1)
    while plant.line_pa < psi * PA_PER_PSI:
        plant.step(1)
    liquid_nl = plant.line_pa * plant.line_nl_per_pa
    air_nl = 1e5 * plant.line_pa / (ATMOSPHERE_PA + plant.line_pa)
    assert plant.stored_nl == pytest.approx(liquid_nl + air_nl, rel=1e-12)
    assert air_nl / 1e6 == pytest.approx(absorbed_ml, abs=0.0006)


def test_air_keeps_the_law_under_suction_too():
    plant = spring_plant(path=PATH_CLOSED, air_ml=0.3)
    for _ in range(1500):
        plant.step(-1)
    absolute_pa = ATMOSPHERE_PA + plant.line_pa
    held_nl = plant.line_pa * plant.line_nl_per_pa + 3e5 * plant.line_pa / absolute_pa
    assert 0 < absolute_pa < ATMOSPHERE_PA
    assert held_nl == pytest.approx(plant.syringe.delivered_nl, rel=1e-9)


def test_relaxation_follows_its_exponential_with_the_disc_shut():
    plant = build_plant(build_disc(43.0, 16.0))
    inject(plant, 10_000)
    plant.close()
    disc = plant.disc
    start_pa = disc.relaxing_pa
    wait(plant, 20.0)
    assert disc.relaxing_pa == pytest.approx(start_pa * exp(-1), rel=1e-4)
    lasting_pa = disc.opening_pa + disc.elastance_pa_per_nl * disc.volume_nl
    assert disc.pressure_pa == pytest.approx(lasting_pa + disc.relaxing_pa, rel=1e-12)


def test_disc_relaxes_by_10_to_20_percent_in_a_minute_after_an_injection():
    for share in (0.17, 0.25, 0.33):
        plant = build_plant(build_disc(43.0, 16.0, relaxing_share=share))
        inject(plant, 11_000)
        plant.close()
        disc = plant.disc
        start_pa = disc.pressure_pa - disc.opening_pa
        wait(plant, 60.0, piece_us=2000)
        fall = 1.0 - (disc.pressure_pa - disc.opening_pa) / start_pa
        assert 0.10 < fall < 0.20


def test_mean_slope_over_an_injection_is_the_published_elastance():
    plant = build_plant(build_disc(43.0, 0.0), line_ul_psi=0.01)
    inject(plant, round(20 * RATE_NL_S / plant.syringe.step_nl))
    disc = plant.disc
    assert disc.pressure_pa / PA_PER_PSI / (disc.volume_nl / 1e6) == pytest.approx(43.0, rel=1e-3)


def test_leaking_disc_settles_where_the_leak_takes_the_whole_flow():
    disc = build_disc(200.0, 5.0, leak_psi=10.0, leak_ul_s_psi=3.0, **SPRING)
    plant = build_plant(disc)
    inject(plant, 20_000)
    assert disc.pressure_pa / PA_PER_PSI == pytest.approx(10.0 + 50.0 / 3.0, rel=5e-3)


def test_line_and_disc_differ_by_resistance_times_flow_after_every_update():
    """Also with a leak far faster than the needle: the update is implicit throughout."""
    disc = build_disc(200.0, 5.0, leak_psi=10.0, leak_ul_s_psi=3000.0)
    plant = Plant(Syringe(103.2, 1e7), disc, 0.7, 1e-3, 1e-3, air_nl=5e4)
    leaked = 0
    for _ in range(3000):
        plant.step(1)
        plant.advance(2000)
        drop_pa = plant.needle_pa_s_per_nl * plant.flow_nl_s
        if plant.flow_nl_s != 0.0:
            assert plant.line_pa - disc.pressure_pa == pytest.approx(drop_pa, abs=1e-6)
            leaked += disc.leaked_nl > 0.0
    assert leaked > 1000
    assert disc.pressure_pa == pytest.approx((10.0 + 50.0 / 3000.0) * PA_PER_PSI, rel=1e-3)


def test_springy_rod_bears_the_line_pressure_through_compressed_air():
    plant = Plant(
        Syringe(103.2, 1e7, rod_nl_per_pa=0.05), build_disc(43.0, 16.0), 0.1, 1.0, 1.0, air_nl=3e5
    )
    plant.close()
    syringe = plant.syringe
    while plant.line_pa < 50.0 * PA_PER_PSI:
        before_pa = plant.line_pa
        plant.step(1)
        rod_pa = (syringe.driven_nl - syringe.delivered_nl) / syringe.rod_nl_per_pa
        assert abs(rod_pa - plant.line_pa) < 0.03 * abs(plant.line_pa - before_pa) + 1e-6


def test_plunger_creeps_on_when_the_line_behind_it_empties():
    plant = build_plant(build_disc(43.0, 16.0), stiction_n=3.5)
    inject(plant, 6000)
    plant.point_at_air()
    delivered_nl = plant.syringe.delivered_nl
    wait(plant, 20.0)
    syringe = plant.syringe
    assert syringe.delivered_nl > delivered_nl + 5000.0
    rod_pa = (syringe.driven_nl - syringe.delivered_nl) / syringe.rod_nl_per_pa
    assert rod_pa - plant.line_pa <= syringe.stiction_pa + 1e-6


def test_needle_drop_left_in_the_line_adds_7_psi_to_the_disc():
    plant = spring_plant(needle="25G x 152", contrast=240)
    disc = plant.disc
    while plant.line_pa < disc.opening_pa + 40 * PA_PER_PSI:
        plant.step(1)
    wait(plant, 60.0, piece_us=2000)
    added_psi = (disc.pressure_pa - disc.opening_pa) / PA_PER_PSI
    # 40 psi x 5 uL/psi of line, shared with 1000/43 uL/psi of disc
    assert added_psi == pytest.approx(40 * 5 / (5 + 1000 / 43), abs=0.1)


def test_occlusion_at_80_psi_that_comes_free_sends_what_the_line_held():
    plant = spring_plant(path=PATH_CLOSED)
    while plant.line_pa < 80 * PA_PER_PSI:
        plant.step(1)
    assert plant.stored_nl / 1e6 == pytest.approx(0.4, rel=1e-3)
    plant.open()
    wait(plant, 60.0, piece_us=2000)
    line_nl_per_psi = 5.0 * NL_PER_PA_PER_UL_PER_PSI * PA_PER_PSI
    remaining_nl = line_nl_per_psi * plant.disc.pressure_pa / PA_PER_PSI
    assert plant.disc.volume_nl == pytest.approx(4e5 - remaining_nl, rel=1e-3)


def test_needle_resistance_falls_from_cold_to_warm_as_an_exponential():
    plant = spring_plant(contrast=300, warming_s=30.0)
    wait(plant, 30.0)
    assert plant.needle_pa_s_per_nl / PA_PER_PSI * 1e6 == pytest.approx(
        194 + (364 - 194) * exp(-1), rel=1e-4
    )
    wait(plant, 300.0, piece_us=2000)
    assert plant.needle_pa_s_per_nl / PA_PER_PSI * 1e6 == pytest.approx(194, rel=1e-3)


@pytest.mark.parametrize("piece_us", [1, 7, 100, 999, 2000])
def test_update_is_stable_and_alike_for_any_length_of_time(piece_us):
    """A stiff case: the time constant is 1.8 ms, below the longest update."""
    plant = spring_plant(path=PATH_AIR, line_ul_psi=0.01)
    for _ in range(20):
        plant.step(1)
    start_pa = last_pa = plant.line_pa
    for _ in range(20_000 // piece_us):
        plant.advance(piece_us)
        assert 0.0 <= plant.line_pa < last_pa
        last_pa = plant.line_pa
    assert last_pa < 1e-3 * start_pa
