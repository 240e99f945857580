"""The calibration of the unit in its report."""

from manostat_tools.session.calibration import Calibration

from .reading import tell


def test_the_calibration_of_the_unit_stands_with_the_preparation(session):
    held = Calibration(date="2026-11-01", by="A. Weber", zero_pa=3447, line_nl_mpa=725_189)
    from_unit = {"calibration": held, "zero_pa": 3447, "zero_from": held.zero_said}
    prepared = session.preparation.model_copy(update=from_unit)
    told = tell(session.model_copy(update={"preparation": prepared}))
    section = next(one for one in told.sections if one.title.startswith("Calibration"))
    rows = {name: cell for part in section.parts[:2] for name, cell in part.rows}
    assert rows["Unit calibrated"].text == "2026-11-01 by A. Weber"
    assert rows["Zero as provisioned, in air"].text == "0.5 psi"
    assert rows["Line compliance as provisioned"].text == "5 uL/psi"
    said = ("ZERO OF THE PROVISIONING OF 2026-11-01, NOT AT DISC HEIGHT",)
    assert rows["Zero of the line sensor"].alerts[:1] == said
    bare = next(one for one in tell(session).sections if one.title.startswith("Calibration"))
    assert {cell.text for _, cell in bare.parts[0].rows} == {"not recorded"}
