"""What must hold after each tick, by requirement id, and what is prescribed while it does."""

from manostat.core import codes
from manostat_sim.exhaustion.times import Times

INVARIANTS = {
    "B-01": "a pain button that is pressed, or looks so, stops in the same tick",
    "B-03": "nothing moves before the pain button was pressed in this level",
    "B-04": "PAIN or STOP held for 10 s is an alarm",
    "B-05": "STOP in the record: no motion, no grant, the driver released, in every state",
    "B-06": "a grant wants RUN held in this very record, since the lease was started",
    "P-01": "a line at the ceiling stops in the same tick",
    "P-03": "no grant at or above the limit in force, now or two ticks ahead",
    "P-08": "the plunger goes back in a relief only, and only while there is pressure to relieve",
    "P-09": "a start wants RUN seen open for 100 ms and closed since; a stop is left by STOP, "
    "once it can have been seen",
    "P-10": "the third equal fault in ten minutes locks the level: only a new one leads out",
    "P-11": "the second sample in a row that cannot be trusted stops",
    "P-13": "two channels that disagree for 20 ms stop",
    "P-14": "the opening pressure is taken at rest, at most 30 psi, and never raised in a level",
    "D-01": "no grant once the prescribed steps were counted; a volume step is one volume step",
    "D-02": "counted, under way and granted together never exceed what was prescribed",
    "T-03": "a grant is 0 to 3 steps; the lease is started only on the way into motion or settling",
    "T-05": "an opening, a level and its steps are not lost but with a new level",
    "L-04": "nothing starts unless the intent is stored",
    "A-04": "a pause of the sound ends, and a new alarm ends it",
    "A-05": "a fault stays until it is gone and STOP is pressed; an end point makes no sound",
    "A-06": "a fault stops in its tick and is an alarm within two more; none sounds in motion",
    "F-06": "a step that was not granted stops in the same tick",
    "F-07": "more than 6 granted steps that were not counted stop",
    "F-08": "taps that no switch position gives stop after 20 ms",
    "F-09": "pain contacts that contradict each other stop after half a second",
    "F-10": "a gap of more than 4 ms stops what moves",
    "F-11": "the end of travel stops while the chain is closed",
    "enable": "the driver is enabled from READY on, but for STOP and faults, and whenever it moves",
    "states": "state, reason, moving and running agree with each other",
    "sham": "a sham grants nothing, and ends like the injection that it feigns",
}

_CEILING_PA = 689476


class Broken(Exception):  # noqa: N818 - a finding, and no error of the program
    """An invariant does not hold: `invariant` is its key in INVARIANTS."""

    def __init__(self, invariant: str, what: str) -> None:
        super().__init__(f"{invariant}: {what} ({INVARIANTS[invariant]})")
        self.invariant = invariant


class Rules:
    """What is prescribed. `unit` as in `manostat.core.prescription.RANGES`, or None."""

    def __init__(self, unit: tuple[int, ...] | None, times: Times) -> None:
        self.times = times
        self.mode, self.above_pa, self.line_pa = (unit[0], unit[3], unit[4]) if unit else (0, 0, 0)
        self.into_disc = self.mode in (codes.INJECT, codes.STEP)
        self.max_steps = unit[2] // unit[6] if unit else 0
        by_steps = unit is not None and self.mode == codes.STEP
        self.step_steps = unit[5] // unit[6] if unit and by_steps else self.max_steps
        self.end_bit = codes.BIT_END_FULL if self.mode == codes.RELIEVE else codes.BIT_END_EMPTY

    def limit_pa(self, opening_pa: int) -> int:
        limit_pa = min(self.line_pa, _CEILING_PA)
        return min(limit_pa, self.above_pa + opening_pa) if self.into_disc else limit_pa
