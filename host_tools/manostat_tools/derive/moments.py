"""Needle, disc pressure, volume, elastance and work at chosen moments, out of a fit.

Each interval puts together, as roots of summed squares: what the fit leaves open (1.96 deviations),
the sensor's offset and span, what the picture of the needle may be wrong by, and how far the
record itself lies from the fit at that moment.
"""

from collections.abc import Sequence

import numpy as np

from manostat_sim.plant import tables
from manostat_sim.plant.sensors import FULL_SCALE_PA
from manostat_tools.derive.circuit import ATMOSPHERE_PA, Circuit, Course
from manostat_tools.derive.equipment import Z95
from manostat_tools.derive.fit import Fit
from manostat_tools.derive.recording import Floats
from manostat_tools.session.model import Quantity

RESISTANCE_RULE = "needle resistance, decay of the line at stops and holds, v1"
PRESSURE_RULE = "disc pressure, line less needle drop, v1"
ABOVE_RULE = "disc pressure above opening, line less needle drop less opening, v1"
VOLUME_RULE = "disc volume, steps less lost less line, v1"
ELASTANCE_RULE = "elastance, mean slope from opening, v1"
WORK_RULE = "work, integral of disc pressure over volume, v1"

NEEDLE_SHARE = 0.05
"""A needle that warms along its length and by its flow, before a disc that gives way in more ways
than one, is not quite the one resistance of the picture (E; `manostat derive-check --other` shows
how much of that two strangers need)."""
LINE_CURVE_PA = tables.LINE_SENSOR_ACCURACY * FULL_SCALE_PA
"""Volume in the line is read off its pressure, and no straight line through the sensor's own curve
comes nearer to it than its accuracy, 0.25 % of full scale (H)."""
_NEAR_S = 0.1
_J_PER_PA_NL = 1e-12
_MJ = 1e3 * _J_PER_PA_NL
_PLACES = 7


