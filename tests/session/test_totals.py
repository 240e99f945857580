"""Requirements on what all injections of a level come to, however often the pump began anew."""

import pytest

from manostat_tools.session.corrections import goes_on
from manostat_tools.session.fold import fold
from manostat_tools.session.model import RunKind, Source
from manostat_tools.session.totals import (
    delivered_in_all_nl,
    highest,
    of_the_pump,
    presses_elsewhere,
)

from .written import opened, planned, ran, run

PRESS = {"at_ms": 5, "moving": True, "points": ({"pressure_pa": 150_000, "above_pa": 50_000,
                                                 "volume_nl": 300_000},)}  # fmt: skip


def source(sequence, level):
    return Source(
        serial="1" * 16, boot=1, sequence=sequence, record_hash=f"{sequence:064x}", level=level
    )


def level(*runs):
    """(volume, level of the pump, more) of each run."""
    said = [opened(), planned(1, "L4-5")]
    for at, (volume_nl, pumps, more) in enumerate(runs):
        said.append(ran(1, at, source=source(at, pumps), volume_nl=volume_nl, **more))
    return fold("a", said).levels[0]


SHORT = {"duration_ms": 1_000}


@pytest.mark.parametrize(
    ("runs", "total_nl"),
    [
        ([(493_000, 7, {}), (134_000, 8, {})], 627_000),
        ([(134_000, 7, {}), (493_000, 8, {})], 627_000),
        ([(134_000, 7, {}), (493_000, 7, {})], 493_000),
        ([(134_000, 7, {}), (493_000, 7, {}), (50_000, 8, {})], 543_000),
        ([(493_000, 0, {}), (134_000, 0, {})], 627_000),
        ([(134_000, 0, {}), (493_000, 0, SHORT)], 627_000),
        ([(134_000, 0, {}), (493_000, 0, {})], 493_000),
        ([(493_000, 7, {}), (900_000, 8, {"kind": RunKind.SHAM})], 493_000),
        ([], 0),
    ],
)
def test_what_was_put_into_a_disc_is_the_last_count_of_each_level_of_the_pump(runs, total_nl):
    assert delivered_in_all_nl(level(*runs)) == total_nl


def test_the_highest_is_of_any_injection():
    twice = level((493_000, 7, {"peak_pa": 208_000}), (134_000, 8, {"peak_pa": 139_000}))
    assert highest(twice).above_pa == 108_000 and highest(twice).run.number == 1
    blind = level((1, 7, {"opening_how": "unsettled"}))
    assert highest(blind) is None


def test_a_press_of_an_injection_that_does_not_count_is_found():
    twice = level((493_000, 7, {"marks": (PRESS,)}), (134_000, 8, {}))
    first, second = twice.runs
    assert [one for one, _ in presses_elsewhere(twice, second)] == [first]
    assert presses_elsewhere(twice, first) == []


def test_runs_that_the_pump_counts_together_are_together():
    assert [len(group) for group in of_the_pump(level((1, 7, {}), (2, 7, {}), (1, 8, {})))] == [
        2,
        1,
    ]


def test_a_run_that_was_stored_without_its_level_of_the_pump_is_still_the_same_run():
    old, new = run(5), run(5, source=source(5, 7))
    assert goes_on(old, new) and not goes_on(new, run(5, source=source(5, 8)))
