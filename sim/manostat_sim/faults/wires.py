"""Faults of buttons and wires: bouncing, welded, unplugged, and each wire cut."""

from collections.abc import Callable
from functools import partial

from manostat.core import codes
from manostat_sim.benches.base import Bench
from manostat_sim.faults.asked import (
    IN_HARDWARE_US,
    THREE_TICKS_US,
    goes_on,
    moves_at_most,
    no_step,
    stops,
)
from manostat_sim.faults.model import HIGH, MEDIUM, PROBE_VOLUME, SILENT, Fault, Reaction
from manostat_sim.faults.states import HOLDING, READY, SETTLING, STOPPED
from manostat_sim.wiring import bounce

_CONTACTS_S = 0.6
_CONTACTS = (codes.CONTACTS,)
_WIRING = (codes.WIRING,)
_SEED = 3


def _bounces(switch: str, bench: Bench) -> None:
    """RUN is let go, STOP and PAIN are pressed, with a contact that bounces. RUN that is open is
    touched, and stays open."""
    held = bench.world.wiring.pressed(switch)
    for at_us, closed in bounce(not held, bench.now_us, _SEED, edges=9):
        bench.advance_to(at_us)
        (bench.press if closed else bench.release)(switch)
    if switch == "RUN":
        bench.release(switch)


def _let_go(switch: str, bench: Bench) -> None:
    bench.release(switch)


def _weld_contact(switch: str, bench: Bench) -> None:
    """The closed contact of a free button welds: nothing changes on any wire."""
    bench.world.wiring.weld(switch)


def _weld_run(bench: Bench) -> None:
    """RUN welds while it is pressed, and is let go."""
    bench.press("RUN")
    bench.world.wiring.weld("RUN")
    bench.release("RUN")


def _break(switch: str, bench: Bench) -> None:
    bench.world.wiring._welded[switch] = False
    bench.release(switch)


def _cut(places: tuple[str, ...], bench: Bench) -> None:
    for place in places:
        bench.cut(place)


def _mend(places: tuple[str, ...], bench: Bench) -> None:
    for place in places:
        bench.mend(place)


def _mend_with_run_open(places: tuple[str, ...], bench: Bench) -> None:
    """RUN's own wires: contact again with RUN held is a press of RUN, to the pump and to anyone."""
    bench.release("RUN")
    _mend(places, bench)


def _wire(
    places: tuple[str, ...],
    text: str,
    moving: Reaction,
    rest: Reaction,
    mend: Callable[[tuple[str, ...], Bench], None] = _mend,
    name: str = "",
    by_state: dict[str, Reaction] | None = None,
) -> Fault:
    return Fault(
        name or f"cut-{places[0]}",
        text,
        partial(_cut, places),
        moving,
        rest,
        partial(mend, places),
        by_state or {},
    )


_at_once = partial(stops, IN_HARDWARE_US, alarm=SILENT)
_pain_rest = no_step("B-02", alarm=MEDIUM, codes=_CONTACTS, seconds=_CONTACTS_S)
_pain_cut = stops(
    IN_HARDWARE_US, "B-01", "B-02", alarm=MEDIUM, codes=_CONTACTS, seconds=_CONTACTS_S
)

