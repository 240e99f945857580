"""The fault matrix: every fault in every state of a level, on the emulated board.

The faults, what is asked in each state and how a cell is judged are in manostat_sim.faults. Here
one cell is one test; each starts from a fork of a board that has been brought to its state once.
`make test` runs every fault in its most dangerous state, `make test-long` all cells. What a cell
came to is left in build/evidence/fault-matrix for `manostat evidence`.
"""

from dataclasses import replace
from functools import partial

import pytest

from manostat.core import codes
from manostat_sim import wire
from manostat_sim.benches.base import Bench
from manostat_sim.benches.core import CoreBench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.faults import FAULTS, STATES, UNIT, Cell, bring, run_cell, world
from manostat_sim.faults.asked import LEASE_US
from manostat_sim.faults.judge import asked
from manostat_sim.lease_model import LeaseModel
from manostat_sim.measure.lease_off import remove_permit_test
from manostat_tools.evidence.store import write_cell
from manostat_tools.journal.book import read_book
from manostat_tools.link.unit import PUBLIC_KEY

from .conftest import Boards
from .rig import SMALL

_CELL_LIMIT_S = 900.0


def damaged(flash: bytes) -> set[int]:
    """Places that `manostat journal` reports."""
    return {finding.place for finding in read_book(flash).findings}


class InState:
    """Boards by the state they are in; a cell is run in a fork of one."""

    def __init__(self, boards: Boards) -> None:
        self._boards = boards
        self._by_state: dict[str, PicoBench] = {}

    def board(self, state: str) -> PicoBench:
        if state not in self._by_state:
            board = self._boards.cold(world(), UNIT)
            bring(board, state)
            self._by_state[state] = board
        return self._by_state[state]


@pytest.fixture(scope="session")
def in_state(boards: Boards) -> InState:
    return InState(boards)


def _cells() -> list:
    cells = []
    for state in STATES:
        for fault in FAULTS.values():
            marks = [pytest.mark.pico, pytest.mark.req(*asked(fault, state).requirements)]
            if state != fault.worst:
                marks.append(pytest.mark.long)
            cells.append(pytest.param(fault.id, state, marks=marks, id=f"{fault.id}-{state}"))
    return cells


@pytest.mark.parametrize(("name", "state"), _cells())
def test_a_fault_in_a_state(in_state: InState, name: str, state: str) -> None:
    board = in_state.board(state)
    cell = run_in_fork(partial(run_cell, board, FAULTS[name], state, damaged), _CELL_LIMIT_S)
    write_cell(cell)
    assert not cell.problems, "; ".join(cell.problems)


def test_every_fault_is_judged_by_a_requirement_in_every_state() -> None:
    for fault in FAULTS.values():
        assert fault.worst in STATES
        assert set(fault.by_state) <= set(STATES)
        for state in STATES:
            assert asked(fault, state).requirements, f"{fault.id}/{state}"


@pytest.mark.req("P-12")
def test_a_leak_ends_with_its_window_whenever_it_begins(figure) -> None:
    """The pump's own windows do not begin with the leak."""
    cells = []
    for late in range(50):
        bench = _core()
        bench.advance(late * 0.008)
        cells.append(run_cell(bench, FAULTS["leak"], "injecting"))
    most = max(cells, key=lambda cell: cell.figure)
    figure(
        "P-12", most.figure, most.limit, "nL", of="volume without a rise, at 50 phases of a leak"
    )
    assert [cell.problems for cell in cells] == [()] * 50


# Tests of the test


def _core(state: str = "injecting") -> CoreBench:
    bench = CoreBench(world(), UNIT)
    bring(bench, state)
    return bench


SHOWING = ["line-nack", "line-short", "line-offset", "second-open", "syringe-empty", "cut-PAIN_OK"]


@pytest.mark.parametrize("name", SHOWING)
def test_of_the_test_a_pump_without_its_guard_fails_its_cells(name: str) -> None:
    assert run_cell(_core(), FAULTS[name], "injecting").verdict == "passed"
    spoilt = _core()
    spoilt.pump.guard.check = lambda *_: codes.NO_FAULT
    assert run_cell(spoilt, FAULTS[name], "injecting").verdict == "failed"


class HoldsDriver:
    """A pump that never lets go of the motor."""

    def __init__(self, bench: CoreBench) -> None:
        self._decide = bench._decide

    def __call__(self, inputs):
        injector = self._decide(inputs)
        injector.enable = 1
        return injector


@pytest.mark.parametrize(
    ("name", "state"),
    [("line-nack", "injecting"), ("line-nack", "holding"), ("stop-bounce", "injecting")],
)
def test_of_the_test_a_pump_that_holds_the_driver_fails_its_cells(name: str, state: str) -> None:
    assert run_cell(_core(state), FAULTS[name], state).verdict == "passed"
    spoilt = _core(state)
    spoilt._decide = HoldsDriver(spoilt)
    (problem,) = run_cell(spoilt, FAULTS[name], state).problems
    assert problem.startswith("ENABLE_N is low, and the driver on")


