"""How a level goes on after a restart: never by itself (T-05), and never with less delivered."""

from manostat import record
from manostat.core.syringe import Syringe
from manostat.journal import INTENT, NOTE


def resume(pump, journal):
    """Take the newest level up again, before the first tick; nothing moves by it.

    After an OUTCOME its volume counts, after an INTENT without one all that was prescribed, by the
    unit of then or of now, whichever is more: nobody knows better (L-04). So it does if a record
    is missing since, for that may have been an INTENT. Its lock goes on (P-10), also one that came
    with a fault at rest (NOTE). A newer level that only a NOTE or a SETTING tells of has moved
    nothing.
    """
    newest, note, whole = journal.last_words()
    syringe = pump.injector.syringe
    level, steps, locked = 0, 0, 0
    if newest is not None and newest.kind == INTENT:
        intent = record.unpack_intent(newest.payload)
        level = intent["level"]
        steps = max(pump.injector.max_steps, _steps_of(_reserved_nl(intent), syringe))
    elif newest is not None:
        outcome = record.unpack_level(newest.payload)
        level, locked = outcome["level"], outcome["locked"]
        steps = _steps_of(outcome["delivered_nl"], syringe)
    if note is not None:
        unpack = record.unpack_note if note.kind == NOTE else record.unpack_setting
        note = unpack(note.payload)
        if note["level"] > level:  # begun since, and has moved nothing
            level, steps, locked = note["level"], 0, 0
        locked = locked or note["locked"]
    if not whole:
        steps = max(steps, pump.injector.max_steps)
    if level or steps:
        pump.resume_level(level or 1, steps, locked)


def _reserved_nl(intent):
    return Syringe(intent["nl_num"], intent["nl_den"]).volume_nl(intent["reserved_steps"])


def _steps_of(volume_nl, syringe):
    """By volume and rounded up: the unit may have got another syringe meanwhile."""
    steps = syringe.steps_within(volume_nl)
    return steps + 1 if syringe.volume_nl(steps) < volume_nl else steps
