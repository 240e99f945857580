"""Run i of a campaign is the same however it is cut, and what the plant's builders make."""

import numpy as np
import pytest

from manostat_sim.campaign.draw import DRAW
from manostat_sim.campaign.filling import Filler
from manostat_sim.campaign.kernel import flat
from manostat_sim.campaign.sampler import set_parts
from manostat_sim.plant.build import build_disc, build_plant
from manostat_sim.plant.noise import hash32
from manostat_sim.plant.sensors import LineSensor, SecondSensor
from manostat_tools.campaign.mix import SAMPLINGS, load
from manostat_tools.campaign.parts import noise_seeds
from manostat_tools.campaign.points import HYPERCUBE
from manostat_tools.campaign.sampling import Sampler

from .mixes import short

MANY = 512


@pytest.fixture(scope="module", params=SAMPLINGS)
def sampled(request):
    return short(request.param)


def test_runs_are_the_same_in_blocks_of_any_size_and_order(sampled):
    whole = Sampler(sampled, 5).draws(0, MANY)
    for size in (1, 7, 64, 300):
        sampler = Sampler(sampled, 5)
        firsts = list(range(0, MANY, size))
        blocks = {first: sampler.draws(first, min(size, MANY - first)) for first in firsts[::-1]}
        cut = np.concatenate([blocks[first] for first in firsts])
        assert cut.tobytes() == whole.tobytes(), size


def test_a_run_alone_far_out_is_the_one_of_its_block(sampled):
    first = 3 * HYPERCUBE - 5
    block = Sampler(sampled, 5).draws(first, 10)
    for index in (0, 5, 9):
        assert Sampler(sampled, 5).draws(first + index, 1).tobytes() == block[index].tobytes()


def test_another_seed_draws_other_runs(sampled):
    one, other = (Sampler(sampled, seed).draws(0, MANY) for seed in (1, 2))
    assert not np.isin(one["disc_opening_pa"], other["disc_opening_pa"]).any()
    assert not np.isin(one["seed"], other["seed"]).any()


def test_no_two_runs_share_a_noise():
    runs = np.arange(100_000)
    seeds = [noise_seeds(7, key, runs) for key in (1, 2, 3)]
    assert all(len(np.unique(one)) == len(runs) for one in seeds)
    assert seeds[0][41] == hash32(hash32(hash32(7) + 1) + 41)


def test_every_prescription_that_is_drawn_the_firmware_takes():
    draws = Sampler(load("default"), 1).draws(0, 4 * MANY)
    assert len(Filler(flat().layout).records(draws)) == len(draws)


def test_columns_are_what_the_plants_builders_make_of_the_same_parameters():
    sampler = Sampler(load("default"), 9)
    at, draws = sampler.parameters(0, MANY), sampler.draws(0, MANY)
    for number in range(MANY):
        one = {name: column[number] for name, column in at.items()}
        given = {name: None if value != value else value for name, value in one.items()}
        needle, contrast = one["needle"].split(" / ")
        disc = build_disc(
            one["elastance_psi_ml"],
            one["opening_psi"],
            relaxing_share=one["relaxing_share"],
            relaxing_s=one["relaxing_s"],
            leak_psi=given["leak_psi"],
            leak_ul_s_psi=one["leak_ul_s_psi"],
            rupture_psi=given["rupture_psi"],
        )
        plant = build_plant(
            disc,
            syringe=str(one["syringe"]),
            needle=needle,
            contrast=int(contrast),
            bore_error_mm=one["bore_error_mm"],
            warming_s=one["warming_s"],
            line_ul_psi=one["line_ul_psi"],
            air_ml=given["air_ml"] or 0.0,
            stiction_n=given["stiction_n"] or 0.0,
            backlash_steps=int(given["backlash_steps"] or 0),
            path=draws["plant_path"][number].item(),
        )
        built = np.zeros((), dtype=DRAW)
        set_parts(built, plant, LineSensor(), SecondSensor())
        for name in DRAW.names or ():
            # The builder has one give of the rod for all, a mix has its range.
            if name.startswith(("disc_", "plant_", "syringe_")) and "_rod_" not in name:
                if name == "syringe_slack_steps":
                    assert 0 <= draws[name][number] <= built["syringe_backlash_steps"]
                else:
                    assert draws[name][number] == built[name], (number, name)


def test_a_calibrated_zero_is_near_the_sensors_own_and_others_are_0():
    sampler = Sampler(load("default"), 4)
    at, draws = sampler.parameters(0, MANY), sampler.draws(0, MANY)
    calibrated = ~np.isnan(at["zero_error_pa"])
    assert (draws["zero_pa"][~calibrated] == 0).all()
    off_pa = draws["zero_pa"] - draws["line_offset_pa"]
    assert np.abs(off_pa[calibrated]).max() <= 2000.5
