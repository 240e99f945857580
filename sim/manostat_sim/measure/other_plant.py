"""A disc and a needle that behave otherwise than the plant's, to strain what is derived.

Nobody has published any of this: every number here is a guess (E), chosen to be felt. What is
derived from records rests on a picture of disc and needle, and the plant's own parts are those of
the picture; these are not.
"""

from manostat_sim.plant.disc import Disc
from manostat_sim.plant.plant import Plant

STIFFER_PER_ML = 0.4
"""The lasting spring stiffens by so much of itself for each mL."""
FAST_SHARE = 0.1
"""A second spring that gives way, of the relaxing and lasting ones together,"""
FAST_S = 1.5
"""within about the time in which a line decays through a needle."""
HALF_COLD_NL_S = 50_000.0
"""The flow at which fresh contrast keeps the needle half way to its cold resistance."""


class OtherDisc(Disc):
    """Stiffens, and gives way with two times."""

    def __init__(self, like: Disc) -> None:
        super().__init__(
            like.opening_pa,
            like.elastance_pa_per_nl,
            like.relaxing_pa_per_nl,
            like.relaxing_s,
            like.leak_pa,
            like.leak_nl_per_s_pa,
            like.rupture_pa,
        )
        self.fast_pa_per_nl = FAST_SHARE * (like.elastance_pa_per_nl + like.relaxing_pa_per_nl)
        self.fast_pa = 0.0

    def face(self, dt_s: float, leaking: int) -> None:
        super().face(dt_s, 0)
        kept = FAST_S / (FAST_S + dt_s)
        slope = self.face_slope + self._stiffer(self.volume_nl) + self.fast_pa_per_nl * kept
        rest_pa = self.face_pa + self._more_pa(self.volume_nl) + self.fast_pa * kept
        if leaking:
            drain = slope * self.leak_nl_per_s_pa * dt_s
            rest_pa = (rest_pa + drain * self.leak_pa) / (1.0 + drain)
            slope = slope / (1.0 + drain)
        self.face_pa, self.face_slope = rest_pa, slope

    def take(self, inflow_nl: float, dt_s: float, leaking: int) -> None:
        before_nl = self.volume_nl
        super().take(inflow_nl, dt_s, leaking)
        net_nl = self.volume_nl - before_nl
        kept = FAST_S / (FAST_S + dt_s)
        self.fast_pa = (self.fast_pa + self.fast_pa_per_nl * net_nl) * kept
        self.pressure_pa += self._more_pa(self.volume_nl) + self.fast_pa

    def _stiffer(self, volume_nl: float) -> float:
        return self.elastance_pa_per_nl * STIFFER_PER_ML * volume_nl / 1e6

    def _more_pa(self, volume_nl: float) -> float:
        return 0.5 * self._stiffer(volume_nl) * volume_nl


class OtherPlant(Plant):
    """Flow cools the needle, rest lets it warm."""

    def __init__(self, like: Plant) -> None:
        vars(self).update(vars(like))
        self.disc = OtherDisc(like.disc)

    def _warm(self, dt_s: float) -> None:
        flow_nl_s = abs(self.flow_nl_s)
        towards = flow_nl_s / (flow_nl_s + HALF_COLD_NL_S)
        kept = self.warming_s / (self.warming_s + dt_s)
        self.coldness = towards + (self.coldness - towards) * kept
        self.needle_pa_s_per_nl = (
            self.warm_pa_s_per_nl + (self.cold_pa_s_per_nl - self.warm_pa_s_per_nl) * self.coldness
        )
