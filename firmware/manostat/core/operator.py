"""What the operator and the patient do with the switches, told from one read of the taps."""

from micropython import const

from manostat.core.codes import (
    BIT_LATCHED,
    BIT_PAIN_NO,
    BIT_STOP_OK,
    CHAIN,
    CHAIN_RUN_OPEN,
)

_CHAIN_PAIN = const(3)  # STOP_OK and PAIN_OK
_CONTACTS = const(11)  # STOP_OK, without which PAIN_OK says nothing, PAIN_OK and PAIN_NO
_CONTACTS_FREE = const(3)
_CONTACTS_PRESSED = const(9)
_OPEN_US = const(100000)  # RUN must have been seen open this long before it may start (P-09)
_CLOSED_US = const(20000)  # and then be closed this long: a bouncing start would latch the lease
_STOP_HELD_US = const(3000000)  # STOP held this long, then released, begins a new level
# STOP and PAIN count from their first edge; an edge sooner than this after the last touch is the
# same press, bouncing.
_BOUNCE_US = const(20000)
_CAP_US = const(20000000)
_GAP_US = const(4000)  # longer between two reads: what the switches did meanwhile is not known


class Operator:
    """Levels and edges of RUN, STOP and PAIN. Only the tap pattern 011 counts as RUN open:
    while STOP or PAIN is pressed PERMIT is low whatever RUN does, so a taped RUN proves nothing.
    """

    def __init__(self):
        self.chain_closed = 0  # all taps high and the lease not latched
        self.run_closed = 0  # all taps high, whatever the lease says
        self.stop = 1  # low from power-on on is no press: a box not plugged in looks like that
        self.pain = 0
        self.stop_pressed = 0  # edges, true for one tick
        self.pain_pressed = 0
        self.pain_proof = 0  # edge: both contacts agree that it is pressed
        self.stop_long_released = 0
        self.run_started = 0
        self.event = 0  # STOP, an edge of PAIN, or the end of a long STOP
        self.switches = -1
        self.steady = 0  # the same read again changes nothing
        self.pain_free = 0  # a button that is cut or held at power-on proves nothing
        self.open_us = 0
        self.closed_us = 0
        self.stop_us = 0
        self.stop_let_go_us = _BOUNCE_US
        self.pain_let_go_us = _BOUNCE_US

    def forget_run(self):
        """RUN must be seen open anew before it may start anything."""
        self.open_us = 0
        self.closed_us = 0
        self.steady = 0

    def feed(self, switches: int, elapsed_us: int):
        """Take this tick's switch bits; a gap in the reads proves no switch open or held.

        While `steady` the same bits a tick later need not be fed: nothing would change.
        """
        self.switches = switches
        if elapsed_us > _GAP_US:
            elapsed_us = 0
            self.forget_run()
        chain = switches & CHAIN
        self._feed_stop(1 if (chain & BIT_STOP_OK) == 0 else 0, elapsed_us)
        pain = 1 if switches & BIT_PAIN_NO or chain & _CHAIN_PAIN == BIT_STOP_OK else 0
        self._feed_pain(pain, elapsed_us)
        self._feed_proof(switches)
        self._feed_run(chain, elapsed_us)
        self.run_closed = 1 if chain == CHAIN and pain == 0 else 0
        self.chain_closed = 1 if self.run_closed != 0 and (switches & BIT_LATCHED) == 0 else 0
        edge = self.pain_pressed | self.pain_proof | self.stop_long_released
        self.event = 1 if self.stop | edge else 0
        timing = self.closed_us != 0 or 0 < self.open_us < _OPEN_US
        if self.stop_let_go_us + self.pain_let_go_us < 2 * _BOUNCE_US:
            timing = True
        self.steady = 0 if timing or self.event | self.run_started else 1

    def _feed_proof(self, switches: int):
        """A cut wire or a welded contact looks like half a press, and proves nothing (B-03)."""
        contacts = switches & _CONTACTS
        self.pain_proof = 0
        if contacts == _CONTACTS_FREE:
            self.pain_free = 1
        elif contacts == _CONTACTS_PRESSED and self.pain_free != 0:
            self.pain_free = 0
            self.pain_proof = 1

    def _feed_pain(self, pain: int, elapsed_us: int):
        self.pain_pressed = 0
        if pain != 0:
            if self.pain_let_go_us >= _BOUNCE_US:
                self.pain_pressed = 1
            self.pain_let_go_us = 0
        elif self.pain_let_go_us < _BOUNCE_US:
            self.pain_let_go_us += elapsed_us
        self.pain = pain

    def _feed_stop(self, stop: int, elapsed_us: int):
        self.stop_pressed = 0
        self.stop_long_released = 0
        if stop != 0:
            if self.stop == 0 and self.stop_let_go_us >= _BOUNCE_US:
                self.stop_pressed = 1
            self.stop_let_go_us = 0
            if self.stop_us < _CAP_US:
                self.stop_us += elapsed_us
        else:
            if self.stop_let_go_us < _BOUNCE_US:
                self.stop_let_go_us += elapsed_us
            if self.stop_us >= _STOP_HELD_US:
                self.stop_long_released = 1
            self.stop_us = 0
        self.stop = stop

    def _feed_run(self, chain: int, elapsed_us: int):
        self.run_started = 0
        if chain == CHAIN_RUN_OPEN:
            if self.closed_us != 0:
                self.open_us = 0  # opened again before it counted as closed: start over
                self.closed_us = 0
            if self.open_us == 0:
                self.open_us = 1  # first seen open now: no time is proven yet
            elif self.open_us < _OPEN_US:
                self.open_us += elapsed_us
        elif chain == CHAIN and self.pain == 0:
            if self.open_us >= _OPEN_US:
                self.closed_us += elapsed_us
                if self.closed_us >= _CLOSED_US:
                    self.run_started = 1
                    self.forget_run()
            else:
                self.open_us = 0
        else:
            self.forget_run()
