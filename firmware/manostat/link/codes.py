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
STOP = const(83)  # S
ASK_TRACE = const(84)  # T
STOP_SEQUENCE = const(255)  # there is one STOP frame only, so that it can be told byte by byte

# What came of a frame: results of an answer.
DONE = const(0)  # of STOP: the pump was moving or about to, and has stopped
UNKNOWN = const(1)  # no kind that this firmware knows
WRONG_LENGTH = const(2)  # for its kind
AT_REST = const(3)  # of STOP: nothing was moving, and nothing has changed
MALFORMED = const(255)  # too long, no COBS, wrong CRC: not answered, nothing in it is believed

# Bits in which the image tells what it has heard (inert.c, link/host_stop.py).
STOP_HEARD = const(2)  # in motion: it is shown to the core as a pressed STOP
DROPPED = const(4)  # in motion: something else came
STOP_AT_REST = const(8)
