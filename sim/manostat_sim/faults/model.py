"""What a fault, the reaction to it and a cell of the fault matrix are."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from manostat_sim.benches.base import Bench

LAST_STEP, LEASED, VOLUME, FLAT, PRESSURE, PROBE, PROBE_VOLUME, STEPS = (
    "time to last step",
    "last renewal to last step",
    "volume after the fault",
    "volume without a rise",
    "line beyond its limit",
    "press to last step",
    "volume after the press",
    "steps after the fault",
)
"""What a cell can be limited by, in UNITS."""
UNITS = {
    LAST_STEP: "us",
    LEASED: "us",
    VOLUME: "nL",
    FLAT: "nL",
    PRESSURE: "Pa",
    PROBE: "us",
    PROBE_VOLUME: "nL",
    STEPS: "steps",
}
HIGH, MEDIUM, LOW, SILENT = "HIGH", "MEDIUM", "LOW", "none"
PASSED, FAILED = "passed", "failed"


class Reaction(NamedTuple):
    """What is asked of the pump: `figure` at most `limit`, and this alarm on its pins.

    `requirements` are what the limit is from. `alarm` None: any will do. `codes`: one of these
    faults must be on record; none asks for nothing. `seconds` the fault is watched, or until the
    plunger has stood still for a while within `still_within_s`. `probe`: the switch that must stop
    a plunger that still moves then, `probe_s` how long it is pressed. `try_run`: RUN is opened and
    closed again, and nothing may start. `last_step_us`: what the last step, counted from the fault,
    is limited by as well.
    """

    requirements: tuple[str, ...]
    figure: str
    limit: float
    alarm: str | None = SILENT
    codes: tuple[int, ...] = ()
    seconds: float = 0.1
    still_within_s: float = 0.0
    probe: str = "PAIN"
    probe_s: float = 0.05
    try_run: bool = False
    last_step_us: float | None = None


@dataclass(frozen=True)
class Fault:
    """`inject` makes it and may let time pass; `mend` takes it away (None: it cannot be).

    `moving` is asked while steps are or may soon be granted, `rest` where none are; `by_state`
    is for states in which something else is asked. `worst`: the most dangerous state.
    `boots`: the pump starts again, and its lamp test is no alarm. `holds_driver`: the fault itself
    keeps ENABLE_N low, and no firmware can let go of it. `spoils`: so many stored records.
    `on_time`: no tick is late while the plunger moves.
    """

    id: str
    text: str
    inject: Callable[[Bench], None]
    moving: Reaction
    rest: Reaction
    mend: Callable[[Bench], None] | None = None
    by_state: dict[str, Reaction] = field(default_factory=dict)
    worst: str = "injecting"
    boots: bool = False
    holds_driver: bool = False
    spoils: int = 0
    on_time: bool = False


class Absent(NamedTuple):
    """A fault that has no place on the bench, and why."""

    id: str
    text: str
    why: str


@dataclass(frozen=True)
class Seen:
    """What pins, plant and flash showed. Times in us since the fault, volumes in nL (pressed in is
    positive), pressure in Pa."""

    steps_us: tuple[float, ...]
    leased_us: float
    """From the last renewal of the lease to the last step (T-03); 0 without a step after it."""
    leased_nl: float
    """Volume of the steps after the last renewal."""
    pushed_nl: float
    least_pushed_nl: float
    flat_nl: float
    """Most that was pressed in while the line did not rise by 1 psi (P-12)."""
    beyond_pa: float
    probed: bool
    probe_last_us: float
    probe_nl: float
    enabled: bool
    """Whether the driver has been on at the look or, where RUN was tried, after it."""
    enable_low: bool
    """The same of the pin ENABLE_N, whatever STOP's second pole makes of it."""
    stop_seen: bool
    """STOP_OK is low: STOP is pressed, or to the pump it looks so."""
    alarm: str
    alarm_steps: int
    """Steps when RUN was opened and closed again: during an alarm, or after a restart (A-06)."""
    mended_steps: int
    """Steps after the fault was mended, nobody having touched a switch (A-05, P-09)."""
    codes: tuple[int, ...]
    """Faults on record since the fault, from the flash."""
    lost_records: int
    """Sound records from before the fault that do not hold every byte any more (L-02, L-03)."""
    provisioned: bool
    """Unit, identity and key in flash are as they were before the fault."""
    jitter_us: float
    """Most that a tick came sooner or later than 2 ms behind the one before, on TICK."""
    unreported: int
    """Of these, how many a reader of the journal says nothing of."""
    still_moved: bool
    """Whether it moved until a switch was pressed."""


@dataclass(frozen=True)
class Cell:
    """One fault in one state, judged."""

    fault: str
    state: str
    reaction: str
    figure: float
    limit: float
    unit: str
    of: str
    last_step_us: float
    volume_nl: float
    alarm: str
    recorded: tuple[str, ...]
    requirements: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def id(self) -> str:
        """Such as "line-open/injecting"."""
        return f"{self.fault}/{self.state}"

    @property
    def verdict(self) -> str:
        return FAILED if self.problems else PASSED
