"""No requirement is red unseen: nothing meets it, nothing shows it, or its test did not run."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest

from manostat.core import alarm, codes
from manostat_sim.exhaustion.invariants import INVARIANTS
from manostat_tools.boards import REPOSITORY
from manostat_tools.cli import main
from manostat_tools.trace import faults, hazards, register, requirements, results
from manostat_tools.trace.items import ids
from manostat_tools.trace.limits import converted
from manostat_tools.trace.page import page
from manostat_tools.trace.places import places
from manostat_tools.trace.results import (
    FAILED,
    LEFT_OUT,
    PASSED,
    SKIPPED,
    Case,
    Figure,
    Run,
)
from manostat_tools.trace.rows import MISSING, NOT_HERE, NOT_RUN, SHOWN, Row, judge

from .trace_project import REQUIREMENT, Project

STEPS = Figure("P-01", "steps after it", 1.0, "<=", 2.0, "steps")
MEASURED = Case("t.py::test_stops[pico]", ("P-01",), "pico", PASSED, "", (STEPS,))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def case(outcome: str, bench: str = "core", test: str = "test_stops", *figures: Figure) -> Case:
    return Case(f"t.py::{test}[{bench}]", ("P-01",), bench, outcome, "why", figures)


def row_of(project: Project, *cases: Case) -> Row:
    (row,) = judge(project.root, Run("0", "", cases))
    return row


class TestARequirementIsShown:
    def test_by_code_and_a_test_that_passed(self, project: Project) -> None:
        row = row_of(project, case(PASSED), MEASURED)
        assert (row.verdict, row.missing) == (SHOWN, ())
        assert row.benches == ("core", "pico")
        assert [(str(place), place.inside) for place in row.code] == [
            ("firmware/stop.py:3", "Guard.stop")
        ]
        assert [figure for _, figure in row.figures] == [STEPS]

    def test_if_one_bench_cannot_and_another_ran_it(self, project: Project) -> None:
        assert row_of(project, case(SKIPPED), MEASURED).verdict == SHOWN

    def test_if_a_long_test_was_left_out_beside_another(self, project: Project) -> None:
        assert row_of(project, MEASURED, case(LEFT_OUT, test="test_long")).verdict == SHOWN

    def test_without_the_figure_of_a_long_test_that_was_left_out(self, project: Project) -> None:
        project.item("p/P-01", REQUIREMENT.replace("unit:", "long: true, unit:"))
        project.review()
        for selected, verdict in (("not long", SHOWN), ("", MISSING)):
            (row,) = judge(project.root, Run("0", selected, (case(PASSED),)))
            assert row.verdict == verdict


class TestARequirementIsMissing:
    def test_without_code(self, project: Project) -> None:
        project.write("firmware/stop.py", "pass  # CP-01 and P-012 are other names\n")
        row = row_of(project, MEASURED)
        assert (row.verdict, row.missing) == (MISSING, ("no code names it",))

    def test_without_a_test(self, project: Project) -> None:
        row = row_of(project)
        assert (row.verdict, row.missing) == (MISSING, ("no test names it",))

    @pytest.mark.parametrize(
        ("cases", "said"),
        [
            ([case(PASSED), case(FAILED, "pico")], "failed: t.py::test_stops[pico]"),
            ([case(SKIPPED)], "did not run on any bench: t.py::test_stops (why)"),
            (
                [case(SKIPPED), case(LEFT_OUT, "pico")],
                "did not run on any bench: t.py::test_stops (why)",
            ),
            (
                [case(PASSED, test="test_a"), case(SKIPPED, test="test_b")],
                "did not run on any bench: t.py::test_b (why)",
            ),
            ([case(PASSED), case(results.MISSING, "vm")], "did not run: t.py::test_stops[vm]"),
            ([case(LEFT_OUT)], "was left out of this run: t.py::test_stops"),
            (
                [
                    case(
                        PASSED,
                        "core",
                        "test_a",
                        Figure("P-01", "steps after it", 3.0, "<=", 2.0, "steps"),
                    )
                ],
                "out of its limit: steps after it 3 steps (<= 2) in t.py::test_a[core]",
            ),
        ],
    )
    def test_if_a_test_did_not_show_it(
        self, project: Project, cases: list[Case], said: str
    ) -> None:
        row = row_of(project, *cases)
        assert (row.verdict, said in row.missing) == (MISSING, True)

    @pytest.mark.parametrize(
        "other",
        [
            replace(STEPS, of="steps"),
            replace(STEPS, of="steps after it and before"),
            replace(STEPS, limit=3.0),
            replace(STEPS, at="<"),
            replace(STEPS, unit="ms"),
            replace(STEPS, also=True),
            replace(STEPS, requirement="P-02"),
        ],
    )
    def test_if_a_limit_has_no_figure(self, project: Project, other: Figure) -> None:
        row = row_of(project, case(PASSED, "core", "test_stops", other))
        assert row.missing == ("not measured: steps after it <= 2 steps",)
        assert [(one.figure, one.value) for one in row.measured] == [(None, None)]

    def test_if_all_tests_with_its_figure_were_left_out(self, project: Project) -> None:
        row = row_of(project, case(PASSED), replace(MEASURED, outcome=LEFT_OUT))
        assert row.missing == ("not measured: steps after it <= 2 steps",)

    def test_without_any_full_run(self, project: Project) -> None:
        (row,) = judge(project.root, None, Run("0", "", (case(PASSED),)))
        assert row.verdict == NOT_RUN
        assert len(row.partial) == 1
        assert row.tests == ()


class TestNotMetHere:
    def test_needs_a_reason_and_neither_code_nor_test(self, project: Project) -> None:
        project.write("firmware/stop.py", "")
        away = REQUIREMENT.replace("built", "not met here")
        project.item("p/P-01", away + "\nnot_met: no such thing here")
        project.review()
        assert register(project.root).problems == ()
        assert row_of(project).verdict == NOT_HERE

    def test_without_a_reason_is_a_problem(self, project: Project) -> None:
        project.item("p/P-01", REQUIREMENT.replace("built", "not met here"))
        assert "P-01: not_met: missing, allowed the reason" in str(register(project.root).problems)


TESTS = """
    @pytest.fixture(params=["core", pytest.param("pico", marks=pytest.mark.pico)])
    def bench_name(request):
        return request.param

    @pytest.mark.req("P-01", "P-02")
    def test_stops(bench_name, figure):
        figure("P-01", 1, 2, "steps", of="steps after it")

    @pytest.mark.req("P-04")
    def test_fails(): assert False

    @pytest.mark.req("P-05")
    def test_needs_pins(bench_name):
        if bench_name == "core": pytest.skip("has no pins")

    @pytest.mark.req("P-06")
    @pytest.mark.skip("no rig")
    def test_skipped(): pass

    @pytest.mark.req("P-07")
    @pytest.mark.long
    def test_long(): pass

    @pytest.mark.req("P-08")
    def test_forks(figure):
        if child := os.fork():
            assert os.waitpid(child, 0)[1] == 0
        else:
            figure("P-08", 3, 2, "steps", of="steps after it, of a child")
            os._exit(0)

    @pytest.mark.req("P-09")
    @pytest.mark.xfail
    def test_expected_to_fail(): assert False

    @pytest.mark.req("P-10")
    def test_teardown_fails(request, figure):
        figure("P-10", 1, 2, "steps", of="steps after it")
        request.addfinalizer(lambda: 1 / 0)
