"""End points of published protocols, and the cut-offs of quantitative discomanometry.

They say how far an injection was carried, never that a level is positive. Advisory.
"""

from typing import Any

from manostat.core import codes
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.session.answers import (
    finding_elsewhere,
    finding_of,
    no_response,
    response_to,
    unclear_responses,
)
from manostat_tools.session.model import Concordance, Grade, Level, Run
from manostat_tools.session.provoked import above_opening_pa, counted_run, doubts, uncertain_before
from manostat_tools.session.said import opening_at_rest, reason_code

NONE_REACHED = "no end point reached"
_LIMIT_A_O_PA = round(50.0 * PA_PER_PSI)
_LINE_PA = round(80.0 * PA_PER_PSI)


def end_points(level: Level) -> tuple[Grade, ...]:
    """What three sources say of the injection that counts."""
    return (_hebelka(level), _guideline(level), _discomanometry(level))


def _hebelka(level: Level) -> Grade:
    run = counted_run(level)
    reached = []
    if run is not None:
        if _concordant(level, run, 5):
            reached.append("concordant pain of at least 5/10")
        if _carried_to_pa(run) >= _LINE_PA:
            reached.append("80 psi absolute")
        if _given_nl(run) >= 3_500_000:
            reached.append("3.5 mL")
    return Grade(
        rule="end points, Hebelka 2014",
        source="Hebelka 2014",
        letter="H",
        level=level.name,
        wording="concordant pain >= 5/10, or 80 psi absolute, or 3.5 mL",
        **_answer(level, run, reached),
    )


def _guideline(level: Level) -> Grade:
    run = counted_run(level)
    reached = []
    if run is not None:
        reached += _guideline_pressures(level, run)
        if _concordant(level, run, 7):
            reached.append("concordant pain of at least 7/10")
        if _given_nl(run) >= 3_000_000:
            reached.append("3.0 mL, the lower of 3.0-3.5 mL")
        if reason_code(run) == codes.LEAK:
            reached.append("leak")
    return Grade(
        rule="end points, guideline style",
        source="guideline wording",
        letter="M",
        level=level.name,
        wording="concordant pain >= 7/10 (>= 6/10 in some), 50 psi a.o., 80-100 psi if the "
        "nucleogram is normal, 3.0-3.5 mL, leak",
        **_answer(level, run, reached),
    )


def _guideline_pressures(level: Level, run: Run) -> list[str]:
    said = []
    above_pa = above_opening_pa(run, _carried_to_pa(run))
    if above_pa is not None and above_pa >= _LIMIT_A_O_PA:
        said.append("50 psi above opening")
    finding = finding_of(level, run)
    normal = finding is not None and finding.dallas == 0
    if normal and _carried_to_pa(run) >= _LINE_PA:
        said.append("80 psi, the lower of 80-100 psi, with a normal nucleogram")
    return said


def _carried_to_pa(run: Run) -> int:
    """Line pressure that a run reached. A limit that stopped it is reached: the pump stops a little
    below it, for flow is lowered and two ticks looked ahead."""
    peak_pa, code, rx = run.peak_pa or 0, reason_code(run), run.prescription
    opening_pa = opening_at_rest(run)
    if code == codes.PRESSURE_LINE:
        return max(peak_pa, rx.limit_line_pa)
    if code == codes.PRESSURE_ABOVE and opening_pa is not None:
        return max(peak_pa, opening_pa + rx.limit_above_pa)
    return peak_pa


def _given_nl(run: Run) -> int:
    """Volume of a run. One that ended because all was given counts as prescribed: the pump gives
    the whole steps that are in it."""
    is_whole = reason_code(run) == codes.VOLUME
    return max(run.volume_nl, run.prescription.volume_nl) if is_whole else run.volume_nl


def _discomanometry(level: Level) -> Grade:
    """Its opening pressure is another one than the pump's, so that no result is given."""
    run = counted_run(level)
    answer = _answer(level, run, [])
    answer["result"] = None
    answer["missing"] = (
        *answer["missing"],
        "its opening pressure is the one that injects the first 0.1 mL; the pump reads another "
        "one, at rest",
        "which side of 2.4 mL counts is not in the row that this rule is taken from",
    )
    return Grade(
        rule="quantitative discomanometry cut-offs",
        source="PMID 21870208",
        letter="H",
        level=level.name,
        wording="OP < 14 psi (to inject first 0.1 mL), Pmax <= 65, Pmax-OP <= 47 psi, "
        "volume 2.4 mL",
        **answer,
    )


def _concordant(level: Level, run: Run, least: int) -> bool:
    response = response_to(level, run)
    return (
        response is not None
        and response.concordance is Concordance.CONCORDANT
        and (response.intensity or 0) >= least
    )


def _answer(level: Level, run: Run | None, reached: list[str]) -> dict[str, Any]:
    """The fields of a Grade that hang on the run."""
    if run is None:
        return {"result": None, "missing": ("no injection into the disc",), "inputs": {}}
    cautions = tuple(
        f"the volume may include run {number}, whose outcome was not stored"
        for number in uncertain_before(level, run)
    )
    response, finding = response_to(level, run), finding_of(level, run)
    inputs = {
        "run": run.number,
        "peak_pa": run.peak_pa,
        "opening_pa": opening_at_rest(run),
        "peak_above_opening_pa": above_opening_pa(run, run.peak_pa),
        "volume_nl": run.volume_nl,
        "stopped_by": run.reason,
        "concordance": None if response is None else response.concordance.value,
        "intensity_nrs": None if response is None else response.intensity,
        "dallas_grade": None if finding is None else finding.dallas,
    }
    missing = (*doubts(run), *no_response(level, run))
    result = None if missing else "; ".join(reached) or NONE_REACHED
    if result is not None:
        cautions += (*unclear_responses(level), *finding_elsewhere(level, run))
    return {"result": result, "missing": missing, "inputs": inputs, "cautions": cautions}
