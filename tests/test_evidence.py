"""Evidence is of one firmware, complete, and says what fails."""

import json
from dataclasses import replace

import pytest

from manostat_tools import exhaust_command
from manostat_tools.bench.figures import FIGURES
from manostat_tools.evidence import pages, store
from manostat_tools.evidence.command import FILE, write
from manostat_tools.evidence.elsewhere import (
    OF_CELLS,
    OF_FIGURES,
    OF_SOAK,
    cases_of,
    measured_elsewhere,
)
from manostat_tools.evidence.parts import PARTS, Part, stamp, state
from manostat_tools.evidence.required import page, row_of
from manostat_tools.evidence.store import Row
from manostat_tools.trace.items import register
from manostat_tools.trace.limits import is_of, measured
from manostat_tools.trace.model import Limit
from manostat_tools.trace.results import Case, Figure, nearest
from manostat_tools.trace.rows import Row as TraceRow


@pytest.fixture
def root(tmp_path):
    """A project with firmware, in which nothing was shown yet."""
    (tmp_path / "firmware").mkdir()
    (tmp_path / "boards").mkdir()
    (tmp_path / "firmware" / "main.py").write_text("run()")
    return tmp_path


@pytest.fixture
def part():
    def read(root):
        return store.read(sorted((root / store.FOLDER).glob("part*.json")))

    return Part("part", "a part", ("true",), 1.0, read, lambda _: ("a", "b"))


def rows(*names, good=True):
    return [store.row(name, good, 1.0, 2.0, "core") for name in names]


def change(root):
    (root / "firmware" / "main.py").write_text("run(again)")
    store.firmware.cache_clear()


def test_a_part_is_complete_when_all_that_is_due_is_there(root, part) -> None:
    assert state(part, root).said == "not run"
    store.write("part-one", rows("a"), root)
    assert state(part, root).missing == ("b",)
    store.write("part-two", rows("b"), root)
    assert state(part, root).complete


def test_rows_of_another_firmware_do_not_count(root, part) -> None:
    store.write("part-one", rows("a", "b"), root)
    change(root)
    found = state(part, root)
    assert (found.complete, found.said, found.others) == (False, "of another firmware", 2)
    store.write("part-two", rows("b"), root)
    assert state(part, root).missing == ("a",)


def test_rows_of_an_unknown_firmware_count_only_once_they_are_stamped(root, part) -> None:
    file = root / store.FOLDER / "part.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(rows("a", "b")))
    assert not state(part, root).complete
    stamp(part, store.firmware(root), root)
    assert state(part, root).complete


def test_a_spoilt_file_is_missing(root, part) -> None:
    store.write("part-one", rows("a", "b"), root).write_text("{")
    assert state(part, root).said == "not run"


def all_states(root, **given):
    """Every part as it is in an empty project, those in `given` with rows."""
    states = []
    for one in PARTS:
        empty = Part(one.name, one.title, one.command, one.minutes, lambda _: [])
        states.append(given.get(one.name, state(empty, root)))
    return states


def test_what_fails_or_is_missing_is_said_and_all_of_it_is_written(root, part, capsys) -> None:
    store.write("part-one", rows("a"), root)
    store.write("part-two", rows("b", good=False), root)
    soak = state(Part("soak", "soak", ("true",), 1.0, part.read, part.due), root)
    bad = write(all_states(root, soak=soak), root)
    assert "soak: b fails" in bad
    assert "mutation: not run" in bad
    assert len(bad) == 1 + len(PARTS) - 1
    assert "soak: b fails" in capsys.readouterr().out
    flat = json.loads((root / FILE).read_text())
    assert [one["id"] for one in flat] == ["a", "b"]
    assert {tuple(one) for one in flat} == {("id", "verdict", "figure", "limit", "bench")}


def test_an_id_that_occurs_twice_is_said(root, part) -> None:
    store.write("part-one", rows("a", "b"), root)
    soak = state(Part("soak", "soak", ("true",), 1.0, part.read, part.due), root)
    twice = state(Part("exhaustion", "", ("true",), 1.0, lambda _: part.read(root)[:1]), root)
    assert "a: 2 lines with this id" in write(all_states(root, soak=soak, exhaustion=twice), root)


def test_an_invariant_has_another_id_than_the_requirement_that_it_is_about() -> None:
    mode = {"states": 1, "transitions": 1, "waiting": 0, "findings": []}
    lines = exhaust_command.evidence([{**mode, "mode": name} for name in exhaust_command.MODES])
    ids = [line["id"] for line in lines]
    assert len(ids) == len(set(ids))
    assert not set(ids) & {item.id for item in register().requirements}


def test_every_page_says_that_this_is_no_medical_device_and_what_is_not_complete(root) -> None:
    pages.write(all_states(root), root)
    texts = [file.read_text() for file in sorted((root / pages.FOLDER).glob("*.md"))]
    assert len(texts) == 5
    assert all("Not a certified medical device" in text for text in texts)
    assert all("not run" in text.lower() for text in texts)


