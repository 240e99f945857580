"""Sessions made for the rules: one suspect that hurts at a chosen pressure, and its controls."""

from datetime import UTC, datetime
from typing import Any

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.session.grading import grade_levels
from manostat_tools.session.model import (
    Concordance,
    Finding,
    Grade,
    Level,
    PainMark,
    Point,
    Prescription,
    Response,
    Role,
    Run,
    RunKind,
    Session,
    UnitIdentity,
)

OPENING_PA = 60_000
BEFORE_MS = (0, 500, 1000, 2000, 3000)
ABSOLUTE = "IASP/ISIS, absolute discogenic"
PROBABLE = "IASP/ISIS, highly probable"
DISCOGENIC = "IASP/ISIS, discogenic"
POSSIBLE = "IASP/ISIS, possible"
DERBY = "Derby 1999"
SUSPECT_RULES = (ABSOLUTE, PROBABLE, DISCOGENIC, POSSIBLE, DERBY)


def psi(value: float) -> int:
    """In Pa, rounded: 15 psi is 103421.4 Pa, so that 15 rounds to just below it."""
    return round(value * PA_PER_PSI)


def prescription(mode: RunKind = RunKind.INJECT) -> Prescription:
    return Prescription(
        mode=mode,
        rate_nl_s=50_000,
        volume_nl=3_500_000,
        limit_above_pa=344_738,
        limit_line_pa=551_581,
        step_volume_nl=0,
        nl_num=422_733,
        nl_den=4_096,
        zero_pa=0,
    )


def mark(above_pa: int, slope_pa_s: int = 0, moving: bool = True, at_ms: int = 20_000) -> PainMark:
    """A press at a pressure above opening that rose by `slope_pa_s` up to it."""
    points = []
    for before_ms in BEFORE_MS:
        then_pa = above_pa - slope_pa_s * before_ms // 1000
        points.append(
            Point(
                before_ms=before_ms,
                pressure_pa=OPENING_PA + then_pa,
                above_pa=then_pa,
                volume_nl=500_000,
            )
        )
    return PainMark(at_ms=at_ms, moving=moving, points=tuple(points))


def run(peak_above_pa: int, *marks: PainMark, kind: RunKind = RunKind.INJECT, **more: Any) -> Run:
    """A run that was stopped by pain if there is a press, else by the limit above opening."""
    given: dict[str, Any] = {
        "number": 1,
        "kind": kind,
        "source": None,
        "prescription": prescription(kind),
        "duration_ms": 20_000,
        "reason": "pain" if marks else "limit above opening",
        "volume_nl": 500_000,
        "opening_pa": OPENING_PA,
        "opening_how": "read",
        "peak_pa": OPENING_PA + peak_above_pa,
        "stop_pa": OPENING_PA + peak_above_pa,
        "marks": marks,
    }
    return Run(**(given | more))


def level(name: str, role: Role, /, *runs: Run, **more: Any) -> Level:
    given: dict[str, Any] = {
        "name": name,
        "role": role,
        "order": 1,
        "preset": "lumbar",
        "runs": runs,
    }
    return Level(**(given | more))


def said(concordance: Concordance, intensity: int | None, persisted_s: float = 40) -> Response:
    return Response(concordance=concordance, intensity=intensity, persisted_s=persisted_s)


def suspect(above_pa: int, intensity: int | None = 8, **more: Any) -> Level:
    """Concordant pain at a pressure above opening, Dallas 3."""
    given = {
        "response": said(Concordance.CONCORDANT, intensity),
        "finding": Finding(dallas=3),
        "runs": (run(above_pa, mark(above_pa)),),
    }
    return level("L4-5", Role.SUSPECT, **(given | more))


def painless(name: str = "L3-4", **more: Any) -> Level:
    given = {"runs": (run(psi(49.9)),), "response": said(Concordance.ABSENT, 0)}
    return level(name, Role.CONTROL, **(given | more))


def late(name: str = "L2-3", above_pa: int = psi(55)) -> Level:
    """A control that hurts discordantly."""
    return level(
        name,
        Role.CONTROL,
        run(above_pa, mark(above_pa)),
        response=said(Concordance.DISCORDANT, 4),
    )


def session(*levels: Level) -> Session:
    return Session(
        id="test",
        opened_at=datetime(2026, 1, 1, tzinfo=UTC),
        operator="A",
        patient_code="P",
        simulated=True,
        unit=UnitIdentity(serial="0", image_hash="0", firmware="0", bench_image=True),
        levels=tuple(one.model_copy(update={"order": n}) for n, one in enumerate(levels, 1)),
    )


def grades(of: Session, name: str = "L4-5") -> dict[str, Grade]:
    """What each rule says of a level, by the rule's name."""
    return {
        grade.rule: grade for one, given in grade_levels(of) for grade in given if one.name == name
    }


def results(of: Session, name: str = "L4-5") -> dict[str, str | None]:
    return {rule: grade.result for rule, grade in grades(of, name).items()}


TWO = (painless("L3-4"), painless("L5-S1"))
"""Controls that nobody minds."""
