"""The right number at the right level, with its unit, and what is in doubt where it stands."""

import pytest

from manostat_tools.guide.outcome import grade_lines
from manostat_tools.report.cells import NO_PRESS
from manostat_tools.report.model import Facts, Figure, Notice, Table, Weight
from manostat_tools.report.overview import RIGHT_TO_LEFT
from manostat_tools.report.units import NONE, UNITS
from manostat_tools.session.fold import fold
from manostat_tools.session.model import Concordance, Finding, RunKind

from ..session import written as w
from .reading import (
    LEVELS,
    column,
    level_cell,
    parts,
    said,
    table,
    tell,
    with_level,
    with_run,
)

PA = {"psi": 6894.757, "kPa": 1e3, "bar": 1e5, "mmHg": 133.322}


def suspect(session):
    return next(level for level in session.levels if level.name == "L4-5")


@pytest.mark.parametrize(("unit", "digits"), [("psi", 1), ("kPa", 1), ("bar", 3), ("mmHg", 0)])
def test_the_levels_table_has_the_pumps_numbers_in_the_chosen_unit(session, unit, digits):
    run = suspect(session).runs[-1]
    press = run.marks[0].points[0]
    expected = {
        f"Opening ({unit})": run.opening_pa,
        f"Line at the press ({unit})": press.pressure_pa,
        f"Above opening at the press ({unit})": press.pressure_pa - run.opening_pa,
        f"Highest above opening ({unit})": run.peak_pa - run.opening_pa,
    }
    for head, pressure_pa in expected.items():
        cell = level_cell(session, "L4-5", head, UNITS[unit])
        assert cell.text == f"{pressure_pa / PA[unit]:.{digits}f}"
    assert level_cell(session, "L4-5", "Volume").text == f"{press.volume_nl / 1e6:.3f}"
    assert level_cell(session, "L4-5", "Pain (NRS").text == "8"
    assert level_cell(session, "L4-5", "Pain is").text == "concordant"
    assert level_cell(session, "L4-5", "Dallas").text == "3"
    assert level_cell(session, "L4-5", "Stopped by").text == "pain"


def test_levels_stand_in_the_order_tested_whatever_their_place_in_the_session(session):
    turned = session.model_copy(update={"levels": tuple(reversed(session.levels))})
    for one in (session, turned):
        assert [cell.text for cell in column(table(tell(one), LEVELS), "Level")] == [
            "L3-4",
            "L5-S1",
            "L4-5",
        ]


def test_no_press_no_injection_and_not_recorded_are_three_things(session):
    assert level_cell(session, "L3-4", "Above opening").text == NO_PRESS
    empty = with_level(session, "L3-4", runs=(), response=None)
    assert level_cell(empty, "L3-4", "Above opening").text == "no injection"
    assert level_cell(empty, "L3-4", "Pain is").text == NONE


def test_an_answer_to_no_run_is_not_called_one_to_run_0(session):
    orphaned = with_level(session, "L4-5", responses_of=(0,))
    assert level_cell(orphaned, "L4-5", "Pain is").alerts == ("of no run that is recorded",)


def test_look_back_points_stand_beside_the_press(session):
    rows = table(tell(session), "Suspect levels: line pressure above opening (psi)").rows
    points = suspect(session).runs[-1].marks[0].points
    assert [cell.text for cell in rows[0]] == [
        "L4-5",
        *(f"{point.above_pa / PA['psi']:.1f}" for point in points),
    ]


DOUBTS = {
    "uncertain": ({"uncertain": True, "marks": ()}, "Volume at the press", "UNCERTAIN"),
    "unsettled": (
        {"opening_pa": None, "opening_how": "unsettled"},
        "Opening",
        "NOT READ AT REST: unsettled",
    ),
    "nothing to count from": (
        {"opening_pa": None, "opening_how": "unsettled"},
        "Above opening at the press",
        "NO OPENING TO COUNT FROM",
    ),
    "fault": ({"fault": "sensors disagree"}, "Above opening at the press", "FAULT"),
    "its cause": ({"fault": "sensors disagree"}, "Stopped by", "FAULT: sensors disagree"),
    "locked": ({"locked": True}, "Stopped by", "LOCKED OUT"),
}


@pytest.mark.parametrize("case", DOUBTS)
def test_doubt_stands_in_the_cell_of_the_number(session, case):
    changes, head, alert = DOUBTS[case]
    spoilt = with_run(session, "L4-5", **changes)
    assert any(alert in text for text in level_cell(spoilt, "L4-5", head).alerts)
    assert level_cell(session, "L4-5", head).alerts == ()


