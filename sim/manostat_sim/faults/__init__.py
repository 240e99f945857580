"""The fault matrix: every fault that has a place on the bench, in every state of a level.

    board = armed...; bring(board, "injecting")
    cell = run_cell(board, FAULTS["line-open"], "injecting")
    print(cell.verdict, cell.figure, cell.limit, cell.problems)

A cell is judged by the pins, the plant and the flash, never by what the firmware says. Not a
certified medical device.
"""

from manostat_sim.faults.cell import run_cell
from manostat_sim.faults.judge import judge
from manostat_sim.faults.model import Absent, Cell, Fault, Reaction, Seen
from manostat_sim.faults.states import MOVING, STATES, UNIT, bring, world
from manostat_sim.faults.table import ABSENT, FAULTS

__all__ = (
    "ABSENT",
    "FAULTS",
    "MOVING",
    "STATES",
    "UNIT",
    "Absent",
    "Cell",
    "Fault",
    "Reaction",
    "Seen",
    "bring",
    "judge",
    "run_cell",
    "world",
)