@pytest.mark.pico
def test_of_the_test_a_driver_that_is_on_after_a_reset_fails_its_cell(in_state: InState) -> None:
    reset = FAULTS["cpu-reset"]

    def with_the_driver_on(bench: Bench) -> None:
        reset.inject(bench)
        bench.hold_pin("ENABLE_N", 0)

    board = in_state.board("holding")
    spoilt = replace(reset, inject=with_the_driver_on)
    cell = run_in_fork(partial(run_cell, board, spoilt, "holding"), _CELL_LIMIT_S)
    assert cell.problems == ("ENABLE_N is low, and the driver on, after a restart",)


@pytest.mark.parametrize("name", ["air", "line-old"])
def test_of_the_test_an_opening_that_is_read_too_high_fails_its_cells(name: str) -> None:
    """1 psi too much is already beyond what a reading may be off; 6 psi beyond a sensor's lag."""
    assert run_cell(_core("settling"), FAULTS[name], "settling").verdict == "passed"
    spoilt = _core("settling")
    tare = spoilt.pump.injector.tare
    read, psi = tare.read, 1 if name == "air" else 6

    def overclaim() -> None:
        read()
        tare.opening_pa += psi * 6895

    tare.read = overclaim
    (problem,) = run_cell(spoilt, FAULTS[name], "settling").problems
    assert problem.startswith("line beyond its limit")


@pytest.mark.pico
def test_of_the_test_a_record_that_is_lost_or_not_reported_fails_its_cell(
    in_state: InState,
) -> None:
    board = in_state.board("idle")
    flip = FAULTS["flash-bit-flip"]

    def problems(fault, reader) -> tuple[str, ...]:
        cell = run_in_fork(partial(run_cell, board, fault, "idle", reader), _CELL_LIMIT_S)
        return tuple(cell.problems)

    assert problems(replace(flip, spoils=0), damaged) == ("1 older records lost, 0 by the fault",)
    assert problems(flip, lambda _: ()) == ("1 spoilt records that a reader does not report",)


@pytest.mark.pico
def test_of_the_test_a_setting_that_is_taken_fails_its_cell(in_state: InState) -> None:
    """Signed for this boot it is no replay, and the unit is another one afterwards."""
    board = in_state.board("idle")
    replay = FAULTS["link-replay"]

    def fresh(bench: Bench) -> None:
        bench.send(wire.set_unit(1, 1, 1, SMALL, PUBLIC_KEY), 0.5)

    cell = run_in_fork(
        partial(run_cell, board, replace(replay, inject=fresh), "idle"), _CELL_LIMIT_S
    )
    assert "unit, identity or key are others in flash" in cell.problems


class EndlessLease(LeaseModel):
    """Goes on with its last word when nobody renews it."""

    def advance(self, now_us: int) -> None:
        if self._running and not self._left and not self._queued and self._queued_interval_us:
            self._queued = 1
        super().advance(now_us)


def test_of_the_test_a_lease_without_an_end_fails_its_cell() -> None:
    cell = run_cell(_core(), FAULTS["cpu-late"], "injecting")
    assert cell.verdict == "passed"
    spoilt = _core()
    spoilt._lease.__class__ = EndlessLease
    failed = run_cell(spoilt, FAULTS["cpu-late"], "injecting")
    assert failed.verdict == "failed"
    assert failed.figure > failed.limit == LEASE_US
    assert any("nL after the last renewal" in problem for problem in failed.problems)


@pytest.mark.pico
@pytest.mark.parametrize("name", ["cut-run-permit", "pain-bounce"])
def test_of_the_test_a_board_without_its_permit_test_fails_its_cells(
    in_state: InState, name: str
) -> None:
    board = in_state.board("injecting")

    def spoilt() -> Cell:
        remove_permit_test(board)
        return run_cell(board, FAULTS[name], "injecting")

    assert run_in_fork(spoilt, _CELL_LIMIT_S).verdict == "failed"


class Resumes:
    """A pump that goes on by itself once its fault is gone."""

    def __init__(self, bench: CoreBench) -> None:
        self._decide = bench._decide
        self._injector = bench.pump.injector

    def __call__(self, inputs):
        injector = self._decide(inputs)
        if injector.state == codes.STOPPED and inputs.line_status == 0:
            injector._enter(codes.INJECTING, codes.NO_REASON)
            injector.start_lease = 1
        return injector


def test_of_the_test_a_pump_that_resumes_by_itself_fails_its_cell() -> None:
    bench: Bench = _core()
    bench._decide = Resumes(bench)
    assert run_cell(bench, FAULTS["line-nack"], "injecting").verdict == "failed"
