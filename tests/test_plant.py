"""What the plant must do, whatever is done to it."""

import ast
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import manostat_sim.plant.plant as plant_module
from manostat_sim.plant import tables
from manostat_sim.plant.build import (
    build_disc,
    build_plant,
    draw,
    draw_elastance,
    step_volume_nl,
)
from manostat_sim.plant.noise import gauss, hash32, uniform
from manostat_sim.plant.plant import ATMOSPHERE_PA, PATH_CLOSED, PATH_DETACHED, Plant
from manostat_sim.plant.syringe import Syringe
from manostat_sim.plant.tables import PA_PER_PSI

STEP_NL = step_volume_nl(14.50)


def held_nl(plant: Plant) -> float:
    """What the line holds, from its pressure alone."""
    air_nl = plant.air_nl * plant.line_pa / (ATMOSPHERE_PA + plant.line_pa)
    return plant.line_nl_per_pa * plant.line_pa + air_nl


def unaccounted_nl(plant: Plant) -> float:
    disc = plant.disc
    return plant.syringe.delivered_nl - (
        held_nl(plant) + disc.volume_nl + disc.leaked_nl + plant.spilled_nl
    )


def squeeze(plant: Plant, steps: int, direction: int = 1, gap_us: int = 2066) -> None:
    for _ in range(steps):
        plant.step(direction)
        plant.advance(gap_us)


