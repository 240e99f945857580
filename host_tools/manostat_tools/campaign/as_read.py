"""Pressures of a run in the numbers of its own line sensor, and what noise may add to them."""

from typing import Any

from manostat_sim.plant.noise import MOST_SD
from manostat_sim.plant.sensors import FULL_SCALE_PA
from manostat_tools.campaign.blocks import Block

_COUNT_PA = FULL_SCALE_PA / 13108
_SECOND_COUNT_PA = FULL_SCALE_PA / (0.8 * 4095)
PEAK_COLUMNS = ("out_peak_line_pa", "draw_line_span", "draw_line_offset_pa", "draw_zero_pa")
SLIP_COLUMNS = (
    "draw_syringe_rod_nl_per_pa",
    "draw_syringe_stiction_pa",
    "draw_syringe_sliding_pa",
    "draw_plant_line_nl_per_pa",
)


def as_read_pa(block: Block) -> Any:
    """By how much the line rose beyond the limit in the numbers of its own sensor, Pa: offset and
    span of the sensor and the page's zero taken out. The noise of the sensor stays in."""
    peak_pa = block["out_over_limit_pa"] + block["out_limit_pa"]
    read_pa = peak_pa * block["draw_line_span"] + block["draw_line_offset_pa"]
    return read_pa - block["draw_zero_pa"] - block["out_limit_pa"]


def slip_pa(block: Block) -> Any:
    """By how much a plunger that lets go raises the line by itself (`plant.syringe.Syringe.slip`):
    what rod and line make of the difference between sticking and sliding, Pa."""
    rod, line = block["draw_syringe_rod_nl_per_pa"], block["draw_plant_line_nl_per_pa"]
    let_go_pa = block["draw_syringe_stiction_pa"] - block["draw_syringe_sliding_pa"]
    return let_go_pa * rod / (rod + line)


def by_steps_pa(block: Block) -> Any:
    """`as_read_pa` less the slip."""
    return as_read_pa(block) - slip_pa(block)


def peak_as_read_pa(block: Block) -> Any:
    """Highest line pressure in the numbers of its own sensor, as `as_read_pa`, Pa."""
    read_pa = block["out_peak_line_pa"] * block["draw_line_span"]
    return read_pa + block["draw_line_offset_pa"] - block["draw_zero_pa"]


def most_rise_pa(block: Block) -> Any:
    """The highest rise from no pressure that the line sensor may have told, with the noise of its
    first and its last reading, Pa."""
    return block["out_peak_line_pa"] * block["draw_line_span"] + 2.0 * line_noise_pa(block)


def line_noise_pa(block: Block) -> Any:
    """The most that noise and rounding put on one reading of the line sensor, Pa: the simulator's
    noise has an end."""
    return (MOST_SD * block["draw_line_noise_counts"] + 1.0) * _COUNT_PA


def second_noise_pa(block: Block) -> Any:
    """The same of the second sensor."""
    return (MOST_SD * block["draw_second_noise_counts"] + 1.0) * _SECOND_COUNT_PA