def test_doubt_is_told_before_the_levels_too(session):
    spoilt = with_run(session, "L4-5", uncertain=True, locked=True, fault="late")
    notices = " ".join(notice.text for notice in parts(tell(spoilt), Notice))
    for word in ("uncertain", "locked out", "ended in a fault: late"):
        assert f"L4-5, {word}" in notices or word in notices


def test_numbers_of_another_syringe_or_zero_than_the_stated_ones_are_told_first_and_beside_these(
    session,
):
    def cells_of(of):
        section = next(one for one in tell(of).sections if one.title.startswith("Calibration"))
        facts = dict(section.parts[1].rows)
        return facts["Syringe"].alerts, facts["Zero of the line sensor"].alerts

    def dangers(of):
        told = [one for one in parts(tell(of), Notice) if one.weight is Weight.DANGER]
        return [one.text for one in told if "counted" in one.text]

    wide = session.syringe.model_copy(update={"inner_diameter_mm": 15.6})
    zero = session.preparation.model_copy(update={"zero_pa": session.preparation.zero_pa + 6895})
    spoilt = session.model_copy(update={"syringe": wide, "preparation": zero})
    assert cells_of(session) == ((), ()) and dangers(session) == []
    assert all("see the first page" in alerts[0] for alerts in cells_of(spoilt))
    volumes, pressures = dangers(spoilt)
    assert "15.7 % more went in" in volumes and "1.0 psi (7 kPa) lower" in pressures


def test_a_press_at_rest_is_told_at_its_numbers(session):
    mark = suspect(session).runs[-1].marks[0].model_copy(update={"moving": False})
    spoilt = with_run(session, "L4-5", marks=(mark,))
    for head in ("Line at", "Above opening at", "Volume at"):
        assert "PRESSED AT REST" in level_cell(spoilt, "L4-5", head).alerts


def test_a_volume_that_may_include_a_run_without_outcome_is_told_at_its_number(session):
    _sham, run = suspect(session).runs
    lost = run.model_copy(update={"number": 1, "uncertain": True, "marks": ()})
    spoilt = with_level(session, "L4-5", runs=(lost, run))
    assert "UNCERTAIN: may include run 1" in level_cell(spoilt, "L4-5", "Volume at").alerts
    volumes = [
        cell.alerts
        for of in parts(tell(spoilt), Table)
        if of.title == "Runs"
        for cell in column(of, "Volume so far")
    ]
    assert volumes[-1] == ("UNCERTAIN: may include run 1",)


def test_a_press_in_a_sham_run_is_told_on_the_first_page(session):
    sham, run = suspect(session).runs
    pressed = with_level(session, "L4-5", runs=(sham.model_copy(update={"marks": run.marks}), run))
    assert any("pressed in sham run 1" in one.text for one in parts(tell(pressed), Notice))
    assert not any("sham" in one.text for one in parts(tell(session), Notice))


def test_an_unsettled_plateau_is_told_and_has_no_number(told):
    plateaus = table(told, "Run 1: plateaus")
    flagged = [row for row in plateaus.rows if "DID NOT SETTLE" in row[1].alerts]
    assert flagged and all(row[1].text == row[2].text == "-" for row in flagged)


def test_simulated_is_a_banner_and_only_where_it_is_true(session, told):
    real = session.model_copy(update={"simulated": False})
    assert told.banner == "SIMULATED"
    assert tell(real).banner == ""
    # The notes of the example say that it is simulated; the report itself does not any more.
    assert not any("SIMULATED" in text for text in said(tell(real)))


def test_the_foot_says_what_it_is_not_and_who_decides(told):
    assert "Not a certified medical device" in told.every_page
    assert "the physician decides" in told.every_page


def test_each_rule_is_there_with_letter_result_and_what_is_missing(session):
    report = tell(with_level(session, "L3-4", response=None))
    rules = table(report, "What each published rule says of the suspect")
    found = {row[0].text: row[1] for row in rules.rows}
    assert found["IASP/ISIS, absolute discogenic (M)"].text == "no result"
    assert found["IASP/ISIS, highly probable (M)"].text == "not met"
    why = " ".join(found["IASP/ISIS, absolute discogenic (M)"].alerts)
    assert "2 control discs, 1 can be judged" in why and "control L3-4: no response" in why


def test_no_control_disc_is_said(session):
    alone = session.model_copy(update={"levels": session.levels[2:]})
    assert "No control disc is recorded: no rule can give a result." in said(tell(alone))


