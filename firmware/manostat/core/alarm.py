"""Alarms: from a cause and the time since it came to what the lamps and the sounder do.

A pure function of both: that a fault latches until it is gone and STOP was pressed (A-05), and that
nothing moves meanwhile (A-06), is the injector's work. A notice (no prescription, bench image) is
not an alarm and is not known here. Not a certified medical device.

Informed by the Open PCA Pump requirements, table 5 (lamps, read) and by IEC 60601-1-8 (bursts, from
memory): A-02 and A-03. Everything changes in steps of 50 ms, slots; between them a tick only adds.

| | lamp | burst | again after |
|---|---|---|---|
| HIGH | 2 Hz, half of the time lit | twice 3 + 2 pulses of 150 ms | 8 s |
| MEDIUM | 0.5 Hz, half of the time lit | 3 pulses of 200 ms | 16 s |
| LOW | steady | 2 pulses of 200 ms | 20 s |

A failed self test is a HIGH alarm. Two seconds after its burst LAMP_LOW and the sounder count out
the verdict, two pulses a second; two seconds later comes the next burst. No other alarm sounds like
that, and no other flashes LAMP_LOW.

A tick may come late by a page or an erase of flash: 48 ms, typically, move one edge, and leave
every length within its bounds (75 to 200 ms HIGH, 125 to 250 ms the others).
"""

from micropython import const

from manostat.core.codes import CONTACTS, DETACHED, END_EMPTY, END_FULL, HELD, NO_FAULT

SELF_TEST = const(128)  # plus the verdict: a cause, like the faults and HELD of codes.py

# Priorities.
NO_ALARM = const(0)
LOW = const(1)
MEDIUM = const(2)
HIGH = const(3)

_LONGEST_US = const(65535)  # as long as `Inputs.elapsed_us` can be
_SLOT_US = const(50000)
# At most 2 min. An erase of flash may last 400 ms, of which elapsed_us tells 65: 110 s leave
# room for 29 of them.
_PAUSE_SLOTS = const(2200)

_LAMP_HIGH_SLOTS = const(10)
_LAMP_MEDIUM_SLOTS = const(40)
# One bit a slot, first the lowest.
_HIGH_BITS = const(0b111_00_111_0000000_111_00_111_00_111)
_MEDIUM_BITS = const(0b1111_0000_1111_0000_1111)
_LOW_BITS = const(0b1111_0000_1111)
_BITS = const(28)
_SECOND_GROUP_SLOT = const(42)  # 0.7 s after the end of the first
_COUNT_SLOT = const(110)  # 2 s after the end of the burst
_COUNT_SLOTS = const(10)
_COUNT_LIT_SLOTS = const(3)
_MOST_COUNTED = const(15)  # so that the bursts still come within 15 s

_HIGH_AGAIN_SLOTS = const(160)
_MEDIUM_AGAIN_SLOTS = const(320)
_LOW_AGAIN_SLOTS = const(400)
_COUNT_AGAIN_SLOTS = const(150)  # and ten for each count: two seconds dark before the next burst


def priority(cause: int) -> int:
    """Harm times onset (A-01), the plunger being stopped already. Unknown causes are HIGH.

    HIGH: what measures, moves or stops the plunger cannot be trusted, or a disc may be under a
    pressure that nobody prescribed. Harm can be serious, and at once if nobody looks: the sensors
    (silent, bad, stuck, out of range, disagreeing), CEILING, OCCLUSION, RISE, steps extra, missing,
    too fast or too many, WIRING of the permit chain, LATE ticks, the lock-out, a failed self test.

    MEDIUM: the test is spoilt, and harm comes only with what the operator does next. CONTACTS: one
    contact of the pain button is out, the other one and STOP still stop. END_EMPTY, END_FULL: the
    plunger is at its end; no pressure can come of it. DETACHED: contrast went beside the disc.

    LOW: HELD. A button that rests under something keeps the plunger still; nothing is broken.
    """
    if cause == NO_FAULT:
        return NO_ALARM
    if cause == HELD:
        return LOW
    if cause == CONTACTS or cause == DETACHED:  # noqa: SIM109 - no tuple is built in a tick
        return MEDIUM
    if cause == END_EMPTY or cause == END_FULL:  # noqa: SIM109
        return MEDIUM
    return HIGH


