"""What the records say over time: the referee's own clocks and counts, none of them the pump's."""

from typing import Any

from manostat.core import codes
from manostat_sim.exhaustion.invariants import Rules
from manostat_sim.exhaustion.times import LONGEST_TICK_US, ROUND_US, TICK_US

_RAW_LEAST, _RAW_MOST, _RAW_CEILING = 1310, 14746, 10377
_DISAGREE_16COUNTS = 6991
_AHEAD = 6


class Seen:
    """Fed with each record. All attributes but the rules are integers or immutable."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.stop = False
        self.pain = False
        self.open_us = 0
        self.qualified = 0  # RUN was closed after it was seen open, and nothing started since
        self.held = 0  # RUN held since the lease was started
        self.free = 0
        self.proven = 0
        self.hold_stop_us = 0
        self.hold_pain_us = 0
        self.leaning = 0  # ticks since a button was pressed, counted down
        self.stop_us = 0
        self.stop_held_us = 0  # until this tick
        self.missed = 0
        self.disagree_us = 0
        self.wiring_us = 0
        self.contacts_us = 0
        self.pressure_pa = 0
        self.predicted_pa = 0
        self.recent_pa: tuple[int, ...] = ()
        self.ahead = 0  # granted less counted

    def feed(self, inputs: Any, granted: int, moving: int) -> str:
        """The requirement by which this tick has to be a fault, or nothing.

        `granted` in the tick before, `moving` since.
        """
        switches = inputs.switches
        self.pain = bool(switches & codes.BIT_PAIN_NO or switches & 3 == codes.BIT_STOP_OK)
        self.stop = not switches & codes.BIT_STOP_OK
        self.stop_held_us = self.stop_us
        self._read_switches(switches, self.pain, self.stop, inputs.elapsed_us)
        self._read_pressure(inputs)
        self.ahead += granted - inputs.refused - inputs.made
        others = self._others(inputs, moving)  # every timer runs, whatever else is found
        return self._sensors(inputs) or others

    def end_tick(self, started: int, latched: bool) -> None:
        """A lease that is started, or latched, has nothing under way."""
        if started or latched:
            self.ahead = 0

    def _read_switches(self, switches: int, pain: bool, stop: bool, elapsed_us: int) -> None:
        timed_us = elapsed_us
        if elapsed_us > LONGEST_TICK_US:  # nobody saw what the switches did
            timed_us = self.open_us = 0
        chain = switches & codes.CHAIN
        if chain == codes.CHAIN_RUN_OPEN:
            self.open_us = self.open_us + timed_us if self.open_us else 1
            self.qualified = 0
        elif chain == codes.CHAIN and not pain:
            if self.open_us >= self.rules.times.open_us:
                self.qualified = 1
            self.open_us = 0
        else:
            self.open_us = self.qualified = 0
        if chain != codes.CHAIN or pain or switches & codes.BIT_LATCHED:
            self.held = 0
        contacts = switches & 11
        if contacts == 3:
            self.free = 1
        elif contacts == 9 and self.free:
            self.free = 0
            self.proven = 1
        self.stop_us = self.stop_us + timed_us if stop else 0
        self.hold_stop_us = self.hold_stop_us + timed_us if stop else 0
        self.hold_pain_us = self.hold_pain_us + timed_us if pain else 0
        if stop or pain:
            self.leaning = 2 * ROUND_US // TICK_US
        elif self.leaning:
            self.leaning -= 1

    def _read_pressure(self, inputs: Any) -> None:
        if inputs.line_status == 0 and _RAW_LEAST <= inputs.line_raw <= _RAW_MOST:
            self.pressure_pa = (inputs.line_raw - 1638) * 1034214 // 13108
        recent_pa = self.recent_pa or (self.pressure_pa,) * 8
        rise_pa = self.pressure_pa - recent_pa[0]
        self.predicted_pa = self.pressure_pa + (rise_pa // 4 if rise_pa > 0 else 0)
        self.recent_pa = recent_pa[1:] + (self.pressure_pa,)

    def _others(self, inputs: Any, moving: int) -> str:
        found = ""
        chain = inputs.switches & codes.CHAIN
        times = self.rules.times
        elapsed_us = min(inputs.elapsed_us, LONGEST_TICK_US)  # after a gap it is one sample
        if chain & (chain + 1):
            self.wiring_us += elapsed_us
            if self.wiring_us >= times.wiring_us:
                found = "F-08"
        else:
            self.wiring_us = 0
        both = inputs.switches & 11
        if both in (1, 11):
            self.contacts_us += elapsed_us
            if self.contacts_us >= times.contacts_us:
                found = "F-09"
        else:
            self.contacts_us = 0
        if chain == codes.CHAIN and not inputs.switches & self.rules.end_bit:
            found = "F-11"
        if self.ahead < 0 or self.ahead > _AHEAD:
            found = "F-06" if self.ahead < 0 else "F-07"
            self.ahead = 0
        if moving and inputs.elapsed_us > LONGEST_TICK_US:
            found = "F-10"
        return found

    def _sensors(self, inputs: Any) -> str:
        raw = inputs.line_raw
        if inputs.line_status or not _RAW_LEAST <= raw <= _RAW_MOST:
            self.missed += 1
            return "P-11" if self.missed >= 2 else ""
        self.missed = 0
        if raw >= _RAW_CEILING:
            return "P-01"
        if abs((raw - 1638) * 16 - (inputs.second_raw - 6554) * 4) <= _DISAGREE_16COUNTS:
            self.disagree_us = 0
            return ""
        self.disagree_us += min(inputs.elapsed_us, LONGEST_TICK_US)
        return "P-13" if self.disagree_us >= self.rules.times.disagree_us else ""
