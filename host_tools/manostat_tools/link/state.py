"""What a tick frame says, readable."""

from dataclasses import dataclass

from manostat.core import codes
from manostat_sim.telemetry import TickFrame
from manostat_tools import words
from manostat_tools.devices.probe import RUNNING_STATES


def is_moving(frame: TickFrame) -> bool:
    """Whether the plunger moves, or goes on by itself once the line has settled."""
    return frame.state in RUNNING_STATES


@dataclass(frozen=True)
class State:
    """One tick of the pump. `frame` has all of it (docs/protocol.md); `at_s`: when it arrived,
    in seconds of `time.monotonic`."""

    frame: TickFrame
    at_s: float

    @property
    def name(self) -> str:
        """idle, ready, seeking, settling, injecting, holding or stopped."""
        return words.state_name(self.frame.state)

    @property
    def reason(self) -> str:
        """Why it stopped or paused, in words; "none" if it did not. A fault is named."""
        return words.reason(self.frame.reason, self.frame.fault)

    @property
    def fault(self) -> str:
        """The fault of the guard in words, "none" without one."""
        return words.fault(self.frame.fault)

    @property
    def pressure_pa(self) -> int:
        """Gauge pressure of the line in Pa, zero taken off."""
        return self.frame.pressure_pa

    @property
    def steps(self) -> int:
        """Microsteps of this level so far; `Settings.volume_nl` makes nanolitres of them."""
        return self.frame.steps

    @property
    def opening_pa(self) -> int | None:
        """The opening pressure in Pa; None while there is none."""
        return None if self.frame.opening_pa < 0 else self.frame.opening_pa

    @property
    def moves(self) -> bool:
        """Whether the plunger moves, or goes on by itself once the line has settled."""
        return is_moving(self.frame)

    @property
    def stop_pressed(self) -> bool:
        """The STOP button, or its wire cut; a STOP of a host shows as this for one tick."""
        return not self.frame.switches & codes.BIT_STOP_OK

    @property
    def pain_pressed(self) -> bool:
        """The patient's button, by either contact: behind a pressed STOP only the second shows."""
        switches = self.frame.switches
        if switches & codes.BIT_PAIN_NO:
            return True
        return bool(switches & codes.BIT_STOP_OK) and not switches & codes.BIT_PAIN_OK

    @property
    def run_closed(self) -> bool:
        """RUN is held and nothing before it in the chain is open; False behind STOP or PAIN."""
        return self.frame.switches & codes.CHAIN == codes.CHAIN
