"""The measurements of `manostat bench`: right on what is known, and able to fail."""

import argparse
import json
import struct
from dataclasses import replace

import pytest

from manostat.core import codes
from manostat.journal import Journal
from manostat_sim.benches.base import Edge
from manostat_sim.benches.core import CoreBench
from manostat_sim.emulator.forked import run_in_fork
from manostat_sim.measure import boot, freeze, heap, injection, lease_off, opening, overshoot, stops
from manostat_sim.measure.run import split
from manostat_sim.measure.ticks import Tick, percentile, periods_us, ticks, to_first_step_us
from manostat_sim.scenarios import scenario
from manostat_tools.bench import command, docs, figures, tasks
from manostat_tools.bench.figure import Figure, Measured, worse
from manostat_tools.bench.figures import FIGURES
from manostat_tools.bench.pool import JobError, run_jobs
from manostat_tools.bench.views import show_lines
from manostat_tools.boards import BOARDS, load_board

BARS = {
    "tick_us_p50": None,
    "tick_us_max": 1200,
    "late_ticks": 0,
    "heap_growth_bytes": 0,
    "overshoot_pa_disc": 150,
    "undershoot_pa_disc": 1000,
    "overshoot_pa_blocked": 750,
    "undershoot_pa_blocked": 3500,
    "pain_to_last_step_us": 10,
    "release_to_last_step_us": 10,
    "bounce_steps": 0,
    "freeze_to_last_step_us": 5000,
    "freeze_volume_nl": 350,
    "opening_pressure_error_pa_p95": 6900,
    "boot_to_ready_ms": 2000,
    "core_ticks_per_s": None,
    "campaign_ticks_per_s_core": 10_000_000,
    "campaign_speedup_vs_cpython": 100,
    "campaign_compared_runs": None,
    "campaign_bit_equal_runs": None,
    "campaign_differing_runs": 0,
    "campaign_million_s": None,
    "campaign_million_cpu_s": None,
    "campaign_rss_mb": None,
    "wall_s_per_emulated_s": None,
}
"""The promised figures with their bars."""

IDEAL = replace(scenario("dallas-0"), sensors="ideal")
LIMIT_PA = 344738


def unit() -> tuple[int, ...]:
    bench = load_board(BOARDS / "RPI_PICO").bench
    assert bench is not None
    return bench.values


def square(*times_us: float) -> list[Edge]:
    return [Edge(at_us, 1 - number % 2) for number, at_us in enumerate(times_us)]


# Time in ticks


def test_a_tick_lasts_from_rise_to_fall_and_one_that_is_still_high_is_left_out():
    found = ticks(square(100.0, 900.0, 2100.0, 3000.0, 4100.0))
    assert found == [Tick(100.0, 800.0), Tick(2100.0, 900.0)]
    assert periods_us(found) == [2000.0]


def test_a_step_is_timed_from_the_rise_of_its_own_tick():
    found = ticks(square(0.0, 1000.0, 2000.0, 3000.0, 4000.0, 5000.0))
    steps = square(-5.0, -1.0, 700.0, 705.0, 1500.0, 1505.0, 4300.0, 4305.0, 4600.0, 4605.0)
    assert to_first_step_us(found, steps) == [700.0, 300.0]


def test_ticks_before_the_lease_starts_and_after_the_stop_do_not_count_as_moving():
    every = [Tick(2000.0 * number, 900.0) for number in range(20)]
    moving, rest = split(every, square(10_800.0, 10_805.0, 20_800.0, 20_805.0))
    assert (moving[0].at_us, moving[-1].at_us) == (6000.0, 24_000.0)
    assert rest[0].at_us == 26_000.0
    with pytest.raises(ValueError, match="no step"):
        split(every, [])


def test_percentile_is_the_least_value_that_enough_do_not_exceed():
    values = [float(value) for value in range(1, 101)]
    assert percentile(values[::-1], 0.95) == 95.0
    assert percentile(values, 0.5) == 50.0
    assert percentile([7.0], 0.95) == 7.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


# Heap


