"""All faults by id, and those that have no place on the bench."""

from manostat_sim.faults.board import BOARD
from manostat_sim.faults.host import LINK
from manostat_sim.faults.machine import MACHINE
from manostat_sim.faults.model import Absent
from manostat_sim.faults.sensors import SENSORS
from manostat_sim.faults.wires import WIRES

FAULTS = {fault.id: fault for fault in (*SENSORS, *MACHINE, *WIRES, *BOARD, *LINK)}

ABSENT = (
    Absent(
        "power-brown-out",
        "supply that falls slowly",
        "the emulated chip has no supply voltage; below its threshold it is held in reset, which "
        "power-cut is",
    ),
    Absent(
        "cpu-collection",
        "a garbage collection while the plunger moves",
        "the moving loop allocates nothing and its heap is locked, so there is none; a gap as long "
        "as one is cpu-late",
    ),
    Absent(
        "cpu-tick-wrap",
        "the clock wraps",
        "no fault: a level on the emulated board crosses the wrap of the microseconds while it "
        "injects (hil_tests/test_processor.py), and the core goes through every wrap of its own",
    ),
    Absent(
        "run-short",
        "a short across RUN while it is open",
        "it is a press of RUN to everything behind it (H-06); STOP, PAIN and all limits remain",
    ),
    Absent(
        "run-loose",
        "a wire of RUN that makes contact again while RUN is held",
        "it is another press of RUN: the plunger goes on after 100 ms open and 20 ms closed",
    ),
    Absent(
        "lamp-dead",
        "a lamp or the sounder that does nothing",
        "nobody reads them back in use; the self test looks at their pins at power-on",
    ),
    Absent(
        "line-both-blocked",
        "both sensors behind one blocked branch",
        "the plant has one pressure in its line, which both sensors see",
    ),
)