class Alarm:
    """`high`, `medium`, `low` and `sound` are what lamps and sounder do now, each 0 or 1.

    `priority` is that of `cause`; `paused` is 1 while the sound is. Tick it at rest only: a pump
    that moves or settles has no alarm.
    """

    def __init__(self):
        self.cause = NO_FAULT
        self.priority = NO_ALARM
        self.high = 0
        self.medium = 0
        self.low = 0
        self.sound = 0
        self.paused = 0
        self.paused_slots = 0
        self.verdict = 0  # to be counted out
        self.part_us = 0  # of this slot
        self.lamp_slot = 0  # since the lamp was last lit
        self.lamp_again = 0
        self.sound_slot = 0  # since the burst began
        self.sound_again = 0

    def tick(self, elapsed_us: int, cause: int, pause: int):
        """`elapsed_us` since the last tick, 0 to 65535; `cause` as above; `pause` 1 in the tick of
        a press of STOP.

        A new cause begins with a burst, whatever was paused; a press that comes with it pauses
        nothing. A press during a pause does not make it longer.
        """
        if cause != self.cause:
            self._begin(cause)
        elif cause == NO_FAULT:
            return
        else:
            if pause and self.paused == 0:
                self.paused = 1
                self.paused_slots = 0
                self.sound = 0
            self.part_us += elapsed_us if elapsed_us < _LONGEST_US else _LONGEST_US
            if self.part_us < _SLOT_US:
                return
            self._go_on(self.part_us // _SLOT_US)
            self.part_us %= _SLOT_US
        self._show()

    def _begin(self, cause: int):
        self.cause = cause
        self.priority = priority(cause)
        self.paused = 0
        self.part_us = 0
        self.lamp_slot = 0
        self.sound_slot = 0
        self.verdict = 0
        self.lamp_again = _LAMP_HIGH_SLOTS
        self.sound_again = _HIGH_AGAIN_SLOTS
        if cause > SELF_TEST:
            self.verdict = cause - SELF_TEST
            if self.verdict > _MOST_COUNTED:
                self.verdict = _MOST_COUNTED
            self.sound_again = _COUNT_AGAIN_SLOTS + self.verdict * _COUNT_SLOTS
        elif self.priority == MEDIUM:
            self.lamp_again = _LAMP_MEDIUM_SLOTS
            self.sound_again = _MEDIUM_AGAIN_SLOTS
        elif self.priority == LOW:
            self.sound_again = _LOW_AGAIN_SLOTS

    def _go_on(self, slots: int):
        self.lamp_slot += slots
        if self.lamp_slot >= self.lamp_again:
            self.lamp_slot -= self.lamp_again
        self.sound_slot += slots
        if self.sound_slot >= self.sound_again:
            self.sound_slot -= self.sound_again
        if self.paused:
            self.paused_slots += slots
            if self.paused_slots >= _PAUSE_SLOTS:
                self.paused = 0
                self.sound_slot = 0  # heard again at once, and not only with its next burst

    def _show(self):
        lit = 1 if self.lamp_slot * 2 < self.lamp_again else 0
        slot = self.sound_slot
        self.high = 0
        self.medium = 0
        self.low = 0
        sound = 0
        if self.priority == HIGH:
            self.high = lit
            self.low = _counted(slot - _COUNT_SLOT, self.verdict)
            if slot >= _SECOND_GROUP_SLOT:
                slot -= _SECOND_GROUP_SLOT
            sound = _pulse(_HIGH_BITS, slot) | self.low
        elif self.priority == MEDIUM:
            self.medium = lit
            sound = _pulse(_MEDIUM_BITS, slot)
        elif self.priority == LOW:
            self.low = 1
            sound = _pulse(_LOW_BITS, slot)
        self.sound = 0 if self.paused else sound


def _pulse(bits: int, slot: int) -> int:
    return bits >> slot & 1 if slot < _BITS else 0


def _counted(slot: int, times: int) -> int:
    if slot < 0 or slot >= times * _COUNT_SLOTS:
        return 0
    return 1 if slot % _COUNT_SLOTS < _COUNT_LIT_SLOTS else 0
