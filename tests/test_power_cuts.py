"""The judge of power cuts finds what a cut must not do, and allows what it may."""

from dataclasses import replace

import pytest

from manostat_sim.emulator.flash_chip import Cut, FlashOperation
from manostat_sim.power_cuts import (
    Boot,
    CutPoint,
    Recording,
    Stored,
    StoredRecord,
    judge,
)

pytestmark = pytest.mark.req("L-03")

PAGE, BLOCK = 256, 4096
TRACES_AT = 4 * BLOCK
SIZE = 8 * BLOCK


def flash_with(*records: tuple[int, bytes]) -> bytes:
    """A flash of eight blocks with pages at given page numbers."""
    flash = bytearray(b"\xff" * SIZE)
    for page, letter in records:
        flash[page * PAGE : (page + 1) * PAGE] = letter * PAGE
    return bytes(flash)


def read(flash: bytes) -> Stored:
    """Pages of one letter each are records; I is an intent, O an outcome, a digit a boot."""
    found = []
    for at in range(0, SIZE, PAGE):
        page = flash[at : at + PAGE]
        if page[:1] != b"\xff" and page == page[:1] * PAGE:
            found.append(StoredRecord(at, page))
    journal = [record for record in found if record.offset < TRACES_AT]
    letters = b"".join(record.content[:1] for record in journal).decode()
    boots = [int(letter) for letter in letters if letter.isdigit()]
    decisive = [letter for letter in letters if letter in "IO"]
    return Stored(
        journal,
        [record for record in found if record.offset >= TRACES_AT],
        decisive[-1:] == ["I"],
        boots[-1] if boots else None,
    )


BEFORE = flash_with((0, b"A"), (1, b"B"), (64, b"t"), (80, b"u"))
WRITES_C = FlashOperation("program", 2 * PAGE, b"\xff" * PAGE, b"C" * PAGE, 0)
AFTER = flash_with((0, b"A"), (1, b"B"), (2, b"C"), (64, b"t"), (80, b"u"))


def verdict(cut: Cut, now: bytes, operation=WRITES_C, later=(), after=AFTER, **did) -> list[str]:
    point = CutPoint(0, "test", operation, cut)
    left = bytearray(BEFORE)
    done = {"ready": True, "steps_idle": 0, "steps_armed": 9, **did}
    left[operation.offset : operation.offset + len(operation.before)] = operation.left_by(cut)
    boot = Boot(now, list(later), **done)
    return judge(point, read, BEFORE, after, bytes(left), boot)


def with_boot(flash: bytes, page: int = 3) -> bytes:
    changed = bytearray(flash)
    changed[page * PAGE : (page + 1) * PAGE] = b"0" * PAGE
    return bytes(changed)


@pytest.mark.parametrize("cut", [Cut.BEFORE, Cut.HALF, Cut.SCATTERED])
def test_the_record_being_written_may_be_lost(cut):
    assert verdict(cut, with_boot(BEFORE)) == []


def test_a_record_that_was_written_whole_may_not():
    assert verdict(Cut.AFTER, with_boot(AFTER)) == []
    assert "1 of 3 journal records lost" in verdict(Cut.AFTER, with_boot(BEFORE))[0]


@pytest.mark.parametrize("lost", [0, 1])
def test_no_older_record_may_be_lost(lost):
    now = bytearray(with_boot(BEFORE))
    now[lost * PAGE] ^= 1
    assert "1 of 2 journal records lost" in verdict(Cut.HALF, bytes(now))[0]


def test_records_stay_in_order():
    now = with_boot(flash_with((1, b"A"), (0, b"B"), (64, b"t"), (80, b"u")))
    assert "2 of 2 journal records lost" in verdict(Cut.HALF, now)[0], "moved is lost, too"