class Moments:
    """Values and deviations at `at_s`, seconds from the start of the record, found once. `gaps`:
    of the record, as `Recording.gaps` gives them, on the clock of `at_s` in microseconds.
    """

    def __init__(
        self, fit: Fit, at_s: Sequence[float], gaps: Sequence[tuple[int, int, int]] = ()
    ) -> None:
        self.fit = fit
        self.gaps = gaps
        self.at_s = list(at_s)
        self.grid = fit.grid
        self._values, self._sds = fit.spread(self._all)
        self._circuit = fit.circuit()
        self._line_pa = fit.course().line_pa

    def resistance(self, place: int) -> Quantity:
        """Pa s/nL at a moment."""
        value, sd = self._of(place, 2)
        half = _root(Z95 * sd, NEEDLE_SHARE * value, self.fit.equipment.sensor.span_half * value)
        return self._quantity("needle_resistance", place, value, half, "Pa s/nL", RESISTANCE_RULE)

    def resistance_half(self, place: int) -> float:
        """Half-width of what the fit alone leaves open, as a share of the resistance."""
        value, sd = self._of(place, 2)
        return Z95 * sd / value

    def pressure(self, place: int) -> Quantity:
        """Pa gauge in the disc."""
        value, sd = self._of(place, 0)
        off_pa = self._off_pa(place)
        drop_pa = self._of(place, 3)[0]
        sensor = self.fit.equipment.sensor.half_pa(value)
        half = _root(Z95 * sd, NEEDLE_SHARE * drop_pa, off_pa, sensor)
        return self._quantity("disc_pressure", place, value + off_pa, half, "Pa", PRESSURE_RULE)

    def above_opening(self, place: int) -> Quantity:
        """Pa over the disc's pressure before any fluid came: an offset of the sensor is in both."""
        value, sd = self._of(place, 4)
        off_pa = self._off_pa(place)
        drop_pa = self._of(place, 3)[0]
        span = self.fit.equipment.sensor.span_half * value
        half = _root(Z95 * sd, NEEDLE_SHARE * drop_pa, off_pa, span)
        return self._quantity("disc_above_opening", place, value + off_pa, half, "Pa", ABOVE_RULE)

    def volume(self, place: int) -> Quantity:
        """nL that have passed the needle since the record began; what leaked out is counted too."""
        value, sd = self._of(place, 1)
        soft = self._soft(place)
        off_nl = soft * self._off_pa(place)
        curved_nl = soft * LINE_CURVE_PA
        equipment = self.fit.equipment
        pushed_nl = float(np.interp(self.at_s[place], self.grid.edges_s, self.grid.pushed_nl))
        half = _root(
            Z95 * sd,
            off_nl,
            curved_nl,
            self._disagreed_nl(place),
            self._unknown_nl(place),
            equipment.step_half * pushed_nl,
            equipment.step_nl,
        )
        value = max(value - off_nl, 0.0)
        return self._quantity("disc_volume", place, value, half, "nL", VOLUME_RULE)

    def elastance(self, place: int) -> Quantity | None:
        """Pa/nL, (disc - opening) / volume: the mean slope, as the published figures are. None
        with less than 20 uL in the disc."""
        volume = self.volume(place)
        if volume.value < 20_000.0:
            return None
        value, sd = self._of(place, 5)
        above = self.above_opening(place)
        if above.high is None or volume.high is None:
            return None
        others = (above.high - above.value) / volume.value
        steps = self.fit.equipment.step_half * value
        half = _root(Z95 * sd, others, steps)
        return self._quantity("elastance", place, value, half, "Pa/nL", ELASTANCE_RULE)

    def work(self, place: int) -> Quantity:
        """mJ done on the disc since the record began, against its gauge pressure."""
        value, sd = self._of(place, 6)
        volume_nl = self._of(place, 1)[0]
        pressure = self.pressure(place)
        high = pressure.value if pressure.high is None else pressure.high
        half = _root(
            Z95 * sd,
            (high - pressure.value) * volume_nl * _MJ,
            self.fit.equipment.step_half * value,
        )
        return self._quantity("work", place, value, half, "mJ", WORK_RULE)

    def _all(self, circuit: Circuit, course: Course) -> Floats:
        edges_s = self.grid.edges_s
        rows = []
        for at_s in self.at_s:
            disc, entered, needle, flow, work = (
                float(np.interp(at_s, edges_s, column))
                for column in (
                    course.disc_pa,
                    course.entered_nl,
                    course.needle_pa_s_nl,
                    course.flow_nl_s,
                    course.work_pa_nl,
                )
            )
            above = disc - circuit.opening_pa
            slope = above / max(entered, 1.0)
            rows += [disc, entered, needle, needle * flow, above, slope, work * _MJ]
        return np.array(rows)

    def _of(self, place: int, column: int) -> tuple[float, float]:
        index = place * _PLACES + column
        return float(self._values[index]), float(self._sds[index])

    def _off_pa(self, place: int) -> float:
        """Record less fit around a moment; 0 where a gap shows nothing."""
        near = np.abs(self.grid.middle_s - self.at_s[place]) <= _NEAR_S
        seen = self.fit.residual_pa[near]
        seen = seen[~np.isnan(seen)]
        return float(np.mean(seen)) if len(seen) else 0.0

    def _unknown_nl(self, place: int) -> float:
        """Steps of a gap around the moment: all of them may lie before it, or after."""
        at_us = self.at_s[place] * 1e6
        step_nl = self.fit.equipment.step_nl
        return float(sum(made * step_nl for begin, end, made in self.gaps if begin < at_us < end))

    def _disagreed_nl(self, place: int) -> float:
        """Held by the line as the record shows it, less as the compliance run showed it, as far as
        that is more than the latter's interval: one of the two is wrong."""
        circuit, line = self._circuit, self.fit.equipment.compliance
        line_pa = float(np.interp(self.at_s[place], self.grid.edges_s, self._line_pa))
        rise_pa = line_pa - circuit.start_pa
        squeezed = rise_pa / (ATMOSPHERE_PA + line_pa)
        shown = circuit.line_nl_pa * rise_pa + circuit.air_nl * squeezed
        known = line.nl_per_pa * rise_pa + line.air_nl * squeezed
        tilt, bend = line.half_nl_per_pa * rise_pa, line.air_half_nl * squeezed
        half = (tilt**2 + bend**2 + 2.0 * line.together * tilt * bend) ** 0.5
        return float(max(abs(shown - known) - half, 0.0))

    def _soft(self, place: int) -> float:
        circuit = self._circuit
        line_pa = float(np.interp(self.at_s[place], self.grid.edges_s, self._line_pa))
        at_start = ATMOSPHERE_PA + circuit.start_pa
        return circuit.line_nl_pa + circuit.air_nl * at_start / (ATMOSPHERE_PA + line_pa) ** 2

    def _quantity(
        self, name: str, place: int, value: float, half: float, unit: str, rule: str
    ) -> Quantity:
        return Quantity(
            name=name,
            value=value,
            low=value - half,
            high=value + half,
            unit=unit,
            rule=rule,
            inputs={"at_us": round(self.at_s[place] * 1e6), **inputs_of(self.fit)},
        )


def inputs_of(fit: Fit) -> dict[str, float | int | str]:
    """What every value of a fit rests on."""
    equipment, circuit = fit.equipment, fit.circuit()
    line, needle = equipment.compliance, equipment.needle
    return {
        "nl_num": equipment.nl_num,
        "nl_den": equipment.nl_den,
        "step_half_share": equipment.step_half,
        "sensor_offset_half_pa": equipment.sensor.offset_half_pa,
        "sensor_span_half_share": equipment.sensor.span_half,
        "measured_line_nl_per_pa": line.nl_per_pa,
        "measured_line_half_nl_per_pa": line.half_nl_per_pa,
        "measured_air_nl": line.air_nl,
        "measured_air_half_nl": line.air_half_nl,
        "needle_least_pa_s_nl": needle.least_pa_s_nl,
        "needle_most_pa_s_nl": needle.most_pa_s_nl,
        "needle_coldness": needle.coldness,
        "readings": int(np.sum(fit.grid.readings)),
        "fit_rms_pa": fit.rms_pa,
        "fit_inflation": fit.inflation,
        "fit_contradicts_line": int(fit.loose),
        **{f"fit_{name}": value for name, value in circuit._asdict().items() if value < 1e11},
    }


def _root(*halves: float) -> float:
    return float(sum(half * half for half in halves) ** 0.5)