def test_the_worst_case_is_the_one_nearest_to_its_limit() -> None:
    far = Figure("P-05", "far", 5.0, "<=", 10.0, "ms")
    near = Figure("P-05", "near", 0.95, "<=", 1.0, "ms")
    above = Figure("P-05", "above", 30.1, ">=", 30.0, "psi")
    beyond = Figure("P-05", "beyond", 11.0, "<=", 10.0, "ms")
    assert nearest([far, near]) is near
    assert nearest([far, near, above]) is above
    assert nearest([above, beyond, near]) is beyond
    assert nearest([]) is None


STEADY = Limit("volume without a rise", "<=", 0.3, "mL")
VERDICT = Limit("power-on to verdict", "<=", 2.0, "s")


def test_a_requirement_has_the_figures_of_matrix_bench_and_soak_that_are_of_its_limits() -> None:
    cell = store.row(
        "leak/holding", True, 200_000.0, 300_000.0, "pico", of="volume without a rise", unit="nL"
    )
    lines = [
        {**cell, "requirements": ["P-12", "P-05"]},
        {**cell, "requirements": ["P-12"], "limit": None},
        {**cell, "requirements": ["P-12"], "of": "steps after the fault"},
        {**cell, "requirements": ["P-12"], "limit": 310_000.0},
        store.row("figure/boot_to_ready_ms", True, 1369.0, 2000.0, "pico", unit="ms", of="power"),
        store.row("figure/heap_growth_bytes", True, 0.0, 0.0, "pico", unit="bytes", of="heap"),
    ]
    found = cases_of(lines, {"P-12": (STEADY,), "T-01": (VERDICT,)})
    assert {name: [one.id for one in cases] for name, cases in found.items()} == {
        "P-12": ["fault matrix: leak/holding"] * 3,
        "T-01": ["bench: boot_to_ready_ms"],
    }
    assert [one.figures[0].also for one in found["P-12"]] == [False, True, True]
    (of_limit,) = measured("P-12", [STEADY], found["P-12"])
    assert (of_limit.value, of_limit.case) == (pytest.approx(0.2), found["P-12"][0])
    (of_limit,) = measured("T-01", [VERDICT], found["T-01"])
    assert of_limit.value == pytest.approx(1.369)


def test_rows_of_another_firmware_are_no_figures_of_a_requirement(root) -> None:
    boot = store.row("figure/boot_to_ready_ms", True, 1369.0, 2000.0, "pico", unit="ms", of="power")
    store.write("figures", [boot], root)
    assert set(measured_elsewhere(root)) == {"T-01"}
    change(root)
    assert measured_elsewhere(root) == {}


def test_every_figure_that_stands_for_a_requirement_has_a_bar_that_is_its_limit() -> None:
    bars = {one.name: one for one in FIGURES}
    limits = {item.id: item.limits for item in register().requirements}
    for name, (requirement, of) in OF_FIGURES.items():
        bar = bars[name].bar
        assert bar is not None and not bars[name].at_least
        made = Figure(requirement, of, 0.0, "<=", bar, bars[name].unit)
        assert bool(of) == any(is_of(made, limit) for limit in limits[requirement]), name


def test_every_limit_that_cells_and_soak_stand_for_exists() -> None:
    limits = {(item.id, limit.of) for item in register().requirements for limit in item.limits}
    assert {(name, of) for (name, _), of in OF_CELLS.items()} <= limits
    assert set(OF_SOAK.values()) <= limits


LIMITS = (Limit("steps after it", "<=", 2.0, "steps"), Limit("time", "<=", 6.0, "ms"))


def judged_row(*figures: Figure) -> Row:
    item = replace(register().requirements[0], id="P-05", limits=LIMITS)
    case = Case("t.py::test_stops[pico]", ("P-05",), "pico", "passed", "", figures)
    return row_of(TraceRow(item, (), (case,), (), (), "shown"))


def test_a_requirement_is_one_line_with_a_figure_for_each_of_its_limits() -> None:
    steps = Figure("P-05", "steps after it", 1.0, "<=", 2.0, "steps")
    late = Figure("P-05", "time, at three steps a tick", 5000.0, "<=", 6000.0, "us")
    other = Figure("P-05", "press to last step", 9.0, "<=", 10.0, "us", also=True)
    line = judged_row(steps, late, replace(late, value=4000.0), other)
    assert (line["figure"], line["limit"], line["unit"]) == (5.0, 6.0, "ms")
    assert [(one["figure"], one["limit"]) for one in line["figures"]] == [(1.0, 2.0), (5.0, 6.0)]
    assert [one["of"] for one in line["also"]] == ["press to last step"]
    text = page([line])
    assert "| time, at three steps a tick | 5 ms | <= 6 ms | pico | test_stops |" in text
    assert text.index("time, at three") < text.index("## Also measured") < text.index("press to")


def test_a_limit_without_a_figure_is_not_measured() -> None:
    other = Figure("P-05", "press to last step", 9.0, "<=", 10.0, "us", also=True)
    line = judged_row(other)
    assert (line["figure"], line["limit"]) == (None, 2.0)
    assert page([line]).count("| not measured |") == 2
