"""What Hypothesis draws: whole valid prescriptions, and raw inputs of any kind."""

from hypothesis import strategies as st

from manostat.core import codes

WORD = 2**30 - 1
MAX_STEPS = 262_143


@st.composite
def ratios(draw, finest_nl: int = 1, coarsest_nl: int = 4095):
    """`nl_num, nl_den` of a step between two whole volumes."""
    den = draw(st.integers(1, 4096))
    most = min((coarsest_nl + 1) * den - 1, (WORD - 1000 * den) // 500)
    return draw(st.integers(finest_nl * den, most)), den


@st.composite
def rates(draw, ratio: tuple[int, int]):
    """A rate that a motor with this step can make."""
    num, den = ratio
    most = min(200_000, 500 * num // den * 3, (WORD - 500 * num) // den)
    return draw(st.integers(1000, most))


@st.composite
def units(draw, modes=(codes.INJECT, codes.STEP, codes.PRIME), most_nl=20_000_000, of_ratios=None):
    """Any unit page that `validate` accepts, with at most `most_nl` of volume."""
    ratio = draw(of_ratios or ratios())
    whole = ratio[0] // ratio[1]
    rate_nl_s = draw(rates(ratio))
    volume_nl = draw(st.integers(max(1000, whole + 1), min(most_nl, MAX_STEPS * whole)))
    mode = draw(st.sampled_from(modes))
    step_nl = 0
    if mode == codes.STEP:
        step_nl = draw(st.integers(whole + 1, min(volume_nl, 1_000_000)))
    limits = st.integers(6895, 689_476)
    zero_pa = draw(st.integers(-34_474, 34_474))
    return (mode, rate_nl_s, volume_nl, draw(limits), draw(limits), step_nl, *ratio, zero_pa)


raw_inputs = st.tuples(
    st.one_of(st.just(2000), st.integers(0, 65_535)),  # elapsed_us
    st.one_of(st.sampled_from([0, 1638, 10_376, 16_383]), st.integers(0, 16_383)),  # line_raw
    st.sampled_from([0, 0, 0, 0, 1, 2, 3, 4]),  # line_status
    st.one_of(st.none(), st.sampled_from([0, 65_535]), st.integers(0, 65_535)),  # second
    st.one_of(st.sampled_from([0, 49, 51, 55, 57, 119]), st.integers(0, 127)),  # switches
    st.one_of(st.integers(0, 3), st.sampled_from([4, 15, 65_535])),  # made
    st.integers(0, 3),  # refused
)
