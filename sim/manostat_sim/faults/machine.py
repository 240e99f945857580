"""Faults of motor, driver, syringe, line and disc."""

from collections.abc import Callable
from functools import partial

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.faults.asked import (
    BACK_NL,
    IN_HARDWARE_US,
    OVERSHOOT_PA,
    THREE_TICKS_US,
    goes_on,
    moves_at_most,
    no_step,
    sees_no_rise,
    stays_within,
    stops,
)
from manostat_sim.faults.model import HIGH, MEDIUM, SILENT, Fault, Reaction
from manostat_sim.faults.states import SETTLING, WAITING
from manostat_sim.plant.tables import SYRINGE_BORE_MM

_EDGE_US = 100
_EXTRA_EDGES = 3
_RUPTURE_NL_S_PA = 3.0
_LARGER = (SYRINGE_BORE_MM["BD 20 mL"] / SYRINGE_BORE_MM["BD 10 mL"]) ** 2
"""Areas of the two barrels."""
_AIR_NL = 500_000.0


def _stalls(stalled: int, bench: Bench) -> None:
    bench.world.plant.syringe.stalled = stalled


def _turns_back(back: int, bench: Bench) -> None:
    bench.world.plant.syringe.reversed = back


def _misses_every_other(bench: Bench) -> None:
    syringe = bench.world.plant.syringe
    plain = type(syringe).step
    taken = 0

    def step(direction: int) -> None:
        nonlocal taken
        taken += 1
        if taken % 2:
            plain(syringe, direction)

    syringe.step = step  # type: ignore[method-assign]


def _takes_every_step(bench: Bench) -> None:
    del bench.world.plant.syringe.step


def _holds(signal: str, level: int | None, bench: Bench) -> None:
    if not isinstance(bench, PicoBench):
        raise TypeError(f"the {bench.name} bench has no pins to hold")
    bench.hold_pin(signal, level)


def _foreign_edges(bench: Bench) -> None:
    for _ in range(_EXTRA_EDGES):
        _holds("STEP", 1, bench)
        bench.advance_to(bench.now_us + _EDGE_US)
        _holds("STEP", 0, bench)
        bench.advance_to(bench.now_us + _EDGE_US)
        _holds("STEP", None, bench)


def _presses(switch: str, bench: Bench) -> None:
    bench.press(switch)


def _releases(switch: str, bench: Bench) -> None:
    bench.release(switch)


def _is_larger(times: float, bench: Bench) -> None:
    """From where it stands: what it has delivered stays what it was."""
    syringe = bench.world.plant.syringe
    syringe.step_nl *= times
    syringe.carriage_steps = round(syringe.driven_nl / syringe.step_nl)
    syringe.driven_nl = syringe.carriage_steps * syringe.step_nl


def _occludes(bench: Bench) -> None:
    bench.world.plant.close()


def _opens(bench: Bench) -> None:
    bench.world.plant.open()


def _detaches(bench: Bench) -> None:
    bench.world.plant.detach()


def _leaks(bench: Bench) -> None:
    """All that flows leaves the disc again at the pressure that it has now."""
    disc = bench.world.plant.disc
    disc.leak_pa = max(disc.pressure_pa, disc.opening_pa)
    disc.leak_nl_per_s_pa = _RUPTURE_NL_S_PA


def _tears(bench: Bench) -> None:
    disc = bench.world.plant.disc
    disc.ruptured = 1
    disc.leak_pa = disc.opening_pa
    disc.leak_nl_per_s_pa = disc.rupture_nl_per_s_pa


def _takes_air(bench: Bench) -> None:
    plant = bench.world.plant
    plant.air_nl = _AIR_NL
    # The air is at the pressure of the line: the line holds as much more as it has compressed it.
    plant.stored_nl = plant.line_nl_per_pa * plant.line_pa + _AIR_NL * plant.line_pa / (
        101325.0 + plant.line_pa
    )


