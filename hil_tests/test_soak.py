"""Nothing wears: a fortnight of the core across every wrap of its clocks, and minutes of levels on
the emulated board with heap and latency flat. What was found is left for `manostat evidence`."""

from functools import partial

import pytest

from manostat_sim.benches.pico import PicoBench
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.measure import cycles, soak
from manostat_sim.measure.cycles import Cycle, minute
from manostat_tools.evidence.store import row, write

from .conftest import Boards

MOTION_MS = 0.0
"""Steps come in the same tick of every cycle."""
HELD_MS = 40.0
"""The guard looks at held buttons once in 20 ms: the press is seen up to that late, and so is the
end of its ten seconds."""
DAYS = 14
CLOCK_MS = 10
"""Times on record are right to this (L-01)."""
FLAT_US = 25.0
"""A USB interrupt more or less in a tick."""
_LIMIT_S = 3400.0
_DIFFERENCE = "first or last step of a level, sooner or later across a wrap"


def judged(found: soak.Lasting) -> list[dict]:
    """Rows of evidence of a soak of the core."""
    of = f"{found.ticks} ticks, {found.cycles} levels; wraps: " + ", ".join(
        f"{times} of {clock}" for clock, times in found.wraps.items()
    )
    figures = (
        ("motion", found.worst_motion_ms, MOTION_MS, "ms"),
        ("held", found.worst_held_ms, HELD_MS, "ms"),
        ("ends", found.differing, 0, "levels"),
        ("clock", found.clock_error_ms, CLOCK_MS, "ms"),
    )
    rows = [
        row(f"soak/fortnight {name}", value <= most, value, most, "core", of=of, unit=unit)
        for name, value, most, unit in figures
    ]
    days = days_of(found)
    more = {"of": "simulated time across all wraps", "unit": "days", "at": ">="}
    return [*rows, row("soak/fortnight days", days >= DAYS, days, DAYS, "core", **more)]


def days_of(found: soak.Lasting) -> float:
    return found.ticks * soak.TICK_US / 86_400e6


def tell(rows: list[dict]) -> None:
    """A line for each figure."""
    for one in rows:
        at = one.get("at", "<=")
        print(f"{one['id']}: {one['figure']:g} {one['unit']} ({at} {one['limit']:g}), {one['of']}")


@pytest.mark.req("T-06")
def test_the_wrap_of_the_pumps_clock_changes_nothing(figure) -> None:
    """On plain CPython: two levels of each kind before the wrap and two behind it."""
    ticks = 4 * len(soak.KINDS) * soak.CYCLE_TICKS
    found = soak.soak(ticks, first_ms=soak.MS_WRAP - ticks, fast=False)
    figure("T-06", found.worst_motion_ms, MOTION_MS, "ms", "=", of=_DIFFERENCE)
    assert found.wraps["milliseconds of the pump"] == 1
    assert found.cycles == 28
    *rows, days = judged(found)
    tell([*rows, days])
    assert [one for one in rows if one["verdict"] != "passed"] == []
    assert days["verdict"] == "failed", "no fortnight has passed here"


@pytest.mark.req("T-06")
def test_of_the_test_a_clock_that_does_not_wrap_is_found_out(monkeypatch) -> None:
    """As if the pump's clock lost a bit."""
    monkeypatch.setattr("manostat.core.pump._MS_MASK", soak.MS_WRAP - 1 - 512)
    ticks = 2 * len(soak.KINDS) * soak.CYCLE_TICKS
    found = soak.soak(ticks, first_ms=soak.MS_WRAP - ticks, fast=False)
    assert any(one["verdict"] == "failed" for one in judged(found)[:-1])


