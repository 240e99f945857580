"""The opening pressure of a level, and the limit that counts from it.

Without an opening pressure the limit above opening counts from zero, which can only stop sooner.
It is read once per level with the plunger at rest; a later mark may lower it, never raise it.
"""

from micropython import const

from manostat.core.codes import (
    OPENING_LOST,
    OPENING_NO_KNEE,
    OPENING_NONE,
    OPENING_READ,
    OPENING_REFUSED,
    OPENING_SET,
    OPENING_UNSETTLED,
)
from manostat.core.scale import CEILING_PA

_NONE_PA = const(-268435456)
_MOST_PA = const(206843)  # 30 psi: over it the tip may be in annulus or endplate (P-14)


class Tare:
    """`rx` is the prescription; `knee` finds the bend, `settler` reads the line at rest."""

    def __init__(self, rx, knee, settler):
        self.rx = rx
        self.knee = knee
        self.settler = settler
        self.reset()

    def reset(self):
        """A level begins."""
        self.opening_pa = -1
        self.how = OPENING_NONE
        self.knee.reset()

    def lose(self):
        """The level was taken up after a restart: nobody can tell that the needle is still in the
        same disc."""
        self.how = OPENING_LOST

    def go_on(self, flowed: bool):
        """Motion begins. A line that `flowed` into the disc has no knee any more: its next bend is
        the needle's, and would take the disc's own rise for the opening."""
        if flowed:
            self.give_up()
        self.knee.go_on()

    def give_up(self):
        """No bend was found: the tare stays zero."""
        if self.how == OPENING_NONE:
            self.how = OPENING_NO_KNEE

    def limit_pa(self) -> int:
        """Line pressure in Pa at which to stop: the lowest of the limits in force (P-01, P-02).

        A relief has none: it is judged at any pressure, and ends when none is left.
        """
        if self.rx.back:
            return _NONE_PA
        limit_pa = self.rx.limit_line_pa
        if limit_pa > CEILING_PA:
            limit_pa = CEILING_PA
        if self.rx.into_disc:
            above_pa = self.rx.limit_above_pa
            if self.opening_pa > 0:
                above_pa += self.opening_pa
            if above_pa < limit_pa:
                limit_pa = above_pa
        return limit_pa

    def set(self, opening_pa: int) -> int:
        """The operator's own mark, at rest: 1 if taken; at most 30 psi, lower than before."""
        if opening_pa < 0 or opening_pa > _MOST_PA:
            return 0
        if self.opening_pa >= 0 and opening_pa > self.opening_pa:
            return 0
        self.opening_pa = opening_pa
        self.how = OPENING_SET
        return 1

    def read(self):
        """Take what the settler has found, or that it found nothing."""
        if self.how == OPENING_SET:
            return
        value_pa = self.settler.value_pa
        if self.settler.settled == 0:
            self.how = OPENING_UNSETTLED
        elif value_pa > _MOST_PA:
            self.how = OPENING_REFUSED
        else:
            self.how = OPENING_READ
            self.opening_pa = value_pa if value_pa > 0 else 0
