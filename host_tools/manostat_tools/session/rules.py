"""The published rules that grade a suspect level by the pressure at which it hurt.

Each is kept as published, with its source and letter (M: widely repeated, not read in full here).
Pressures are "a.o.", line pressure minus opening pressure, at the press. Comparisons are as
printed: "< 15 psi" leaves 15 psi out. Advisory: the physician decides.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.session.controls import Control, Did
from manostat_tools.session.model import Concordance, Level
from manostat_tools.session.provoked import Provoked, above_opening_pa

NOT_MET = "not met"
LEAST_INTENSITY = 7
LOW_PA = 15.0 * PA_PER_PSI
HIGH_PA = 50.0 * PA_PER_PSI


@dataclass(frozen=True)
class Case:
    """One level before a rule."""

    level: Level
    found: Provoked
    controls: Sequence[Control]

    def count(self, *kinds: Did) -> int:
        """How many control discs did one of these."""
        return sum(control.did in kinds for control in self.controls)

    @property
    def hurt(self) -> bool:
        """Whether the patient said so, of whatever kind."""
        response = self.found.response
        return response is not None and response.concordance is not Concordance.ABSENT


@dataclass(frozen=True)
class Said:
    """A rule's answer to a case that `provoked` has nothing missing for."""

    result: str | None
    unmet: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """`at(above_pa)` is what the pressure alone would say: two pressures with different answers
    lie on two sides of a boundary. `boundaries_pa` are a.o. `late`: how many controls it asks for
    that hurt only discordantly above 50 psi a.o."""

    name: str
    source: str
    letter: Literal["H", "M", "L", "C", "E"]
    wording: str
    boundaries_pa: tuple[float, ...]
    say: Callable[[Case], Said]
    at: Callable[[float], str | None]
    late: int = 0


def _discogenic(
    name: str, wording: str, below_pa: float, below: str, painless: int, late: int = 0
) -> Rule:
    """A rule of the IASP/ISIS family."""

    def say(case: Case) -> Said:
        missing = _controls_missing(case, painless, late)
        if missing:
            return Said(None, missing=missing)
        unmet = [*_pain_unmet(case, below_pa, below), *_controls_unmet(case, painless, late)]
        return Said(NOT_MET, unmet=tuple(unmet)) if unmet else Said(name)

    def at(above_pa: float) -> str:
        return name if above_pa < below_pa else NOT_MET

    return Rule(f"IASP/ISIS, {name}", "IASP/ISIS", "M", wording, (below_pa,), say, at, late)


def _pain_unmet(case: Case, below_pa: float, below: str) -> list[str]:
    response = case.found.response
    unmet = []
    if response is None or response.concordance is not Concordance.CONCORDANT:
        unmet.append("the pain is not concordant")
    if response is None or (response.intensity or 0) < LEAST_INTENSITY:
        unmet.append(f"the intensity is below {LEAST_INTENSITY}/10")
    if case.hurt and (case.found.above_pa is None or not case.found.above_pa < below_pa):
        unmet.append(f"the pressure at the press is not below {below} above opening")
    return unmet


def _controls_missing(case: Case, painless: int, late: int) -> tuple[str, ...]:
    """What is not known of the controls, where the rule hangs on it: one that proves nothing may
    be the one that the rule asks for."""
    if not _controls_unmet(case, painless, late):
        return ()
    unknown = [
        f"control {control.name}: {'; '.join(control.why)}"
        for control in case.controls
        if control.did is Did.UNKNOWN
    ]
    known, needed = len(case.controls) - len(unknown), painless + late
    if known >= needed:
        return tuple(unknown)
    asked = "a control disc" if needed == 1 else f"{needed} control discs"
    return (f"the rule asks for {asked}, {known} can be judged", *unknown)


def _controls_unmet(case: Case, painless: int, late: int) -> list[str]:
    unmet = []
    if case.count(Did.PAINLESS) < painless:
        unmet.append("no painless control" if painless == 1 else "fewer than two painless controls")
    if case.count(Did.LATE) < late:
        unmet.append("no control that hurt only discordantly above 50 psi above opening")
    return unmet


_CHEMICAL, _MECHANICAL = "chemically sensitive", "mechanically sensitive"
_INDETERMINATE, _NORMAL = "indeterminate", "normal"


def _derby_class(above_pa: float) -> str | None:
    """The class of a pressure at which it hurt; None in the gap between 50 and 51 and over 90."""
    above_psi = above_pa / PA_PER_PSI
    if above_psi < 15.0:
        return _CHEMICAL
    if above_psi <= 50.0:
        return _MECHANICAL
    if 51.0 <= above_psi <= 90.0:
        return _INDETERMINATE
    return None


def _derby(case: Case) -> Said:
    missing = _controls_missing(case, 1, 0)
    if missing:
        return Said(None, missing=missing)
    if case.count(Did.PAINLESS) < 1:
        return Said(None, missing=("no control stayed painless",))
    if not case.hurt:
        return _derby_painless(case.found)
    response = case.found.response
    if response is not None and response.concordance is Concordance.DISCORDANT:
        return Said(None, missing=("the classes do not say what discordant pain means",))
    if case.found.above_pa is None:
        return Said(None, missing=("no pressure above opening at the press",))
    named = _derby_class(case.found.above_pa)
    if named is None:
        return Said(None, missing=("no class is published for pain in 50-51 psi or over 90 psi",))
    return Said(named)


def _derby_painless(found: Provoked) -> Said:
    run = found.run
    peak_pa = None if run is None else above_opening_pa(run, run.peak_pa)
    if peak_pa is None:
        return Said(None, missing=("no pain, and no opening pressure to count 90 psi from",))
    if peak_pa > 90.0 * PA_PER_PSI:
        return Said(_NORMAL)
    return Said(None, missing=("no pain, but not tested over 90 psi above opening",))


RULES: tuple[Rule, ...] = (
    _discogenic(
        "absolute discogenic",
        "concordant >= 7/10, < 15 psi a.o., two painless controls",
        LOW_PA,
        "15 psi",
        painless=2,
    ),
    _discogenic(
        "highly probable",
        "concordant >= 7/10, < 15 psi a.o., one painless control",
        LOW_PA,
        "15 psi",
        painless=1,
    ),
    _discogenic(
        "discogenic",
        "concordant >= 7/10, < 50 psi a.o., two painless controls",
        HIGH_PA,
        "50 psi",
        painless=2,
    ),
    _discogenic(
        "possible",
        "concordant >= 7/10, < 50 psi a.o., one painless control and one painful only "
        "discordantly above 50 psi a.o.",
        HIGH_PA,
        "50 psi",
        painless=1,
        late=1,
    ),
    Rule(
        "Derby 1999",
        "Derby 1999",
        "M",
        "chemically sensitive < 15 psi a.o.; mechanically sensitive 15-50; indeterminate 51-90; "
        "normal: no pain at > 90",
        tuple(psi * PA_PER_PSI for psi in (15.0, 50.0, 51.0, 90.0)),
        _derby,
        _derby_class,
    ),
)
