"""Turns what the pump and the wires do into events in words."""

from typing import NamedTuple

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.telemetry import TickFrame
from manostat_tools import words


class Event(NamedTuple):
    """Something worth a line; `at_us` is virtual time since power-on."""

    at_us: int
    text: str


class Story:
    """`events` so far, and `now`: what is happening, as one phrase."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._last: TickFrame | None = None
        self._unit = bench.unit
        self.events: list[Event] = []
        self.now = "power is off"
        self.press_us = -1
        """When the patient first pressed in this level; -1: not yet."""
        self.stop_us = -1
        """When the pump said that it had stopped; -1: not yet."""

    def tell(self, text: str) -> None:
        """Add an event of now."""
        self.events.append(Event(self._bench.now_us, text))

    def watch_patient(self) -> None:
        """Note the patient's first press."""
        patient = self._bench.world.patient
        if self.press_us >= 0 or patient.crossed_us < 0:
            return
        press_us = patient.crossed_us + patient.reaction_us
        if self._bench.now_us > press_us:
            self.press_us = press_us
            self.events.append(Event(press_us, "the patient presses PAIN"))

    def steps_after_press(self) -> int:
        """Rising edges on STEP after the patient's first press."""
        edges = self._bench.edges("STEP")
        return sum(edge.level and edge.at_us > self.press_us for edge in edges)

    def take(self, at_us: int, frame: TickFrame) -> None:
        """Take one tick."""
        last, self._last = self._last, frame
        if last is not None and (last.state, last.reason) == (frame.state, frame.reason):
            return
        text = self._change(last.state if last else codes.IDLE, frame)
        self.now = words.state(frame.state)
        if frame.state == codes.STOPPED:
            self.now = text
            if self.stop_us < 0:
                self.stop_us = at_us
        if last is not None:
            self.events.append(Event(at_us, text))

    def _change(self, before: int, frame: TickFrame) -> str:
        state = frame.state
        if state == codes.STOPPED:
            return self._stopped(before, frame)
        if state == codes.READY and before == codes.IDLE:
            return "pain button proven: " + words.state(state)
        if state == codes.READY:
            return "STOP acknowledges: " + words.state(state)
        if state == codes.IDLE and before == codes.STOPPED:
            return "STOP acknowledges: " + words.state(state)
        if state == codes.SEEKING:
            return "RUN held: " + words.state(state)
        if state == codes.SETTLING and before == codes.SEEKING:
            return "bend found, plunger stopped: " + words.state(state)
        if state == codes.INJECTING and before == codes.SETTLING:
            if frame.opening_pa < 0:
                return "line did not settle: injecting with a tare of zero"
            return f"opening pressure {words.pressure(frame.opening_pa)}: " + words.state(state)
        if state == codes.INJECTING and before == codes.SEEKING:
            return "no bend found: injecting with a tare of zero"
        if state == codes.HOLDING:
            return words.reason(frame.reason) if frame.reason else words.state(state)
        return words.state(state)

    def _stopped(self, before: int, frame: TickFrame) -> str:
        if frame.reason == codes.PAIN:
            if before not in (codes.SEEKING, codes.INJECTING):
                return "pain pressed at rest: marked"
            if self.press_us < 0:
                return "pain pressed: stopped"
            return f"pain pressed: stopped, {words.steps(self.steps_after_press())} after the press"
        if frame.reason == codes.VOLUME:
            return f"stopped: all of {words.volume(self._unit[2])} is delivered"
        if frame.reason == codes.PRESSURE_ABOVE:
            tare = "opening" if frame.opening_pa >= 0 else "zero, as no opening is known"
            return f"stopped at {words.pressure(self._unit[3])} above {tare}"
        if frame.reason == codes.PRESSURE_LINE:
            return f"stopped at the line limit of {words.pressure(self._unit[4])}"
        return "stopped: " + words.reason(frame.reason, frame.fault)
