"""What Hypothesis draws: valid prescriptions, worlds, raw inputs."""

from hypothesis import strategies as st

from manostat.core import codes
from manostat_sim.patient import Patient
from manostat_sim.plant.build import (
    build_disc,
    build_plant,
    typical_line_sensor,
    typical_second_sensor,
)
from manostat_sim.plant.plant import PATH_AIR, PATH_CLOSED, PATH_DETACHED, PATH_DISC

from .watched import DrawnWorld

WORD = 2**30 - 1
MAX_STEPS = 262_143
MODES = (codes.INJECT, codes.STEP, codes.PRIME, codes.COMPLY, codes.SHAM, codes.RELIEVE)


@st.composite
def ratios(draw, finest_nl: int = 1, coarsest_nl: int = 4095):
    """`nl_num, nl_den` of a step between two whole volumes."""
    den = draw(st.integers(1, 4096))
    most = min((coarsest_nl + 1) * den - 1, (WORD - 1000 * den) // 500)
    return draw(st.integers(finest_nl * den, most)), den


def fastest(ratio: tuple[int, int]) -> int:
    """The highest rate a motor with this step can make, nl/s."""
    num, den = ratio
    return min(200_000, 500 * num // den * 3, (WORD - 500 * num) // den)


@st.composite
def rates(draw, ratio: tuple[int, int]):
    """A rate that a motor with this step can make."""
    most = fastest(ratio)
    sixteenths = st.integers(1, 16).map(lambda share: max(1000, most * share // 16))
    return draw(st.integers(1000, most) | sixteenths)


@st.composite
def units(draw, of_ratios=ratios(), most_nl=20_000_000, modes=st.sampled_from(MODES)):  # noqa: B008
    """Any unit page that `validate` accepts, with at most `most_nl`."""
    ratio = draw(of_ratios)
    whole = ratio[0] // ratio[1]
    rate_nl_s = draw(rates(ratio))
    volume_nl = draw(st.integers(max(1000, whole + 1), min(most_nl, MAX_STEPS * whole)))
    mode = draw(modes)
    if mode == codes.RELIEVE:
        volume_nl = min(volume_nl, 500_000)
    step_nl = 0
    if mode == codes.STEP:
        step_nl = draw(st.integers(whole + 1, min(volume_nl, 1_000_000)))
    limits = st.integers(6895, 689_476) | st.sampled_from([344_738, 551_581, 689_476])
    zero_pa = draw(st.just(0) | st.integers(-34_474, 34_474))
    return (mode, rate_nl_s, volume_nl, draw(limits), draw(limits), step_nl, *ratio, zero_pa)


@st.composite
def units_that_reach_their_limit(draw):
    """Unit pages with low limits and much volume, at rates spread over all the motor can make."""
    syringes = st.sampled_from([(150_780, 4096), (292_406, 4096), (422_733, 4096), (735_744, 4096)])
    ratio = draw(syringes | ratios(finest_nl=10, coarsest_nl=600) | ratios())
    rate_nl_s = max(1000, fastest(ratio) * draw(st.integers(1, 16)) // 16)
    volume_nl = min(20_000_000, MAX_STEPS * (ratio[0] // ratio[1]))
    mode = draw(st.sampled_from((codes.INJECT, codes.STEP, codes.PRIME)))
    step_nl = min(1_000_000, volume_nl) if mode == codes.STEP else 0
    limits = st.integers(7, 250).map(lambda kpa: kpa * 1000)
    zero_pa = draw(st.integers(-34_474, 34_474))
    return (mode, rate_nl_s, volume_nl, draw(limits), draw(limits), step_nl, *ratio, zero_pa)


raw_inputs = st.tuples(
    st.one_of(st.just(2000), st.integers(0, 65_535)),  # elapsed_us
    st.one_of(st.sampled_from([0, 1638, 10_376, 16_383]), st.integers(0, 16_383)),  # line_raw
    st.sampled_from([0, 0, 0, 0, 1, 2, 3, 4]),  # line_status
    st.one_of(st.none(), st.sampled_from([0, 65_535]), st.integers(0, 65_535)),  # second
    st.one_of(st.sampled_from([0, 49, 51, 55, 57, 119]), st.integers(0, 255)),  # switches
    st.one_of(st.integers(0, 3), st.sampled_from([4, 15, 65_535])),  # made
    st.integers(0, 3),  # refused
)


def _between(low: float, high: float):
    return st.floats(low, high, allow_nan=False)


@st.composite
def worlds(draw, step_nl: float):
    """Plant, sensors and patient, over the ranges of `manostat_sim.plant.tables` and a bit more."""
    path = draw(st.sampled_from([PATH_DISC] * 4 + [PATH_CLOSED] * 4 + [PATH_DETACHED, PATH_AIR]))
    disc = build_disc(
        draw(_between(3, 220)),
        draw(_between(0, 40)),
        relaxing_share=draw(st.sampled_from([0.0, 0.17, 0.25, 0.34])),
        leak_psi=draw(st.none() | _between(5, 30)),
        leak_ul_s_psi=draw(_between(1, 3)),
        rupture_psi=draw(st.none() | _between(20, 90)),
    )
    plant = build_plant(
        disc,
        needle=draw(st.sampled_from(["22G x 152", "25G x 152", "25G x 89"])),
        contrast=240,
        bore_error_mm=draw(st.sampled_from([-0.019, 0.0, 0.019])),
        line_ul_psi=draw(_between(1, 10)),
        air_ml=draw(st.sampled_from([0.0, 0.0, 0.01, 0.1, 0.3])),
        stiction_n=draw(st.sampled_from([0.0, 0.0, 2.0, 5.0])),
        backlash_steps=draw(st.sampled_from([0, 20, 100])),
        path=path,
    )
    plant.syringe.step_nl = step_nl
    seed, share = draw(st.integers(0, 10**6)), draw(st.sampled_from([0.0, 0.5, 1.0]))
    line, second = typical_line_sensor(seed, share), typical_second_sensor(seed, share)
    line.noise_counts = draw(st.sampled_from([0.0, 0.7, 2.0]))
    patient = Patient(
        draw(st.sampled_from(["absent", "absent", "concordant"])),
        threshold_psi=draw(_between(1, 60)),
        reaction_s=draw(_between(0, 3)),
        press_s=draw(_between(0.01, 1)),
    )
    return DrawnWorld(plant, line, second, patient)
