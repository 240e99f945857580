"""A desk in each state of a level, and what its operator does there."""

from manostat.core import codes
from manostat.core.codes import HOLDING, IDLE, INJECTING, READY, SETTLING, STOPPED

from .desk import RUN_OPEN, STOP_PRESSED, Desk, unit_of

QUICK = unit_of(rate_nl_s=100_000, volume_nl=50_000)
STEPWISE = unit_of(codes.STEP, 100_000, 100_000, step_volume_nl=20_000)
A_STEP = 20_000 * 4096 // 422_733
A_LEVEL = 100_000 * 4096 // 422_733


def acknowledge(desk: Desk) -> None:
    desk.switches = RUN_OPEN
    desk.seconds(0.31)
    desk.hold(STOP_PRESSED)
    desk.seconds(0.03)


def press_stop(desk: Desk) -> None:
    desk.switches = STOP_PRESSED
    desk.tick()


def in_state(state: int) -> Desk:
    """A desk brought to a state of the level by its switches and its line."""
    if state in (IDLE, READY):
        desk = Desk()
        if state == READY:
            desk.arm()
        desk.tick()
    elif state == INJECTING:
        desk = Desk().opened()
    else:
        desk = Desk().started()
        if state in (SETTLING, HOLDING):
            find_knee(desk)
        if state == HOLDING:
            desk.switches = RUN_OPEN
            desk.until(HOLDING)
        if state == STOPPED:
            press_stop(desk)
            desk.switches = RUN_OPEN
            desk.seconds(0.31)
    assert desk.state == state
    return desk


def find_knee(desk: Desk, opening_pa: float = 100_000) -> None:
    """Let the line rise stiffly to `opening_pa`, then hardly at all, until the plunger rests."""
    desk.pa_a_step = 700.0
    for _ in range(2000):
        desk.tick()
        if desk.pressure_pa >= opening_pa:
            desk.pa_a_step = 7.0
        if desk.state == SETTLING:
            desk.pa_a_step = 0.0
            desk.tick()
            return
    raise AssertionError("no knee")


def fault_of(desk: Desk, status: int) -> None:
    """Two samples that the line sensor marks: 3 is SENSOR_STATUS, 4 is SENSOR_SILENT."""
    desk.inputs.line_status = status
    desk.tick(2)
    desk.inputs.line_status = 0


def decide(desk: Desk, pressure_pa: int, **inputs: int) -> None:
    """One tick of the injector alone, at a pressure that need not be a whole count."""
    for name, value in {"made": 0, "refused": 0, "elapsed_us": 2000, **inputs}.items():
        assert hasattr(desk.inputs, name)
        setattr(desk.inputs, name, value)
    desk.injector.tick(desk.pump.operator, desk.inputs, pressure_pa, 0)