def _bounded(
    name: str,
    text: str,
    inject: Callable[[Bench], None],
    mend: Callable[[Bench], None] | None,
    moving: Reaction,
    rest_alarm: str | None = SILENT,
) -> Fault:
    """What takes volume or time to show: the same is asked when the plunger moves only later."""
    later = moving._replace(seconds=max(moving.seconds, 0.5))
    return Fault(
        name,
        text,
        inject,
        moving,
        no_step("P-09", alarm=rest_alarm),
        mend,
        {SETTLING: later, WAITING: later},
    )


_missing = (codes.STEPS_MISSING,)
_extra = (codes.STEPS_EXTRA,)
_to_the_limit = stays_within(OVERSHOOT_PA, "P-04", "P-03", within_s=6.0)

MACHINE = (
    _bounded(
        "motor-stall",
        "the motor stalls: pulses are counted, and not motion",
        partial(_stalls, 1),
        partial(_stalls, 0),
        moves_at_most(0.0, "D-01", alarm=SILENT),
    ),
    _bounded(
        "motor-misses",
        "the motor misses every other step",
        _misses_every_other,
        _takes_every_step,
        goes_on("D-01", "B-01"),
    ),
    _bounded(
        "motor-reversed",
        "the motor turns the wrong way: pressing draws back",
        partial(_turns_back, 1),
        partial(_turns_back, 0),
        moves_at_most(BACK_NL, "P-08", within_s=5.0),
    ),
    Fault(
        "enable-stuck",
        "the driver's enable wire touches ground: firmware cannot let go of the motor",
        partial(_holds, "ENABLE_N", 0),
        goes_on("B-05", "T-04", probe="STOP"),
        no_step("T-04"),
        partial(_holds, "ENABLE_N", None),
        holds_driver=True,
    ),
    Fault(
        "step-ground",
        "the STEP wire touches ground",
        partial(_holds, "STEP", 0),
        stops(IN_HARDWARE_US, "A-06", codes=_missing),
        no_step("B-06"),
        partial(_holds, "STEP", None),
        {SETTLING: goes_on("B-01"), WAITING: stops(IN_HARDWARE_US, "A-06", codes=_missing)},
    ),
    Fault(
        "step-3v3",
        "the STEP wire touches 3V3, which is an edge, and a step where the driver is on",
        partial(_holds, "STEP", 1),
        stops(IN_HARDWARE_US, "D-01", "A-06", alarm=HIGH),
        no_step("D-01", alarm=None, most=1),
        partial(_holds, "STEP", None),
    ),
    Fault(
        "step-extra",
        f"{_EXTRA_EDGES} edges on STEP that nobody granted",
        _foreign_edges,
        stops(THREE_TICKS_US, "D-01", "A-06", codes=_extra),
        no_step("D-01", alarm=None, most=_EXTRA_EDGES),
    ),
    Fault(
        "syringe-empty",
        "the plunger reaches its end",
        partial(_presses, "END_EMPTY"),
        stops(THREE_TICKS_US, "P-05", alarm=MEDIUM, codes=(codes.END_EMPTY,)),
        no_step("P-09", alarm=None),
        partial(_releases, "END_EMPTY"),
    ),
    Fault(
        "syringe-full",
        "the plunger is drawn out to its end: no fault while it presses",
        partial(_presses, "END_FULL"),
        goes_on("B-01"),
        no_step("P-08"),
        partial(_releases, "END_FULL"),
    ),
    _bounded(
        "syringe-wrong-size",
        "a 20 mL syringe where 10 mL were entered: volume and rate are 1.7 times what is shown",
        partial(_is_larger, _LARGER),
        None,
        stays_within(OVERSHOOT_PA * _LARGER, "P-03", "P-04", within_s=6.0),
    ),
    _bounded(
        "occlusion",
        "the needle closes",
        _occludes,
        _opens,
        stays_within(OVERSHOOT_PA, "P-06", "P-04", alarm=HIGH, codes=(codes.OCCLUSION,)),
    ),
    _bounded("leak", "the disc leaks all that comes", _leaks, None, sees_no_rise(SILENT)),
    _bounded("rupture", "the disc tears", _tears, None, sees_no_rise(SILENT)),
    _bounded("detached", "the line comes off the needle", _detaches, _opens, sees_no_rise(MEDIUM)),
    _bounded("air", "0.5 mL of air in the line", _takes_air, None, _to_the_limit),
)
