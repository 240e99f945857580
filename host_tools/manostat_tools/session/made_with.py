"""Runs that the pump made with another syringe or zero than the session states, as when these were
corrected later: its numbers stay as it counted them."""

from collections.abc import Callable, Iterator

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools import words
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.session.model import Prescription, Session
from manostat_tools.unit import step_ratio

_BOARD = "RPI_PICO"
_SAME = 1e-3
"""Of nL per step: what rounding to a ratio makes is a thousandth of that, and two barrels differ
by more."""
_SHOWS_PA = 0.05 * PA_PER_PSI
"""Less would not show in a pressure."""


def other_syringe(session: Session) -> Iterator[str]:
    """For each other volume of a step which runs have it, and what that does to their volumes."""
    syringe = session.syringe
    if syringe is None:
        return
    numerator, denominator = step_ratio(syringe.inner_diameter_mm, load_board(BOARDS / _BOARD).pump)
    stated_nl = numerator / denominator
    for used_nl, where in _runs_by(session, lambda of: of.nl_num / of.nl_den):
        more = stated_nl / used_nl - 1.0
        if abs(more) > _SAME:
            than = "more" if more > 0.0 else "less"
            yield (
                f"{where}: counted with {used_nl:.2f} nL for a step; the syringe that is stated "
                f"({syringe.maker} {syringe.nominal_ml:g} mL, inner diameter "
                f"{syringe.inner_diameter_mm:g} mm) pushes {stated_nl:.2f} nL. If it was the one "
                f"that was fitted, {100.0 * abs(more):.1f} % {than} went in than each volume says, "
                "and derived values are wrong too."
            )


def other_zero(session: Session) -> Iterator[str]:
    """The same of the zero that was taken off the line's pressure. None stated contradicts none."""
    stated_pa = session.preparation.zero_pa
    if stated_pa is None:
        return
    for used_pa, where in _runs_by(session, lambda of: of.zero_pa):
        off_pa = stated_pa - used_pa
        if abs(off_pa) >= _SHOWS_PA:
            than = "lower" if off_pa > 0 else "higher"
            off = f"{words.pressure(abs(off_pa))} {than}"
            yield (
                f"{where}: counted from a zero of {words.pressure(used_pa)}; the one that is "
                f"stated is {words.pressure(stated_pa)}. If it held for these runs too, each "
                f"pressure of the line is {off}, and derived pressures of the disc too."
            )


def _runs_by(session: Session, of: Callable[[Prescription], float]) -> Iterator[tuple[float, str]]:
    """Each number once, with the runs that were made with it: "L4-5, run 1; L3-4, run 1"."""
    found: dict[float, list[str]] = {}
    for run in session.preparation.runs:
        found.setdefault(of(run.prescription), []).append(f"of no level, run {run.number}")
    for level in session.levels:
        for run in level.runs:
            found.setdefault(of(run.prescription), []).append(f"{level.name}, run {run.number}")
    for number, where in found.items():
        yield number, "; ".join(where)