def test_the_ring_of_traces_may_give_up_its_oldest_block_and_no_other():
    oldest = FlashOperation("erase", TRACES_AT, BEFORE[TRACES_AT:][:BLOCK], b"\xff" * BLOCK, 0)
    newest = replace_block(oldest, TRACES_AT + BLOCK)
    without_oldest = with_boot(flash_with((0, b"A"), (1, b"B"), (80, b"u")))
    without_newest = with_boot(flash_with((0, b"A"), (1, b"B"), (64, b"t")))
    assert verdict(Cut.HALF, without_oldest, later=[oldest]) == []
    assert "traces records lost" in verdict(Cut.HALF, without_oldest)[0]
    assert "not the oldest" in verdict(Cut.HALF, without_newest, later=[newest])[0]


def replace_block(operation: FlashOperation, offset: int) -> FlashOperation:
    return operation._replace(offset=offset, before=BEFORE[offset:][:BLOCK])


def test_an_erase_in_the_journal_excuses_nothing():
    erase = FlashOperation("erase", 0, BEFORE[:BLOCK], b"\xff" * BLOCK, 0)
    now = with_boot(flash_with((64, b"t"), (80, b"u")))
    assert "2 of 2 journal records lost" in verdict(Cut.HALF, now, later=[erase])[0]


@pytest.mark.req("T-05")
@pytest.mark.parametrize(
    ("did", "said"),
    [
        ({"ready": False}, "did not become ready"),
        ({"steps_idle": 1}, "1 steps without an operator"),
        ({"steps_armed": 0}, "RUN moves nothing though"),
    ],
)
def test_the_pump_comes_back_idle_and_usable(did, said):
    (problem,) = verdict(Cut.HALF, with_boot(BEFORE), **did)
    assert said in problem


@pytest.mark.req("T-05")
def test_the_reason_of_the_reset_is_on_record():
    assert "reset reason on record is None" in verdict(Cut.HALF, BEFORE)[0]
    watchdog = bytearray(with_boot(BEFORE))
    watchdog[3 * PAGE : 4 * PAGE] = b"1" * PAGE
    assert "is 1, not 0" in verdict(Cut.HALF, bytes(watchdog))[0]


@pytest.mark.req("L-04")
def test_an_intent_without_outcome_moves_nothing():
    intent = WRITES_C._replace(after=b"I" * PAGE)
    after = flash_with((0, b"A"), (1, b"B"), (2, b"I"), (64, b"t"), (80, b"u"))
    now = with_boot(after)
    assert verdict(Cut.AFTER, now, intent, after=after, steps_armed=0) == []
    (problem,) = verdict(Cut.AFTER, now, intent, after=after, steps_armed=3)
    assert "3 steps though the delivery is uncertain" in problem


def test_what_the_reader_finds_wrong_since_counts():
    point = CutPoint(0, "test", WRITES_C, Cut.HALF)
    boot = Boot(with_boot(BEFORE), [], True, 0, 9)

    def reader(flash: bytes) -> Stored:
        return read(flash)._replace(wrong=["old", "gap"] if flash == boot.flash else ["old"])

    assert judge(point, reader, BEFORE, AFTER, BEFORE, boot) == ["gap"]


def test_a_recording_gives_every_operation_with_every_cut_in_order():
    second = WRITES_C._replace(offset=3 * PAGE, after=b"D" * PAGE)
    recording = Recording(BEFORE, [("one", WRITES_C), ("two", second), ("two", second)])
    points = recording.points()
    assert [(point.number, point.cut) for point in points] == [
        (number, cut) for number in range(3) for cut in Cut
    ]
    flashes = list(recording.flashes(points))
    assert flashes[0][1] == flashes[0][3] == BEFORE
    assert flashes[3][3] == flashes[3][2] == flashes[4][1] == AFTER
    assert flashes[1][3][2 * PAGE :][:PAGE] == b"C" * 128 + b"\xff" * 128
    assert [point.id for point in recording.one_each([Cut.HALF])] == [
        "L-03/000-one-program-half",
        "L-03/002-two-program-half",
    ]


def test_what_may_not_move_need_not():
    boot = Boot(with_boot(BEFORE), [], True, 0, 0)
    point = CutPoint(0, "test", WRITES_C, Cut.HALF)
    assert judge(point, read, BEFORE, AFTER, BEFORE, replace(boot, may_move=False)) == []
