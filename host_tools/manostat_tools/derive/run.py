"""All derived values of one run."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from manostat_sim.plant import tables
from manostat_tools import words
from manostat_tools.derive.equipment import Equipment
from manostat_tools.derive.fit import Fit, fit_circuit
from manostat_tools.derive.grid import grid_of
from manostat_tools.derive.moments import Moments
from manostat_tools.derive.plateau import plateau
from manostat_tools.derive.recording import Recording
from manostat_tools.derive.refusal import NotDerived
from manostat_tools.derive.start import first_guess
from manostat_tools.session.model import Quantity
from manostat_tools.session.moment import PRESS, STOP

BEFORE_MS = (0, 500, 1000, 2000, 3000)
"""Of a pain mark: the press and its look-back."""
MOST_MISFIT_PA = 0.5 * tables.PA_PER_PSI
UNSEEN_MISFIT_PA = 0.05 * tables.PA_PER_PSI
"""With a rest that was not recorded (E): levels that went on after 15 s and 180 s left 11 Pa at
most on the core bench, and 1000 Pa and more where the line had been off the needle in between."""
_LEAST_RISE_PA = 2.0 * tables.PA_PER_PSI  # as the pump's own guard takes a line for detached (E)
_LEAST_TAUS = 1.0
_LEAST_DROP_PA = 0.2 * tables.PA_PER_PSI
_MOST_RESISTANCE_HALF = 0.25
_GAP = "the moment lies in a gap of the record in which the plunger moved"
_EMPTY_PA = tables.PA_PER_PSI
_NEEDS_OPENING = ("disc_above_opening", "elastance")
_NEEDS_NEEDLE = ("disc_pressure", "disc_above_opening", "elastance", "work")
_SINCE_LEVEL_BEGAN = ("disc_volume", "disc_above_opening", "elastance", "work")


@dataclass(frozen=True)
class Derived:
    """Values, and what could not be derived with the reason. `fit` None: nothing was fitted."""

    values: tuple[Quantity, ...]
    refused: tuple[NotDerived, ...]
    fit: Fit | None = None

    def at(self, name: str, before_ms: int = 0) -> Quantity | None:
        """The value of this name, at the press or so long before it; None if it was refused."""
        for value in self.values:
            if value.name == name and value.inputs.get("before_ms") == before_ms:
                return value
        return None

    def at_stops(self, name: str) -> tuple[Quantity, ...]:
        """Values of this name at the stops and holds, in their order."""
        return tuple(
            value for value in self.values if value.name == name and "before_ms" not in value.inputs
        )

    def why_not(self, name: str) -> str | None:
        """The reason, or None."""
        return next((one.reason for one in self.refused if one.name == name), None)


def derive(
    recording: Recording,
    equipment: Equipment,
    press_us: int | None = None,
    before_ms: Sequence[int] = BEFORE_MS,
) -> Derived:
    """Everything that can be said of a run into a disc. `press_us`: of the pain button, on the
    record's clock; None: the last stop takes its place, which is the record's end where the plunger
    moves up to there. Each value keeps which, as `moment` of its inputs. Look-back points before
    the record began are left out. ValueError for a press outside the record.
    """
    begin_us, end_us = int(recording.time_us[0]), int(recording.time_us[-1])
    if press_us is not None and not begin_us <= press_us <= end_us:
        raise ValueError(f"press at {press_us} us, the record holds {begin_us} to {end_us}")
    stops = recording.stops_us()
    names = ("needle_resistance", "disc_volume", *_NEEDS_NEEDLE, "plateau")
    if not stops:
        why = "the plunger never moved, or never came to rest in the record"
        return Derived((), tuple(NotDerived(name, why) for name in names))
    plateaus = [plateau(recording, stop, equipment.sensor) for stop in stops]
    values: list[Quantity] = [one for one in plateaus if isinstance(one, Quantity)]
    refused = [one for one in plateaus if isinstance(one, NotDerived)]
    grid = grid_of(recording, equipment.step_nl)
    if _rise_pa(recording) < _LEAST_RISE_PA:
        why = "the line rose by less than 2 psi: nothing shows that what left it entered a disc"
        return Derived(tuple(values), (*refused, *(NotDerived(name, why) for name in names[:-1])))
    fit = fit_circuit(grid, equipment, first_guess(recording, grid, equipment))
    why = _misfit(recording, fit)
    if why:
        refused += [NotDerived(name, why) for name in names[:-1]]
        return Derived(tuple(values), tuple(refused), fit)
    moment = STOP if press_us is None else PRESS
    if press_us is None:
        # Not the stop before: that is the rest of the opening, with another disc pressure.
        press_us = end_us if recording.moving[-1] else stops[-1]
    known_ms = [ms for ms in before_ms if press_us - 1000 * ms >= begin_us]
    found, missing = _of_fit(recording, fit, press_us, stops, known_ms)
    if not recording.begins_level:
        found, missing = _of_a_part(recording, equipment, found, missing)
    values += [_with_moment(value, moment) for value in found]
    return Derived(tuple(values), tuple(refused + missing), fit)


def _misfit(recording: Recording, fit: Fit) -> str:
    """Why the fit is not to be believed; "" if it is."""
    is_unseen = recording.has_unseen_rest()
    if fit.rms_pa <= (UNSEEN_MISFIT_PA if is_unseen else MOST_MISFIT_PA):
        return ""
    left = f"{fit.rms_pa:.0f} Pa"
    why = f"no line, needle and disc of the picture come nearer to the record than {left}"
    return f"{why}: was the line opened in a rest that was not recorded?" if is_unseen else why


def _rise_pa(recording: Recording) -> float:
    return float(np.max(recording.pressure_pa) - recording.pressure_pa[0])


def _of_fit(
    recording: Recording, fit: Fit, press_us: int, stops: Sequence[int], before_ms: Sequence[int]
) -> tuple[list[Quantity], list[NotDerived]]:
    begin_us = int(recording.time_us[0])
    marks = [(press_us - begin_us) * 1e-6 - ms * 1e-3 for ms in before_ms]
    halts = [(stop - begin_us) * 1e-6 for stop in stops]
    gaps = [(begin - begin_us, end - begin_us, made) for begin, end, made in recording.gaps()]
    moments = Moments(fit, marks + halts, gaps)
    values: list[Quantity] = []
    why = _needle_unseen(recording, fit, moments, stops, len(marks))
    refused = [NotDerived("needle_resistance", why)] if why else []
    if not why:
        values += [moments.resistance(len(marks) + place) for place in range(len(halts))]
        values.append(_named(moments.resistance(0), 0))
    values += [_named(moments.volume(place), ms) for place, ms in enumerate(before_ms)]
    if why:
        return values, refused + [NotDerived(name, why) for name in _NEEDS_NEEDLE]
    lost = [_in_gap(recording, round(at_s * 1e6) + begin_us) for at_s in marks]
    seen = [(place, ms) for place, ms in enumerate(before_ms) if not lost[place]]
    if len(seen) < len(before_ms):
        refused.append(NotDerived("disc_pressure", _GAP))
    values += [_named(moments.pressure(place), ms) for place, ms in seen]
    values.append(_named(moments.work(0), 0))
    why = _filled_before(fit)
    if why:
        return values, refused + [NotDerived(name, why) for name in _NEEDS_OPENING]
    values += [_named(moments.above_opening(place), ms) for place, ms in seen]
    elastance = moments.elastance(0)
    if elastance is None:
        refused.append(NotDerived("elastance", "less than 20 uL were in the disc"))
    else:
        values.append(_named(elastance, 0))
    return values, refused


def _of_a_part(
    recording: Recording,
    equipment: Equipment,
    values: Sequence[Quantity],
    refused: Sequence[NotDerived],
) -> tuple[list[Quantity], list[NotDerived]]:
    """What a record can say that begins after the level has: nothing that counts from there on."""
    before_nl = int(recording.steps[0]) * equipment.step_nl
    why = (
        f"the record begins with {words.volume(before_nl)} of the level counted already: what went "
        "in with them is not in it"
    )
    kept = [value for value in values if value.name not in _SINCE_LEVEL_BEGAN]
    others = [one for one in refused if one.name not in _SINCE_LEVEL_BEGAN]
    return kept, others + [NotDerived(name, why) for name in _SINCE_LEVEL_BEGAN]


def _in_gap(recording: Recording, at_us: int) -> bool:
    """Whether a moment lies in a gap in which the plunger moved: the flow is not known there."""
    return any(begin < at_us <= end and made for begin, end, made in recording.gaps())


def _filled_before(fit: Fit) -> str | None:
    """Why the record does not show the disc's opening, or None."""
    circuit = fit.circuit()
    vented_pa = fit.equipment.sensor.offset_half_pa + _EMPTY_PA
    if circuit.start_pa > max(vented_pa, circuit.opening_pa - _EMPTY_PA):
        return "the record begins with line and disc under pressure: the opening was before it"
    return None


