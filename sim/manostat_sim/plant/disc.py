"""An intervertebral disc that takes fluid: opening, elastance, relaxation, leak, rupture."""

NEVER_PA = 1e12


class Disc:
    """A standard linear solid with a threshold: a spring, beside a spring on a dashpot.

    `opening_pa`: pressure inside before any fluid came; no flow enters below it.
    `elastance_pa_per_nl`: the lasting spring. `relaxing_pa_per_nl`: the spring that gives way,
    with time constant `relaxing_s`.
    `leak_nl_per_s_pa` above `leak_pa` (gauge) leaves the disc; at `rupture_pa` the disc tears once
    and leaks `rupture_nl_per_s_pa` above its opening pressure.
    """

    def __init__(
        self,
        opening_pa: float,
        elastance_pa_per_nl: float,
        relaxing_pa_per_nl: float = 0.0,
        relaxing_s: float = 20.0,
        leak_pa: float = NEVER_PA,
        leak_nl_per_s_pa: float = 0.0,
        rupture_pa: float = NEVER_PA,
        rupture_nl_per_s_pa: float = 3.0,
    ) -> None:
        self.opening_pa = float(opening_pa)
        self.elastance_pa_per_nl = float(elastance_pa_per_nl)
        self.relaxing_pa_per_nl = float(relaxing_pa_per_nl)
        self.relaxing_s = float(relaxing_s)
        self.leak_pa = float(leak_pa)
        self.leak_nl_per_s_pa = float(leak_nl_per_s_pa)
        self.rupture_pa = float(rupture_pa)
        self.rupture_nl_per_s_pa = float(rupture_nl_per_s_pa)
        self.ruptured = 0
        self.volume_nl = 0.0
        self.leaked_nl = 0.0
        self.relaxing_pa = 0.0
        self.pressure_pa = self.opening_pa
        # As the needle sees it over one update: pressure = face_pa + face_slope x inflow.
        self.face_pa = self.opening_pa
        self.face_slope = 0.0

    def face(self, dt_s: float, leaking: int) -> None:
        """Set the straight line that gives the pressure after `dt_s` for an inflow in nL."""
        kept = self.relaxing_s / (self.relaxing_s + dt_s)
        slope = self.elastance_pa_per_nl + self.relaxing_pa_per_nl * kept
        rest_pa = (
            self.opening_pa + self.elastance_pa_per_nl * self.volume_nl + self.relaxing_pa * kept
        )
        if leaking != 0:
            drain = slope * self.leak_nl_per_s_pa * dt_s
            rest_pa = (rest_pa + drain * self.leak_pa) / (1.0 + drain)
            slope = slope / (1.0 + drain)
        self.face_pa = rest_pa
        self.face_slope = slope

    def take(self, inflow_nl: float, dt_s: float, leaking: int) -> None:
        """Advance by `dt_s` with `inflow_nl` (negative: flows back), after `face`."""
        lost_nl = 0.0
        if leaking != 0:
            after_pa = self.face_pa + self.face_slope * inflow_nl
            lost_nl = self.leak_nl_per_s_pa * (after_pa - self.leak_pa) * dt_s
            if lost_nl > self.volume_nl + inflow_nl:
                lost_nl = self.volume_nl + inflow_nl
            if lost_nl < 0.0:
                lost_nl = 0.0
        kept = self.relaxing_s / (self.relaxing_s + dt_s)
        net_nl = inflow_nl - lost_nl
        self.relaxing_pa = (self.relaxing_pa + self.relaxing_pa_per_nl * net_nl) * kept
        self.volume_nl += net_nl
        if self.volume_nl < 0.0:
            self.volume_nl = 0.0
        self.leaked_nl += lost_nl
        self.pressure_pa = (
            self.opening_pa + self.elastance_pa_per_nl * self.volume_nl + self.relaxing_pa
        )
        if self.ruptured == 0 and self.pressure_pa > self.rupture_pa:
            self.ruptured = 1
            self.leak_pa = self.opening_pa
            self.leak_nl_per_s_pa = self.rupture_nl_per_s_pa