@pytest.mark.long
@pytest.mark.req("T-06")
def test_a_fortnight_changes_nothing(figure) -> None:
    pytest.importorskip("numba")
    found = soak.soak()
    figure("T-06", found.worst_motion_ms, MOTION_MS, "ms", "=", of=_DIFFERENCE)
    figure("T-06", days_of(found), DAYS, "days", ">=", of="simulated time across all wraps")
    assert found.ticks == soak.FORTNIGHT_TICKS
    assert found.wraps["milliseconds of the pump"] == 1
    rows = judged(found)
    tell(rows)
    write("soak-fortnight", rows)
    assert [one for one in rows if one["verdict"] != "passed"] == []


# On the emulated board


def flat(found: list[Cycle]) -> list[dict]:
    """Rows of evidence: the last minute against the second. In the first one events are still
    written at once; then the budget of pages is used up, and pages come at other times."""
    first, last = minute(found), minute(found, last=True)
    of = (
        f"{len(found)} levels in {found[-1].at_s:.0f} s, the last minute against the second; "
        f"longest tick of all {max(one.tick_us for one in found):.0f} us"
    )
    tick_us = max(one.tick_us for one in last) - max(one.tick_us for one in first)
    # The least of a minute: just after a collection. How much garbage lies there at another time
    # depends on when pages were written.
    heap = min(one.heap_bytes for one in last) - min(one.heap_bytes for one in first)
    late = sum(one.late for one in found)
    figures = (
        ("heap", heap, 0, "bytes"),
        ("tick", round(tick_us, 1), FLAT_US, "us"),
        ("late", late, 0, "ticks"),
    )
    return [
        row(f"soak/minutes {name}", value <= most, value, most, "pico", of=of, unit=unit)
        for name, value, most, unit in figures
    ]


@pytest.fixture(scope="module")
def board(boards: Boards) -> PicoBench:
    """Into the air: a disc would fill from level to level, and no two of them be alike."""
    board = boards.cold("dallas-0", cycles.UNIT)
    board.world.plant.point_at_air()
    board.power_on()
    board.arm()
    return board


@pytest.mark.pico
@pytest.mark.long
@pytest.mark.req("T-03")
def test_a_few_levels_on_the_board_leave_heap_and_ticks_as_they_were(board: PicoBench) -> None:
    """Each way to end once, and the first again: the heap of one end says nothing of another."""
    found = run_in_fork(partial(cycles.cycles, board, 30.0), _LIMIT_S)
    again = len(cycles.ENDS)
    assert found[again].end == found[0].end
    assert found[again].heap_bytes <= found[0].heap_bytes + 64
    assert sum(one.late for one in found) == 0


@pytest.mark.pico
@pytest.mark.long
@pytest.mark.req("T-03")
def test_ten_minutes_of_levels_leave_heap_and_ticks_as_they_were(board: PicoBench) -> None:
    found = run_in_fork(partial(cycles.cycles, board, 600.0), _LIMIT_S)
    rows = flat(found)
    tell(rows)
    write("soak-minutes", rows)
    assert [one for one in rows if one["verdict"] != "passed"] == []


def test_every_figure_is_printed_beside_its_limit(capsys) -> None:
    found = [Cycle(at_s, "pain", 85, 1000, 1100.0, 2010.0, 0) for at_s in range(0, 600, 5)]
    tell(flat(found))
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith("soak/minutes heap: 0 bytes (<= 0), 120 levels in 595 s")
    assert len(others) == 2


def test_of_the_test_a_leak_of_one_block_a_minute_is_found_out() -> None:
    grows = [
        Cycle(at_s, "pain", 85, 1000 + at_s // 60 * 16, 1100.0, 2010.0, 0)
        for at_s in range(0, 600, 5)
    ]
    assert {one["id"] for one in flat(grows) if one["verdict"] == "failed"} == {"soak/minutes heap"}


def test_of_the_test_ticks_that_grow_longer_are_found_out() -> None:
    slower = [
        Cycle(at_s, "pain", 85, 1000, 1100.0 + at_s // 60 * 5, 2010.0, 0)
        for at_s in range(0, 600, 5)
    ]
    assert {one["id"] for one in flat(slower) if one["verdict"] == "failed"} == {
        "soak/minutes tick"
    }
