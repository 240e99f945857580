"""What each control disc did: a rule that needs painless controls asks here.

Not a certified medical device.
"""

from dataclasses import dataclass
from enum import StrEnum

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.session.answers import (
    earlier_responses,
    no_response,
    response_to,
    unclear_responses,
)
from manostat_tools.session.boundaries import boundary_cautions
from manostat_tools.session.model import Concordance, Level, Response, Role, Run, Session
from manostat_tools.session.provoked import (
    above_opening_pa,
    counted_run,
    doubts,
    first_press,
    injections,
    is_lumbar,
    provoked,
)
from manostat_tools.session.said import END_POINTS, opening_at_rest, reason_code

_HURT_EARLIER = "an earlier injection was answered with pain"
LATE_PA = 50.0 * PA_PER_PSI
"""Over it a control that hurts discordantly is still one for "possible" (M)."""


class Did(StrEnum):
    """`UNKNOWN`: it proves nothing, for the reason given."""

    PAINLESS = "painless"
    PAINFUL = "painful"
    LATE = "painful only discordantly above 50 psi above opening"
    UNKNOWN = "proves nothing"


@dataclass(frozen=True)
class Control:
    """A disc tested as control. `peak_above_pa`: how far it was tested, where an opening is known;
    `why`: one reason or more for UNKNOWN; `cautions`: what weakens what it did; `boundary`: that it
    may have hurt on the other side of 50 psi."""

    name: str
    did: Did
    why: tuple[str, ...] = ()
    peak_above_pa: int | None = None
    cautions: tuple[str, ...] = ()
    boundary: tuple[str, ...] = ()


def controls_for(session: Session, level: Level) -> tuple[Control, ...]:
    """The control discs of a session for grading `level`, by name; a disc counts once, however
    often it was tested."""
    names = {
        other.name
        for other in session.levels
        if other.role is Role.CONTROL and other.name != level.name and is_lumbar(other)
    }
    return tuple(_disc(session, name) for name in sorted(names))


def _disc(session: Session, name: str) -> Control:
    tests = [level for level in session.levels if level.name == name]
    if any(level.role is Role.SUSPECT for level in tests):
        return Control(name, Did.UNKNOWN, ("tested as a suspect too",))
    each = [control(level) for level in tests]
    # The least painless test speaks for the disc; of equal ones that which was carried least far.
    order = (Did.PAINFUL, Did.UNKNOWN, Did.LATE, Did.PAINLESS)
    return min(each, key=lambda found: (order.index(found.did), *_how_far(found), found.why))


def _how_far(found: Control) -> tuple[bool, int]:
    """In order; a test of which that is not known comes first."""
    return found.peak_above_pa is not None, found.peak_above_pa or 0


def control(level: Level) -> Control:
    """What one control level did."""
    run = counted_run(level)
    if run is None:
        return Control(level.name, Did.UNKNOWN, ("no injection into the disc",))
    peak_pa, response = above_opening_pa(run, run.peak_pa), response_to(level, run)
    cautions = unclear_responses(level)
    why = list(doubts(run))
    if response is None:
        why += no_response(level, run)
    elif response.concordance is Concordance.ABSENT:
        why += _not_painless(level, run, response)
        if not why:
            return Control(level.name, Did.PAINLESS, (), peak_pa, cautions)
    elif response.concordance is Concordance.CONCORDANT:
        return Control(level.name, Did.PAINFUL, (), peak_pa, cautions)
    elif not why:
        return _discordant(level, peak_pa, cautions)
    return Control(level.name, Did.UNKNOWN, tuple(why), peak_pa)


def _not_painless(level: Level, run: Run, response: Response) -> list[str]:
    said = []
    if _pressed(level):
        said.append("the button was pressed, yet the response says no pain")
    if response.intensity:
        said.append("an intensity is recorded, yet the response says no pain")
    if _hurt_earlier(level):
        said.append(_HURT_EARLIER)
    if reason_code(run) not in END_POINTS:
        said.append(f"not carried to an end point of pressure or volume: {run.reason}")
    elif opening_at_rest(run) is None:
        said.append(f"how far it was tested is not known: opening {run.opening_how}")
    return said


def _hurt_earlier(level: Level) -> bool:
    return any(answer.concordance is not Concordance.ABSENT for answer in earlier_responses(level))


def _pressed(level: Level, but: Run | None = None) -> bool:
    """Whether the button was pressed in any injection but `but`."""
    return any(first_press(level, run) for run in injections(level) if run is not but)


def _discordant(level: Level, peak_pa: int | None, cautions: tuple[str, ...]) -> Control:
    found = provoked(level.model_copy(update={"role": Role.SUSPECT}))
    # An intensity is not asked of a control.
    why = tuple(text for text in found.missing if text != "no intensity recorded")
    if why or found.above_pa is None:
        return Control(level.name, Did.UNKNOWN, why, peak_pa)
    did = Did.LATE if _is_late(found.above_pa) else Did.PAINFUL
    if did is Did.LATE and _hurt_earlier(level):
        return Control(level.name, Did.UNKNOWN, (_HURT_EARLIER,), peak_pa)
    if did is Did.LATE and _pressed(level, found.run):
        why = ("the button was pressed in another injection of this disc",)
        return Control(level.name, Did.UNKNOWN, why, peak_pa)
    near = boundary_cautions(found, found.above_pa, (LATE_PA,), _is_late)
    return Control(level.name, did, (), peak_pa, cautions, tuple(near))


def _is_late(above_pa: float) -> bool:
    return above_pa > LATE_PA
