"""A rate in nanolitres a second to whole steps a tick, without losing a fraction (D-03)."""

from micropython import const

_TICKS_PER_S = const(500)
MAX_STEPS_PER_TICK = const(3)  # what the trace stores in two bits; 1500 steps/s


class Flow:
    """Accumulates volume owed and pays it out in steps.

    One step costs `nl_num * 500`; a tick earns `rate_nl_s * nl_den`. Both are below 2^29
    (checked by `prescription.validate`), so the sum stays within 30 bits.
    """

    def __init__(self, nl_num: int, nl_den: int):
        self.earn_factor = nl_den
        self.step_cost = nl_num * _TICKS_PER_S
        self.owed = 0

    def reset(self):
        """Forget what is owed: the next step comes a whole step's time later."""
        self.owed = 0

    def take(self, rate_nl_s: int, most: int) -> int:
        """Steps due this tick at `rate_nl_s`, at most `most` and 3."""
        owed = self.owed + rate_nl_s * self.earn_factor
        steps = 0
        while owed >= self.step_cost:
            owed -= self.step_cost
            steps += 1
        self.owed = owed
        if steps > MAX_STEPS_PER_TICK:
            steps = MAX_STEPS_PER_TICK
        return steps if steps < most else most
