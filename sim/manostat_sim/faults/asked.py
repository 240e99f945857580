"""The few kinds of reaction that the tables ask for."""

from manostat_sim.faults.model import (
    FLAT,
    HIGH,
    LAST_STEP,
    LEASED,
    PRESSURE,
    PROBE,
    SILENT,
    STEPS,
    VOLUME,
    Reaction,
)

PSI_PA = 6894.757
IN_HARDWARE_US = 10.0
"""B-01."""
THREE_TICKS_US = 6000.0
"""P-05; P-11's two samples are within."""
DISAGREES_US = 26_000.0
"""P-13's 20 ms, and P-05."""
LEASE_US = 5000.0
"""T-03, from the last renewal."""
OVERSHOOT_PA = 750.0
"""P-04: a line of 1 uL/psi."""
WINDOW_NL = 300_000.0
"""P-12."""
BACK_NL = 500_000.0
"""P-08."""


def stops(
    within_us: float,
    *requirements: str,
    alarm: str | None = HIGH,
    codes: tuple[int, ...] = (),
    seconds: float = 0.1,
) -> Reaction:
    """The last step comes within a time of the fault."""
    return Reaction(requirements, LAST_STEP, within_us, alarm, codes, seconds)


def runs_dry(
    *requirements: str,
    alarm: str | None = HIGH,
    codes: tuple[int, ...] = (),
    seconds: float = 0.1,
    last_step_us: float | None = None,
) -> Reaction:
    """Nobody renews the lease any more, and what was granted is all that still comes (T-03)."""
    return Reaction(
        requirements, LEASED, LEASE_US, alarm, codes, seconds, last_step_us=last_step_us
    )


def goes_on(
    *requirements: str,
    within_us: float = IN_HARDWARE_US,
    alarm: str | None = SILENT,
    codes: tuple[int, ...] = (),
    seconds: float = 0.1,
    probe: str = "PAIN",
    probe_s: float = 0.05,
) -> Reaction:
    """Nobody notices, and a press of a switch still stops at once."""
    return Reaction(
        requirements, PROBE, within_us, alarm, codes, seconds, probe=probe, probe_s=probe_s
    )


def stays_within(
    beyond_pa: float,
    *requirements: str,
    alarm: str | None = None,
    codes: tuple[int, ...] = (),
    within_s: float = 4.0,
    seconds: float = 0.5,
) -> Reaction:
    """It ends by itself, and the line is never further beyond its limit."""
    return Reaction(requirements, PRESSURE, beyond_pa, alarm, codes, seconds, within_s)


def moves_at_most(
    volume_nl: float,
    *requirements: str,
    alarm: str | None = None,
    codes: tuple[int, ...] = (),
    seconds: float = 0.1,
    within_s: float = 0.0,
) -> Reaction:
    """The plunger moves no further than this, forth or back."""
    return Reaction(requirements, VOLUME, volume_nl, alarm, codes, seconds, within_s)


def sees_no_rise(alarm: str | None, within_s: float = 4.0) -> Reaction:
    """It ends once a window of volume has brought no rise of the line (P-12)."""
    return Reaction(("P-12",), FLAT, WINDOW_NL, alarm, (), 0.1, within_s)


def no_step(
    *requirements: str,
    alarm: str | None = SILENT,
    codes: tuple[int, ...] = (),
    seconds: float = 0.05,
    most: int = 0,
    try_run: bool = False,
) -> Reaction:
    """Nothing moves. `most`: edges on STEP that the fault itself is."""
    return Reaction(requirements, STEPS, most, alarm, codes, seconds, try_run=try_run)
