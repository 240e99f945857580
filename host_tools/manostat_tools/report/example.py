"""A three-level lumbar session for tests and documents: one suspect disc, two controls.

Every pressure and volume comes from a run of the firmware's decisions on the simulated plant
(`core` bench, scenarios "concordant-10s", "control-disc" and "dallas-1"). What a person adds, the
response and the finding, is what the scenario says of its patient and its disc. Not a certified
medical device.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from manostat.core import codes
from manostat_sim.plant.plant import PATH_CLOSED
from manostat_sim.plant.tables import LINE_SENSOR_TOTAL_ERROR
from manostat_sim.scenarios import Scenario, scenario
from manostat_tools.report.example_runs import Done, perform
from manostat_tools.report.trace import Trace
from manostat_tools.session.model import (
    Concordance,
    Contrast,
    Event,
    Finding,
    Level,
    Needle,
    Preparation,
    Quantity,
    Response,
    Role,
    Run,
    Session,
    Syringe,
    UnitIdentity,
)

_OPENED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_NEEDLE = Needle(gauge=22, length_mm=152)
_CONTRAST = Contrast(iodine_mg_ml=240, temperature_c=20.0)


@cache
def example() -> tuple[Session, Mapping[str, Trace]]:
    """The session and the traces of its runs, by their SHA-256. Simulated once per process."""
    closed = replace(scenario("concordant-10s"), plant_options={"path": PATH_CLOSED})
    comply = perform(closed, codes.COMPLY, number=1, boot=1, seed=7)
    suspect = scenario("concordant-10s")
    done = {
        "comply": comply,
        "L3-4": perform(scenario("control-disc"), codes.INJECT, number=1, boot=2, seed=7),
        "L5-S1": perform(
            scenario("dallas-1"), codes.STEP, number=1, boot=3, seed=7, step_nl=250_000
        ),
        "sham": perform(suspect, codes.SHAM, number=1, boot=4, seed=7),
        "L4-5": perform(suspect, codes.INJECT, number=2, boot=5, seed=7),
    }
    compliance = line_compliance(comply)
    session = Session(
        id="example",
        opened_at=_OPENED,
        closed_at=_OPENED + timedelta(minutes=41),
        operator="Operator of the example",
        patient_code="EXAMPLE-01",
        simulated=True,
        unit=UnitIdentity(
            serial="00000000", image_hash="none: core bench", firmware="0.1.0", bench_image=True
        ),
        syringe=Syringe(maker="BD", nominal_ml=10, inner_diameter_mm=14.5),
        preparation=Preparation(
            zero_pa=0,
            zero_at_disc_height=True,
            primed=True,
            line_compliance=compliance,
            pain_button_proven=True,
            runs=(_at(comply.run, 4),),
        ),
        levels=_levels(done, suspect, compliance),
        events=_events(done),
        notes=("Example from the simulator: no person was injected.",),
        corrections=(
            "entry 14 (response, L4-5): wrong finger. intensity: 3, now 8. By operator: misheard",
        ),
    )
    return session, {one.run.trace: one.trace for one in done.values() if one.run.trace}


def _levels(done: Mapping[str, Done], suspect: Scenario, compliance: Quantity) -> tuple[Level, ...]:
    painful = _at(done["L4-5"].run, 33)
    painful = painful.model_copy(update={"derived": (disc_volume(painful, compliance),)})
    none = Response(concordance=Concordance.ABSENT, intensity=0)
    intensity = int(suspect.patient_options["intensity"])
    usual = Response(
        concordance=Concordance.CONCORDANT,
        intensity=intensity,
        persisted_s=45,
        quote="That is it, that is the one <ow>",
    )
    return (
        _level("L3-4", Role.CONTROL, 1, (_at(done["L3-4"].run, 12),), none, 0),
        _level("L5-S1", Role.CONTROL, 2, (_at(done["L5-S1"].run, 20),), none, 1),
        _level("L4-5", Role.SUSPECT, 3, (_at(done["sham"].run, 29), painful), usual, 3),
    )


def _level(
    name: str, role: Role, order: int, runs: tuple[Run, ...], response: Response, dallas: int
) -> Level:
    return Level(
        name=name,
        role=role,
        order=order,
        preset="lumbar",
        needle=_NEEDLE,
        contrast=_CONTRAST,
        runs=runs,
        response=response,
        finding=Finding(dallas=dallas, pattern=f"as scenario Dallas {dallas}"),
    )


def _at(run: Run, minute: int) -> Run:
    return run.model_copy(update={"began_at": _OPENED + timedelta(minutes=minute)})


def _events(done: Mapping[str, Done]) -> tuple[Event, ...]:
    def host(minute: int, text: str) -> Event:
        return Event(wall=_OPENED + timedelta(minutes=minute), origin="host", text=text)

    pump = [event for one in done.values() for event in one.events]
    return (*pump, host(0, "session opened"), host(41, "session closed"))


def line_compliance(done: Done) -> Quantity:
    """Of a run against a closed stopcock: what the line takes for a pascal, nL/Pa."""
    rx, trace = done.run.prescription, done.trace
    volume_nl = trace.steps * (rx.nl_num / rx.nl_den)
    (slope, _), cov = np.polyfit(volume_nl, trace.pressure_pa, 1, cov=True)
    fit = 1.96 * float(np.sqrt(cov[0][0]))
    error = float(np.hypot(fit, LINE_SENSOR_TOTAL_ERROR * slope))
    return Quantity(
        name="line compliance",
        value=float(1 / slope),
        low=float(1 / (slope + error)),
        high=float(1 / (slope - error)),
        unit="nL/Pa",
        rule="closed stopcock: straight line of pressure over volume, version 1 of the example; "
        "interval of the fit and of the sensor's span, 1 % (M)",
        inputs={"samples": len(trace.steps), "peak_pa": done.run.peak_pa or 0},
    )


def disc_volume(run: Run, compliance: Quantity) -> Quantity:
    """V_disc = V_steps - C_line * P at the press, nL (docs/report.md)."""
    press = run.marks[0].points[0]

    def left(nl_pa: float) -> float:
        return press.volume_nl - nl_pa * press.pressure_pa

    low, high = compliance.low or compliance.value, compliance.high or compliance.value
    return Quantity(
        name="volume in the disc at the press",
        value=left(compliance.value),
        low=left(high),
        high=left(low),
        unit="nL",
        rule="V_steps - C_line * P, version 1 of the example; the interval is of C_line alone",
        inputs={
            "volume_nl": press.volume_nl,
            "line_pa": press.pressure_pa,
            "line_compliance_nl_per_pa": round(compliance.value, 6),
        },
    )