def memory(used_blocks: int, table_bytes: int = 1024) -> bytearray:
    """RAM with a collector's area at 4096: heads and tails for so many blocks, the rest free."""
    ram = bytearray(128 * 1024)
    base, table = 0x20000000, 0x20000000 + 8192
    pool = table + 2 * table_bytes
    struct.pack_into(
        "<5I",
        ram,
        4096,
        table,
        table_bytes,
        table + table_bytes + 1,
        pool,
        pool + table_bytes * 4 * 16,
    )
    for block in range(used_blocks):
        ram[table - base + block // 4] |= (1 if block % 3 == 0 else 2) << block % 4 * 2
    return ram


def test_every_block_that_is_not_free_counts_sixteen_bytes():
    assert heap.used_in(bytes(memory(0))) == 0
    assert heap.used_in(bytes(memory(1234))) == 1234 * 16


def test_memory_without_a_heap_is_refused():
    ram = memory(5)
    ram[4096 + 16] ^= 1  # the end of the pool no longer fits the table
    with pytest.raises(LookupError, match="no heap"):
        heap.used_in(bytes(ram))


# Overshoot, on the core bench


def beyond_pa(offset_pa: float) -> list[float]:
    """Peaks against the limit on a blocked line, with a sensor that is off by so much."""

    def measure() -> list[float]:
        bench = CoreBench(IDEAL, unit())
        bench.world.line_sensor.offset_pa = offset_pa
        bench.power_on()
        bench.arm()
        overshoot.bring_near(bench, LIMIT_PA + offset_pa, overshoot.BLOCKED)
        return [
            one.beyond_pa
            for one in overshoot.sweep(bench, LIMIT_PA, overshoot.BLOCKED, range(8), 8)
        ]

    return run_in_fork(measure)


def test_overshoot_is_within_its_bar_and_a_sensor_that_reads_low_is_seen_in_it():
    assert -BARS["undershoot_pa_blocked"] <= min(beyond_pa(0.0))
    assert max(beyond_pa(0.0)) <= BARS["overshoot_pa_blocked"]
    assert max(beyond_pa(-5000.0)) > 4000.0


def test_phases_differ():
    assert len({round(value) for value in beyond_pa(0.0)}) >= 6


def test_a_filled_plant_is_at_rest():
    plant = IDEAL.plant()
    overshoot.fill(plant, 200_000.0)
    plant.advance(1_000_000)
    assert plant.line_pa == pytest.approx(200_000.0, abs=1.0)
    assert plant.disc.pressure_pa == pytest.approx(200_000.0, abs=1.0)


# Opening pressure


def test_draws_cover_all_grades_and_only_needles_that_fit():
    drawn = [opening.drawn_scenario(seed, 50_000) for seed in range(60)]
    assert {of.name for of in drawn} == {f"dallas-{grade}" for grade in range(6)}
    assert {of.plant_options["needle"] for of in drawn} == {"22G x 152"}
    assert {of.plant_options["contrast"] for of in drawn} == {240, 300}
    assert all(2.0 <= of.plant_options["line_ul_psi"] <= 10.0 for of in drawn)
    assert drawn[7] == opening.drawn_scenario(7, 50_000)


def test_a_slower_flow_fits_finer_needles():
    drawn = [opening.drawn_scenario(seed, 10_000) for seed in range(40)]
    assert "25G x 89" in {of.plant_options["needle"] for of in drawn}


def test_error_of_the_opening_is_the_sensors_own_and_shows_its_offset():
    quiet = replace(opening.drawn_scenario(3, 50_000), sensors="ideal")
    found = opening.read_opening(quiet, unit(), 3)
    assert found.how == codes.OPENING_READ
    assert found.error_pa is not None and abs(found.error_pa) < 2500.0
    noisy = opening.read_opening(replace(quiet, sensors="typical"), unit(), 3)
    offset_pa = replace(quiet, sensors="typical").line_sensor(3).offset_pa
    assert noisy.error_pa == pytest.approx(found.error_pa + offset_pa, abs=1500.0)
    assert found.before_error_pa is not None and found.before_error_pa > found.error_pa


# Boot


def test_a_full_journal_has_no_page_left():
    content = boot.full_journal(8 * 4096)
    reader = boot._Flash(8 * 4096)
    reader.memory[:] = content
    journal = Journal(reader, 0, 8)
    journal.scan()
    assert len(list(journal.records())) == journal.sequence == 8 * 16
    assert journal.room == 0


# The pump on the emulated board


@pytest.fixture(scope="module")
def pico():
    """Booted and armed; tests take it into a child."""
    from manostat_tools.image import ensure_images

    return injection.armed(IDEAL, ensure_images(), load_board(BOARDS / "RPI_PICO").pins)


def stopped(bench, act, spoil: bool) -> list[stops.Stop]:
    """`act` at 9 phases or more from just after a step to just before the next."""

    def measure() -> list[stops.Stop]:
        injection.start(bench)
        bench.advance(0.02)
        if spoil:
            lease_off.remove_permit_test(bench)
        phases = stops.phases_ns(bench)
        return stops.sweep(bench, phases[:: len(phases) // 9], act)

    return run_in_fork(measure)


@pytest.mark.pico
@pytest.mark.parametrize("act", [stops.press_pain, stops.release_run])
@pytest.mark.req("B-01", "B-06")
def test_pain_and_release_stop_within_their_bar(pico, act):
    assert max(stop.last_step_us for stop in stopped(pico, act, spoil=False)) <= 10.0


@pytest.mark.pico
@pytest.mark.parametrize("act", [stops.press_pain, stops.release_run])
def test_pain_and_release_fail_their_bar_without_the_permit_test(pico, act):
    assert max(stop.last_step_us for stop in stopped(pico, act, spoil=True)) > 10.0


@pytest.mark.pico
@pytest.mark.req("B-01")
def test_a_bounce_of_two_microseconds_stops_and_without_the_permit_test_it_does_not(pico):
    sound = [stop.steps_after for stop in stopped(pico, stops.bounce_permit, spoil=False)]
    assert sound == [0] * len(sound) and len(sound) >= 9
    spoiled = stopped(pico, stops.bounce_permit, spoil=True)
    assert min(stop.steps_after for stop in spoiled) > 0


@pytest.mark.pico
def test_a_processor_that_is_not_frozen_is_seen_in_the_freeze_figures(pico):
    def measure(spoil: bool) -> freeze.Freeze:
        injection.start(pico)
        if spoil:
            pico.pico.freeze = lambda: None
        return freeze.freeze_at(pico, pico.now_us * 1000 + 500_000)

    sound, spoiled = run_in_fork(lambda: measure(False)), run_in_fork(lambda: measure(True))
    assert sound.last_step_us <= 5000.0 and sound.volume_nl <= 350.0
    assert spoiled.last_step_us > 5000.0 and spoiled.volume_nl > 350.0


@pytest.mark.pico
def test_heap_of_the_board_is_found_and_an_allocated_block_is_seen(pico):
    def measure() -> tuple[int, int]:
        before = heap.used_bytes(pico.pico)
        sram = pico.pico._powered.chip.sram
        table, length = heap.allocation_table(bytes(sram))
        free = next(at for at in range(table, table + length) if sram[at] == 0)
        sram[free] = 0b1001  # a head and its tail
        return before, heap.used_bytes(pico.pico)

    before, after = run_in_fork(measure)
    trace_bytes = load_board(BOARDS / "RPI_PICO").pump.trace_bytes
    assert trace_bytes < before < 2 * trace_bytes
    assert after - before == 32


# The command


def test_figures_have_the_promised_names_and_bars():
    assert {name: bar for name, bar in BARS.items()} == {
        figure.name: figure.bar for figure in FIGURES if figure.name in BARS
    }


def test_every_figure_is_measured_by_a_task_that_exists_and_none_is_idle():
    known = {task.name for task in tasks.TASKS}
    used = {name for figure in FIGURES for name in figure.tasks}
    assert used == known


def test_the_worse_of_two_counts():
    assert worse(Measured(3.0, 2.0, 10), Measured(1.0, 1.0, 30)) == Measured(3.0, 1.25, 40)
    assert worse(Measured(3.0), Measured(9.0, 4.0, 3)) == Measured(9.0, 4.0, 4)


def test_a_figure_over_its_bar_is_said_to_be_over(capsys):
    import sys

    figure = Figure("late_ticks", "ticks", 0.0, (), "how", "note")
    show_lines([figure], {"late_ticks": Measured(1.0)}, sys.stdout)
    assert "OVER" in capsys.readouterr().out


def test_jobs_run_in_children_and_a_failing_one_is_told_with_its_traceback():
    class Kept:
        results: dict[int, object] = {}  # noqa: RUF012

        def began(self, job: int) -> None: ...
        def at(self, job: int, share: float) -> None: ...
        def ended(self, job: int, result: object, seconds: float) -> None:
            self.results[job] = result

    kept = Kept()
    run_jobs([lambda progress, n=n: n * n for n in range(5)], 2, kept)
    assert kept.results == {n: n * n for n in range(5)}

    def broken(progress):
        raise ValueError("no such disc")

    with pytest.raises(JobError, match="no such disc"):
        run_jobs([broken], 1, kept)


@pytest.fixture
def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser()
    command.register(top.add_subparsers())
    return top


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--only", "tick_us"], "only tick_us_p50"),
        (["--jobs", "0"], "allowed 1 to 64"),
        (["--jobs", "many"], "allowed 1 to 64"),
    ],
)
def test_a_wrong_argument_is_refused_with_what_is_right(parser, capsys, arguments, said):
    with pytest.raises(SystemExit):
        parser.parse_args(["bench", *arguments])
    assert said in capsys.readouterr().err


def test_docs_are_written_from_all_figures_only(parser, capsys):
    options = parser.parse_args(["bench", "--docs", "--quick"])
    assert options.run(options) == 1
    assert "leave out" in capsys.readouterr().err


def test_what_was_measured_is_written_as_one_number_a_name(tmp_path, monkeypatch, parser, capsys):
    monkeypatch.setattr(command, "REPOSITORY", tmp_path)
    monkeypatch.setattr("manostat_tools.image.ensure_images", lambda *_, **__: tmp_path / "none")
    options = parser.parse_args(["bench", "--only", "core_ticks_per_s", "--quick", "--jobs", "1"])
    assert options.run(options) == 0
    written = json.loads((tmp_path / "build" / "bench-partial.json").read_text())
    assert list(written) == ["core_ticks_per_s"]
    assert written["core_ticks_per_s"] > 0
    assert "core_ticks_per_s" in capsys.readouterr().out


def test_page_of_figures_names_all_and_keeps_those_of_the_machine_apart():
    measured = {figure.name: Measured(1.0, 0.5, 3) for figure in FIGURES}
    page = docs.figures_page(FIGURES, measured)
    assert all(f"`{name}`" in page for name in figures.NAMES)
    emulated, machine = page.split("## Of the machine that ran it")
    assert "wall_s_per_emulated_s" not in emulated
    assert "| `wall_s_per_emulated_s`" in machine
    assert "emulated, no cache misses" in page