WIRES = (
    Fault(
        "run-bounce",
        "RUN bounces when it is let go",
        partial(_bounces, "RUN"),
        _at_once("B-06"),
        no_step("P-09", "B-06"),
    ),
    Fault(
        "stop-bounce",
        "STOP bounces when it is pressed",
        partial(_bounces, "STOP"),
        _at_once("B-05"),
        no_step("B-05"),
        partial(_let_go, "STOP"),
    ),
    Fault(
        "pain-bounce",
        "PAIN bounces when it is pressed",
        partial(_bounces, "PAIN"),
        _at_once("B-01"),
        no_step("B-01"),
        partial(_let_go, "PAIN"),
    ),
    Fault(
        "run-welded",
        "RUN welds while it is pressed, and stays closed when it is let go",
        _weld_run,
        goes_on("B-05", "P-09", probe="STOP"),
        no_step("P-09"),
        by_state={state: goes_on("B-05", probe="STOP") for state in (READY, HOLDING)},
    ),
    Fault(
        "stop-welded",
        "STOP's contact welds: pressed, it breaks the driver's enable alone",
        partial(_weld_contact, "STOP"),
        Reaction(("B-05",), PROBE_VOLUME, 0.0, probe="STOP"),
        no_step("B-05"),
    ),
    Fault(
        "pain-welded",
        "PAIN's closed contact welds: pressed, the processor alone sees the other one",
        partial(_weld_contact, "PAIN"),
        goes_on(
            "B-02",
            "P-05",
            within_us=THREE_TICKS_US,
            alarm=MEDIUM,
            codes=_CONTACTS,
            probe_s=_CONTACTS_S,
        ),
        no_step("B-02"),
    ),
    _wire(
        ("pain-run", "PERMIT"),
        "RUN unplugged",
        _at_once("B-06"),
        no_step("B-06"),
        _mend_with_run_open,
        name="run-unplugged",
    ),
    _wire(
        ("3v3-stop", "STOP_OK", "ENABLE_N"),
        "STOP unplugged, both poles",
        _at_once("B-05"),
        no_step("B-05"),
        name="stop-unplugged",
    ),
    _wire(
        ("stop-pain", "PAIN_OK", "PAIN_NO"),
        "PAIN unplugged, both contacts",
        _pain_cut,
        _pain_rest,
        name="pain-unplugged",
    ),
    _wire(("3v3-stop",), "wire from 3V3 to STOP cut", _at_once("B-05"), no_step("B-05")),
    _wire(("stop-pain",), "wire from STOP to PAIN cut", _pain_cut, _pain_rest),
    _wire(
        ("pain-run",),
        "wire from PAIN to RUN cut",
        _at_once("B-06"),
        no_step("B-06"),
        _mend_with_run_open,
    ),
    _wire(
        ("run-permit",),
        "wire from RUN to PERMIT cut",
        _at_once("B-06"),
        no_step("B-06"),
        _mend_with_run_open,
    ),
    _wire(("PERMIT",), "PERMIT cut", _at_once("B-06"), no_step("B-06"), _mend_with_run_open),
    _wire(
        ("STOP_OK",),
        "tap of STOP cut",
        stops(THREE_TICKS_US, "B-05", "P-05", codes=_WIRING),
        no_step("B-05", alarm=HIGH, codes=_WIRING),
    ),
    _wire(
        ("PAIN_OK",),
        "tap of PAIN cut",
        stops(THREE_TICKS_US, "B-02", "P-05", codes=_WIRING),
        _pain_rest,
        by_state={STOPPED: no_step("B-02", alarm=HIGH, codes=_WIRING, seconds=_CONTACTS_S)},
    ),
    _wire(
        ("PAIN_NO",),
        "wire of PAIN's second contact cut: seen when PAIN is pressed",
        goes_on("B-01", "B-02", alarm=MEDIUM, codes=_CONTACTS, probe_s=_CONTACTS_S),
        no_step("B-02"),
    ),
    _wire(
        ("END_FULL",),
        "wire of END_FULL cut: a syringe that is full looks like it",
        goes_on("B-01"),
        no_step("B-01"),
    ),
    _wire(
        ("END_EMPTY",),
        "wire of END_EMPTY cut: as at the end of travel",
        stops(THREE_TICKS_US, "P-05", alarm=MEDIUM, codes=(codes.END_EMPTY,)),
        no_step("P-09", alarm=None),
    ),
    _wire(
        ("ENABLE_N",),
        "the driver's enable wire cut: the motor is off",
        moves_at_most(0.0, "T-04", alarm=SILENT),
        no_step("T-04"),
        by_state={SETTLING: moves_at_most(0.0, "T-04", alarm=SILENT, seconds=0.5)},
    ),
)
