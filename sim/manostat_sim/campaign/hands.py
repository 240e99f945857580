"""Who presses what and when: the proof of PAIN, RUN with its bounces, a pause, STOP, the patient.

Levels come from tables made by `wiring.Wiring`, one for whole wires and one for the broken ones.
"""

from typing import Any

from manostat_sim.plant.noise import hash32

NEVER_US = 1 << 60
PRESSES_STOP = 1
PRESSES_PAIN = 2
HOLDS_RUN = 4
COMBINATIONS = 8
"""Places of a table: which of the three switches are pressed."""

# What the hands do next.
_PROVE = 0
_LET_GO_PAIN = 1
_PRESS_RUN = 2
_BOUNCE = 3
_HOLD = 4

_PROOF_LASTS_US = 200_000  # (E)
_LOOKS_EVERY_US = 500_000  # how soon the operator sees that nothing moves any more (E)
_PRESSES_AGAIN_US = 300_000  # RUN open for so long before it is pressed again (E)
_STOP_LASTS_US = 200_000  # (E)
_BOUNCE_MOST_US = 500  # between two edges, as `wiring.bounce`


class Hands:
    """The state of the three switches; `next_us` is when `act` is due. All times in us.

    `proof_us`: PAIN is pressed to prove the button; `run_us`: RUN is pressed, `bounces` edges more
    than one each time it moves. At `pause_us` RUN is let go for `pause_lasts_us`; at `stop_us` STOP
    is pressed; NEVER_US for not at all. An operator who sees that nothing moves lets go of RUN and
    presses it again.
    """

    def __init__(
        self,
        whole: Any,
        broken: Any,
        seed: int,
        proof_us: int,
        run_us: int,
        pause_us: int,
        pause_lasts_us: int,
        stop_us: int,
        bounces: int,
    ) -> None:
        self.whole = whole
        self.broken = broken
        self.seed = seed
        self.run_us = run_us
        self.pause_us = pause_us
        self.pause_lasts_us = pause_lasts_us
        self.stop_us = stop_us
        self.bounces = bounces
        self.cut = 0  # the wires are as in `broken` now
        self.stop = 0
        self.proves = 0
        self.patient = 0
        self.run = 0
        self.wanted = 0  # what RUN will be when it has bounced
        self.step = _PROVE
        self.edges = 0  # of the bounce, still to come
        self.made = 0  # bounces, all of them: the counter of their noise
        self.hand_us = proof_us
        self.next_us = proof_us

    def bits(self) -> int:
        """The switches as `Inputs.switches` has them, without the latch and the intent."""
        pressed = self.stop * PRESSES_STOP + self.run * HOLDS_RUN
        if self.proves != 0 or self.patient != 0:
            pressed += PRESSES_PAIN
        bits: int = self.broken[pressed] if self.cut != 0 else self.whole[pressed]
        return bits

    def act(self, now_us: int, idle: int) -> None:
        """Do what is due at `now_us`. `idle` is 1 while the pump waits for RUN."""
        if now_us >= self.stop_us:
            self.stop = 1 - self.stop
            self.stop_us = now_us + _STOP_LASTS_US if self.stop != 0 else NEVER_US
        if now_us >= self.hand_us:
            self._move(now_us, idle)
        self.next_us = self.hand_us if self.hand_us < self.stop_us else self.stop_us

    def chatter(self, now_us: int, edges: int) -> None:
        """RUN, held, opens and closes again: `edges`, an even number, from `now_us` on."""
        if self.step == _HOLD:
            self.step = _BOUNCE
            self.edges = edges
            self.hand_us = now_us
            self.next_us = now_us

    def _move(self, now_us: int, idle: int) -> None:
        if self.step == _PROVE:
            self.proves = 1
            self.step = _LET_GO_PAIN
            self.hand_us = now_us + _PROOF_LASTS_US
        elif self.step == _LET_GO_PAIN:
            self.proves = 0
            self.step = _PRESS_RUN
            self.hand_us = self.run_us if self.run_us > now_us else now_us + _PRESSES_AGAIN_US
        elif self.step == _PRESS_RUN:
            self._turn(now_us, 1)
        elif self.step == _BOUNCE:
            self.run = 1 - self.run
            self.edges -= 1
            self._bounce(now_us)
        elif now_us >= self.pause_us:
            self.pause_us = NEVER_US
            self._turn(now_us, 0)
        elif idle != 0:
            self._turn(now_us, 0)
        else:
            self._hold(now_us)

    def _turn(self, now_us: int, wanted: int) -> None:
        self.wanted = wanted
        self.run = wanted
        self.edges = self.bounces * 2
        self.step = _BOUNCE
        self._bounce(now_us)

    def _bounce(self, now_us: int) -> None:
        if self.edges > 0:
            self.made += 1
            self.hand_us = now_us + 1 + hash32(hash32(self.seed) + self.made) % _BOUNCE_MOST_US
        elif self.wanted != 0:
            self.step = _HOLD
            self._hold(now_us)
        else:
            self.step = _PRESS_RUN
            lasts_us = self.pause_lasts_us if self.pause_us == NEVER_US else _PRESSES_AGAIN_US
            self.hand_us = now_us + lasts_us

    def _hold(self, now_us: int) -> None:
        self.hand_us = now_us + _LOOKS_EVERY_US
        if self.pause_us < self.hand_us:
            self.hand_us = self.pause_us if self.pause_us > now_us else now_us + 1
