"""Requirements on equipment that is not what a run was made with: it is told where it stands."""

from manostat_tools.report.model import Facts, Notice
from manostat_tools.report.rows import rows
from manostat_tools.session.fold import fold
from manostat_tools.store.listing import session_lines

from ..session import written as w
from .reading import no_traces, parts, said, tell


def notices(session):
    return [notice.text for notice in parts(tell(session), Notice)]


def done_again_with_another_needle():
    before = [w.opened(), w.fitted(syringe=w.BD_10, needle=w.G25, contrast=w.C240)]
    again = [w.ran(1, 5), w.fitted(level=1, needle=w.G22), w.ran(1, 9)]
    return fold("a", [*before, w.planned(1, "L4-5"), *again])


def test_a_needle_that_was_changed_between_runs_is_told_with_both():
    session = done_again_with_another_needle()
    change = "eedle changed after run 1: 25 G x 89 mm, 22 G x 152 mm"
    assert f"N{change}." in notices(session)
    assert f"   n{change}" in list(session_lines(session))
    facts = [row for part in parts(tell(session), Facts) for row in part.rows]
    assert [cell.text for name, cell in facts if name == "Needle"] == ["22 G x 152 mm"]


def test_a_needle_that_was_fitted_after_the_run_that_counts_is_not_called_that_runs():
    session = done_again_with_another_needle()
    (level,) = session.levels
    first = {"runs": level.runs[:1], "needles": level.needles[:1], "contrasts": level.contrasts[:1]}
    session = session.model_copy(update={"levels": (level.model_copy(update=first),)})
    facts = [row for part in parts(tell(session), Facts) for row in part.rows]
    assert [cell.text for name, cell in facts if name == "Needle"] == ["25 G x 89 mm"]
    assert "   25 G x 89 mm, 240 mg iodine/mL, temperature unknown" in list(session_lines(session))
    row = rows("levels", session, no_traces)
    assert (row["counted_run"], row["needle_gauge"]) == ([1], [25])
    assert "L4-5: needle changed after run 1: 25 G x 89 mm, now 22 G x 152 mm" in said(
        tell(session)
    )
