"""How a monitor judges: it takes events in their order, once, and keeps the worst it saw.

A monitor is one formula of signal temporal logic, written above its class, with time as its only
memory. Formulas are not evaluated by a library: over switches and edges the robustness of STL is
always the same number, and what steers a search is how much time, pressure or volume was left.
Taking each event once makes it possible to judge after every act of a long run.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from manostat_sim.monitors.events import Event, Pin, Record, Sample, Step, Wires

PERIOD_US = 2000
"""A control period of the pump."""


@dataclass(frozen=True)
class Setting:
    """What a trace is judged by: the prescription, and bounds that come with plant and sensor.

    `unit`: the nine integers of a unit page. `overshoot_pa`: bound of P-04, None to leave it out.
    `noise_pa`: how far an honest reading may be from the pressure. `proven`: the pain button was
    proven before the trace begins.
    """

    unit: tuple[int, ...]
    overshoot_pa: float | None = None
    noise_pa: float = 0.0
    proven: bool = False

    @property
    def mode(self) -> int:
        """1 inject, 2 step, 3 prime, 4 comply, 5 sham, 6 relieve."""
        return self.unit[0]

    @property
    def into_disc(self) -> bool:
        """Whether there is a limit above the opening pressure."""
        return self.mode in (1, 2)

    @property
    def backwards(self) -> bool:
        """Whether the prescription draws back."""
        return self.mode == 6

    @property
    def rate_nl_s(self) -> int:
        """The prescribed rate."""
        return self.unit[1]

    @property
    def volume_nl(self) -> int:
        """The prescribed volume."""
        return self.unit[2]

    @property
    def step_nl(self) -> float:
        """Volume of a step."""
        return self.unit[6] / self.unit[7]

    @property
    def zero_pa(self) -> int:
        """What the line sensor shows at no pressure."""
        return self.unit[8]

    def limit_pa(self, opening_pa: int) -> int:
        """The lowest limit in force, with -1 for no opening pressure yet."""
        limit_pa = min(self.unit[4], 689_476)
        if self.into_disc:
            limit_pa = min(limit_pa, self.unit[3] + max(opening_pa, 0))
        return limit_pa


class Verdict(NamedTuple):
    """`worst` is the worst figure of `occasions`, at `at_us`, beside its `limit`, in `unit`.

    `margin`: what is left, as a share of the limit (or of what the monitor compares with): 1 is far
    away, below 0 is broken. Without an occasion it is 1, and nothing was shown.
    """

    name: str
    holds: bool
    worst: float
    limit: float
    unit: str
    at_us: float
    occasions: int
    margin: float

    def __str__(self) -> str:
        word = "holds" if self.holds else "BROKEN"
        return (
            f"{self.name} {word}: {self.worst:g} {self.unit}, limit {self.limit:g}, "
            f"at {self.at_us:.0f} us, {self.occasions} occasions"
        )


class Monitor:
    """Judges one requirement; `name` begins with its id. Figures above the limit break it.

    With `at_least` figures below the limit do. Subclasses define what they need of `on_step`,
    `on_sample`, `on_wires`, `on_pin` and `on_record`, each taking its event.
    """

    name = ""
    unit = ""
    limit = 0.0
    scale = 0.0
    """What margins are a share of; 0 for the limit itself."""
    at_least = False

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.occasions = 0
        self.worst = 0.0
        self.worst_us = 0.0
        self.void = False

    def saw(self, figure: float, at_us: float) -> None:
        """An occasion on which the requirement could have been broken."""
        if self.void:
            return
        worse = figure < self.worst if self.at_least else figure > self.worst
        if worse or not self.occasions:
            self.worst, self.worst_us = figure, at_us
        self.occasions += 1

    @property
    def verdict(self) -> Verdict:
        """As it stands now."""
        left = self.worst - self.limit if self.at_least else self.limit - self.worst
        margin = left / (self.scale or abs(self.limit) or 1.0) if self.occasions else 1.0
        holds = margin >= 0.0
        return Verdict(
            self.name,
            holds,
            self.worst,
            self.limit,
            self.unit,
            self.worst_us,
            self.occasions,
            min(margin, 1.0),
        )


_TAKERS = {
    Step: "on_step",
    Sample: "on_sample",
    Wires: "on_wires",
    Pin: "on_pin",
    Record: "on_record",
}


class Judge:
    """Monitors that take the same events."""

    def __init__(self, monitors: Iterable[Monitor]) -> None:
        self.monitors = {monitor.name: monitor for monitor in monitors}
        self._takers = {
            kind: [getattr(one, name) for one in self.monitors.values() if hasattr(one, name)]
            for kind, name in _TAKERS.items()
        }

    def take(self, events: Iterable[Event]) -> None:
        """More of the trace."""
        takers = self._takers
        for event in events:
            for taker in takers[type(event)]:
                taker(event)

    def void(self, *ids: str) -> None:
        """From now on nothing is an occasion for these requirements: their premise is gone."""
        for name, monitor in self.monitors.items():
            monitor.void |= name.split()[0] in ids

    @property
    def verdicts(self) -> list[Verdict]:
        """One of each monitor."""
        return [monitor.verdict for monitor in self.monitors.values()]

    @property
    def broken(self) -> list[Verdict]:
        """Those that do not hold."""
        return [verdict for verdict in self.verdicts if not verdict.holds]
