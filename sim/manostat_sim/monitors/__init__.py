"""Monitors judge a trace by requirement, from what went over the wires and was true in the plant.

    recorder = Recorder(bench.world, lambda: (bench.last.opening_pa, 1))
    ... use the bench ...
    for verdict in judge(recorder.take(), setting_of(bench.world, bench.unit)):
        print(verdict)

They know no state of the firmware but the opening pressure on its record, which P-14 holds against
the line at rest. Not a certified medical device, and no proof: a monitor without
an occasion has shown nothing, and `Verdict.occasions` says so.
"""

from collections.abc import Iterable, Sequence

from manostat_sim.monitors.agreement import Detached, Leak, Occlusion, Rise
from manostat_sim.monitors.alarms import Held, NoStart, Silent
from manostat_sim.monitors.base import Judge, Monitor, Setting, Verdict
from manostat_sim.monitors.delivery import Direction, Lease, Rate, Relief, Volume
from manostat_sim.monitors.events import Event
from manostat_sim.monitors.operator import (
    PainContacts,
    PainProven,
    Permit,
    RunHeld,
    StopEnable,
    StopTap,
)
from manostat_sim.monitors.pressure import Ceiling, Latency, Limit, Opening, Overshoot
from manostat_sim.monitors.recorder import Recorder, noise_pa, overshoot_bound_pa
from manostat_sim.monitors.sensors import Disagreement, Late, Missed, Stuck
from manostat_sim.monitors.starts import Acknowledged, RunSeenOpen
from manostat_sim.world import World

MONITORS: tuple[type[Monitor], ...] = (
    *(Ceiling, Limit, Overshoot, Latency, Occlusion, Relief, Direction),
    *(RunSeenOpen, Acknowledged, Missed, Late, Stuck, Detached, Leak, Rise, Disagreement, Opening),
    *(Volume, Rate, Permit, PainContacts, PainProven, Held, StopTap, StopEnable, RunHeld),
    *(Silent, NoStart, Lease),
)
"""In the order of the requirements: pressure, delivery, operator, alarms, processor."""


def setting_of(world: World, unit: Sequence[int], proven: bool = False) -> Setting:
    """What a trace of this world is judged by. `proven`: the pain button was, before the trace."""
    unit = tuple(unit)
    bound_pa = overshoot_bound_pa(world.plant, world.line_sensor, unit[1], unit[6] / unit[7])
    return Setting(unit, bound_pa, noise_pa(world.line_sensor), proven)


def new_judge(setting: Setting) -> Judge:
    """All monitors, with nothing seen yet."""
    return Judge(monitor(setting) for monitor in MONITORS)


def judge(events: Iterable[Event], setting: Setting) -> list[Verdict]:
    """What all monitors say of a whole trace."""
    all_of_them = new_judge(setting)
    all_of_them.take(events)
    return all_of_them.verdicts


__all__ = [
    "MONITORS",
    "Event",
    "Judge",
    "Monitor",
    "Recorder",
    "Setting",
    "Verdict",
    "judge",
    "new_judge",
    "noise_pa",
    "overshoot_bound_pa",
    "setting_of",
]
