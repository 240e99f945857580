"""What is known of the equipment before a run, each with its uncertainty and where it is from."""

from dataclasses import dataclass
from math import log

from manostat_sim.plant import tables
from manostat_sim.plant.sensors import FULL_SCALE_PA

Z95 = 1.959964
"""Standard deviations on each side of a normal 95 % interval."""


@dataclass(frozen=True)
class SensorError:
    """What the line sensor may be wrong by, and no decay shows: bounds, not deviations.

    `offset_half_pa`: zero error. `span_half`: share of the reading.
    """

    offset_half_pa: float
    span_half: float

    def half_pa(self, pressure_pa: float) -> float:
        """Half-width of a 95 % interval: the larger bound and half of the smaller. The sum of two
        even distributions that do not know of each other stays within it in 95 % or more while
        the smaller is at most 0.8 of the larger, and in 94 % when they are equal (C)."""
        bounds = (self.offset_half_pa, self.span_half * abs(pressure_pa))
        return max(bounds) + min(bounds) / 2.0


HSC = SensorError(tables.LINE_SENSOR_TOTAL_ERROR * FULL_SCALE_PA, tables.LINE_SENSOR_TOTAL_ERROR)
"""No zero was taken: the whole total error band (M), as offset and as span, each for itself (E)."""

HSC_ZEROED = SensorError(
    tables.LINE_SENSOR_ACCURACY * FULL_SCALE_PA, tables.LINE_SENSOR_TOTAL_ERROR
)
"""A zero was taken at the height of the disc: what is left of the offset is the accuracy, 0.25 %
of full scale (H)."""


@dataclass(frozen=True)
class Compliance:
    """Line, syringe and rod together as a `comply` run measured them; `derive.compliance` makes it.

    `nl_per_pa` with the half-width of its 95 % interval. `air_nl`: air at the pressure at which the
    run began, with the same. `together`: correlation of the two errors: more air would have meant
    less compliance. `residual_nl`: spread around the curve.
    """

    nl_per_pa: float
    half_nl_per_pa: float
    air_nl: float = 0.0
    air_half_nl: float = 0.0
    together: float = 0.0
    residual_nl: float = 0.0

    def __post_init__(self) -> None:
        if not self.nl_per_pa > 0.0 or not self.half_nl_per_pa >= 0.0:
            raise ValueError(
                f"compliance: {self.nl_per_pa} +- {self.half_nl_per_pa} nL/Pa, allowed are a "
                "positive one and a half-width of 0 or more"
            )


@dataclass(frozen=True)
class NeedleRange:
    """Warm resistance in Pa s/nL, from least to most, and how much more it is with contrast at
    room temperature: `coldness` 0.7 is 70 % more. It only guides the fit: a needle that was
    labelled wrongly is found by its decay all the same, and said to be outside.
    """

    least_pa_s_nl: float
    most_pa_s_nl: float
    coldness: float

    @property
    def middle_log(self) -> float:
        """Logarithm of the middle."""
        return (log(self.least_pa_s_nl) + log(self.most_pa_s_nl)) / 2.0

    @property
    def half_log(self) -> float:
        """Half the range, in logarithms."""
        return (log(self.most_pa_s_nl) - log(self.least_pa_s_nl)) / 2.0


def needle_range(needle: str, contrast: int) -> NeedleRange:
    """By gauge and length, and iodine of iohexol: Poiseuille (C) with the bore's tolerance (H).

    KeyError for a needle that `tables.NEEDLES` does not know: use `ANY_NEEDLE`.
    """
    row = tables.NEEDLES[needle, contrast]
    bore_mm, off_mm = tables.BORE_MM[needle], tables.BORE_TOLERANCE_MM
    warm = row.warm * tables.PA_PER_NL_PER_PSI_PER_ML
    return NeedleRange(
        warm * (bore_mm / (bore_mm + off_mm)) ** 4,
        warm * (bore_mm / (bore_mm - off_mm)) ** 4,
        row.cold / row.warm - 1.0,
    )


_RANGES = [needle_range(*known) for known in tables.NEEDLES]
ANY_NEEDLE = NeedleRange(
    min(one.least_pa_s_nl for one in _RANGES),
    max(one.most_pa_s_nl for one in _RANGES),
    max(one.coldness for one in _RANGES),
)
"""Nothing was said of the needle: whatever the tables hold."""


@dataclass(frozen=True)
class Equipment:
    """`nl_num` / `nl_den`: volume of a step as prescribed. `step_half`: share by which that may be
    wrong (the barrel's bore; 0: not counted in, nobody has given a tolerance).
    """

    nl_num: int
    nl_den: int
    compliance: Compliance
    sensor: SensorError = HSC
    needle: NeedleRange = ANY_NEEDLE
    step_half: float = 0.0

    @property
    def step_nl(self) -> float:
        """nL of one step."""
        return self.nl_num / self.nl_den
