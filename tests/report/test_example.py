"""The example is what the simulated pump recorded, and shows what it is meant to show."""

from manostat_tools.report.example import example
from manostat_tools.session.grading import grade_levels
from manostat_tools.session.model import Role, RunKind


def test_one_suspect_is_positive_between_two_painless_controls(session):
    assert session.simulated
    found = {
        level.name: {grade.rule: grade.result for grade in grades}
        for level, grades in grade_levels(session)
    }
    assert [level.role for level in session.levels].count(Role.CONTROL) == 2
    assert found["L3-4"]["control disc"] == found["L5-S1"]["control disc"] == "painless"
    assert found["L4-5"]["IASP/ISIS, discogenic"] == "discogenic"


def test_its_record_and_its_traces_are_of_the_same_runs(session, traces):
    for level in session.levels:
        for run in level.runs:
            if run.kind is RunKind.SHAM:
                assert run.volume_nl == 0
                continue
            line, rx = traces[run.trace], run.prescription
            assert int(line.steps[-1]) * rx.nl_num // rx.nl_den == run.volume_nl
            assert abs(line.pressure_pa.max() - run.peak_pa) < 500


def test_it_is_simulated_once(session):
    assert example()[0] is session
