"""A control that hurt near 50 psi says how sure it is that it hurt late; so does the suspect."""

import pytest

from .grading_cases import (
    ABSOLUTE,
    POSSIBLE,
    grades,
    late,
    mark,
    painless,
    psi,
    run,
    session,
    suspect,
)
from .test_grading_choices import derived

BAND = "within the line sensor's error (1.5 psi) of the boundary at 50 psi"
DROP = "the line's pressure contains the needle's drop, which was not derived: the disc's is less"


def cautions(control):
    """Of the control's own grade, and what "possible" says of the control."""
    levels = session(suspect(psi(30)), painless(), control)
    own = grades(levels, control.name)["control disc"].cautions
    begin = f"control {control.name}: "
    of_suspect = grades(levels)[POSSIBLE].cautions
    return own, tuple(text[len(begin) :] for text in of_suspect if text.startswith(begin))


@pytest.mark.parametrize(
    ("above_psi", "told"),
    [(48.4, ()), (48.6, (BAND,)), (50.2, (BAND, DROP)), (51.4, (BAND, DROP)), (52, (DROP,))],
)
def test_a_control_that_hurt_discordantly_near_50_psi_is_cautioned_in_both_grades(above_psi, told):
    own, of_suspect = cautions(late("L2-3", psi(above_psi)))
    assert own == of_suspect == told


def test_a_look_back_or_a_disc_on_the_other_side_of_50_psi_is_told():
    rising = run(psi(53), mark(psi(53), slope_pa_s=psi(2)), derived=(derived(52, 0.5),))
    (said,), _ = cautions(late("L2-3").model_copy(update={"runs": (rising,)}))
    assert said.startswith("53.00 psi above opening at the press, but 49.00 psi 2 s before")
    dropped = run(psi(53), mark(psi(53)), derived=(derived(46, 0.5),))
    (said,), _ = cautions(late("L2-3").model_copy(update={"runs": (dropped,)}))
    assert "derived, the disc is 46.00 psi" in said


def test_only_the_rule_that_asks_for_a_late_control_says_how_sure_that_is():
    controls = (painless("L3-4"), painless("L5-S1"), late("L2-3", psi(50.2)))
    found = grades(session(suspect(psi(10)), *controls))
    assert f"control L2-3: {BAND}" in found[POSSIBLE].cautions
    assert not any(BAND in text for text in found[ABSOLUTE].cautions)
    assert "control L2-3 hurt" in found[ABSOLUTE].cautions
