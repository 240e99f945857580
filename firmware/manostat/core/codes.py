"""States, stop reasons, faults and switch bits: the vocabulary of frames, records and tests."""

from micropython import const

# What `unit` values mean first (prescription modes).
INJECT = const(1)
STEP = const(2)
PRIME = const(3)  # into air
COMPLY = const(4)  # against a closed stopcock: compliance of the line
SHAM = const(5)  # everything but the grants
RELIEVE = const(6)  # the bounded retract, the only motion backwards

# States of one level.
IDLE = const(0)  # not armed: no prescription, or the pain button not yet proven
READY = const(1)  # armed, driver enabled, waits for RUN
SEEKING = const(2)  # moving, opening pressure not yet found
SETTLING = const(3)  # plunger at rest, line pressure settling
INJECTING = const(4)  # moving, under all limits
HOLDING = const(5)  # paused inside a level: RUN released, or a volume step done
STOPPED = const(6)  # latched with a reason; STOP acknowledges

# Reasons. PAIN to OPENING_HIGH, LEAK and RELIEVED are end points: silent to the patient.
NO_REASON = const(0)
PAIN = const(1)
PRESSURE_ABOVE = const(2)  # limit above opening
PRESSURE_LINE = const(3)  # absolute limit on the line
VOLUME = const(4)
OPENING_HIGH = const(5)  # opening over 30 psi: tip in annulus or endplate?
STOP = const(6)  # the operator's STOP
RELEASE = const(7)  # RUN released: a pause, not a stop
FAULT = const(8)  # see the fault code
LEAK = const(9)  # volume goes in and no pressure comes
RELIEVED = const(10)  # a relief has brought the line to zero

# Faults of the guard.
NO_FAULT = const(0)
SENSOR_STATUS = const(1)  # command mode, stale or diagnostic
SENSOR_SILENT = const(2)  # no answer: NACK or bus time-out
SENSOR_RANGE = const(3)
SENSORS_DISAGREE = const(4)
CEILING = const(5)
STEPS_EXTRA = const(6)  # counted without a grant
STEPS_MISSING = const(7)  # granted but not counted
WIRING = const(8)  # a pattern of taps that no switch position gives
CONTACTS = const(9)  # the two contacts of the pain button contradict each other
LATE = const(10)  # a gap of more than 4 ms while moving
END_EMPTY = const(11)  # plunger at the end of its travel, or that switch cut
SENSOR_STUCK = const(12)  # one channel stands still while the other moves
OCCLUSION = const(13)  # pressure rises with volume as it did at first: nothing opens
DETACHED = const(14)  # volume goes and next to no pressure comes
RISE = const(15)  # pressure rises with the plunger at rest
TOO_FAST = const(16)  # more steps in a time than any prescribed rate needs
TOO_MUCH = const(17)  # more steps in a level than were prescribed
END_FULL = const(18)  # plunger drawn out to its end while retracting, or that switch cut
FAULT_CODES = const(19)  # all of the above
HELD = const(64)  # an alarm and no fault: PAIN or STOP held for 10 s
LOCKED = const(65)  # an alarm over the fault that came a third time: the level is locked out

# How the opening pressure came about.
OPENING_NONE = const(0)
OPENING_READ = const(1)  # past the knee, line settled, plunger at rest
OPENING_SET = const(2)  # by the operator
OPENING_REFUSED = const(3)  # over 30 psi
OPENING_UNSETTLED = const(4)  # line did not settle in time
OPENING_NO_KNEE = const(5)  # no bend within the seeking volume
OPENING_LOST = const(6)  # the level was taken up after a restart: its tare is zero

# Bits of `Inputs.switches`.
BIT_STOP_OK = const(1)
BIT_PAIN_OK = const(2)
BIT_PERMIT = const(4)
BIT_PAIN_NO = const(8)
BIT_END_FULL = const(16)
BIT_END_EMPTY = const(32)
BIT_LATCHED = const(64)
BIT_INTENT = const(128)  # no switch: the intent of this level is stored
CHAIN = const(7)  # STOP_OK, PAIN_OK and PERMIT: all high while RUN is held
CHAIN_RUN_OPEN = const(3)  # the only pattern that proves RUN open
