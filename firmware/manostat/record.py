"""What the journal keeps of a level, as integers: packed on the board, unpacked by any host.

Every value is an i32, little endian, in the order of the names below. A LEVEL payload is the
LEVEL fields, then the first and the last pain mark; an INTENT payload is the INTENT fields.
"""

from struct import calcsize, pack_into, unpack_from

UNIT = (  # as the unit page holds them
    "mode",
    "rate_nl_s",
    "volume_nl",
    "limit_above_pa",
    "limit_line_pa",
    "step_volume_nl",
    "nl_num",
    "nl_den",
    "zero_pa",
)
LEVEL = (
    ("level",)
    + UNIT
    + (
        "reason",
        "fault",
        "steps",
        "delivered_nl",
        "opening_pa",
        "opening_how",
        "peak_pa",
        "stop_pa",
        "duration_ms",
        "late_ticks",
        "presses",
        "locked",
    )
)
INTENT = ("level",) + UNIT + ("steps", "reserved_steps")
PLATEAU = ("level", "steps", "plateau_pa")  # -1: the line did not settle
# A stop of what had not begun.
NOTE = ("level", "reason", "fault", "steps", "pressure_pa", "locked")
SETTING = ("level", "locked", "counter") + UNIT
BEFORE_MS = (0, 500, 1000, 2000, 3000)
POINTS = len(BEFORE_MS)

_LEVEL_FORMAT = "<%di" % len(LEVEL)
_INTENT_FORMAT = "<%di" % len(INTENT)
_MARK_FORMAT = "<%di" % (4 + 2 * POINTS)
_PLATEAU_FORMAT = "<%di" % len(PLATEAU)
_NOTE_FORMAT = "<%di" % len(NOTE)
_SETTING_FORMAT = "<%di" % len(SETTING)
INTENT_BYTES = calcsize(_INTENT_FORMAT)
MARK_BYTES = calcsize(_MARK_FORMAT)
LEVEL_BYTES = calcsize(_LEVEL_FORMAT) + 2 * MARK_BYTES


def _prescribed(pump):
    injector = pump.injector
    rx = injector.rx
    return (
        pump.level,
        rx.mode,
        rx.rate_nl_s,
        rx.volume_nl,
        rx.limit_above_pa,
        rx.limit_line_pa,
        rx.step_volume_nl,
        injector.syringe.nl_num,
        injector.syringe.nl_den,
        pump.zero_pa,
    )


def pack_level(pump, buf, offset: int = 0) -> int:
    """Write the outcome of `pump`'s level to `buf`; returns LEVEL_BYTES."""
    injector = pump.injector
    outcome = (
        injector.reason,
        injector.fault,
        injector.steps,
        injector.syringe.volume_nl(injector.steps),
        injector.opening_pa,
        injector.opening_how,
        injector.peak_pa,
        injector.stop_pa,
        pump.now_ms - pump.begun_ms & 0x3FFFFFFF if pump.begun else 0,
        pump.late_ticks,
        pump.presses,
        injector.locked,
    )
    pack_into(_LEVEL_FORMAT, buf, offset, *(_prescribed(pump) + outcome))
    at = offset + calcsize(_LEVEL_FORMAT)
    at += pack_mark(pump.first_mark, buf, at)
    at += pack_mark(pump.last_mark, buf, at)
    return at - offset


def pack_intent(pump, buf, offset: int = 0) -> int:
    """Write what is about to be done; returns INTENT_BYTES.

    `steps` are delivered in this level already, `reserved_steps` is what the level counts as
    delivered if no outcome follows: all that was prescribed.
    """
    values = _prescribed(pump) + (pump.injector.steps, pump.injector.max_steps)
    pack_into(_INTENT_FORMAT, buf, offset, *values)
    return INTENT_BYTES


def pack_plateau(pump, buf, offset: int = 0) -> int:
    """Write the pressure at rest after a volume step; returns the length."""
    injector = pump.injector
    values = (injector.level, injector.steps, injector.plateau_pa)
    pack_into(_PLATEAU_FORMAT, buf, offset, *values)
    return calcsize(_PLATEAU_FORMAT)


def pack_note(pump, buf, offset: int = 0) -> int:
    """Write a stop that answers no intent: a fault at rest; returns the length."""
    injector = pump.injector
    values = (
        injector.level,
        injector.reason,
        injector.fault,
        injector.steps,
        injector.pressure_pa,
        injector.locked,
    )
    pack_into(_NOTE_FORMAT, buf, offset, *values)
    return calcsize(_NOTE_FORMAT)


def pack_setting(pump, counter: int, unit, buf, offset: int = 0) -> int:
    """Write the nine integers that a host has set, in the level that is not begun; returns the
    length."""
    injector = pump.injector
    pack_into(_SETTING_FORMAT, buf, offset, injector.level, injector.locked, counter, *unit)
    return calcsize(_SETTING_FORMAT)


def unpack_setting(buf, offset: int = 0):
    """The dict of SETTING names to integers."""
    return _named(SETTING, unpack_from(_SETTING_FORMAT, buf, offset))


def unpack_plateau(buf, offset: int = 0):
    """The dict of PLATEAU names to integers."""
    return _named(PLATEAU, unpack_from(_PLATEAU_FORMAT, buf, offset))


def unpack_note(buf, offset: int = 0):
    """The dict of NOTE names to integers."""
    return _named(NOTE, unpack_from(_NOTE_FORMAT, buf, offset))


def pack_mark(mark, buf, offset: int = 0) -> int:
    """Write one pain mark: valid, moving, opening_pa, at_ms, pressures, steps of each point."""
    points = list(mark.pressures_pa) + list(mark.steps)
    pack_into(
        _MARK_FORMAT, buf, offset, mark.valid, mark.moving, mark.opening_pa, mark.at_ms, *points
    )
    return MARK_BYTES


def _named(names, values):
    return {names[i]: values[i] for i in range(len(names))}


def unpack_intent(buf, offset: int = 0):
    """The dict of INTENT names to integers."""
    return _named(INTENT, unpack_from(_INTENT_FORMAT, buf, offset))


def unpack_level(buf, offset: int = 0):
    """The dict of LEVEL names to integers, with `first_mark` and `last_mark` as dicts or None."""
    level = _named(LEVEL, unpack_from(_LEVEL_FORMAT, buf, offset))
    at = offset + calcsize(_LEVEL_FORMAT)
    ratio = (level["nl_num"], level["nl_den"])
    level["first_mark"] = unpack_mark(buf, at, *ratio)
    level["last_mark"] = unpack_mark(buf, at + MARK_BYTES, *ratio)
    return level


def unpack_mark(buf, offset: int, nl_num: int, nl_den: int):
    """One mark as a dict, or None if there was no press.

    `points` are dicts of `before_ms`, `pressure_pa`, `above_pa`, `steps` and `volume_nl`.
    Without an opening pressure the tare counts as zero.
    """
    values = unpack_from(_MARK_FORMAT, buf, offset)
    valid, moving, opening_pa, at_ms = values[:4]
    if not valid:
        return None
    tare_pa = opening_pa if opening_pa > 0 else 0
    points = []
    for i in range(POINTS):
        pressure_pa = values[4 + i]
        steps = values[4 + POINTS + i]
        points.append(
            {
                "before_ms": BEFORE_MS[i],
                "pressure_pa": pressure_pa,
                "above_pa": pressure_pa - tare_pa,
                "steps": steps,
                "volume_nl": steps * nl_num // nl_den,
            }
        )
    return {"moving": moving, "opening_pa": opening_pa, "at_ms": at_ms, "points": points}
