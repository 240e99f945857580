"""A power cut at every erase and program of a session loses at most the record being written.

The session covers each kind of record. It runs once; each of its flash operations then gives the
flashes that a cut can leave, and a board boots on every one of them. All boots share their
beginning: up to the reading of the sensors nothing depends on what is stored, so each is a fork of
one board, with the flash put in place there.
"""

import struct
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import pytest

from manostat.core import codes
from manostat.trace_store import TICKS, TraceRing
from manostat_sim import wire
from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.flash_chip import Cut, FlashOperation
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.power_cuts import Boot, CutPoint, Recorder, Recording, Stored, StoredRecord, judge
from manostat_sim.telemetry import DONE
from manostat_sim.unit_page import COPIES, STORAGE_OFFSET, encode
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.evidence import store as evidence
from manostat_tools.journal.book import read_book
from manostat_tools.journal.findings import read_ring
from manostat_tools.journal.page import PAGE_BYTES, Record
from manostat_tools.journal.payloads import BOOT, INTENT, KINDS, OUTCOME, fields_of
from manostat_tools.link.unit import PUBLIC_KEY
from manostat_tools.trace.plugin import Figures

from .rig import Unit, acknowledge, begin, enabled, spoil_line_sensor, stiff, unit_with
from .service_rig import execute, opened

pytestmark = [pytest.mark.pico, pytest.mark.req("L-03", "L-04", "T-05")]

STEPWISE = unit_with(mode=codes.STEP, step_volume_nl=10_000)
OTHER = unit_with(mode=codes.STEP, step_volume_nl=12_000)
IDENTITY = {"serial": "M-018"}
KEY = bytes(range(1, 33))
DOINGS = (
    "boot",
    "proof",
    "intent",
    "plateau",
    "outcome",
    "trace",
    "pain-mark",
    "events",
    "note",
    "new-level",
    "second-level",
    "watchdog",
    "power-cycle",
    "setting",
    "service",
)
PUMP = load_board(BOARDS / "RPI_PICO").pump
JOURNAL = (STORAGE_OFFSET + PUMP.journal_flash_offset_bytes, PUMP.journal_flash_bytes)
TRACES = (STORAGE_OFFSET + PUMP.trace_flash_offset_bytes, PUMP.trace_flash_bytes)
_BLOCK_BYTES = 4096
_FORK_LIMIT_S = 120.0


# What is stored, by a reader that shares no code with the firmware


@lru_cache(maxsize=4)
def read(flash: bytes) -> Stored:
    book = read_book(flash)
    assert book.source.traces is not None
    ring = read_ring(book.source.traces, book.source.traces_at)
    decisive = [record.kind for record in book.records if record.kind in (INTENT, OUTCOME)]
    boots = [fields_of(record)["reason"] for record in book.records if record.kind == BOOT]
    return Stored(
        _with_content(book.records, flash),
        _with_content(ring.records, flash),
        decisive[-1:] == [INTENT],
        boots[-1] if boots else None,
        [f"{finding.what}: {finding.reason}" for finding in book.findings if finding.serious],
    )


def _with_content(records: list[Record], flash: bytes) -> list[StoredRecord]:
    return [
        StoredRecord(record.place, flash[record.place : record.place + PAGE_BYTES])
        for record in records
    ]


def unit_of(flash: bytes) -> Unit | None:
    """The nine integers of the first sound copy, as docs/design.md describes the unit page."""
    for copy in COPIES:
        page = flash[STORAGE_OFFSET + copy :][:PAGE_BYTES]
        unit = struct.unpack_from("<9i", page, 8)
        if page == encode(unit):
            return unit
    return None


# The session


