"""Numbers of the host link, protocol 2 (docs/protocol.md)."""

from micropython import const

PROTOCOL = const(2)

# Kinds of frames of the board.
TICK = const(1)
BULK = const(2)
HELLO = const(3)
ANSWER = const(4)

# Kinds of frames of the host.
ASK_HELLO = const(72)  # H
ASK_JOURNAL = const(74)  # J
ASK_RING = const(82)  # R
SET_UNIT = const(80)  # P
STOP = const(83)  # S
ASK_TRACE = const(84)  # T
ASK_UNIT = const(85)  # U
STOP_SEQUENCE = const(255)  # there is one STOP frame only, so that it can be told byte by byte

# What came of a frame: results of an answer.
DONE = const(0)  # of STOP: the pump was moving or about to, and has stopped
UNKNOWN = const(1)  # no kind that this firmware knows
WRONG_LENGTH = const(2)  # for its kind
AT_REST = const(3)  # of STOP: nothing was moving, and nothing has changed
NO_AUTHORITY = const(4)  # of SET_UNIT: its MAC is not of this unit's key, or there is no key
REPLAYED = const(5)  # its boot is not this one, or its counter is no newer one
NOT_IDLE = const(6)  # or inert, for its self test has failed
INVALID = const(7)  # the nine integers are no unit
NOT_STORED = const(8)  # journal or flash took it not, or not in full
MALFORMED = const(255)  # too long, no COBS, wrong CRC: not answered, nothing in it is believed

# Bits in which the image tells what it has heard (inert.c, link/host_stop.py).
STOP_HEARD = const(2)  # in motion: it is shown to the core as a pressed STOP
DROPPED = const(4)  # in motion: something else came
STOP_AT_REST = const(8)
