"""What is stored, and what a power cut leaves of it."""

from collections.abc import Callable

import pytest

from manostat.core import codes
from manostat.journal import BOOT, INTENT, OUTCOME
from manostat.record import LEVEL, unpack_intent, unpack_level
from manostat_sim.benches.base import Bench
from manostat_sim.benches.pico import PicoBench
from manostat_sim.faults import FAULTS
from manostat_sim.unit_page import COPIES, STORAGE_OFFSET
from manostat_tools.trace.plugin import Figures

from .rig import (
    SMALL,
    SMALL_STEPS,
    STEP_NL,
    UNIT,
    Unit,
    acknowledge,
    begin,
    enabled,
    fill,
    lamps,
    psi,
    shown,
    spoil_line_sensor,
    stiff,
    unit_with,
)

_BEYOND = "volume delivered in one level beyond the prescription"
LEVEL_STEPS = int(3_500_000 / STEP_NL)

with_journal = pytest.mark.needs("journal")


def _try_to_inject(bench: Bench) -> None:
    bench.arm()
    bench.run()
    bench.advance(0.1)


@with_journal
@pytest.mark.req("C-01")
def test_a_unit_with_no_prescription_refuses_and_shows_it(make_production_board, figure) -> None:
    bench = make_production_board(None)
    bench.power_on()
    assert lamps(bench) == shown(bench, medium=1)
    _try_to_inject(bench)
    bench.hold("STOP", 0.05)
    _has_not_moved(bench, figure, "C-01", "steps without valid settings, none stored")
    assert not enabled(bench)


@with_journal
@pytest.mark.req("L-04", "A-06")
def test_a_full_journal_starts_nothing_and_shows_it_while_run_is_held(bench: PicoBench) -> None:
    FAULTS["flash-full"].inject(bench)
    bench.power_off()
    bench.power_on()
    bench.arm()
    bench.run()
    bench.advance(0.2)
    assert bench.edges("STEP") == []
    assert lamps(bench) == shown(bench, ready=1, medium=1)
    bench.release("RUN")
    bench.advance(0.1)
    assert lamps(bench) == shown(bench, ready=1)


@with_journal
@pytest.mark.parametrize("copies", [(0,), (1,)], ids=["first", "second"])
def test_one_copy_of_the_unit_page_is_enough(make_production_board, copies) -> None:
    bench = make_production_board(UNIT)
    _spoil(bench, copies)
    bench.power_on()
    _try_to_inject(bench)
    assert bench.steps_made() > 0


@with_journal
@pytest.mark.req("C-01")
def test_with_both_copies_spoilt_the_unit_refuses(make_production_board, figure) -> None:
    bench = make_production_board(UNIT)
    _spoil(bench, (0, 1))
    bench.power_on()
    _try_to_inject(bench)
    _has_not_moved(bench, figure, "C-01", "steps without valid settings, both spoilt")
    assert lamps(bench, 0.5) == shown(bench, high=1, sounder=1)


@with_journal
@pytest.mark.req("P-01", "P-02", "C-01")
def test_a_stored_limit_over_the_ceiling_is_refused_whole(make_production_board, figure) -> None:
    bench = make_production_board(unit_with(limit_line_pa=psi(101)))
    bench.power_on()
    _try_to_inject(bench)
    _has_not_moved(bench, figure, "P-02", "steps with a stored limit over it, 101 psi")
    _has_not_moved(bench, figure, "C-01", "steps without valid settings, a limit of 101 psi")
    assert not enabled(bench)
    assert lamps(bench, 0.5) == shown(bench, high=1, sounder=1)


def _has_not_moved(bench: PicoBench, figure: Figures, requirement: str, of: str) -> None:
    made = bench.steps_made()
    figure(requirement, made, 0, "steps", "=", of=of)
    assert made == 0


def _spoil(bench: PicoBench, copies: tuple[int, ...]) -> None:
    for copy in copies:
        bench.pico.write_flash(STORAGE_OFFSET + COPIES[copy] + 20, b"\x00")


def _pain(bench: Bench) -> None:
    bench.press("PAIN")


def _stop(bench: Bench) -> None:
    bench.press("STOP")


def _silence(bench: Bench) -> None:
    spoil_line_sensor(bench, "nack")


def _to_the_end(bench: Bench) -> None:
    bench.advance_until(lambda tick: tick.state == codes.STOPPED, 1.5)


def _nearly_full(bench: Bench) -> None:
    fill(bench.world, 49.2)


def _as_it_is(_bench: Bench) -> None:
    pass


ENDS = [
    pytest.param(UNIT, _as_it_is, _pain, codes.PAIN, id="pain"),
    pytest.param(UNIT, _as_it_is, _stop, codes.STOP, id="stop"),
    pytest.param(UNIT, _as_it_is, _silence, codes.FAULT, id="fault"),
    pytest.param(UNIT, _nearly_full, _to_the_end, codes.PRESSURE_ABOVE, id="pressure"),
    pytest.param(SMALL, _as_it_is, _to_the_end, codes.VOLUME, id="volume"),
]