class Nor:
    """As much of `rp2.Flash` as the firmware's ring of traces needs, in memory."""

    def __init__(self, length: int) -> None:
        self.memory = bytearray(b"\xff" * length)

    def readblocks(self, block: int, buf: bytearray, offset: int) -> None:
        at = block * _BLOCK_BYTES + offset
        buf[:] = self.memory[at : at + len(buf)]

    def writeblocks(self, block: int, buf: bytes, offset: int) -> None:
        at = block * _BLOCK_BYTES + offset
        self.memory[at : at + len(buf)] = buf

    def ioctl(self, request: int, block: int) -> None:
        assert request == 6
        self.memory[block * _BLOCK_BYTES :][:_BLOCK_BYTES] = b"\xff" * _BLOCK_BYTES


def years_of_traces() -> bytes:
    """A ring of traces that is full: the next stretch but one has to erase the oldest."""
    flash = Nor(TRACES[1])
    ring = TraceRing(flash, 0, TRACES[1] // _BLOCK_BYTES)
    ring.scan()
    for number in range(TRACES[1] // PAGE_BYTES - 2):
        while not ring.make_ready():
            pass
        assert ring.append(TICKS, bytes(8) + number.to_bytes(4, "little") * 50)
    return bytes(flash.memory)


def session(board: PicoBench, recorder: Recorder) -> None:
    """Everything that is ever written, each part under the name of what it is there for."""

    def doing(what: str) -> None:
        board.advance(0.02)
        recorder.doing = what

    doing("boot")
    board.power_on()
    doing("proof")
    board.arm()
    doing("intent")
    begin(board, 0.25)
    doing("plateau")
    board.release("RUN")
    board.advance_until(lambda tick: tick.state == codes.HOLDING, 5)
    doing("outcome")
    board.run()
    board.advance(0.1)
    board.press("PAIN")
    board.advance(0.05)
    doing("trace")
    board.release("PAIN")
    board.release("RUN")
    board.advance(0.5)
    doing("pain-mark")
    board.hold("PAIN", 0.05)
    board.advance(0.05)
    doing("events")
    acknowledge(board)
    doing("note")
    spoil_line_sensor(board, "nack")
    board.advance(0.02)
    spoil_line_sensor(board, "none")
    board.advance(0.05)
    doing("new-level")
    acknowledge(board)
    board.hold("STOP", 3.1)
    board.advance(0.5)  # the line after the stop is stored
    doing("second-level")
    board.arm()
    begin(board)
    doing("watchdog")
    board.freeze()
    board.advance(0.26)
    board.release("RUN")
    board.await_verdict()
    board.advance(0.1)
    doing("power-cycle")
    board.power_cycle()
    board.advance(0.1)
    boot, counter, *_ = board.settings()
    doing("setting")
    (answer,) = board.send(wire.set_unit(1, boot, counter + 1, OTHER, PUBLIC_KEY), 3.0)
    assert answer.result == DONE
    doing("service")
    board.power_off()
    board.advance(0.1)
    opened(board)
    for call in (f"store_unit({STEPWISE})", f"store_identity({IDENTITY})", f"store_key({KEY})"):
        assert '"stored"' in execute(board, f"from manostat import service\nservice.{call}")


@dataclass(frozen=True)
class Cuts:
    """The session, and the board on which every cut boots."""

    recording: Recording
    board: PicoBench

    def boot(self, flash: bytes) -> Boot:
        """In a process of its own: a board boots on a flash, and is then tried.

        The beginning is shared only by the same image and unit."""
        now = self.board.flash_image()
        fixed = min(JOURNAL[0], TRACES[0])
        if flash[:fixed] == now[:fixed]:
            return run_in_fork(partial(_boot_on, self.board, flash[fixed:], fixed), _FORK_LIMIT_S)
        return run_in_fork(partial(_boot, self.board, flash), _FORK_LIMIT_S)


def _boot_on(board: PicoBench, stored: bytes, at: int) -> Boot:
    operations: list[FlashOperation] = []
    board.pico.write_flash(at, stored)
    board.pico.on_flash_operation(operations.append)
    board.await_verdict()
    return _tried(board, operations)


def _boot(like: PicoBench, flash: bytes) -> Boot:
    operations: list[FlashOperation] = []
    board = PicoBench(stiff(), None, Path(), like.pins, flash=flash)
    board.pico.on_flash_operation(operations.append)
    board.power_on()
    return _tried(board, operations)


def _tried(board: PicoBench, operations: list[FlashOperation]) -> Boot:
    board.press("RUN")
    board.advance(0.05)
    board.release("RUN")
    idle = board.steps_made()
    board.advance(0.02)
    board.hold("PAIN", 0.05)
    board.run()
    ready = enabled(board)
    board.advance(0.06)
    return Boot(board.flash_image(), operations, ready, idle, board.steps_made() - idle)


@pytest.fixture(scope="module")
def cuts(boards) -> Cuts:
    board = boards.cold(stiff(), STEPWISE)
    board.pico.write_flash(TRACES[0], years_of_traces())
    recorder = Recorder(board)
    fresh = PicoBench(stiff(), None, boards.image, board.pins, flash=board.flash_image())
    session(board, recorder)
    fresh.world.line_sensor.power(0)
    fresh.pico.power_on()
    while not fresh.line_reads:
        fresh.advance(0.001)
    return Cuts(recorder.recording(), fresh)


LOST = "records lost by a cut before, within and after each erase and program"


def _lost(had: bytes, has: bytes) -> int:
    """Records of the journal that are in one flash and not in the other."""
    kept = read(has).journal
    return sum(record not in kept for record in read(had).journal)


def _check(cuts: Cuts, points: list[CutPoint], name: str, figure: Figures) -> None:
    """Every point, then all that is wrong at once; the rows go to the evidence."""
    assert points
    rows, wrong, lost, older = [], [], 0, 0
    for point, before, after, left in cuts.recording.flashes(points):
        boot = cuts.boot(left)
        problems = judge(point, read, before, after, left, boot)
        lost = max(lost, _lost(after, boot.flash))
        older = max(older, _lost(before, boot.flash))
        if unit_of(left) not in (STEPWISE, OTHER):
            problems.append("neither the old nor the new unit is stored")
        wrong += [f"{point.id}: {problem}" for problem in problems]
        more = {"group": name, "groups": DOINGS}
        rows.append(evidence.row(point.id, not problems, len(problems), 0, "pico", **more))
    failed = sum(row["verdict"] == "failed" for row in rows)
    print(f"{len(rows)} power cuts ({name}), {len(rows) - failed} passed")
    evidence.write(f"power-cuts-{name}", rows)
    for most, limit, at, what in ((lost, 1, "<=", LOST), (older, 0, "=", "older records lost")):
        figure("L-03", most, limit, "records", at, of=f"{what}, of {len(rows)} cuts ({name})")
    assert not wrong, "\n".join(wrong)


def test_the_session_writes_every_kind_of_record_and_erases(cuts: Cuts) -> None:
    last = cuts.recording.points([Cut.AFTER])[-1]
    ((_, _, after, _),) = cuts.recording.flashes([last])
    assert {record.kind for record in read_book(after).records} == set(KINDS) - {TICKS}
    operations = cuts.recording.operations
    assert {doing for doing, _ in operations} == set(DOINGS)
    assert {operation.kind for _, operation in operations} == {"program", "erase"}
    in_traces = [operation for _, operation in operations if operation.offset >= TRACES[0]]
    assert {operation.kind for operation in in_traces} == {"program", "erase"}


def test_a_cut_once_in_each_part_of_a_session(cuts: Cuts, figure: Figures) -> None:
    """Half way through the last program and erase of each; and after an intent and an outcome,
    which alone decide whether the delivery is certain."""
    points = cuts.recording.one_each([Cut.HALF])
    points += [
        point
        for point in cuts.recording.one_each([Cut.AFTER])
        if point.doing in ("intent", "outcome")
    ]
    points.sort(key=lambda point: point.number)
    _check(cuts, points, "one-each", figure)


@pytest.mark.long
@pytest.mark.parametrize("doing", DOINGS)
def test_a_cut_at_every_flash_operation(cuts: Cuts, doing: str, figure: Figures) -> None:
    points = [point for point in cuts.recording.points() if point.doing == doing]
    _check(cuts, points, doing, figure)
