"""Requirements on power that is cut at every erase and program of two levels."""

from functools import cache

import pytest

from manostat.core import codes
from manostat_tools.journal.book import read_book
from manostat_tools.journal.payloads import (
    BOOT,
    EVENTS,
    INTENT,
    NOTE,
    OUTCOME,
    PAIN_MARK,
    SEAL,
    TRACE,
    fields_of,
)

from .book_bench import new_storage
from .book_levels import a_level, book_of, moving, new_bench, order, restarted, worn_storage
from .nor_flash import every_cut


@cache
def story():
    """What every operation of two levels was, beginning with `worn_storage`."""
    bench = new_bench(new_storage(worn_storage()))
    a_level(bench)
    bench.release("STOP")
    bench.release("RUN")
    bench.advance(0.1)
    bench.world.line_sensor.fault = 3
    bench.advance(0.2)
    return bench.flash.log, order(bench)


@pytest.mark.req("L-03", "T-05")
def test_a_cut_at_any_operation_loses_nothing_older_and_the_level_goes_on_from_what_is_known():
    log, kinds = story()
    assert {BOOT, INTENT, OUTCOME, SEAL, TRACE, PAIN_MARK, NOTE} <= set(kinds)
    assert {operation.name for operation in log} == {"program", "erase"}
    for cut in every_cut(worn_storage(), log):
        where = cut.number, cut.operation.name, cut.done
        if cut.done == "nothing":
            old = read_book(cut.before)
        bench = new_bench(new_storage(cut.after))
        new = book_of(bench)
        count = len(old.records)
        assert new.records[:count] == old.records, where
        extra = [record.kind for record in new.records[count:]]
        assert extra[-1] == BOOT and len(extra) <= 2, where
        assert new.is_sound, (where, new.findings)
        whole = {stretch.state for stretch in new.stretches}
        assert whole <= {"whole"}, where
        _goes_on_from_what_is_known(bench, new, where)
        bench.advance(0.05)
        assert bench.steps_made() == 0 and bench.last.state == codes.IDLE, where
        restarted(bench)
        assert book_of(bench).records[: len(new.records)] == new.records, where


def _goes_on_from_what_is_known(bench, book, where):
    told = [record for record in book.records if record.kind in (INTENT, OUTCOME)]
    steps = bench.pump.injector.steps
    if not told:
        assert steps == 0, where
    elif told[-1].kind == INTENT:
        assert steps == fields_of(told[-1])["reserved_steps"], where
        assert book.uncertain[-1] == told[-1], where
    else:
        assert steps == fields_of(told[-1])["steps"], where


@pytest.mark.req("L-03")
@pytest.mark.parametrize("done", ["nothing", "half", "all"])
def test_after_a_cut_at_any_operation_a_whole_level_is_recorded(done):
    log, _ = story()
    for cut in every_cut(worn_storage(), log):
        if cut.done != done or cut.number % 8:
            continue
        bench = new_bench(new_storage(cut.after))
        bench.arm()
        bench.hold("STOP", 3.1)
        bench.advance(0.1)
        before = len(book_of(bench).records)
        moving(bench, 0.1)
        bench.press("PAIN")
        bench.advance(0.1)
        after = [record.kind for record in book_of(bench).records[before:]]
        assert [kind for kind in after if kind != EVENTS] == [INTENT, OUTCOME, SEAL, TRACE, SEAL]
        assert book_of(bench).is_sound
