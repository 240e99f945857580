"""The circuit that a recording fits best, and how sure its numbers are.

Least squares over all bins at once, with what is known beforehand (equipment, plausible discs) as
further residuals. Sensor offset and span are not in it: they shift all readings alike and no fit
can see them; `moments.py` adds them.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from manostat_tools.derive.circuit import Circuit, Course, run
from manostat_tools.derive.descent import least_squares
from manostat_tools.derive.equipment import Equipment
from manostat_tools.derive.grid import Grid
from manostat_tools.derive.recording import Floats
from manostat_tools.derive.vector import AIR, LEAK, LINE, NAMES, bounds, circuit_of, known_of

READING_SD_PA = 60.0
"""One reading: 0.7 counts of noise (E) and the rounding to a count of 79 Pa."""
_FLOOR_PA = 100.0
_FLOOR_S = 1.0
"""No line, needle and disc are truer to the picture than 100 Pa over a second (E)."""
_DOUBT = 1.5
_GAIN = 0.8
"""Residuals so much over the floor ask for another picture, which must take away a fifth (E)."""
_ROUNDS = 3


@dataclass(frozen=True)
class Fit:
    """`vector` with its `covariance`, inflated to what the residuals are.

    `rms_pa`: of the residuals over half a second. `inflation`: the residuals' weight over that of
    white noise of one reading. `leaks`: a leak was needed.
    `loose`: the line had to be other than its compliance run says.
    """

    equipment: Equipment
    grid: Grid
    vector: Floats
    covariance: Floats
    residual_pa: Floats
    rms_pa: float
    inflation: float
    leaks: bool
    loose: bool

    def circuit(self, vector: Floats | None = None) -> Circuit:
        """Of this vector, or of the best one."""
        return circuit_of(self.vector if vector is None else vector, self.equipment, self.grid)

    def course(self, vector: Floats | None = None) -> Course:
        """The best course, or that of another vector."""
        return run(self.circuit(vector), self.grid.edges_s, self.grid.pushed_nl)

    def spread(self, of: Callable[[Circuit, Course], Floats]) -> tuple[Floats, Floats]:
        """Values of `of` and their standard deviations, by the slopes along each number."""
        best = of(self.circuit(), self.course())
        slopes = np.empty((len(best), len(self.vector)))
        sds = np.sqrt(np.diag(self.covariance))
        for place, sd in enumerate(sds):
            shifted = []
            for sign in (1.0, -1.0):
                vector = self.vector.copy()
                vector[place] += sign * 0.2 * sd
                vector = np.clip(vector, *bounds(len(vector)))
                values = of(self.circuit(vector), self.course(vector))
                shifted.append((vector[place], values))
            apart = shifted[0][0] - shifted[1][0]
            slopes[:, place] = (shifted[0][1] - shifted[1][1]) / apart if apart else 0.0
        variance = np.einsum("ij,jk,ik->i", slopes, self.covariance, slopes)
        return best, np.sqrt(np.maximum(variance, 0.0))


def fit_circuit(grid: Grid, equipment: Equipment, first: Floats) -> Fit:
    """The best fit from `first` (see `start.py`). A leak, and a line that is not as the compliance
    run found it, are taken in only if the record cannot be explained without."""
    best = _settle(grid, equipment, first)
    if best.inflation < _DOUBT:
        return best
    plain = best.vector
    disc_pa = best.course().disc_pa
    leaks = [
        np.append(plain, [LEAK[0], float(np.min(disc_pa) + share * np.ptp(disc_pa)) / 1e3])
        for share in (0.4, 0.8)
    ]
    for vector, loose in ((plain, True), *((leak, False) for leak in leaks)):
        other = _settle(grid, equipment, vector, loose)
        if other.inflation < _GAIN * best.inflation:
            best = other
    return best


def _settle(grid: Grid, equipment: Equipment, first: Floats, loose: bool = False) -> Fit:
    """Fit, look what the residuals are, and weigh the record against what is known by that."""
    vector = first
    seen = np.flatnonzero(grid.readings > 0)
    bin_s = float(grid.edges_s[1] - grid.edges_s[0])
    weight = np.sqrt(grid.readings[seen]) / READING_SD_PA
    floor = _FLOOR_PA * (_FLOOR_S / bin_s) ** 0.5 * float(np.median(weight))
    known, sds = known_of(equipment, len(first), float(first[-1]), loose)
    low, high = bounds(len(first))
    together = 0.0 if loose else max(-0.999, min(equipment.compliance.together, 0.999))
    inflation = floor
    for _ in range(_ROUNDS):

        def misses(v: Floats, inflation: float = inflation) -> Floats:
            line_pa = run(circuit_of(v, equipment, grid), grid.edges_s, grid.pushed_nl).line_pa
            mean_pa = (line_pa[:-1] + line_pa[1:]) / 2.0
            off = (mean_pa[seen] - grid.mean_pa[seen]) * weight / inflation
            far = (v - known) / sds
            # More air would have meant less compliance: the two are known together.
            far[AIR] = (far[AIR] - together * far[LINE]) / (1.0 - together**2) ** 0.5
            return np.concatenate([off, far])

        found = least_squares(misses, vector, low, high, np.minimum(sds, 1.0))
        vector = found.vector
        white = found.misses[: len(seen)] * inflation
        before, inflation = inflation, max(_weight_of(white, bin_s), floor)
        if inflation < 1.3 * before:
            break
    covariance = np.linalg.inv(found.normal) * max(inflation / before, 1.0) ** 2
    residual_pa = np.full(len(grid.mean_pa), np.nan)
    residual_pa[seen] = -white / weight
    smooth = _blocks(residual_pa[seen], max(round(0.5 / bin_s), 1))
    rms_pa = float(np.sqrt(np.mean(smooth**2)))
    return Fit(
        equipment,
        grid,
        vector,
        covariance,
        residual_pa,
        rms_pa,
        inflation / floor,
        len(vector) == len(NAMES),
        loose,
    )


def _blocks(values: Floats, size: int) -> Floats:
    whole = len(values) // size * size
    if whole == 0:
        return np.array([np.mean(values)])
    means: Floats = values[:whole].reshape(-1, size).mean(axis=1)
    return means


def _weight_of(white: Floats, bin_s: float) -> float:
    """Residuals in units of their white noise, times the root of how many bins go together: the
    largest of the deviations of block means, each scaled to one bin."""
    found = float(np.sqrt(np.mean(white**2)))
    for block_s in (0.1, 0.5, 2.0):
        size = max(round(block_s / bin_s), 1)
        if len(white) >= 4 * size:
            found = max(found, float(np.sqrt(np.mean(_blocks(white, size) ** 2) * size)))
    return found
