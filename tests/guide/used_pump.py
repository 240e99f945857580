"""A pump that writes a true journal, as a guided session asks it: set, used, asked."""

from types import SimpleNamespace

from manostat_tools.journal.page import PAGE_BYTES, read_record

from ..book_bench import UNIT, BookBench, new_storage
from ..store.pumps import answer_to_j, answer_to_r


class UsedPump:
    """Without a key. `set_unit` writes the setting down and restarts, as the firmware does."""

    name, connected = "pump", True

    def __init__(self):
        self.flash = new_storage()
        self.bench = BookBench(self.flash)
        self.bench.power_on()
        self.bench.advance(0.5)
        self._count = 0

    def records(self, first, _patience_s, _say):
        return _from(answer_to_j(bytes(self.flash.memory)), first)

    def traces(self, first, _patience_s, _say):
        return _from(answer_to_r(bytes(self.flash.memory)), first)

    def set_unit(self, _values, _key, _limit_s):
        self._count += 1
        assert self.bench.books.keep_setting(self._count, UNIT)
        self.restart()

    def settings(self):
        return SimpleNamespace(unit=UNIT, identity=None)

    def restart(self):
        self.bench.power_off()
        self.bench.power_on()
        self.bench.advance(0.2)

    def begin_level(self):
        """STOP held for 3 s."""
        self.bench.hold("STOP", 3.2)
        self.bench.advance(0.3)

    def inject(self):
        """Until the patient presses, 0.3 s later; then the stop is acknowledged."""
        self.bench.arm()
        self.bench.press("RUN")
        self.bench.advance(0.3)
        self.bench.hold("PAIN", 0.2)
        self.bench.release("RUN")
        self.bench.advance(0.5)
        self.bench.hold("STOP", 0.1)
        self.bench.advance(2.5)


def _from(data, first):
    pages = [data[at : at + PAGE_BYTES] for at in range(0, len(data), PAGE_BYTES)]
    return b"".join(page for page in pages if read_record(page, 0).sequence >= first)