acts = st.lists(
    st.one_of(
        st.tuples(st.just("step"), st.integers(1, 400)),
        st.tuples(st.just("back"), st.integers(1, 100)),
        st.tuples(st.just("wait"), st.integers(0, 300_000)),
        st.tuples(st.sampled_from(["close", "open", "detach", "point_at_air"]), st.just(0)),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    acts=acts,
    elastance=st.floats(1.0, 200.0),
    opening=st.floats(0.0, 30.0),
    line=st.floats(1.0, 10.0),
    air=st.floats(0.0, 0.3),
    leak=st.one_of(st.none(), st.floats(1.0, 30.0)),
    rupture=st.one_of(st.none(), st.floats(20.0, 60.0)),
    stiction=st.sampled_from([0.0, 2.0, 5.0]),
)
def test_no_nanolitre_is_lost_or_made(acts, elastance, opening, line, air, leak, rupture, stiction):
    disc = build_disc(elastance, opening, leak_psi=leak, rupture_psi=rupture)
    plant = build_plant(disc, line_ul_psi=line, air_ml=air, stiction_n=stiction, backlash_steps=7)
    for act, amount in acts:
        if act == "step":
            squeeze(plant, amount)
        elif act == "back":
            squeeze(plant, amount, direction=-1)
        elif act == "wait":
            plant.advance(amount)
        else:
            getattr(plant, act)()
        assert abs(unaccounted_nl(plant)) < 1e-5
        assert disc.volume_nl >= 0.0
        assert disc.leaked_nl >= 0.0


def test_disc_takes_nothing_below_its_opening_pressure():
    plant = build_plant(build_disc(43.0, 16.0))
    while plant.line_pa < 15.9 * PA_PER_PSI:
        squeeze(plant, 1)
        assert plant.disc.volume_nl == 0.0
        assert plant.disc.pressure_pa == plant.disc.opening_pa
    squeeze(plant, 100)
    assert plant.disc.volume_nl > 0.0


def test_unopened_disc_gives_nothing_to_an_empty_line():
    plant = build_plant(build_disc(43.0, 16.0))
    plant.advance(10_000_000)
    assert plant.line_pa == 0.0
    assert plant.disc.volume_nl == 0.0


def test_disc_gives_back_what_it_holds_and_no_more():
    plant = build_plant(build_disc(43.0, 16.0))
    squeeze(plant, 3000)
    squeeze(plant, 6000, direction=-1)
    plant.advance(60_000_000)
    assert plant.disc.volume_nl == pytest.approx(0.0, abs=1e-9)
    assert abs(unaccounted_nl(plant)) < 1e-5


def test_closed_line_feeds_no_disc_and_an_opened_one_does():
    plant = build_plant(build_disc(43.0, 16.0), path=PATH_CLOSED)
    squeeze(plant, 2000)
    assert plant.disc.volume_nl == 0.0
    plant.open()
    plant.advance(1_000_000)
    assert plant.disc.volume_nl > 0.0


def test_detached_line_stays_under_2_psi_after_0_3_ml():
    plant = build_plant(build_disc(43.0, 16.0), path=PATH_DETACHED)
    squeeze(plant, 3000)
    assert plant.line_pa < 2.0 * PA_PER_PSI
    assert plant.spilled_nl > 3e5 * 0.95


def test_line_that_comes_off_leaves_the_disc_its_volume():
    plant = build_plant(build_disc(43.0, 16.0))
    squeeze(plant, 4000)
    volume_nl = plant.disc.volume_nl
    plant.detach()
    plant.advance(5_000_000)
    assert plant.line_pa < 100.0
    assert plant.disc.volume_nl == volume_nl


def test_torn_disc_loses_its_pressure():
    plant = build_plant(build_disc(39.5, 16.0, rupture_psi=40.0))
    highest_pa = 0.0
    for _ in range(20_000):
        squeeze(plant, 1)
        highest_pa = max(highest_pa, plant.disc.pressure_pa)
    assert plant.disc.ruptured == 1
    assert highest_pa == pytest.approx(40.0 * PA_PER_PSI, rel=0.01)
    assert plant.disc.pressure_pa < 25.0 * PA_PER_PSI


def test_step_of_a_10_ml_barrel_is_103_206_nl():
    assert pytest.approx(103.206, abs=0.001) == STEP_NL
    assert step_volume_nl(8.66) == pytest.approx(36.8, abs=0.05)
    assert step_volume_nl(19.13) == pytest.approx(179.6, abs=0.05)


def test_reversal_loses_the_backlash_and_no_more():
    syringe = Syringe(STEP_NL, 1e7, backlash_steps=20)
    moved = []
    for direction, steps in ((1, 100), (-1, 50), (1, 50)):
        for _ in range(steps):
            syringe.step(direction)
        moved.append(syringe.carriage_steps)
    assert moved == [100, 70, 100]


def test_stalled_motor_moves_nothing_and_a_reversed_one_retracts():
    plant = build_plant(build_disc(43.0, 16.0), path=PATH_CLOSED)
    plant.syringe.stalled = 1
    plant.step(1)
    assert plant.syringe.delivered_nl == 0.0
    plant.syringe.stalled = 0
    plant.syringe.reversed = 1
    plant.step(1)
    assert plant.syringe.delivered_nl == -STEP_NL


def test_long_injection_accumulates_no_rounding_in_the_syringe():
    syringe = Syringe(STEP_NL, 1e7)
    for _ in range(34_000):
        syringe.step(1)
    assert syringe.driven_nl == 34_000 * STEP_NL


def test_sticking_plunger_holds_until_2_to_6_psi_and_then_slips():
    free = build_plant(build_disc(43.0, 16.0), path=PATH_CLOSED)
    stuck = build_plant(build_disc(43.0, 16.0), path=PATH_CLOSED, stiction_n=5.0)
    jumps = []
    held_back = 0.0
    for _ in range(3000):
        before_pa = stuck.line_pa
        squeeze(free, 1)
        squeeze(stuck, 1)
        jumps.append(stuck.line_pa - before_pa)
        held_back = max(held_back, stuck.syringe.driven_nl - stuck.syringe.delivered_nl)
    assert jumps[0] == 0.0
    assert sum(jump == 0.0 for jump in jumps) > 1000
    assert max(jumps) > 2 * free.syringe.step_nl / free.line_nl_per_pa
    lag_psi = held_back / stuck.syringe.rod_nl_per_pa / PA_PER_PSI - stuck.line_pa / PA_PER_PSI
    assert lag_psi == pytest.approx(4.4, abs=1.0)


def test_end_marks_tell_a_full_and_an_empty_barrel():
    syringe = Syringe(STEP_NL, 10 * STEP_NL)
    assert (syringe.at_full(), syringe.at_empty()) == (0, 0)
    syringe.step(-1)
    assert syringe.at_full() == 1
    for _ in range(11):
        syringe.step(1)
    assert syringe.at_empty() == 1


def test_narrow_bore_raises_resistance_with_its_fourth_power():
    usual = build_plant(build_disc(43.0, 16.0), needle="25G x 89")
    narrow = build_plant(build_disc(43.0, 16.0), needle="25G x 89", bore_error_mm=-0.019)
    ratio = narrow.cold_pa_s_per_nl / usual.cold_pa_s_per_nl
    assert ratio == pytest.approx((0.260 / 0.241) ** 4, rel=1e-9)


def test_time_in_one_piece_or_many_is_the_same_clock():
    plant = build_plant(build_disc(43.0, 16.0))
    plant.advance(0)
    plant.advance(12_345)
    assert plant.now_us == 12_345


@pytest.mark.parametrize("kind", sorted(tables.ELASTANCE))
def test_drawn_elastance_has_the_published_mean_and_spread_and_is_never_negative(kind):
    row = tables.ELASTANCE[kind]
    drawn = [draw_elastance(kind, seed) for seed in range(4000)]
    mean = sum(drawn) / len(drawn)
    sd = (sum((value - mean) ** 2 for value in drawn) / len(drawn)) ** 0.5
    assert min(drawn) > 0.0
    assert mean == pytest.approx(row.mean, rel=0.04)
    assert sd == pytest.approx(row.sd, rel=0.12)


def test_draws_cover_their_range_and_stay_inside():
    drawn = [draw(tables.OPENING_NORMAL, seed, 5) for seed in range(500)]
    assert 10.0 <= min(drawn) < 11.0
    assert 24.0 < max(drawn) <= 25.0


def test_every_table_row_carries_a_source_and_a_letter():
    rows = [
        value
        for value in vars(tables).values()
        if isinstance(value, (tables.Range, tables.Elastance))
    ]
    rows += tables.ELASTANCE.values()
    assert len(rows) > 15
    for row in rows:
        assert row.source and row.letter in "HMLCE"


def test_noise_is_nearly_normal_and_bounded():
    values = [gauss(3, counter) for counter in range(20_000)]
    mean = sum(values) / len(values)
    sd = (sum((value - mean) ** 2 for value in values) / len(values)) ** 0.5
    assert abs(mean) < 0.02
    assert sd == pytest.approx(1.0, abs=0.02)
    assert max(map(abs, values)) < 3.47
    pairs = sum(a * b for a, b in pairwise(values)) / len(values)
    assert abs(pairs) < 0.03


def test_noise_is_a_function_of_seed_and_counter_alone():
    assert gauss(3, 17) == gauss(3, 17)
    assert gauss(3, 17) != gauss(4, 17)
    assert {hash32(n) for n in range(10_000)} == {hash32(n) for n in range(10_000)}
    assert len({hash32(n) for n in range(10_000)}) == 10_000
    assert 0.0 <= uniform(1, 2) < 1.0


def test_updates_use_only_four_operations_and_sqrt():
    """So that every compiler gives the same bits."""
    folder = Path(plant_module.__file__).parent
    for name in ("plant", "disc", "syringe", "sensors", "noise"):
        tree = ast.parse((folder / f"{name}.py").read_text())
        for node in ast.walk(tree):
            assert not isinstance(node, ast.Pow)
            if isinstance(node, ast.ImportFrom):
                from_math = [alias.name for alias in node.names if node.module == "math"]
                assert from_math in ([], ["sqrt"])
            if isinstance(node, ast.Import):
                assert node.names[0].name not in ("math", "numpy", "random")
