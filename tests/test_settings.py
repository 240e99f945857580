"""Requirements on the unit as a host sets it: on a real bookkeeper and a flash that loses power."""

import struct
from types import SimpleNamespace

import pytest

from manostat import unit_page
from manostat.core import codes as core_codes
from manostat.link import codes
from manostat.link.reader import Reader
from manostat.resume import resume
from manostat.settings import Settings
from manostat_sim import wire
from manostat_sim.telemetry import Answer, FrameReader, join
from manostat_sim.unit_page import encode
from manostat_tools.journal.payloads import SETTING, fields_of
from manostat_tools.link.unit import PUBLIC_KEY

from .book_bench import UNIT, BookBench, new_storage
from .nor_flash import BLOCK, DONE, NorFlash, Part, PowerCutError

OTHER = (1, 40_000, 1_000_000, 206_843, 413_685, 0, 422_733, 4_096, 0)
KEY = bytes(range(32))
TICKS = 600

pytestmark = pytest.mark.req("S-02")


class Host:
    """A pump that is at rest, its reader, and what a host heard of it."""

    def __init__(self, flash: NorFlash | None = None, key: bytes = b"") -> None:
        self.flash = flash or new_storage()
        for copy in range(2):
            self.flash.memory[copy * BLOCK : copy * BLOCK + 256] = encode(UNIT)
        if key:
            page = struct.pack("<4sHH32s", b"MKEY", 1, 32, key).ljust(252, b"\xff")
            page += wire.crc32(page).to_bytes(4, "little")
            self.flash.memory[351 * BLOCK : 351 * BLOCK + 256] = page
        self.bench = BookBench(self.flash, bench=0 if key else 1)
        self.bench.power_on()
        self.bench.advance(0.1)
        self.books = self.bench.books
        self.restarts = 0
        self.most_operations = 0
        self.fed = 0
        self.heard = FrameReader()
        self._arrived: list[int] = []
        storage = SimpleNamespace(
            unit_flash=Part(self.flash, 0, 2), identity_flash=Part(self.flash, 349, 2)
        )
        self.settings = Settings(self.bench.pump, self.books, storage, self._feed, self._restart)
        self.reader = Reader(self, self.books, self.bench.trace, self, self.settings, ())

    def ask(self, data: bytes) -> list[Answer]:
        before = len(self.heard.answers)
        self._arrived += data
        for _ in range(TICKS):
            if self.reader.is_asked():
                self.reader.serve()
        return self.heard.answers[before:]

    def set(self, values=OTHER, counter=1, boot=0, key=PUBLIC_KEY) -> int:
        (answer,) = self.ask(wire.set_unit(7, boot or self.boot, counter, values, key))
        assert answer[:2] == (7, codes.SET_UNIT)
        return answer.result

    @property
    def boot(self) -> int:
        return self.books.journal.boot

    def stored(self):
        return unit_page.read(Part(self.flash, 0, 2))

    def poll(self) -> int:
        return self._arrived.pop(0) if self._arrived else -1

    def send(self, frame) -> int:
        self.heard.feed(bytes(frame))
        return 1

    def has_told(self) -> bool:
        return False

    def _feed(self, moving: int) -> None:
        done = len(self.flash.operations)
        self.most_operations = max(self.most_operations, done - self.fed)
        self.fed = done

    def _restart(self) -> None:
        self.restarts += 1
        self.books.setting = 0


def test_a_setting_is_logged_before_it_is_stored_and_holds_from_the_restart_on():
    host = Host()
    assert host.set() == codes.DONE
    assert (host.stored(), host.restarts) == (OTHER, 1)
    kinds = [name for name, at in host.flash.operations[-5:] if at < 2 * BLOCK]
    assert kinds == ["erase", "program", "erase", "program"]
    record = [r for r in host.books.journal.records() if r.kind == SETTING][-1]
    assert fields_of(record)["limit_above_pa"] == OTHER[3]


def test_a_pump_with_a_key_of_its_own_obeys_no_other():
    host = Host(key=KEY)
    assert host.set(key=PUBLIC_KEY) == codes.NO_AUTHORITY
    assert host.set(key=KEY, counter=1) == codes.DONE


