"""What is prescribed, what is warned of, and what an answer may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manostat.core.prescription import validate
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.boards import BOARDS, load_board
from manostat_tools.guide import questions as q
from manostat_tools.guide.plan import (
    Dose,
    check_dose,
    comply_dose,
    dose_of,
    drop_warnings,
    plan_warnings,
    prime_dose,
    told,
    unit_of,
    zero_of,
)
from manostat_tools.session.fold import fold
from manostat_tools.session.model import Concordance, Contrast, Needle, Role, RunKind
from manostat_tools.session.presets import PRESETS

from ..session import written as w

MECHANICS = load_board(BOARDS / "RPI_PICO").pump
LUMBAR = PRESETS["lumbar"]


def unit(dose, zero_pa=0):
    return unit_of(dose, w.BD_10, zero_pa, MECHANICS)


@pytest.mark.parametrize("preset", PRESETS.values(), ids=list(PRESETS))
def test_a_preset_is_a_unit_with_its_own_figures(preset):
    values = unit(dose_of(preset), 1234)
    assert values[0] == 1
    assert values[1] == round(preset.rate.value * 1e6)
    assert values[2] == round(preset.volume.value * 1e6)
    assert values[3] == round(preset.limit_above.value * PA_PER_PSI)
    assert values[4] == round(preset.limit_line.value * PA_PER_PSI)
    assert values[6] / values[7] == pytest.approx(103.2, abs=0.1)  # BD 10 mL, docs/wiring.md
    assert values[8] == 1234


def test_each_kind_of_run_is_a_unit_of_its_mode():
    for number, kind in enumerate(RunKind, 1):
        dose = dose_of(LUMBAR, kind)
        if kind is RunKind.STEP:
            dose = Dose(kind, 0.05, 3.5, 50, 80, 0.25)
        if kind is RunKind.RELIEVE:
            dose = Dose(kind, 0.05, 0.5, 50, 80)
        assert unit(dose)[0] == number
    assert unit(comply_dose(LUMBAR))[0] == 4
    assert unit(prime_dose(LUMBAR, 1.0))[2] == 1_000_000


@given(
    rate=st.floats(0.0005, 0.3),
    volume=st.floats(0.0005, 25),
    above=st.integers(0, 120),
    line=st.integers(0, 120),
)
@w.SAME_EACH_RUN
def test_whatever_is_asked_for_is_a_valid_unit_or_refused_with_what_is_allowed(
    rate, volume, above, line
):
    dose = Dose(RunKind.INJECT, rate, volume, above, line)
    try:
        check_dose(dose)
        values = unit(dose)
    except ValueError as wrong:
        assert "allowed" in str(wrong)
        return
    validate(values)
    assert values[3] <= values[4]


def test_more_than_the_syringe_holds_is_refused():
    with pytest.raises(ValueError, match="at most 10 mL: the syringe"):
        unit(Dose(RunKind.INJECT, 0.05, 10.5, 50, 80))


def test_what_will_hold_is_told_from_the_integers_that_the_pump_gets():
    rows = dict(told(unit(Dose(RunKind.STEP, 0.05, 3.5, 50, 80, 0.25), 3447)))
    assert rows["limit above opening"].startswith("50.0 psi")
    assert rows["a press of RUN"] == "0.250 mL"
    assert rows["zero"].startswith("0.5 psi")
    assert "limit above opening" not in dict(told(unit(comply_dose(LUMBAR))))


def test_a_needle_that_eats_the_window_is_told_with_the_rate_that_fits():
    dose = dose_of(LUMBAR)
    assert drop_warnings(w.G22, w.C240, dose) == []
    said = drop_warnings(Needle(gauge=25, length_mm=152), Contrast(iodine_mg_ml=300), dose)
    assert "0.011 mL/s keeps the drop at 25 psi" in said[0]
    assert "alone meets the limit of 50 psi" in said[1]
    assert "allowed below 0.022 mL/s" in said[1]
    unknown = drop_warnings(Needle(gauge=20, length_mm=100), w.C240, dose)
    assert "no resistance is known" in unknown[0]


def levels(*plans):
    entries = [w.planned(n, name, role, preset=preset) for n, (name, role, preset) in plans]
    return fold("s", [w.opened(), *entries]).levels


def test_what_the_rules_will_miss_is_told_with_the_plan():
    def said(*pairs):
        plans = [(name, role, "lumbar") for name, role in pairs]
        return " ".join(plan_warnings(levels(*enumerate(plans, 1))))

    suspect, control = Role.SUSPECT, Role.CONTROL
    assert "no control disc" in said(("L4-5", suspect))
    assert "one control disc" in said(("L4-5", suspect), ("L3-4", control))
    assert said(("L4-5", suspect), ("L3-4", control), ("L5-S1", control)) == ""
    assert "no suspect" in said(("L3-4", control), ("L5-S1", control))
    assert "more than one region: cervical, lumbar" in said(
        ("L4-5", suspect), ("C4-5", control), ("C5-6", control)
    )


@given(st.lists(st.floats(-60_000, 60_000), min_size=1, max_size=20))
@w.SAME_EACH_RUN
def test_a_zero_is_the_mean_and_within_five_psi(readings):
    mean = sum(readings) / len(readings)
    if abs(round(mean)) <= 34_474:
        assert zero_of(readings) == round(mean)
    else:
        with pytest.raises(ValueError, match="allowed -5 to 5 psi"):
            zero_of(readings)


@pytest.mark.parametrize(
    ("read", "said", "value"),
    [
        (q.level, "l4-5 s", ("L4-5", Role.SUSPECT)),
        (q.level, "C2-3 control", ("C2-3", Role.CONTROL)),
        (q.level, "", None),
        (q.needle, "22G x 152 mm", w.G22),
        (q.contrast, "240", w.C240),
        (q.contrast, "300 21.5", Contrast(iodine_mg_ml=300, temperature_c=21.5)),
        (q.syringe, "BD-10", w.BD_10),
        (q.concordance, "dis", Concordance.DISCORDANT),
        (q.or_none(q.whole(0, 10)), "-", None),
        (q.whole(0, 10), "7", 7),
        (q.number(0, 1, "mL"), "0,25", 0.25),
        (q.yes, "Yes", True),
    ],
)
def test_answers_as_people_give_them(read, said, value):
    assert read(said) == value


def test_a_syringe_of_another_maker_needs_its_bore():
    acme = q.syringe("Acme Co 10 15.8")
    assert (acme.maker, acme.nominal_ml, acme.inner_diameter_mm) == ("Acme Co", 10, 15.8)
    with pytest.raises(ValueError, match="INNER-DIAMETER-MM"):
        q.syringe("acme-10")


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (q.level, "L4-6 suspect"),
        (q.level, "L4-5"),
        (q.needle, "22"),
        (q.contrast, "500"),
        (q.whole(0, 10), "7.5"),
        (q.whole(0, 10), "11"),
        (q.whole(0, 10), "nan"),
        (q.whole(0, 10), "inf"),
        (q.concordance, ""),
        (q.one_of("stop", "step"), "st"),
        (q.yes, "perhaps"),
        (q.name, ""),
    ],
)
def test_what_is_no_answer_is_refused_with_what_is_allowed(read, said):
    with pytest.raises(ValueError, match="allowed"):
        read(said)


def test_a_question_takes_its_own_name_before_the_answer_and_the_usual_one_for_nothing():
    question = q.Question("rate", "Rate", q.number(0, 1, "mL/s"), "0.05")
    assert question.value(" rate: 0.02 ") == 0.02
    assert question.value("") == 0.05
    assert q.Question("quote", "Words", q.text).value("rate: none") == "rate: none"
