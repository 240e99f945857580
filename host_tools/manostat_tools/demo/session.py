"""The operator's part: power on, prove the pain button, hold RUN until it stops, acknowledge."""

import time
from collections.abc import Callable
from typing import Any

from manostat.core import codes
from manostat_sim.benches.base import PRESS_S, RUN_OPEN_S, Bench
from manostat_tools.demo.history import History
from manostat_tools.demo.story import Story

SLICE_S = 0.002
AFTER_STOP_S = 1.0
"""Virtual time watched after the stop: what the line still holds flows into the disc."""
_SELF_TEST_GRACE_S = 0.1


class Interrupted(Exception):  # noqa: N818 - a request, not an error
    """The user asked to stop."""


class Session:
    """One run on a bench that is powered off.

    `on_change(session)` is called after each 2 ms of virtual time. Set `stop_asked` at any time to
    end early. After `run`, `record` holds the pump's own level record, or None with `no_record`
    saying why; `armed`, `interrupted` and `failed` (the bench ended by itself) tell how it went.
    """

    def __init__(
        self, bench: Bench, limit_s: float, on_change: Callable[["Session"], None]
    ) -> None:
        self.bench = bench
        self.limit_s = limit_s
        self.history = History(bench)
        self.story = Story(bench)
        self.record: dict[str, Any] | None = None
        self.no_record = "nothing was injected"
        self.stop_asked = False
        self.interrupted = False
        self.armed = False
        self.failed = False
        self._on_change = on_change
        self._began_wall_s = time.monotonic()
        self._pressing: str | None = None

    @property
    def virtual_s(self) -> float:
        """Virtual seconds since power-on."""
        return self.bench.now_us / 1e6

    @property
    def wall_s(self) -> float:
        """Wall seconds since the session was made."""
        return time.monotonic() - self._began_wall_s

    def run(self) -> None:
        """The whole session; ends early, and orderly, when asked to or when the bench ends."""
        try:
            self._operate()
            self._read_record()
            self._acknowledge()
        except (RuntimeError, OSError) as ended:
            self.failed = True
            self.no_record = f"the bench ended: {ended}"
            self.story.tell(self.no_record)
            self._on_change(self)

    def _operate(self) -> None:
        try:
            self._power_on()
            self._prove_pain_button()
            if self.armed:
                self._inject()
                self._pass(AFTER_STOP_S)
        except Interrupted:
            self._stop_early("stopped by you (Ctrl-C): STOP pressed")

    def _power_on(self) -> None:
        self.story.tell("power on")
        self.story.now = "self test"
        self._on_change(self)
        self.bench.power_on()
        self._pass(_SELF_TEST_GRACE_S)
        if "pins" not in self.bench.can:
            self.story.tell(f"no self test on the {self.bench.name} bench: it has no board")
            return
        lamp = self.bench.edges("LAMP_HIGH")
        passed = bool(self.bench.frames()) and bool(lamp) and lamp[-1].level == 0
        self.story.tell("self test passed" if passed else "self test failed: the pump is inert")

    def _prove_pain_button(self) -> None:
        self.story.tell("PAIN pressed, to prove the button")
        self._press("PAIN", PRESS_S)
        self._pass(RUN_OPEN_S)
        self.armed = self._state() == codes.READY
        if not self.armed:
            self.no_record = "the pump did not arm"
            self.story.tell("the pump refuses to arm")

    def _inject(self) -> None:
        self._hold("RUN")
        end_us = self.bench.now_us + round(self.limit_s * 1e6)
        while self.bench.now_us < end_us:
            self._pass(SLICE_S)
            if self._state() == codes.STOPPED:
                return
        self._stop_early(f"time limit of {self.limit_s:g} s reached: STOP pressed")

    def _stop_early(self, why: str) -> None:
        self.interrupted = self.stop_asked
        self.story.tell(why)
        self._let_go()
        if self._state() != codes.STOPPED:
            self._press("STOP", PRESS_S, heed=False)

    def _read_record(self) -> None:
        if self.history.first_us(codes.SEEKING) is None:
            return
        try:
            self.record = self.bench.record()
        except (LookupError, AssertionError, ValueError) as failed:
            self.no_record = f"the pump's record could not be read: {failed}"
        self._observe()

    def _acknowledge(self) -> None:
        self._let_go()
        if self._state() == codes.STOPPED and not self.interrupted:
            self._press("STOP", PRESS_S, heed=False)

    def _state(self) -> int:
        frames = self.bench.frames()
        return frames[-1].state if frames else codes.IDLE

    def _press(self, switch: str, seconds: float, heed: bool = True) -> None:
        self._hold(switch)
        self._pass(seconds, heed)
        self._let_go()
        self._pass(SLICE_S, heed)

    def _hold(self, switch: str) -> None:
        self.bench.press(switch)
        self._pressing = switch

    def _let_go(self) -> None:
        if self._pressing:
            self.bench.release(self._pressing)
            self._pressing = None

    def _pass(self, seconds: float, heed: bool = True) -> None:
        """Let virtual time pass in slices; `heed`: raise Interrupted when the user asked."""
        end_us = self.bench.now_us + round(seconds * 1e6)
        while self.bench.now_us < end_us:
            if heed and self.stop_asked:
                raise Interrupted
            self.bench.advance_to(min(end_us, self.bench.now_us + round(SLICE_S * 1e6)))
            self._observe()

    def _observe(self) -> None:
        timed = self.history.take()
        self.story.watch_patient()
        for at_us, frame in timed:
            self.story.take(at_us, frame)
        self._on_change(self)
