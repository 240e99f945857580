"""How far an injection was carried, by the end points of published protocols."""

import pytest

from manostat_tools.session.model import Concordance, Finding
from manostat_tools.session.protocols import NONE_REACHED

from .grading_cases import (
    OPENING_PA,
    TWO,
    mark,
    prescription,
    psi,
    results,
    run,
    said,
    session,
    suspect,
)

HEBELKA = "end points, Hebelka 2014"
GUIDELINE = "end points, guideline style"


@pytest.mark.parametrize(
    ("intensity", "peak_psi", "volume_nl", "reached"),
    [
        (4, 71, 3_499_999, NONE_REACHED),
        (5, 71, 3_499_999, "concordant pain of at least 5/10"),
        (4, 71.4, 3_499_999, "80 psi absolute"),
        (4, 71, 3_500_000, "3.5 mL"),
    ],
)
def test_end_points_of_hebelka(intensity, peak_psi, volume_nl, reached):
    """The opening is at 8.7 psi, so that 71.3 psi above it are 80 on the line."""
    injection = run(psi(peak_psi), mark(psi(20)), volume_nl=volume_nl)
    found = results(session(suspect(0, intensity, runs=(injection,)), *TWO))
    assert found[HEBELKA] == reached


def end_points_of(peak_psi, finding=None, **more):
    """Of an injection that did not hurt. The opening is at 8.7 psi."""
    answer = said(Concordance.ABSENT, 0)
    level = suspect(0, runs=(run(psi(peak_psi), **more),), response=answer, finding=finding)
    found = results(session(level))
    return found[HEBELKA], found[GUIDELINE]


def prescribed(**limits):
    return prescription().model_copy(update=limits)


WHOLE_STEPS_NL = 3_499_929
"""What 3.5 mL are in whole steps of a BD 10 mL syringe; 2 999 998 nL for 3 mL."""


def test_a_volume_that_was_given_in_whole_steps_was_given():
    assert end_points_of(30, reason="volume", volume_nl=WHOLE_STEPS_NL) == (
        "3.5 mL",
        "3.0 mL, the lower of 3.0-3.5 mL",
    )
    three = {"reason": "volume", "volume_nl": 2_999_998}
    of_three = prescribed(volume_nl=3_000_000)
    assert end_points_of(30, prescription=of_three, **three) == (
        NONE_REACHED,
        "3.0 mL, the lower of 3.0-3.5 mL",
    )
    less = prescribed(volume_nl=2_999_999)
    assert end_points_of(30, prescription=less, **three) == (NONE_REACHED, NONE_REACHED)
    stopped = {"reason": "STOP", "volume_nl": 2_999_998}
    assert end_points_of(30, **stopped) == (NONE_REACHED, NONE_REACHED)


def test_a_line_limit_that_stopped_the_pump_just_below_it_was_reached():
    low = {"reason": "line limit", "opening_pa": OPENING_PA + psi(25)}
    normal = Finding(dallas=0)
    assert end_points_of(71.2, normal, **low) == (
        "80 psi absolute",
        "80 psi, the lower of 80-100 psi, with a normal nucleogram",
    )
    assert end_points_of(71.2, **low) == ("80 psi absolute", NONE_REACHED)
    lower = prescribed(limit_line_pa=psi(79))
    assert end_points_of(70.2, normal, prescription=lower, **low) == (NONE_REACHED, NONE_REACHED)
    assert end_points_of(71.2, normal, **(low | {"reason": "STOP"})) == (NONE_REACHED, NONE_REACHED)


def test_a_limit_above_opening_that_lies_at_80_psi_was_reached_as_80_psi():
    high = {"opening_pa": psi(30), "prescription": prescribed(limit_line_pa=psi(100))}
    assert end_points_of(71.2, Finding(dallas=0), **high) == (
        "80 psi absolute",
        "50 psi above opening; 80 psi, the lower of 80-100 psi, with a normal nucleogram",
    )


def test_end_points_of_the_guidelines():
    def reached(*marks, dallas=1, intensity=6, **more):
        level = suspect(0, intensity, runs=(run(*marks, **more),), finding=Finding(dallas=dallas))
        return results(session(level))[GUIDELINE]

    press = mark(psi(20))
    assert reached(psi(49.9), press) == NONE_REACHED
    assert reached(psi(50.01), press) == "50 psi above opening"
    assert reached(psi(49.9), press, reason="limit above opening") == "50 psi above opening"
    assert reached(psi(20), press, intensity=7) == "concordant pain of at least 7/10"
    assert reached(psi(20), press, volume_nl=3_000_000) == "3.0 mL, the lower of 3.0-3.5 mL"
    assert reached(psi(20), press, reason="leak") == "leak"
    assert "normal nucleogram" in reached(psi(75), press, dallas=0)
    assert "normal nucleogram" not in reached(psi(75), press, dallas=1)
    assert reached(psi(60), press, uncertain=True) is None
