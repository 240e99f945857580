"""The named worlds behave as their one line says."""

from dataclasses import replace

import pytest

from manostat_sim.plant.plant import Plant
from manostat_sim.plant.tables import ELASTANCE, PA_PER_PSI
from manostat_sim.scenarios import Scenario, list_scenarios, scenario

NAMES = [entry.name for entry in list_scenarios()]


def inject(entry: Scenario, limit_psi: float = 50.0) -> tuple[Plant, str, float]:
    """Inject by hand until pain, 50 psi above opening, 80 psi, or volume: (plant, why, seconds)."""
    plant = entry.plant()
    patient = entry.patient()
    disc = plant.disc
    most_steps = int(entry.volume_nl / plant.syringe.step_nl)
    for number in range(1, most_steps + 1):
        plant.step(1)
        due_us = round(number * plant.syringe.step_nl / entry.rate_nl_s * 1e6)
        plant.advance(due_us - plant.now_us)
        above_pa = disc.pressure_pa - disc.opening_pa
        if patient.advance(plant.now_us, above_pa, disc.volume_nl):
            return plant, "pain", plant.now_us / 1e6
        limit_pa = min(80.0 * PA_PER_PSI, disc.opening_pa + limit_psi * PA_PER_PSI)
        if plant.line_pa >= limit_pa:
            return plant, "pressure", plant.now_us / 1e6
    return plant, "volume", plant.now_us / 1e6


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_builds_and_says_what_it_is(name):
    entry = scenario(name)
    assert entry.summary.endswith(".") and "\n" not in entry.summary
    assert entry.source and entry.letter in "HMLCE"
    plant = entry.plant()
    plant.step(1)
    plant.advance(2000)
    entry.line_sensor().sample(10_000, plant.line_pa)
    entry.second_sensor().sample(plant.line_pa)
    assert not entry.patient().advance(0, 0.0, 0.0)


def test_names_are_unique_and_an_unknown_one_is_answered_with_the_list():
    assert len(set(NAMES)) == len(NAMES)
    with pytest.raises(KeyError) as error:
        scenario("dallas-9")
    assert all(name in str(error.value) for name in NAMES)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("dallas-0", "pressure"),
        ("dallas-1", "pressure"),
        ("dallas-2", "pressure"),
        ("dallas-3", "pressure"),
        ("dallas-4", "volume"),
        ("dallas-5", "volume"),
        ("concordant-10s", "pain"),
        ("discordant", "pain"),
        ("control-disc", "pressure"),
        ("cervical", "volume"),
        ("blocked", "pressure"),
        ("detached", "volume"),
        ("resistive-needle", "pressure"),
        ("impossible-needle", "pressure"),
        ("air-in-line", "pressure"),
        ("leak", "volume"),
        ("stiction", "pressure"),
        ("no-opening", "volume"),
        ("rupture", "volume"),
    ],
)
def test_scenario_ends_as_its_summary_says(name, why):
    assert inject(scenario(name))[1] == why


def test_all_scenarios_are_covered_by_the_endings_above():
    marks = test_scenario_ends_as_its_summary_says.pytestmark
    assert {name for name, _ in marks[0].args[1]} == set(NAMES)


def test_concordant_pain_comes_after_about_10_s_and_below_15_psi():
    plant, _, seconds = inject(scenario("concordant-10s"))
    above_psi = (plant.disc.pressure_pa - plant.disc.opening_pa) / PA_PER_PSI
    assert 9.0 < seconds < 11.0
    assert above_psi < 15.0
    assert scenario("concordant-10s").patient().kind == "concordant"


def test_impossible_needle_reaches_the_limit_with_the_disc_hardly_filled():
    plant, _, _ = inject(scenario("impossible-needle"))
    assert plant.disc.volume_nl < 150_000
    assert plant.disc.pressure_pa - plant.disc.opening_pa < 10.0 * PA_PER_PSI


def test_leaking_disc_loses_contrast_and_a_tight_one_does_not():
    leaking, _, _ = inject(scenario("leak"))
    tight, _, _ = inject(scenario("dallas-5"))
    assert leaking.disc.leaked_nl > 500_000
    assert tight.disc.leaked_nl == 0.0
    assert leaking.line_pa < tight.line_pa


def test_drawn_plants_differ_and_the_usual_one_is_the_published_mean():
    entry = scenario("dallas-0")
    usual = entry.plant().disc.elastance_pa_per_nl
    drawn = {entry.plant(draw_seed=seed).disc.elastance_pa_per_nl for seed in range(20)}
    assert len(drawn) == 20 and usual not in drawn
    again = entry.plant(draw_seed=3).disc.elastance_pa_per_nl
    assert again == entry.plant(draw_seed=3).disc.elastance_pa_per_nl
    assert ELASTANCE[entry.kind].mean == 43.0


def test_sensors_can_be_made_ideal():
    entry = replace(scenario("dallas-0"), sensors="ideal")
    assert entry.line_sensor().noise_counts == 0.0
    assert scenario("dallas-0").line_sensor().noise_counts > 0.0
