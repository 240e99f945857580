"""The states of a level, and how a pump is brought to each of them.

The world is the most demanding one that the sweeps cover: a stiff disc on the stiffest line, and
the fastest flow that the motor allows. Its sensors are ideal, so that a figure is the fault's own.
"""

from dataclasses import replace

from manostat.core import codes
from manostat_sim.benches.base import Bench, Unit
from manostat_sim.benches.pico import PicoBench
from manostat_sim.faults.opening import watch_rests
from manostat_sim.scenarios import Scenario, scenario

IDLE, READY, WAITING, SEEKING, SETTLING, INJECTING, HOLDING, STOPPED = STATES = (
    "idle",
    "ready",
    "waiting",
    "seeking",
    "settling",
    "injecting",
    "holding",
    "stopped",
)
MOVING = (WAITING, SEEKING, SETTLING, INJECTING)
"""RUN is held, and steps are granted or may be soon."""
RUN_HELD = (*MOVING, STOPPED)

RATE_NL_S = 150_000
LIMIT_ABOVE_PA = 344_738
LIMIT_LINE_PA = 551_581
STEP_NL = 422_733 / 4_096
UNIT: Unit = (1, RATE_NL_S, 3_500_000, LIMIT_ABOVE_PA, LIMIT_LINE_PA, 0, 422_733, 4_096, 0)
"""10 mL BD syringe at 0.15 mL/s, 50 psi above opening, 80 psi line."""

_SEEKING_S = 0.15
_SETTLING_S = 1.1
_PAUSE_S = 0.05
_LIMIT_S = 4.0


def world() -> Scenario:
    """A disc of 150 psi/mL behind a line of 1 uL/psi."""
    of = scenario("cervical")
    options = {"line_ul_psi": 1.0, "needle": "22G x 152", "contrast": 240}
    return replace(of, opening_psi=16.0, plant_options=options, sensors="ideal")


def bring(bench: Bench, state: str) -> None:
    """From no power to `state`. KeyError for a state that does not exist."""
    if state not in STATES:
        raise KeyError(f"{state!r} is none of {', '.join(STATES)}")
    watch_rests(bench.world)
    bench.power_on()
    if state == IDLE:
        bench.advance(_PAUSE_S)
        return
    bench.arm()
    if state == READY:
        return
    bench.press("RUN")
    if state == WAITING:
        _until_the_intent_is_written(bench)
        return
    bench.advance(_SEEKING_S)
    if state == SEEKING:
        return
    bench.advance_until(lambda tick: tick.state == codes.SETTLING, _LIMIT_S)
    bench.advance(_SETTLING_S)
    if state == SETTLING:
        return
    bench.advance_until(lambda tick: tick.state == codes.INJECTING, _LIMIT_S)
    bench.advance(_PAUSE_S)
    if state == HOLDING:
        bench.release("RUN")
    if state == STOPPED:
        bench.hold("PAIN", _PAUSE_S)
    if state != INJECTING:
        bench.advance(_PAUSE_S)


def _until_the_intent_is_written(bench: Bench) -> None:
    """To within the program of its page; on a bench without flash, to just before the start."""
    if not isinstance(bench, PicoBench):
        bench.advance(0.019)
        return
    begun: list[int] = []
    bench.pico.on_flash_operation(lambda operation: begun.append(operation.t_ns))
    while not begun:
        bench.advance_to(bench.now_us + 100)