def test_derived_values_stand_beside_their_interval_rule_and_inputs(session, told):
    (value,) = suspect(session).runs[-1].derived
    row = [cell.text for cell in table(told, "Derived values").rows[0]]
    assert row[1] == f"{value.value / 1e6:.4g} mL"
    assert row[2] == f"{value.low / 1e6:.4f} to {value.high / 1e6:.4f} mL"
    assert f"volume {value.inputs['volume_nl'] / 1e6:.3f} mL" in row[3]
    assert row[4] == value.rule


def test_in_another_unit_no_pressure_is_left_in_psi(session):
    report = tell(session, UNITS["kPa"])
    heads = [head for part in parts(report, type(table(report, LEVELS))) for head in part.columns]
    assert not [head for head in heads if "psi" in head]
    psi, kpa = said(tell(session)), said(report)
    assert len(psi) == len(kpa)
    changed = [(a, b) for a, b in zip(psi, kpa, strict=True) if a != b]
    assert len(changed) > 60
    assert all("psi" not in b or "(" in b for _a, b in changed), "psi only in brackets, beside"


def test_a_figure_for_each_injection_with_a_trace_and_none_for_a_sham(told):
    titles = [figure.title for figure in parts(told, Figure)]
    assert len(titles) == 3
    assert titles[2].startswith("Run 2: pressure against volume, and against time (counts")


def test_two_levels_of_one_name_are_two_sections(session):
    again = session.levels[2].model_copy(update={"order": 4, "runs": ()})
    twice = session.model_copy(update={"levels": (*session.levels, again)})
    titles = [section.title for section in tell(twice).sections]
    assert "L4-5: SUSPECT, tested as number 3" in titles
    assert "L4-5: SUSPECT, tested as number 4" in titles


def facts(report):
    return {name: cell.text for part in parts(report, Facts) for name, cell in part.rows}


def test_a_pump_is_called_by_its_serial_number_and_a_protocol_is_no_firmware(session):
    unit = {"serial": "4d2d303137000000", "image_hash": "00f8", "firmware": "protocol 2"}
    one = facts(tell(session.model_copy(update={"unit": session.unit.model_copy(update=unit)})))
    assert one["Pump, serial"] == "M-017" and one["Image hash"] == "00f8"
    assert one["Link protocol"] == "2" and "Firmware" not in one
    assert facts(tell(session))["Firmware"] == "0.1.0"


@pytest.fixture
def again(session):
    """L4-5 pressed in run 2, then done again as a new level of the pump, without a press."""
    sham, run = suspect(session).runs
    changes = {"number": 3, "marks": (), "derived": (), "volume_nl": 134_000, "duration_ms": 2_000}
    peak = {"peak_pa": run.opening_pa + 38_600}
    last = run.model_copy(update=changes | peak)
    return with_level(session, "L4-5", runs=(sham, run, last)), run


def test_a_level_done_again_has_the_highest_and_the_press_of_any_injection(again):
    session, run = again
    most = level_cell(session, "L4-5", "Highest above")
    assert most.text == f"{(run.peak_pa - run.opening_pa) / PA['psi']:.1f}"
    assert most.alerts == ("in run 2",)
    press = run.marks[0].points[0]
    for head, shown in (
        ("Line at", f"{press.pressure_pa / PA['psi']:.1f}"),
        ("Above opening at", f"{press.above_pa / PA['psi']:.1f}"),
        ("Volume at", f"{press.volume_nl / 1e6:.3f}"),
    ):
        cell = level_cell(session, "L4-5", head)
        assert cell.text == NO_PRESS and cell.alerts == (f"run 2: {shown}",)


def test_what_was_delivered_in_all_is_the_sum_over_the_levels_of_the_pump(again):
    session, run = again
    total = f"{(run.volume_nl + 134_000) / 1e6:.3f}"
    assert level_cell(session, "L4-5", "Delivered in all").text == total
    notes = " ".join(of.note for of in parts(tell(session), Table) if of.title == "Runs")
    assert "This disc was done again as a new level of the pump, which counts from zero." in notes
    assert f"Delivered by the plunger, all injections together: {total} mL." in notes


def test_answers_to_a_run_that_does_not_count_say_so(again):
    session, _ = again
    of = {"responses_of": (2,), "findings_of": (2,)}
    earlier = {"earlier_findings": (Finding(dallas=3), Finding(pattern="leak"), Finding())}
    told = with_level(session, "L4-5", **of)
    for head in ("Pain (NRS", "Pain is", "Dallas"):
        assert level_cell(told, "L4-5", head).alerts == ("of run 2",)
    named = facts(tell(told))
    assert named["Dallas grade, of run 2"] == "3" and "Response, of run 2" in named
    named = facts(tell(with_level(session, "L4-5", findings_of=(1, 1, 2, 3), **earlier)))
    assert named["Earlier finding, of run 1"] == "leak"
    assert named["Earlier finding, of run 2"] == NONE


