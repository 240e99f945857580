"""Entries as a session has them, for tests: made short, with a clock that goes on by itself."""

from datetime import UTC, datetime, timedelta

from hypothesis import settings

from manostat_tools.session import entries as e
from manostat_tools.session.model import (
    Concordance,
    Contrast,
    Finding,
    Needle,
    Prescription,
    Quantity,
    Response,
    Role,
    Run,
    RunKind,
    Source,
    Syringe,
    UnitIdentity,
)

SAME_EACH_RUN = settings(derandomize=True, database=None, deadline=None, max_examples=60)
START = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
UNIT = UnitIdentity(serial="0" * 16, image_hash="ab" * 32, firmware="0.1.0", bench_image=True)
BD_10 = Syringe(maker="BD", nominal_ml=10, inner_diameter_mm=14.5)
OTHER_10 = Syringe(maker="other", nominal_ml=10, inner_diameter_mm=15.6)
G22 = Needle(gauge=22, length_mm=152)
G25 = Needle(gauge=25, length_mm=89)
C240 = Contrast(iodine_mg_ml=240)
OPERATOR = "Dr Vega"
COMPLIANCE = Quantity(name="line", value=5.1, low=None, high=None, unit="uL/psi", rule="slope 1")


def at(minute):
    return START + timedelta(minutes=minute)


def opened(minute=0, **more):
    said = {"operator": OPERATOR, "patient_code": "P-17", "simulated": True, "unit": UNIT}
    return e.Opened(host_utc=at(minute), **(said | more))


def fitted(minute=1, **what):
    return e.Equipment(host_utc=at(minute), **what)


def planned(order, name, role=Role.SUSPECT, minute=2, preset="lumbar", confirmed_by=None):
    return e.LevelPlanned(
        host_utc=at(minute),
        name=name,
        role=role,
        order=order,
        preset=preset,
        confirmed_by=confirmed_by,
    )


def prepared(minute=3, **what):
    return e.Prepared(host_utc=at(minute), **what)


def run(sequence=5, **more):
    """A run as the pump might have recorded it; what is not of interest is fixed."""
    said = {
        "number": 1,
        "kind": RunKind.INJECT,
        "source": Source(
            serial="1" * 16, boot=1, sequence=sequence, record_hash=f"{sequence:064x}"
        ),
        "prescription": Prescription(
            mode=RunKind.INJECT,
            rate_nl_s=50_000,
            volume_nl=3_500_000,
            limit_above_pa=344_738,
            limit_line_pa=551_581,
            step_volume_nl=0,
            nl_num=422_733,
            nl_den=4_096,
            zero_pa=0,
        ),
        "duration_ms": 9_000,
        "reason": "pain",
        "volume_nl": 400_000,
        "opening_pa": 100_000,
        "opening_how": "read",
        "peak_pa": 200_000,
        "stop_pa": 199_000,
    }
    return Run(**(said | more))


def ran(level, sequence=5, minute=4, **more):
    return e.RunDone(host_utc=at(minute), level=level, run=run(sequence, **more))


def responded(level, intensity=7, concordance=Concordance.CONCORDANT, minute=5):
    response = Response(concordance=concordance, intensity=intensity)
    return e.Responded(host_utc=at(minute), level=level, response=response)


def found(level, dallas=3, minute=6):
    return e.Found(host_utc=at(minute), level=level, finding=Finding(dallas=dallas))


def noted(text, level=None, minute=7, by=""):
    return e.Noted(host_utc=at(minute), level=level, text=text, by=by)


def event(text, minute=7):
    return e.HostEvent(host_utc=at(minute), text=text)


def closed(minute=20):
    return e.Closed(host_utc=at(minute), by=OPERATOR)


def corrected(entry, instead, minute=21, wrong="wrong key", by="N. Okafor", why="read again"):
    return e.Correction(
        host_utc=at(minute), entry=entry, wrong=wrong, by=by, why=why, instead=instead
    )


def whole():
    """A short session of two levels, from its opening to its end."""
    return [
        opened(),
        fitted(syringe=BD_10, needle=G22, contrast=C240),
        planned(1, "L3-4", Role.CONTROL),
        planned(2, "L4-5"),
        prepared(zero_pa=120, zero_at_disc_height=True),
        ran(1, sequence=5),
        responded(1, 0, Concordance.ABSENT),
        found(1, 0),
        ran(2, sequence=11),
        responded(2),
        found(2, 4),
        noted("slept badly", level=2),
        noted("calm"),
        event("link lost, pulled again"),
        closed(),
    ]
