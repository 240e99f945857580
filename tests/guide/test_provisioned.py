"""What service stored of a pump stands in where a session measures nothing, and says so."""

import pytest

from manostat_tools.derive.compliance import from_quantity
from manostat_tools.guide import compliance, prepare
from manostat_tools.guide.progress import NO_COMPLIANCE, NO_ZERO, What, progress_of
from manostat_tools.guide.provisioned import calibration_of, line_of
from manostat_tools.session import entries as e
from manostat_tools.session.calibration import Calibration
from manostat_tools.session.fold import fold
from manostat_tools.store.listing import session_lines

from ..session import written as w
from .test_prepare import FakeScene, Screen

IDENTITY = {
    "serial": "M-017",
    "cal": "2026-11-01",
    "by": "A. Weber",
    "zero_pa": 3447,
    "line_nl_mpa": 725_189,
    "board": "RPI_PICO",
}
HELD = Calibration(date="2026-11-01", by="A. Weber", zero_pa=3447, line_nl_mpa=725_189)
ZERO_SAID = "zero of the provisioning of 2026-11-01, not at disc height"


def refusing(calibration):
    return FakeScene(Screen(at_height="n", comply="n"), calibration=calibration)


def prepared(scene):
    return fold("s", [w.opened(), *scene.added]).preparation


def test_a_calibration_is_what_service_stored_of_it_in_the_pump():
    assert calibration_of(IDENTITY) == HELD
    assert calibration_of(None) is None
    assert calibration_of({"serial": "M-017", "line_nl_mpa": 29_000}) is None
    assert calibration_of(IDENTITY | {"cal": "yesterday"}) is None


def test_without_a_zero_at_the_disc_that_of_the_unit_holds_and_says_where_it_is_from():
    scene = refusing(HELD)
    prepare.zero(scene)
    done = prepared(scene)
    assert (done.zero_pa, done.zero_at_disc_height, done.zero_from) == (3447, False, ZERO_SAID)
    assert any(f"WARNING {ZERO_SAID}: 0.5 psi" in str(said) for said in scene.screen.turn)
    assert f"{NO_ZERO}: {ZERO_SAID}, 0.5 psi (3 kPa)" in scene.screen.turn, "as an event"
    said = next(
        line for line in session_lines(fold("s", [w.opened(), *scene.added])) if "zero" in line
    )
    assert "2026-11-01 by A. Weber" in said


def test_a_zero_that_is_taken_later_is_from_nowhere_else():
    refused = e.Prepared(host_utc=w.at(3), zero_pa=3447, zero_from=ZERO_SAID)
    taken = w.prepared(zero_pa=120, zero_at_disc_height=True)
    assert fold("s", [w.opened(), refused, taken]).preparation.zero_from == ""


def test_without_a_run_against_a_stopcock_the_compliance_of_the_unit_holds_with_a_wide_interval():
    scene = refusing(HELD)
    compliance.comply(scene)
    line = prepared(scene).line_compliance
    assert line.value == pytest.approx(5.0, abs=0.001) and line.unit == "uL/psi"
    assert (line.low, line.high) == (pytest.approx(3.5, abs=0.001), pytest.approx(6.5, abs=0.001))
    assert line.rule.startswith("line compliance as provisioned on 2026-11-01 by A. Weber")
    assert from_quantity(line).nl_per_pa == pytest.approx(0.725189), "values can be derived"
    assert not any("nothing can be derived" in str(said) for said in scene.screen.turn)
    assert any("WARNING line compliance as provisioned" in str(said) for said in scene.screen.turn)


def test_a_unit_without_a_calibration_has_neither():
    scene = refusing(None)
    prepare.zero(scene)
    compliance.comply(scene)
    assert scene.added == []
    assert NO_ZERO in scene.screen.turn and NO_COMPLIANCE in scene.screen.turn
    assert any("nothing can be derived" in str(said) for said in scene.screen.turn)


def test_the_calibration_is_kept_of_a_session_that_measures_all_by_itself():
    scene = FakeScene(Screen(at_height="y"), calibration=HELD)
    prepare.zero(scene)
    done = prepared(scene)
    assert done.calibration == HELD
    assert (done.zero_pa, done.zero_at_disc_height, done.zero_from) == (0, True, "")


def test_what_stands_in_is_asked_for_once():
    entries = [w.opened(), w.fitted(syringe=w.BD_10), w.planned(1, "L4-5")]
    entries += [w.event("all levels are planned"), w.prepared(primed=True)]
    scene = refusing(HELD)
    prepare.zero(scene)
    compliance.comply(scene)
    assert progress_of("s", [*entries, *scene.added]).next_step().what is What.RUN


def test_a_stored_compliance_is_that_of_the_identity():
    assert line_of(HELD).inputs == {"line_nl_mpa": 725_189}
