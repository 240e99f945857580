"""Requirements on a level that is taken up again after power off."""

import pytest

from manostat_tools.journal.payloads import INTENT, NOTE, OUTCOME, fields_of

from .book_bench import UNIT
from .book_levels import SMALL_UNIT, UNSEEN, book_of, moving, new_bench, order, records, restarted


@pytest.mark.req("L-04", "D-02")
def test_power_cut_while_moving_counts_the_level_as_delivered():
    bench = new_bench()
    moving(bench)
    restarted(bench)
    (intent,) = book_of(bench).uncertain
    assert bench.pump.injector.steps == fields_of(intent)["reserved_steps"]
    assert 3_499_000 < bench.pump.injector.steps * 422_733 / 4_096 <= 3_500_000


@pytest.mark.req("L-02", "L-04", "D-02")
@pytest.mark.parametrize("lost", [0, 1])
def test_a_missing_record_that_may_have_been_an_intent_counts_the_level_as_delivered(lost):
    bench = new_bench()
    moving(bench)
    for _ in range(lost):
        bench.press("PAIN")
        bench.advance(0.3)
        bench.release("PAIN")
        bench.release("RUN")
        bench.advance(0.1)
        bench.hold("STOP", 0.1)
        bench.advance(0.2)
        bench.press("RUN")
        bench.advance(0.3)
    restarted(bench)
    bench.power_off()
    assert len(records(bench, INTENT)) == lost + 1
    bench.flash.memory[records(bench, INTENT)[-1].place + 2] ^= 16
    bench = new_bench(bench.flash)
    assert bench.pump.injector.steps == bench.pump.injector.max_steps
    assert bench.pump.level == 1
    bench.advance(0.1)
    bench.hold("STOP", 3.1)
    moving(bench)


@pytest.mark.req("L-04", "P-10", "D-02")
@pytest.mark.parametrize("faults", [1, 3])
@pytest.mark.parametrize("answered", [True, False])
def test_a_level_that_left_but_a_note_of_a_fault_goes_on_by_its_number_and_from_nothing(
    faults, answered
):
    bench = new_bench()
    moving(bench)
    if answered:
        bench.press("PAIN")
        bench.advance(0.3)
        bench.release("PAIN")
        bench.release("RUN")
        bench.advance(0.1)
        bench.hold("STOP", 0.1)
        bench.advance(0.1)
    else:
        restarted(bench)
    bench.arm()
    bench.hold("STOP", 3.1)
    bench.advance(0.1)
    for _ in range(faults):
        bench.hold("STOP", 0.1)
        bench.world.line_sensor.fault = 3
        bench.advance(UNSEEN)
        bench.world.line_sensor.fault = 0
    assert (bench.pump.level, bench.pump.injector.locked) == (2, int(faults == 3))
    assert order(bench)[-1] == NOTE
    restarted(bench)
    assert (bench.pump.level, bench.pump.injector.steps) == (2, 0)
    assert bench.pump.injector.locked == int(faults == 3)


FINER = (211_367, 4_096)  # a step of half the volume, rounded up


@pytest.mark.req("L-04", "D-02")
@pytest.mark.parametrize("volume_nl", [50_000, 100_000, 200_000])
@pytest.mark.parametrize("ratio", [UNIT[6:8], FINER])
def test_an_intent_counts_as_what_it_reserved_also_under_another_unit_page(volume_nl, ratio):
    bench = new_bench(unit=SMALL_UNIT)
    moving(bench)
    bench.power_off()
    (intent,) = map(fields_of, records(bench, INTENT))
    bench = new_bench(bench.flash, unit=(*UNIT[:2], volume_nl, *UNIT[3:6], *ratio, 0))
    injector = bench.pump.injector
    reserved_nl = intent["reserved_steps"] * UNIT[6] // UNIT[7]
    most_nl = max(reserved_nl, injector.max_steps * ratio[0] // ratio[1])
    assert most_nl <= injector.steps * ratio[0] // ratio[1] <= most_nl + ratio[0] // ratio[1]
    if ratio == UNIT[6:8]:
        assert injector.steps == max(intent["reserved_steps"], injector.max_steps)
    bench.arm()
    bench.press("RUN")
    made = bench.steps_made()
    bench.advance(0.3)
    assert bench.steps_made() == made


@pytest.mark.req("P-10", "T-05")
@pytest.mark.parametrize("moved", [False, True])
def test_a_lock_out_goes_on_after_power_off(moved):
    bench = new_bench()
    if moved:
        moving(bench)
    for _ in range(3):
        bench.world.line_sensor.fault = 3
        bench.advance(0.1)
        bench.world.line_sensor.fault = 0
        bench.release("RUN")
        bench.advance(UNSEEN)
        bench.hold("STOP", 0.1)
        bench.advance(0.2)
    assert bench.pump.injector.locked
    restarted(bench)
    assert bench.pump.injector.locked
    bench.arm()
    made = bench.steps_made()
    bench.press("RUN")
    bench.advance(0.5)
    assert bench.steps_made() == made
    (first, *_, last) = [record for record in records(bench, NOTE, OUTCOME)]
    assert (fields_of(first)["locked"], fields_of(last)["locked"]) == (0, 1)