def test_a_pump_without_a_key_obeys_nobody():
    host = Host(key=KEY)
    host.books.seal.settings = None
    assert host.set(key=KEY) == codes.NO_AUTHORITY
    assert (host.stored(), host.restarts) == (UNIT, 0)


def test_every_flipped_bit_of_a_setting_refuses_it():
    host = Host()
    whole = wire.content_of(wire.set_unit(7, host.boot, 1, OTHER, PUBLIC_KEY)[:-1])
    for bit in range(16, 8 * len(whole)):
        spoilt = bytearray(whole)
        spoilt[bit >> 3] ^= 1 << (bit & 7)
        (answer,) = host.ask(wire.frame(bytes(spoilt)))
        assert answer.result == codes.NO_AUTHORITY, bit
    assert (host.stored(), host.restarts) == (UNIT, 0)
    assert host.set() == codes.DONE, "what was forged has used up no counter"


@pytest.mark.parametrize("counter", [0, 5, 1 << 30, (1 << 32) - 1])
def test_a_counter_counts_once_and_upwards(counter):
    host = Host()
    assert host.set(values=(9, *OTHER[1:]), counter=5) == codes.INVALID
    assert host.set(counter=counter) == codes.REPLAYED
    assert host.set(counter=6) == codes.DONE


@pytest.mark.parametrize("boot", [1, 3, 65_535])
def test_what_was_meant_for_another_boot_is_refused(boot):
    host = Host()
    host.books.journal.boot = 2
    assert host.set(boot=boot) == codes.REPLAYED


@pytest.mark.req("C-01")
@pytest.mark.parametrize("field", range(9))
def test_no_value_out_of_its_range_is_taken(field):
    host = Host()
    values = list(OTHER)
    values[field] = 1 << 30
    assert host.set(values) == codes.INVALID
    assert (host.stored(), host.restarts) == (UNIT, 0)


def test_what_is_asked_first_tells_boot_counter_and_both_copies():
    host = Host()
    host.set((9, *OTHER[1:]), counter=77)
    host.ask(wire.unit(3))
    told = join(host.heard.bulks)
    assert struct.unpack_from("<II", told) == (host.boot, 77)
    assert told[8:] == encode(UNIT) * 2 + b"\xff" * 512


def test_a_full_journal_takes_no_setting():
    host = Host()
    host.books.journal._next = host.books.journal._all - 10
    assert host.set() == codes.NOT_STORED
    assert (host.stored(), host.restarts, host.books.setting) == (UNIT, 0, 0)


def test_one_flash_operation_between_two_feeds_of_the_watchdog():
    host = Host()
    host.most_operations = 0
    host.fed = len(host.flash.operations)
    host.set()
    assert host.most_operations == 1


@pytest.mark.req("B-06", "L-04")
def test_while_it_is_being_stored_no_intent_is_written():
    host = Host()
    host.books.setting = 1
    injector = host.bench.pump.injector
    injector.wants_start = 1
    host.books.due()
    assert host.books.refusing == 1


@pytest.mark.req("L-03")
@pytest.mark.parametrize("done", DONE)
@pytest.mark.parametrize("number", range(5))
def test_a_power_cut_leaves_the_old_or_the_new_unit(number, done):
    host = Host()
    host.flash.cut_at = len(host.flash.operations) + number
    host.flash.done = done
    with pytest.raises(PowerCutError):
        host.set()
    host.flash.cut_at = -1
    assert host.stored() in (UNIT, OTHER)
    if number == 4 and done == "all":
        assert host.stored() == OTHER


@pytest.mark.req("D-02")
def test_the_level_after_it_is_the_level_before_it():
    host = Host()
    pump = host.bench.pump
    pump.injector.level = 5
    host.set()
    after = BookBench(host.flash)
    after.power_on()
    assert (after.pump.level, after.pump.injector.steps) == (5, 0)


def test_its_lock_goes_on():
    host = Host()
    host.bench.pump.injector.locked = 1
    host.bench.pump.injector.state = core_codes.IDLE
    host.set()
    after = BookBench(host.flash)
    after.power_on()
    resume(after.pump, after.books.journal)
    assert after.pump.injector.locked
