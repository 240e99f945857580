"""Syringe, line, needle and disc as one hydraulic circuit.

    syringe --> line (compliance, air; the sensors sit here) --> needle (resistance) --> disc

The flow through the needle is found by backward Euler, in closed form, so that an update of any
length from 1 us to 2 ms is stable. Every nanolitre pushed is in the line, in the disc, leaked or
spilled. Not modelled: inertia (the tubes are short), cavitation.
"""

from math import sqrt

from manostat_sim.plant.disc import Disc
from manostat_sim.plant.syringe import Syringe

ATMOSPHERE_PA = 101325.0

# Where the far end of the line goes.
PATH_DISC = 0
PATH_CLOSED = 1
PATH_DETACHED = 2
PATH_AIR = 3

_LONGEST_US = 2000


class Plant:
    """The fluid circuit, in Pa (gauge), nL, s. Truth is in plain attributes:

    `line_pa`, `stored_nl` (held in the line), `spilled_nl` (left by an open end), `flow_nl_s`
    (mean over the last update), `disc.pressure_pa`, `disc.opening_pa`, `disc.volume_nl`,
    `disc.leaked_nl`, `syringe.delivered_nl`, `now_us`.

    `line_nl_per_pa`: compliance of line and syringe, 2-10 uL/psi (E).
    `air_nl`: air in the line at atmospheric pressure.
    `cold_pa_s_per_nl`, `warm_pa_s_per_nl`: needle resistance with the contrast at 20 and at 37 C;
    it warms with time constant `warming_s` (E) while the needle is in the patient.
    `open_pa_s_per_nl`: resistance of a line without needle.
    """

    def __init__(
        self,
        syringe: Syringe,
        disc: Disc,
        line_nl_per_pa: float,
        cold_pa_s_per_nl: float,
        warm_pa_s_per_nl: float,
        warming_s: float = 30.0,
        air_nl: float = 0.0,
        path: int = PATH_DISC,
        open_pa_s_per_nl: float = 0.007,
    ) -> None:
        self.syringe = syringe
        self.disc = disc
        self.line_nl_per_pa = float(line_nl_per_pa)
        self.cold_pa_s_per_nl = float(cold_pa_s_per_nl)
        self.warm_pa_s_per_nl = float(warm_pa_s_per_nl)
        self.warming_s = float(warming_s)
        self.air_nl = float(air_nl)
        self.path = path
        self.open_pa_s_per_nl = float(open_pa_s_per_nl)
        self.coldness = 1.0
        self.needle_pa_s_per_nl = self.cold_pa_s_per_nl
        self.now_us = 0
        self.line_pa = 0.0
        self.stored_nl = 0.0
        self.spilled_nl = 0.0
        self.flow_nl_s = 0.0

    def step(self, direction: int) -> None:
        """One microstep at the present time; `direction` > 0 presses the plunger."""
        self.syringe.step(direction)
        self._push()

    def advance(self, dt_us: int) -> None:
        """Let `dt_us` microseconds pass (0 and more)."""
        left_us = dt_us
        while left_us > 0:
            part_us = left_us
            if part_us > _LONGEST_US:
                part_us = _LONGEST_US
            self._flow(part_us * 1e-6)
            left_us -= part_us
        self.now_us += dt_us

    def close(self) -> None:
        """Close the far end: a turned stopcock, or an occluded needle."""
        self.path = PATH_CLOSED

    def open(self) -> None:
        """Lead the line into the disc again: an occlusion comes free, a line is reconnected."""
        self.path = PATH_DISC

    def detach(self) -> None:
        """Pull the line off the needle: it spills, the disc keeps what it holds."""
        self.path = PATH_DETACHED

    def point_at_air(self) -> None:
        """Hold the needle into the air, as for priming."""
        self.path = PATH_AIR

    def _push(self) -> None:
        pushed_nl = self.syringe.slip(self.line_pa, self._compliance())
        if pushed_nl != 0.0:
            self.stored_nl += pushed_nl
            self.line_pa = self._pressure(self.stored_nl, self.line_nl_per_pa)

    def _compliance(self) -> float:
        if self.air_nl == 0.0:
            return self.line_nl_per_pa
        absolute_pa = ATMOSPHERE_PA + self.line_pa
        return self.line_nl_per_pa + self.air_nl * ATMOSPHERE_PA / (absolute_pa * absolute_pa)

    def _pressure(self, held_nl: float, nl_per_pa: float) -> float:
        """The pressure at which `nl_per_pa` and the air, isothermal, hold `held_nl` together."""
        if self.air_nl == 0.0:
            return held_nl / nl_per_pa
        b = nl_per_pa * ATMOSPHERE_PA + self.air_nl - held_nl
        root = sqrt(b * b + 4.0 * nl_per_pa * held_nl * ATMOSPHERE_PA)
        # The two forms of the same root: each where it does not subtract like from like.
        if b > 0.0:
            return 2.0 * held_nl * ATMOSPHERE_PA / (b + root)
        return (root - b) / (2.0 * nl_per_pa)

    def _drain(self, far_pa: float, far_slope: float, resistance: float, dt_s: float) -> float:
        """Outflow in `dt_s`, nL, towards a far end at `far_pa + far_slope x outflow`."""
        conductance = dt_s / (resistance + far_slope * dt_s)
        line_pa = self._pressure(
            self.stored_nl + far_pa * conductance, self.line_nl_per_pa + conductance
        )
        return (line_pa - far_pa) * conductance

    def _flow(self, dt_s: float) -> None:
        disc = self.disc
        if self.path == PATH_DISC:
            disc.face(dt_s, 0)
            leaking = 0
            out_nl = self._drain(disc.face_pa, disc.face_slope, self.needle_pa_s_per_nl, dt_s)
            if disc.face_pa + disc.face_slope * out_nl > disc.leak_pa:
                leaking = 1
                disc.face(dt_s, 1)
                out_nl = self._drain(disc.face_pa, disc.face_slope, self.needle_pa_s_per_nl, dt_s)
            if out_nl < -disc.volume_nl:
                # Nothing flows back out of a disc that holds nothing.
                out_nl = -disc.volume_nl
            disc.take(out_nl, dt_s, leaking)
        else:
            disc.face(dt_s, 0)
            leaking = 0
            if disc.face_pa > disc.leak_pa:
                leaking = 1
                disc.face(dt_s, 1)
            disc.take(0.0, dt_s, leaking)
            out_nl = 0.0
            if self.path == PATH_DETACHED:
                out_nl = self._drain(0.0, 0.0, self.open_pa_s_per_nl, dt_s)
            elif self.path == PATH_AIR:
                out_nl = self._drain(0.0, 0.0, self.needle_pa_s_per_nl, dt_s)
            self.spilled_nl += out_nl
        self.flow_nl_s = out_nl / dt_s
        if out_nl != 0.0:
            self.stored_nl -= out_nl
            self.line_pa = self._pressure(self.stored_nl, self.line_nl_per_pa)
        if self.path != PATH_AIR:
            self._warm(dt_s)
        if self.syringe.rod_nl_per_pa != 0.0:
            self._push()

    def _warm(self, dt_s: float) -> None:
        self.coldness = self.coldness * self.warming_s / (self.warming_s + dt_s)
        self.needle_pa_s_per_nl = (
            self.warm_pa_s_per_nl + (self.cold_pa_s_per_nl - self.warm_pa_s_per_nl) * self.coldness
        )
