"""Mixes: what they draw has the numbers they publish, and wrong ones are refused as a whole."""

from pathlib import Path

import numpy as np
import pytest

from manostat_sim.campaign.breaking import KINDS
from manostat_sim.plant import tables
from manostat_tools.campaign import mix
from manostat_tools.campaign.sampling import Sampler
from manostat_tools.refusal import RefusedError

from .mixes import changed

MANY = 2**14
MEAN_SHARE = 0.6321205588  # of the relaxing spring over an injection, as in plant.build


@pytest.fixture(scope="module")
def default() -> mix.Mix:
    return mix.load("default")


@pytest.fixture(scope="module")
def drawn(default):
    """Parameters and draws of many runs."""
    sampler = Sampler(default, 3)
    return sampler.parameters(0, MANY), sampler.draws(0, MANY)


def test_every_parameter_is_drawn_as_often_and_as_spread_as_published(default, drawn):
    at, _ = drawn
    for parameter in default.parameters:
        for when, one in parameter.of:
            among = np.isin(at[parameter.by], when) if parameter.by else np.full(MANY, True)
            column = at[parameter.name][among]
            if parameter.named:
                weights = np.array(one.weights) / sum(one.weights) * one.share
                for value, weight in zip(one.values, weights, strict=True):
                    assert np.mean(column == value) == pytest.approx(weight, abs=0.003), value
                continue
            has = column[~np.isnan(column)]
            assert len(has) / len(column) == pytest.approx(one.share, abs=0.03), parameter.name
            mean, sd = one.moments()
            # Five times the spread of a mean over as many independent runs: small groups, those
            # of one kind of fault, are nearly independent.
            slack = 5.0 * sd / len(has) ** 0.5
            assert has.mean() == pytest.approx(mean, abs=slack + 1e-9), parameter.name
            spread = 0.05 if len(has) > 1000 else 0.25
            assert has.std() == pytest.approx(sd, rel=spread, abs=1e-9), parameter.name


def test_elastances_in_the_draws_are_those_of_the_published_table(drawn):
    at, draws = drawn
    slope = draws["disc_elastance_pa_per_nl"] + MEAN_SHARE * draws["disc_relaxing_pa_per_nl"]
    psi_ml = slope / tables.PA_PER_NL_PER_PSI_PER_ML
    for grade, row in tables.ELASTANCE.items():
        of_grade = psi_ml[at["grade"] == grade]
        assert of_grade.mean() == pytest.approx(row.mean, rel=0.05), grade
        assert of_grade.std() == pytest.approx(row.sd, rel=0.15), grade


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("line_ul_psi", tables.LINE_COMPLIANCE),
        ("warming_s", tables.WARMING),
        ("leak_ul_s_psi", tables.LEAK),
        ("leak_psi", tables.LEAK_PRESSURE),
        ("relaxing_s", tables.RELAXATION_TIME),
        ("relaxing_share", tables.RELAXING_SHARE),
        ("stiction_n", tables.STICTION),
        ("backlash_steps", tables.BACKLASH),
        ("rod_ul_psi", tables.ROD),
        ("air_ml", tables.AIR),
    ],
)
def test_ranges_and_letters_are_those_of_the_plants_tables(default, name, row):
    (parameter,) = [one for one in default.parameters if one.name == name]
    (_, one) = parameter.of[0]
    assert (one.low, one.high, parameter.letter) == (row.low, row.high, row.letter)


def test_elastances_of_the_mix_are_the_tables(default):
    (parameter,) = [one for one in default.parameters if one.name == "elastance_psi_ml"]
    found = {grade: (one.mean, one.sd) for when, one in parameter.of for grade in when}
    assert found == {grade: (row.mean, row.sd) for grade, row in tables.ELASTANCE.items()}


def test_every_kind_of_fault_needle_syringe_and_grade_can_come(default):
    choices = {one.name: set(one.choices) for one in default.parameters if one.named}
    assert choices["fault"] == set(KINDS) - {"none"}
    assert choices["needle"] == set(mix.NEEDLES)
    assert choices["syringe"] == set(tables.SYRINGE_BORE_MM)
    assert choices["grade"] == set(tables.ELASTANCE)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('letter = "H"', 'letter = "X"', "parameters.bore_error_mm.letter: 'X', allowed one of"),
        ("share = 0.25", "share = 25", "parameters.air_ml.share: 25, allowed 1e-06 to 1"),
        ("mean = 43.0", "mean = -43.0", "of[0].mean: -43, allowed 0.01 to 10000"),
        ("values = [0, 1, 2, 3]", "values = [0, 1, 2, -3]", "bounces.values: -3, allowed 0 to 100"),
        (
            'letter = "E"\nsource = "100',
            'letter = "?"\nsource = "100',
            "of[5].letter: '?', allowed",
        ),
        ("sd = 9.6", "sd = 0.0", "parameters.elastance_psi_ml.of[0].sd: 0.0, allowed more than 0"),
        ('"BD 20 mL"]', '"BD 30 mL"]', "parameters.syringe.values: 'BD 30 mL', allowed BD 3 mL"),
        ("[parameters.press_s]", "[parameters.pres_s]", "parameters.pres_s: unknown field"),
        ("[1, 1, 1, 1]", "[1, 1, 1]", "parameters.bounces.weights: [1, 1, 1], allowed 4 numbers"),
        ('sampling = "sobol"', 'sampling = "halton"', "sampling: 'halton', allowed sobol"),
        ('when = ["cervical"]', 'when = ["thoracic"]', "when: thoracic, allowed dallas-0"),
        ('by = "mode"', 'by = "needle"', "parameters.step_volume_ml.by: 'needle'"),
        ('"lognormal"', '"gamma"', "distribution: 'gamma', allowed constant, uniform"),
    ],
)
def test_a_wrong_mix_is_refused_with_field_value_and_range(was, becomes, said):
    with pytest.raises(RefusedError) as refused:
        mix.read("wrong", changed((was, becomes)), Path("wrong.toml"))
    assert any(said in line for line in refused.value.problems), refused.value.problems


def test_a_mix_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(RefusedError, match=r"mix: 'nobody', allowed default, or a file \*\.toml"):
        mix.load("nobody")
