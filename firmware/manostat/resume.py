"""How a level goes on after a restart: never by itself (T-05), and never with less delivered."""

from manostat import record
from manostat.journal import INTENT, NOTE, OUTCOME


def resume(pump, journal):
    """Take the newest level up again, before the first tick; nothing moves by it.

    After an OUTCOME its volume counts, after an INTENT without one all that was prescribed: nobody
    knows better (L-04). Its lock goes on (P-10), also one that came with a fault at rest (NOTE).
    """
    newest = journal.newest(INTENT, OUTCOME, NOTE)
    if newest is None:
        return
    level, steps, locked = 0, 0, 0
    if newest.kind == NOTE:
        note = record.unpack_note(newest.payload)
        level, locked = note["level"], note["locked"]
        newest = journal.newest(INTENT, OUTCOME)
    if newest is not None and newest.kind == INTENT:
        level = record.unpack_intent(newest.payload)["level"]
        steps = pump.injector.max_steps
    elif newest is not None:
        outcome = record.unpack_level(newest.payload)
        level, locked = outcome["level"], locked or outcome["locked"]
        steps = _steps_of(outcome["delivered_nl"], pump.injector.syringe)
    pump.resume_level(level, steps, locked)


def _steps_of(volume_nl, syringe):
    """By volume and rounded up: the unit may have got another syringe meanwhile."""
    steps = syringe.steps_within(volume_nl)
    return steps + 1 if syringe.volume_nl(steps) < volume_nl else steps
