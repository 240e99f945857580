"""Every published rule asked of every level of a session; advisory, the physician decides.

    for level, grades in grade_levels(session):
        for grade in grades:
            print(level.name, grade.rule, grade.result or grade.missing)

Not a certified medical device. docs/report.md explains each rule and each choice.
"""

from dataclasses import replace

from manostat_tools.session.answers import finding_elsewhere, finding_of, response_to
from manostat_tools.session.boundaries import boundary_cautions
from manostat_tools.session.controls import Did, control, controls_for
from manostat_tools.session.model import Grade, Level, Role, RunKind, Session
from manostat_tools.session.protocols import end_points
from manostat_tools.session.provoked import Provoked, counted_run, first_press, provoked
from manostat_tools.session.rules import NOT_MET, RULES, Case, Rule, Said
from manostat_tools.session.said import END_POINTS, opening_at_rest, reason_code

GradedLevel = tuple[Level, tuple[Grade, ...]]


def grade_levels(session: Session) -> tuple[GradedLevel, ...]:
    """Each level with what each rule says of it. The order of the levels does not matter."""
    return tuple((level, _grades(session, level)) for level in session.levels)


def grade(session: Session) -> tuple[Grade, ...]:
    """The same as one row."""
    return tuple(said for _level, grades in grade_levels(session) for said in grades)


def _grades(session: Session, level: Level) -> tuple[Grade, ...]:
    found, controls = _with_again(session, level, provoked(level)), controls_for(session, level)
    case = Case(level, found, controls)
    graded = tuple(_ask(rule, case) for rule in RULES)
    as_control = (_control_grade(level),) if level.role is Role.CONTROL else ()
    return (*graded, *as_control, *end_points(level))


def _with_again(session: Session, level: Level, found: Provoked) -> Provoked:
    """`found`, with the caution that the same disc was tested by another level too."""
    tests = [other for other in session.levels if other.name == level.name]
    if len(tests) < 2:
        return found
    others = "another test" if len(tests) == 2 else f"{len(tests) - 1} other tests"
    said = f"the session has {others} of this disc: this result is of one test alone"
    return replace(found, cautions=(*found.cautions, said))


def _ask(rule: Rule, case: Case) -> Grade:
    said = Said(None, missing=case.found.missing)
    controls = rule.say(case)
    if not case.found.missing:
        said = controls
    elif case.level.role is Role.SUSPECT:
        # What the controls lack is worth knowing although something else is missing too.
        said = Said(None, missing=(*case.found.missing, *controls.missing))
    stands = said.result not in (None, NOT_MET)
    return Grade(
        rule=rule.name,
        source=rule.source,
        letter=rule.letter,
        level=case.level.name,
        result=said.result,
        inputs=_inputs(case),
        missing=_once(said.missing),
        wording=rule.wording,
        unmet=said.unmet,
        cautions=_cautions(rule, case, stands) if said.result is not None else (),
    )


def _inputs(case: Case) -> dict[str, float | int | str | None]:
    found, level = case.found, case.level
    run, response = found.run, found.response
    finding = finding_of(level, run)
    inputs: dict[str, float | int | str | None] = {
        "run": None if run is None else run.number,
        "opening_pa": None if run is None else opening_at_rest(run),
        "opening_came_about": None if run is None else run.opening_how,
        "above_opening_at_press_pa": found.above_pa,
    }
    for before_ms, above_pa in sorted(found.before_pa.items()):
        inputs[f"above_opening_{before_ms / 1e3:g}_s_before_pa"] = above_pa
    inputs["pressed_while_moving"] = None if found.mark is None else _yes(found.mark.moving)
    inputs["concordance"] = None if response is None else response.concordance.value
    inputs["intensity_nrs"] = None if response is None else response.intensity
    inputs["dallas_grade"] = None if finding is None else finding.dallas
    for other in case.controls:
        inputs[f"control {other.name}"] = other.did.value
        inputs[f"control {other.name} peak_above_opening_pa"] = other.peak_above_pa
    return inputs


def _cautions(rule: Rule, case: Case, stands: bool) -> tuple[str, ...]:
    said = list(case.found.cautions)
    above_pa = case.found.above_pa
    if above_pa is not None:
        said += boundary_cautions(case.found, above_pa, rule.boundaries_pa, rule.at)
    run = case.found.run
    if run is not None and not case.hurt and reason_code(run) not in END_POINTS:
        said.append(
            f"painless, but not carried to an end point of pressure or volume: {run.reason}"
        )
    if any(run.kind is RunKind.SHAM and first_press(case.level, run) for run in case.level.runs):
        said.append("the button was pressed in a sham run, in which nothing moved")
    said += [f"control {other.name} hurt" for other in case.controls if other.did in _HURT]
    for other in case.controls:
        # Whether it hurt late is asked by no other rule.
        near = other.boundary if rule.late else ()
        said += [f"control {other.name}: {text}" for text in (*other.cautions, *near)]
    if stands:
        said += _positive(case, above_pa)
    return tuple(said)


_HURT = (Did.PAINFUL, Did.LATE)


def _positive(case: Case, above_pa: int | None) -> list[str]:
    """What a positive level also needs, beyond the rule's own words."""
    said: list[str] = []
    run, response = case.found.run, case.found.response
    finding = finding_of(case.level, run)
    elsewhere = () if run is None else finding_elsewhere(case.level, run)
    if elsewhere:
        said += elsewhere
    elif finding is None or finding.dallas is None:
        said.append("annular disruption is not recorded, and a positive level shows it")
    elif finding.dallas == 0:
        said.append("no annular disruption (Dallas 0), and a positive level shows it")
    if response is not None and response.persisted_s is None:
        said.append("not recorded whether the pain persisted (30-60 s, M)")
    for other in case.controls:
        tested = other.did is Did.PAINLESS and other.peak_above_pa is not None
        if tested and above_pa is not None and (other.peak_above_pa or 0) < above_pa:
            said.append(f"control {other.name} was tested less far than this level hurt at")
    return said


def _control_grade(level: Level) -> Grade:
    did, response = control(level), response_to(level, counted_run(level))
    known = did.did is not Did.UNKNOWN
    return Grade(
        rule="control disc",
        source="ASIPP 2013 by bcbsnd policy (two); spine-secrets (at least one)",
        letter="H",
        level=level.name,
        wording="two negative controls; others ask for at least one",
        result=did.did.value if known else None,
        inputs={
            "peak_above_opening_pa": did.peak_above_pa,
            "concordance": None if response is None else response.concordance.value,
        },
        missing=did.why,
        cautions=(*did.cautions, *did.boundary),
    )


def _yes(truth: bool) -> str:
    return "yes" if truth else "no"


def _once(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
