"""What was seen of a cell against what is asked of it."""

from manostat.core import codes
from manostat_sim.faults.model import (
    FLAT,
    HIGH,
    LAST_STEP,
    LEASED,
    MEDIUM,
    PRESSURE,
    PROBE,
    PROBE_VOLUME,
    STEPS,
    UNITS,
    VOLUME,
    Cell,
    Fault,
    Reaction,
    Seen,
)
from manostat_sim.faults.states import INJECTING, MOVING, RATE_NL_S, SEEKING, STEP_NL

PROBE_MOST_US = 10.0
"""B-01: any press of a switch of the permit chain."""
JITTER_US = 300.0
"""Ticks are 2 ms apart; as hil_tests ask of a board that nobody disturbs."""
LEASE_NL = RATE_NL_S * 4e-3 + STEP_NL
"""T-03: two ticks of the flow, and one step; less than the 0.35 uL that are allowed at a third of
this flow, three times."""
_FAULTS = (
    "SENSOR_STATUS",
    "SENSOR_SILENT",
    "SENSOR_RANGE",
    "SENSORS_DISAGREE",
    "CEILING",
    "STEPS_EXTRA",
    "STEPS_MISSING",
    "WIRING",
    "CONTACTS",
    "LATE",
    "END_EMPTY",
    "SENSOR_STUCK",
    "OCCLUSION",
    "DETACHED",
    "RISE",
    "TOO_FAST",
    "TOO_MUCH",
    "END_FULL",
)
_NAMES = {getattr(codes, name): name for name in _FAULTS}


def asked(fault: Fault, state: str) -> Reaction:
    """What is asked of the pump in this cell."""
    return fault.by_state.get(state) or (fault.moving if state in MOVING else fault.rest)


def judge(fault: Fault, state: str, seen: Seen) -> Cell:
    """The cell, with all that is wrong in words."""
    want = asked(fault, state)
    figure = _figure(want.figure, seen)
    problems = []
    if figure > want.limit:
        problems.append(f"{want.figure} {figure:g} {UNITS[want.figure]} > {want.limit:g}")
    if want.figure == LEASED and seen.leased_nl > LEASE_NL:
        problems.append(f"{seen.leased_nl:g} nL after the last renewal > {LEASE_NL:g}")
    if want.last_step_us is not None and max(seen.steps_us, default=0.0) > want.last_step_us:
        problems.append(f"last step {max(seen.steps_us):g} us after > {want.last_step_us:g}")
    if want.figure not in (PROBE, PROBE_VOLUME) and seen.probe_last_us > PROBE_MOST_US:
        problems.append(f"press to last step {seen.probe_last_us:g} us > {PROBE_MOST_US:g}")
    if want.alarm is not None and seen.alarm != want.alarm:
        problems.append(f"alarm {seen.alarm}, due {want.alarm}")
    if seen.alarm_steps:
        problems.append(f"{seen.alarm_steps} steps by RUN, which should start nothing")
    if seen.mended_steps:
        problems.append(f"{seen.mended_steps} steps by themselves after the fault was mended")
    if want.codes and not set(want.codes) & set(seen.codes):
        problems.append(f"faults on record {seen.codes}, due one of {want.codes}")
    if seen.enable_low and (why := _lets_go_because(fault, want, seen)):
        problems.append(f"ENABLE_N is low, and the driver on, {why}")
    if seen.lost_records != fault.spoils:
        problems.append(f"{seen.lost_records} older records lost, {fault.spoils} by the fault")
    if not seen.provisioned:
        problems.append("unit, identity or key are others in flash")
    if fault.on_time and state in (SEEKING, INJECTING) and seen.jitter_us > JITTER_US:
        problems.append(f"a tick {seen.jitter_us:g} us off > {JITTER_US:g}")
    if seen.unreported:
        problems.append(f"{seen.unreported} spoilt records that a reader does not report")
    return Cell(
        fault.id,
        state,
        _reaction(state, want, seen),
        round(figure, 3),
        want.limit,
        UNITS[want.figure],
        want.figure,
        round(max(seen.steps_us, default=0.0), 3),
        round(seen.pushed_nl, 1),
        seen.alarm,
        tuple(_NAMES[code] for code in seen.codes),
        want.requirements,
        tuple(problems),
    )


def _lets_go_because(fault: Fault, want: Reaction, seen: Seen) -> str:
    """Why the pump must have let go of the driver, "" if it need not: a fault, STOP or a reset
    (docs/design.md, "Stops" and "Self test, watchdog, restart"). End points and releases hold it.
    """
    if fault.holds_driver:
        return ""
    if seen.alarm in (HIGH, MEDIUM):
        return f"during an alarm ({seen.alarm})"
    if fault.boots:
        return "after a restart"
    if seen.stop_seen:
        return "with STOP pressed"
    if seen.probed and want.figure == PROBE and want.probe == "STOP":
        return "after STOP"
    return ""


def _figure(of: str, seen: Seen) -> float:
    return {
        LAST_STEP: max(seen.steps_us, default=0.0),
        LEASED: seen.leased_us,
        FLAT: seen.flat_nl,
        VOLUME: max(seen.pushed_nl, -seen.least_pushed_nl),
        PRESSURE: max(seen.beyond_pa, 0.0),
        PROBE: seen.probe_last_us,
        PROBE_VOLUME: abs(seen.probe_nl),
        STEPS: float(len(seen.steps_us)),
    }[of]


def _reaction(state: str, want: Reaction, seen: Seen) -> str:
    if seen.still_moved and want.figure == PROBE_VOLUME:
        said = "goes on; a press takes the driver off"
    elif seen.still_moved:
        said = f"goes on; {want.probe} stops it"
    elif seen.steps_us:
        said = "stops"
    else:
        said = "stops at once" if state in (SEEKING, INJECTING) else "no step"
    return f"{said}, driver {'holds' if seen.enabled else 'off'}"