def _needle_unseen(
    recording: Recording, fit: Fit, moments: Moments, stops: Sequence[int], first: int
) -> str | None:
    """Why no decay shows the needle, or None when one does."""
    circuit, course = fit.circuit(), fit.course()
    stiff = 1.0 / circuit.line_nl_pa + circuit.elastance_pa_nl
    longest = 0.0
    for place, stop in enumerate(stops):
        at = moments.at_s[first + place]
        edge = min(int(at / (fit.grid.edges_s[1] - fit.grid.edges_s[0])), len(course.line_pa) - 1)
        drop_pa = course.line_pa[edge] - course.disc_pa[edge]
        if drop_pa >= _LEAST_DROP_PA:
            tau_s = course.needle_pa_s_nl[edge] / stiff
            longest = max(longest, recording.rest_after_s(stop) / tau_s)
    if longest < _LEAST_TAUS:
        return f"no decay was seen for its time constant; the longest for {longest:.1f} of it"
    half = moments.resistance_half(0)
    if half > _MOST_RESISTANCE_HALF:
        return f"the decays leave the needle's resistance open by {100 * half:.0f} %"
    return None


def _named(value: Quantity, before_ms: int) -> Quantity:
    return value.model_copy(update={"inputs": {"before_ms": before_ms, **value.inputs}})


def _with_moment(value: Quantity, moment: str) -> Quantity:
    """What `before_ms` counts from: a mark that comes later must not make a press of a stop."""
    if "before_ms" not in value.inputs:
        return value
    return value.model_copy(update={"inputs": {"moment": moment, **value.inputs}})