def test_a_response_to_a_sham_is_told_as_one_and_stands_in_no_place_of_another(session):
    """In the example run 1 of L4-5 is a sham."""
    to_sham = {"earlier_responses": (session.levels[2].response,), "responses_of": (1,)}
    told = with_level(session, "L4-5", response=None, **to_sham)
    named = facts(tell(told))
    assert named["Response to sham run 1"] == "concordant" and named["Response"] == NONE
    assert level_cell(told, "L4-5", "Pain is").text == NONE
    assert level_cell(told, "L4-5", "Pain is").alerts == ()


def test_a_disc_that_was_tested_twice_is_told_apart_by_its_number(session):
    again = session.levels[2].model_copy(update={"order": 4})
    told = tell(session.model_copy(update={"levels": (*session.levels, again)}))
    named = ("L4-5 (no. 3)", "L4-5 (no. 4)")
    tables = parts(told, Table)
    rules = next(of for of in tables if of.title.startswith("What each published rule says of"))
    assert rules.columns[1:] == named
    before = next(of for of in tables if of.title.startswith("Suspect levels"))
    assert tuple(row[0].text for row in before.rows) == named
    notices = [notice.text for notice in parts(told, Notice)]
    assert "L4-5 was tested more than once, as numbers 3, 4: each is graded alone." in notices
    lines = list(grade_lines(session.model_copy(update={"levels": (*session.levels, again)})))
    assert "L4-5 (no. 4), suspect" in lines and "L3-4, control" in lines


def test_what_a_control_did_stands_with_what_weakens_it(session):
    press = session.levels[2].runs[-1].model_copy(update={"derived": ()})
    above_pa = round(50.2 * PA["psi"])
    points = [
        point.model_copy(update={"above_pa": above_pa, "pressure_pa": press.opening_pa + above_pa})
        for point in press.marks[0].points
    ]
    late = press.marks[0].model_copy(update={"points": tuple(points)})
    runs = (press.model_copy(update={"number": 1, "marks": (late,)}),)
    answer = session.levels[2].response.model_copy(update={"concordance": Concordance.DISCORDANT})
    told = tell(with_level(session, "L3-4", runs=runs, response=answer))
    table = next(of for of in parts(told, Table) if of.title == "Control discs")
    cell = next(row[1] for row in table.rows if row[0].text == "L3-4")
    assert cell.text == "painful only discordantly above 50 psi above opening"
    assert any("of the boundary at 50 psi" in text for text in cell.alerts)


def test_an_earlier_finding_has_no_comma_with_nothing_behind_it(session):
    told = facts(tell(with_level(session, "L4-5", earlier_findings=(Finding(dallas=3),))))
    assert told["Earlier finding 1"] == "Dallas 3"


def test_a_preset_that_asks_for_no_confirmation_needs_none_and_another_lacks_it(session):
    assert facts(tell(session))["Preset confirmed by"] == "not needed"
    bare = with_level(session, "L4-5", preset="cervical")
    cells = [
        cell.text
        for part in parts(tell(bare), Facts)
        for name, cell in part.rows
        if name == "Preset confirmed by"
    ]
    assert cells == ["not needed", "not needed", NONE]


def test_where_there_was_no_pain_none_persisted(session):
    told = [
        cell.text
        for part in parts(tell(session), Facts)
        for name, cell in part.rows
        if name == "Pain persisted"
    ]
    assert told == ["no pain", "no pain", "45 s"]


def test_a_relief_after_a_level_is_not_called_a_run_before_the_levels():
    relief = w.ran(None, 7, kind=RunKind.RELIEVE, opening_pa=None, fault="occlusion")
    told = tell(fold("a", [w.opened(), w.planned(1, "L4-5"), w.ran(1, 5), relief]))
    assert [cell.text for cell in column(table(told, "Runs that belong to no level"), "Kind")] == [
        "relieve"
    ]
    assert "Of no level: run 1 ended in a fault: occlusion." in said(told)


@pytest.mark.parametrize("quote", ["לא כואב", "مؤلم"])
def test_writing_from_right_to_left_is_said_to_be_wrong_on_paper(session, quote):
    answer = suspect(session).response.model_copy(update={"quote": quote})
    assert RIGHT_TO_LEFT in said(tell(with_level(session, "L4-5", response=answer)))
    assert RIGHT_TO_LEFT not in said(tell(session))