"""
SOUND = """
    @pytest.mark.req("P-01")
    def test_stops(figure):
        figure("P-01", 1, 2, "steps", of="steps after it")
"""
WHOLE = ("-m", "not long", "--requirements")
NONE = "not measured: steps after it <= 2 steps"
RED = f"""P-02: no code names it; {NONE}
P-03: no test names it
P-04: failed: tests/test_it.py::test_fails; {NONE}
P-05: {NONE}
P-06: did not run on any bench: tests/test_it.py::test_skipped (no rig); {NONE}
P-07: was left out of this run: tests/test_it.py::test_long; {NONE}
P-08: out of its limit: steps after it, of a child 3 steps (<= 2) in tests/test_it.py::test_forks
P-09: did not run on any bench: tests/test_it.py::test_expected_to_fail (expected to fail: ); {NONE}
P-10: failed: tests/test_it.py::test_teardown_fails""".replace(
    "{NONE}", "not measured: steps after it <= 2 steps"
)


class TestAWholeRun:
    @pytest.mark.parametrize("processes", [(), ("-n", "1")], ids=["alone", "xdist"])
    def test_names_each_requirement_that_is_not_shown(
        self, tmp_path: Path, processes: tuple[str, ...]
    ) -> None:
        project = Project(tmp_path, required=10)
        project.code(*(f"P-{number:02d}" for number in range(1, 11) if number != 2))
        project.tests(TESTS)
        code, said = project.run(*WHOLE, *processes)
        assert code == pytest.ExitCode.TESTS_FAILED
        assert RED in said
        full = results.read(project.root / results.FULL)
        assert full is not None
        stops = [test for test in full.tests if test.function.endswith("test_stops")]
        assert [(test.bench, test.figures) for test in stops] == [
            ("core", (STEPS,)),
            ("pico", (STEPS,)),
        ]

    def test_in_which_all_is_shown_is_good(self, project: Project) -> None:
        project.tests(SOUND)
        assert project.run(*WHOLE)[0] == 0

    def test_in_which_a_limit_has_no_figure_fails(self, project: Project) -> None:
        project.tests("@pytest.mark.req('P-01')\ndef test_stops(): pass")
        code, said = project.run(*WHOLE)
        assert code == pytest.ExitCode.TESTS_FAILED
        assert "P-01: not measured: steps after it <= 2 steps" in said

    def test_in_which_every_test_passed_fails_for_want_of_code_alone(
        self, project: Project
    ) -> None:
        project.tests(SOUND)
        project.code()
        assert project.run(*WHOLE)[0] == pytest.ExitCode.TESTS_FAILED

    @pytest.mark.parametrize("narrow", [("tests",), ("-k", "stops"), ("-m", "pico"), ("-x",)])
    def test_must_be_whole(self, project: Project, narrow: tuple[str, ...]) -> None:
        project.tests("def test_stops(): pass")
        code, said = project.run("--requirements", *narrow)
        assert code == pytest.ExitCode.USAGE_ERROR
        assert "--requirements judges a whole run" in said

    def test_replaces_what_was_known_and_other_runs_do_not(self, project: Project) -> None:
        project.tests("@pytest.mark.req('P-01')\ndef test_stops(): pass")
        project.run()
        assert results.read(project.root / results.FULL) is None
        assert results.read(project.root / results.PARTIAL) is not None
        project.run(*WHOLE)
        assert results.read(project.root / results.PARTIAL) is None
        before = (project.root / results.FULL).read_bytes()

        project.tests("@pytest.mark.req('P-01')\ndef test_stops(): assert False")
        project.run()
        assert (project.root / results.FULL).read_bytes() == before
        project.run(*WHOLE)
        assert (project.root / results.FULL).read_bytes() != before

    def test_that_is_interrupted_is_not_judged_and_replaces_nothing(self, project: Project) -> None:
        project.tests("@pytest.mark.req('P-01')\ndef test_stops(): raise KeyboardInterrupt")
        code, said = project.run(*WHOLE)
        assert code == pytest.ExitCode.INTERRUPTED
        assert "nothing was judged" in said
        assert results.read(project.root / results.FULL) is None


class TestAnyRun:
    def test_refuses_a_misspelt_id(self, project: Project) -> None:
        project.tests("@pytest.mark.req('P-10')\ndef test_stops(): pass")
        code, said = project.run()
        assert code == pytest.ExitCode.USAGE_ERROR
        assert "no such requirement in docs/requirements: ['P-10']" in said

    def test_refuses_a_figure_for_what_the_test_does_not_name(self, project: Project) -> None:
        project.tests("def test_stops(figure): figure('P-01', 1, 2, 'steps')")
        assert "P-01 is not named by the test's marker" in project.run()[1]

    def test_refuses_a_figure_of_no_limit_of_the_requirement(self, project: Project) -> None:
        project.tests(SOUND.replace("1, 2,", "1, 3,"))
        said = project.run()[1]
        assert "P-01: 'steps after it <= 3 steps' is no limit of it in docs/requirements" in said
        assert "which are: steps after it <= 2 steps" in said
        assert "1 failed" in said

    def test_takes_what_was_also_measured_and_shows_it_as_no_limit(self, project: Project) -> None:
        project.tests(SOUND.replace("1, 2,", "1, 3,").replace('it")', 'it", also=True)'))
        assert project.run()[0] == 0
        partial = results.read(project.root / results.PARTIAL)
        assert partial is not None
        row = row_of(project, *partial.tests)
        assert [figure.limit for figure, _ in row.also] == [3.0]
        assert row.missing == ("not measured: steps after it <= 2 steps",)


class TestTheItems:
    @pytest.mark.parametrize(
        ("right", "wrong", "problem"),
        [
            ("unit:", "long: perhaps, unit:", "P-01: limits: long: 'perhaps', allowed True, False"),
            ("built", "done", "P-01: status: 'done', allowed built, not met here"),
            ("example", "hope", "P-01: shown: 'hope', allowed"),
            ("number: 2", "number: two", "P-01: limits: number: 'two', allowed a number"),
            ("<=", "about", "P-01: limits: at: 'about', allowed <,"),
            ("H-01", "H-09", "linked to unknown item: H-09"),
        ],
    )
    def test_that_are_spoilt_are_told(
        self, project: Project, right: str, wrong: str, problem: str
    ) -> None:
        project.item("p/P-01", REQUIREMENT.replace(right, wrong))
        assert problem in "\n".join(register(project.root).problems)

    def test_that_are_new_and_not_reviewed_are_told(self, project: Project) -> None:
        project.item("p/P-01", REQUIREMENT)
        assert "P-01: needs initial review" in "\n".join(register(project.root).problems)

    @pytest.mark.parametrize(
        ("item", "problem"),
        [("p/P-01", "P-01: unreviewed changes"), ("h/H-01", "P-01: suspect link: H-01")],
    )
    def test_that_were_changed_since_are_told(
        self, project: Project, item: str, problem: str
    ) -> None:
        file = project.root / f"docs/requirements/{item}.md"
        file.write_text(file.read_text().replace("It stops.", "It stops at once."))
        assert problem in "\n".join(register(project.root).problems)

    def test_are_not_changed_by_reading(self, project: Project) -> None:
        files = [file for file in (project.root / "docs").rglob("*") if file.is_file()]
        before = [file.read_bytes() for file in files]
        register(project.root)
        assert [file.read_bytes() for file in files] == before

    def test_of_this_repository_are_sound_and_reviewed(self) -> None:
        assert register().problems == ()

    def test_of_this_repository_are_all_there(self) -> None:
        counts = {"P": 14, "D": 3, "B": 6, "A": 6, "T": 6, "L": 5, "S": 4, "C": 1}
        due = {f"{group}-{n:02d}" for group, most in counts.items() for n in range(1, most + 1)}
        assert {item.id for item in requirements()} == ids(REPOSITORY) == due

    def test_name_for_each_hazard_a_control_or_what_people_do(self) -> None:
        for hazard in hazards():
            assert hazard.controls or not hazard.outside.startswith("None"), hazard.id

    def test_are_shown_by_exhaustion_if_it_has_an_invariant_for_them(self) -> None:
        claimed = {item.id for item in requirements() if "exhaustion" in item.shown}
        assert claimed == set(INVARIANTS) & ids(REPOSITORY)

    def test_that_the_code_names_exist(self) -> None:
        known = ids(REPOSITORY)
        assert {name for name in places(REPOSITORY) if name[0] in "PDBATLSC"} <= known


@pytest.mark.req("A-01")
class TestAlarms:
    def test_each_has_the_priority_that_its_harm_and_onset_give(self, figure) -> None:
        words = {alarm.LOW: "LOW", alarm.MEDIUM: "MEDIUM", alarm.HIGH: "HIGH"}
        judged = {fault.cause: fault.priority for fault in faults() if fault.cause is not None}
        assert set(range(1, codes.FAULT_CODES)) < set(judged)
        wrong = []
        for cause, priority in judged.items():
            with_verdict = cause + 1 if cause == alarm.SELF_TEST else cause
            if words[alarm.priority(with_verdict)] != priority:
                wrong.append(cause)
        of = f"alarms with another priority than their harm and onset give, of {len(judged)}"
        figure("A-01", len(wrong), 0, "alarms", "=", of=of)
        assert wrong == []

    def test_each_has_the_name_that_the_firmware_has(self) -> None:
        for fault in faults():
            if fault.cause is not None and fault.cause < codes.FAULT_CODES:
                assert getattr(codes, fault.name) == fault.cause


def test_the_matrix_rests_on_nothing_that_rests_on_it() -> None:
    """The evidence is made of the matrix; what shows both, the command, stands above both."""
    for file in (REPOSITORY / "host_tools/manostat_tools/trace").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            modules = [node.module] if isinstance(node, ast.ImportFrom) else []
            modules += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            assert not any("evidence" in str(module) for module in modules), file.name


@pytest.mark.parametrize(
    ("value", "unit", "to", "found"),
    [
        (250, "us", "ms", 0.25),
        (14 * 86_400, "s", "days", 14),
        (350, "nL", "uL", 0.35),
        (689_475.7, "Pa", "psi", 100),
        (10_000, "ppm", "%", 1),
        (3, "steps", "steps", 3),
    ],
)
def test_figures_are_told_in_the_unit_of_their_limit(value, unit, to, found) -> None:
    assert converted(value, unit, to) == pytest.approx(found)


def test_what_measures_another_thing_has_no_such_unit() -> None:
    assert converted(1, "ms", "nL") is None
    assert converted(1, "steps", "ms") is None


class TestThePage:
    def test_shows_verdict_reason_code_and_figure(self, project: Project) -> None:
        run = Run("0", "", (case(PASSED, "pico", "test_stops", STEPS),))
        text = page(register(project.root), judge(project.root, run), run, "0")
        shown = "<span class=limit>steps after it &lt;= 2 steps</span><span><b class=well>1 steps"
        for part in (">shown<", "pain", "firmware/stop.py:3", "Guard.stop", shown):
            assert part in text
        assert "//" not in text.replace("<!doctype", "").split("<script>")[0]

    def test_escapes_what_tests_say(self, project: Project) -> None:
        run = Run("0", "", (Case("t::test_x", ("P-01",), "host", SKIPPED, "<b>'"),))
        text = page(register(project.root), judge(project.root, run), run, "0")
        assert "<b>'" not in text

    def test_says_when_it_is_of_another_firmware(self, project: Project) -> None:
        run = Run("0", "", ())
        text = page(register(project.root), judge(project.root, run), run, "1")
        assert "of another firmware" in text

    def test_is_written_by_the_command(
        self,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr("manostat_tools.trace_command.PAGE", tmp_path / "index.html")
        assert main(["trace"]) == 0
        assert f"{len(requirements())} requirements: " in capsys.readouterr().out
        assert "P-04" in (tmp_path / "index.html").read_text()
