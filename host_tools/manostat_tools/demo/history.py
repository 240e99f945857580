"""What happened on the wires and in the plant, tick by tick, as lists that plot and record read."""

from bisect import bisect_left

from manostat_sim.benches.base import Bench
from manostat_sim.telemetry import TickFrame


class History:
    """Two tables over virtual time in us since power-on.

    What the pump said: `tick_us`, `pressure_pa`, `volume_nl`, `state`. What the plant knows, taken
    at each call of `take`: `at_us`, `line_pa`, `disc_pa`, `delivered_nl`.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._frames_seen = 0
        self._nl_num, self._nl_den = bench.unit[6:8]
        self.tick_us: list[int] = []
        self.pressure_pa: list[int] = []
        self.volume_nl: list[int] = []
        self.state: list[int] = []
        self.at_us: list[int] = []
        self.line_pa: list[float] = []
        self.disc_pa: list[float] = []
        self.delivered_nl: list[float] = []

    def take(self) -> list[tuple[int, TickFrame]]:
        """Take the plant as it is now and the frames since the last call, each with its time.

        A frame's time is counted back from now with its own `elapsed_us`: true to a tick or two.
        """
        plant, now_us = self._bench.world.plant, self._bench.now_us
        self.at_us.append(now_us)
        self.line_pa.append(plant.line_pa)
        self.disc_pa.append(plant.disc.pressure_pa)
        self.delivered_nl.append(plant.syringe.delivered_nl)
        fresh = self._bench.frames()[self._frames_seen :]
        self._frames_seen += len(fresh)
        at_us = now_us - sum(frame.elapsed_us for frame in fresh[1:])
        timed = []
        for number, frame in enumerate(fresh):
            if number:
                at_us += frame.elapsed_us
            timed.append((at_us, frame))
            self.tick_us.append(at_us)
            self.pressure_pa.append(frame.pressure_pa)
            self.volume_nl.append(frame.steps * self._nl_num // self._nl_den)
            self.state.append(frame.state)
        return timed

    def plant_at(self, at_us: float) -> dict[str, float]:
        """`line_pa`, `disc_pa` and `delivered_nl` at a time, on a straight line between samples."""
        right = min(max(bisect_left(self.at_us, at_us), 1), len(self.at_us) - 1)
        left = right - 1
        span_us = self.at_us[right] - self.at_us[left]
        share = min(max((at_us - self.at_us[left]) / span_us, 0.0), 1.0) if span_us else 0.0
        return {
            name: values[left] + (values[right] - values[left]) * share
            for name, values in (
                ("line_pa", self.line_pa),
                ("disc_pa", self.disc_pa),
                ("delivered_nl", self.delivered_nl),
            )
        }

    def first_us(self, state: int) -> int | None:
        """When a tick first said `state`, or None."""
        return self.tick_us[self.state.index(state)] if state in self.state else None

    def spans(self) -> list[tuple[int, int, int]]:
        """(from_us, to_us, state) of each stretch of one state."""
        stretches: list[tuple[int, int, int]] = []
        for at_us, state in zip(self.tick_us, self.state, strict=True):
            if stretches and stretches[-1][2] == state:
                stretches[-1] = (stretches[-1][0], at_us, state)
            else:
                if stretches:
                    stretches[-1] = (stretches[-1][0], at_us, stretches[-1][2])
                stretches.append((at_us, at_us, state))
        return stretches
