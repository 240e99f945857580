"""Requirements on power that is cut at every erase and program of a visit to service mode.

The calls are those of `manostat.service`, on a flash of this process: records of the visit, both
copies of unit and identity, and the key, which has one copy.
"""

import importlib
import sys
import time
from types import SimpleNamespace

import pytest

from manostat import identity_page, unit_page
from manostat.core import codes
from manostat.seal import KEY_BYTES, SPOILT_KEY, UNIT_KEY, Seal
from manostat_tools.journal.book import read_book
from manostat_tools.journal.payloads import SERVICE, fields_of

from .book_bench import (
    JOURNAL_BLOCKS,
    JOURNAL_FIRST,
    KEY_AT,
    STORAGE_BLOCKS,
    UNIT,
    BookBench,
    new_storage,
)
from .nor_flash import BLOCK, PAGE, NorFlash, Part, every_cut

IDENTITY_FIRST = STORAGE_BLOCKS - 3
OTHER_UNIT = (*UNIT[:2], 2_000_000, *UNIT[3:])
IDENTITY, OTHER_IDENTITY = {"serial": "M-017"}, {"serial": "M-018"}
KEY, OTHER_KEY = bytes(range(KEY_BYTES)), bytes(range(100, 100 + KEY_BYTES))
OPENED, FOR_UNIT, FOR_IDENTITY, FOR_KEY = 1, 2, 3, 4


class Visits:
    """`manostat.service`, whose flash is whatever `flash` is now."""

    def __init__(self, monkeypatch) -> None:
        self.flash = new_storage()
        board = SimpleNamespace(
            UNIT_FLASH_OFFSET=0,
            JOURNAL_FLASH_OFFSET=JOURNAL_FIRST * BLOCK,
            JOURNAL_FLASH_BYTES=JOURNAL_BLOCKS * BLOCK,
            IDENTITY_FLASH_OFFSET=IDENTITY_FIRST * BLOCK,
            KEY_FLASH_OFFSET=KEY_AT,
        )
        monkeypatch.setattr(time, "ticks_ms", lambda: 5000, raising=False)
        monkeypatch.setitem(sys.modules, "manostat_board", board)
        monkeypatch.setitem(sys.modules, "manostat_unit", SimpleNamespace())
        monkeypatch.setitem(sys.modules, "rp2", SimpleNamespace(Flash=self._part))
        monkeypatch.delitem(sys.modules, "manostat.service", raising=False)
        self.service = importlib.import_module("manostat.service")

    def _part(self, start: int, len: int) -> Part:
        return Part(self.flash, start // BLOCK, len // BLOCK)

    def visit(self, before: bytes | None, unit, identity, key) -> NorFlash:
        """Opened, and all three stored."""
        self.flash = new_storage(before)
        self.service.log_opened()
        self.service.store_unit(unit)
        self.service.store_identity(identity)
        self.service.store_key(key)
        return self.flash


@pytest.fixture
def visits(monkeypatch) -> Visits:
    yield Visits(monkeypatch)
    sys.modules.pop("manostat.service", None)


def unit_of(flash: NorFlash):
    return unit_page.read(Part(flash, 0, 2))


def identity_of(flash: NorFlash):
    return identity_page.read(Part(flash, IDENTITY_FIRST, 2))


def seal_of(flash: NorFlash) -> Seal:
    return Seal(bytes(flash.memory[KEY_AT : KEY_AT + PAGE]))


def name_of(key: bytes) -> bytes:
    page = new_storage()
    sealed = importlib.import_module("manostat.seal").encode(key)
    page.memory[KEY_AT : KEY_AT + PAGE] = sealed
    return seal_of(page)._name


@pytest.mark.req("L-01", "L-03", "S-04")
def test_a_cut_at_any_operation_of_a_visit_loses_nothing_older_and_stores_one_or_the_other(visits):
    before = bytes(visits.visit(None, UNIT, IDENTITY, KEY).memory)
    old = read_book(before).records
    log = visits.visit(before, OTHER_UNIT, OTHER_IDENTITY, OTHER_KEY).log
    assert len(log) == 4 + 4 + 4 + 2, "four records, two pages in two copies, one key"
    cuts = 0
    for cut in every_cut(before, log):
        where, flash = (cut.number, cut.operation.name, cut.done), NorFlash(0, cut.after)
        book = read_book(cut.after)
        assert book.records[: len(old)] == old, where
        assert book.is_sound, (where, book.findings)
        told = _told(book.records[len(old) :])
        _is_one_or_the_other(flash, told, cut.operation.at == KEY_AT, where)
        _boots_at_rest(cut.after, where)
        cuts += 1
    assert cuts > 40


def _told(records) -> list[int]:
    """What the new records of the visit say is about to be stored, in their order."""
    told = [fields_of(record)["what"] for record in records if record.kind == SERVICE]
    assert told == [OPENED, FOR_UNIT, FOR_IDENTITY, FOR_KEY][: len(told)]
    return told


def _is_one_or_the_other(flash, told, in_key, where) -> None:
    """Old or new, never a third; and new only if the record of it stands already."""
    assert unit_of(flash) in ((UNIT, OTHER_UNIT) if FOR_UNIT in told else (UNIT,)), where
    identities = (IDENTITY, OTHER_IDENTITY) if FOR_IDENTITY in told else (IDENTITY,)
    assert identity_of(flash) in identities, where
    found = seal_of(flash)
    if found.kind == UNIT_KEY:
        assert found._name in (name_of(KEY), name_of(OTHER_KEY) if FOR_KEY in told else b""), where
    else:
        assert in_key and FOR_KEY in told, "only its own store may cost the key"
        assert not found.is_sealing, where


def _boots_at_rest(content: bytes, where) -> None:
    bench = BookBench(new_storage(content), unit=OTHER_UNIT, bench=0)
    bench.power_on()
    bench.advance(0.05)
    assert bench.last.state == codes.IDLE and bench.steps_made() == 0, where
    assert read_book(bytes(bench.flash.memory)).is_sound, where


@pytest.mark.req("L-03", "S-04")
def test_after_a_cut_in_the_key_the_visit_is_done_again_and_all_is_stored(visits):
    before = bytes(visits.visit(None, UNIT, IDENTITY, KEY).memory)
    log = visits.visit(before, OTHER_UNIT, OTHER_IDENTITY, OTHER_KEY).log
    spoilt = 0
    for cut in every_cut(before, log):
        if cut.operation.at != KEY_AT:
            continue
        spoilt += seal_of(NorFlash(0, cut.after)).kind == SPOILT_KEY
        again = visits.visit(cut.after, OTHER_UNIT, OTHER_IDENTITY, OTHER_KEY)
        assert seal_of(again)._name == name_of(OTHER_KEY)
        assert (unit_of(again), identity_of(again)) == (OTHER_UNIT, OTHER_IDENTITY)
        assert read_book(bytes(again.memory)).is_sound
    assert spoilt, "no cut left half a key: the test does not show what it is for"


def test_of_the_test_what_is_stored_without_a_record_is_found(visits):
    before = bytes(visits.visit(None, UNIT, IDENTITY, KEY).memory)
    old = len(read_book(before).records)
    visits.service._log = lambda *_: True
    flash = visits.visit(before, OTHER_UNIT, OTHER_IDENTITY, OTHER_KEY)
    told = _told(read_book(bytes(flash.memory)).records[old:])
    with pytest.raises(AssertionError):
        _is_one_or_the_other(flash, told, False, "after")