@with_journal
@pytest.mark.parametrize(("unit", "prepare", "end", "reason"), ENDS)
@pytest.mark.req("L-01", "L-03")
def test_a_stop_is_on_record_after_power_was_cut(
    make_bench, unit: Unit, prepare: Callable, end: Callable, reason: int
) -> None:
    bench = make_bench(stiff())
    prepare(bench)
    begin(bench)
    end(bench)
    bench.advance(0.05)
    made = bench.steps_made()
    peak_pa = bench.world.peak_line_pa
    bench.power_off()
    for switch in ("RUN", "PAIN", "STOP"):
        bench.release(switch)
    spoil_line_sensor(bench, "none")
    bench.power_on()
    bench.advance(0.02)
    entries = [entry for entry in bench.journal() if entry.kind in (BOOT, INTENT, OUTCOME)]
    assert [entry.kind for entry in entries] == [BOOT, INTENT, OUTCOME, BOOT]
    intent, level = unpack_intent(entries[1].payload), unpack_level(entries[2].payload)
    prescribed = dict(zip(LEVEL[1:10], unit, strict=True))
    for record in (intent, level):
        assert {name: record[name] for name in prescribed} == prescribed
    assert (level["reason"], level["steps"]) == (reason, made)
    assert level["delivered_nl"] == made * UNIT[6] // UNIT[7]
    assert level["fault"] == (codes.SENSOR_SILENT if reason == codes.FAULT else codes.NO_FAULT)
    assert level["presses"] == (reason == codes.PAIN)
    assert level["peak_pa"] == pytest.approx(peak_pa, abs=8000)
    assert (level["first_mark"] is not None) == (reason == codes.PAIN)


@with_journal
@pytest.mark.req("L-04", "T-05")
def test_power_cut_while_moving_counts_the_level_as_delivered(bench: PicoBench) -> None:
    begin(bench)
    cut_us = bench.now_us
    bench.power_off()
    assert bench.edges("ENABLE_N")[-1].level == 1
    assert bench.edges("ENABLE_N")[-1].at_us <= cut_us + 1
    made = bench.steps_made()
    bench.advance(0.05)
    bench.release("RUN")  # held, it fails the self test: hil_tests/test_selftest.py
    bench.power_on()
    bench.advance(0.1)
    assert not enabled(bench)
    assert bench.last.state == codes.IDLE
    _try_to_inject(bench)
    assert bench.last.reason == codes.VOLUME
    assert bench.last.steps == LEVEL_STEPS
    acknowledge(bench)
    bench.hold("STOP", 3.05)
    bench.advance(0.05)
    assert bench.steps_made() == made, "nothing moved until a new level"
    _try_to_inject(bench)
    assert bench.steps_made() > made


@with_journal
@pytest.mark.req("L-04")
def test_power_cut_while_paused_counts_the_level_as_delivered(bench: PicoBench) -> None:
    """A pause is not an outcome: what was intended may still have been done."""
    begin(bench)
    bench.release("RUN")
    bench.advance(0.05)
    made = bench.steps_made()
    bench.power_off()
    bench.power_on()
    _try_to_inject(bench)
    assert bench.steps_made() == made
    assert bench.last.reason == codes.VOLUME


@with_journal
@pytest.mark.req("L-03", "L-04")
def test_an_outcome_with_a_flipped_bit_is_none_and_the_level_counts_as_delivered(
    bench: PicoBench,
) -> None:
    begin(bench)
    bench.hold("PAIN", 0.05)
    bench.release("RUN")
    bench.advance(0.05)
    made = bench.steps_made()
    (outcome,) = (entry.payload for entry in bench.journal() if entry.kind == OUTCOME)
    bench.power_off()
    at = bench.flash_image().index(outcome)
    bench.pico.write_flash(at, bytes([outcome[0] ^ 0x01]))
    bench.power_on()
    _try_to_inject(bench)
    assert bench.steps_made() == made
    assert bench.last.reason == codes.VOLUME


@with_journal
@pytest.mark.parametrize("unit", [SMALL], ids=["small"])
@pytest.mark.req("D-02")
def test_volume_of_a_level_survives_a_power_cut_after_its_stop(bench: PicoBench, figure) -> None:
    begin(bench)
    bench.hold("PAIN", 0.05)
    bench.release("RUN")
    made = bench.steps_made()
    bench.power_off()
    bench.power_on()
    _try_to_inject(bench)
    assert bench.steps_made() > made
    bench.press("PAIN")
    bench.advance(0.05)
    assert bench.last.steps == bench.steps_made(), "those before the power cut included"
    bench.release("PAIN")
    acknowledge(bench)
    bench.press("RUN")
    bench.advance(0.5)
    assert bench.last.reason == codes.VOLUME
    over_nl = bench.steps_made() * STEP_NL - SMALL[2]
    figure("D-02", max(over_nl, 0), 0, "nL", "=", of=f"{_BEYOND}, power cut")
    assert bench.steps_made() == SMALL_STEPS
