"""A store, and a session of it, for people."""

from collections.abc import Iterator, Sequence

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools.session.answers import to_run
from manostat_tools.session.fitted import changes, fitted_at
from manostat_tools.session.fold import fold
from manostat_tools.session.identity import firmware
from manostat_tools.session.made_with import other_syringe, other_zero
from manostat_tools.session.model import Finding, Level, PainMark, Response, Run, Session
from manostat_tools.session.moment import moment_of
from manostat_tools.session.provoked import INTO_DISC, counted_run, injections
from manostat_tools.session.totals import delivered_in_all_nl
from manostat_tools.store.arguments import plural
from manostat_tools.store.reading import unassigned
from manostat_tools.store.store import Store
from manostat_tools.store.units import units_of
from manostat_tools.words import derived, pressure, rate, serial, visible, volume

NOTHING = "not recorded"


def store_lines(store: Store) -> Iterator[str]:
    """All sessions, then all pumps."""
    return map(visible, _store_lines(store))


def session_lines(session: Session, events: bool = False) -> Iterator[str]:
    """One session, with everything that was corrected."""
    return map(visible, _session_lines(session, events))


def _store_lines(store: Store) -> Iterator[str]:
    sessions = store.sessions()
    yield f"{store.file}: {plural(len(sessions), 'session')}; times are the host's clock, UTC"
    for name in sessions:
        session = fold(name, store.session_entries(name))
        levels = ", ".join(level.name for level in session.levels) or "no level"
        state = "" if session.closed_at else "; not closed"
        simulated = "; SIMULATED" if session.simulated else ""
        yield (
            f"{name:20}  {session.opened_at:%Y-%m-%d %H:%M}  {session.patient_code}  {levels}"
            f"{simulated}{state}"
        )
    for unit in units_of(store).values():
        runs = len(unassigned(store, unit.name))
        whole = "" if not unit.missing else "; NOT WHOLE: pull again"
        yield (
            f"unit {serial(unit.name)}: {plural(len(unit.journal), 'record')}, "
            f"{plural(len(unit.stretches), 'trace')}, {plural(runs, 'run')} in no session{whole}"
        )
        yield from (f"  note: {finding}" for finding in unit.findings)


def _session_lines(session: Session, events: bool) -> Iterator[str]:
    yield f"session {session.id}" + (": SIMULATED, into a plant" if session.simulated else "")
    yield "not a certified medical device; wall times are the host's clock, UTC"
    yield f"opened    {session.opened_at:%Y-%m-%d %H:%M:%S} by {session.operator}"
    closed = session.closed_at
    yield f"closed    {f'{closed:%Y-%m-%d %H:%M:%S}' if closed else 'not yet'}"
    yield f"patient   {session.patient_code}"
    unit = session.unit
    said = ", ".join(f"{name} {value[:16]}" for name, value in firmware(unit))
    bench = ", BENCH IMAGE" if unit.bench_image else ""
    yield f"unit      {serial(unit.serial)}, {said}{bench}"
    syringe = session.syringe
    yield "syringe   " + (
        f"{syringe.maker} {syringe.nominal_ml:g} mL, bore {syringe.inner_diameter_mm:g} mm"
        if syringe
        else NOTHING
    )
    yield from _preparation(session)
    for said in (*other_syringe(session), *other_zero(session)):
        yield f"WARNING   {said}"
    for level in session.levels:
        yield from _level(level)
    yield from (f"note      {note}" for note in session.notes)
    yield from (f"CORRECTED {told}" for told in session.corrections)
    if events:
        for event in session.events:
            when = f"boot {event.boot} {(event.at_ms or 0) / 1000:10.2f} s"
            when = f"{event.wall:%Y-%m-%d %H:%M:%S}" if event.wall else when
            yield f"{event.origin:5} {when:24} {event.text}"
    yield f"head      {session.chain_head or NOTHING}"


def _preparation(session: Session) -> Iterator[str]:
    done = session.preparation
    if (unit := done.calibration) is not None:
        stored = derived(unit.line_nl_mpa * PA_PER_PSI / 1e9, None, None, "uL/psi")
        yield (
            f"calibrated {unit.date} by {unit.by}: zero {pressure(unit.zero_pa)}, line {stored} "
            "(as provisioned)"
        )
    zero = NOTHING if done.zero_pa is None else pressure(done.zero_pa)
    at = f"at the height of the disc: {_yes(done.zero_at_disc_height)}"
    yield f"zero      {zero}; {done.zero_from or at}"
    yield f"primed    {_yes(done.primed)}; pain button proven: {_yes(done.pain_button_proven)}"
    line = done.line_compliance
    held = line and derived(line.value, line.low, line.high, line.unit)
    yield "line      " + (f"{held} ({line.rule})" if line else NOTHING)
    for run in done.runs:
        yield from _run(run)


def _level(level: Level) -> Iterator[str]:
    confirmed = f", confirmed by {level.confirmed_by}" if level.confirmed_by else ""
    yield ""
    yield f"{level.order}. {level.name}, {level.role}, preset {level.preset}{confirmed}"
    needle, contrast = fitted_at(level, counted_run(level))
    fitted = f"{needle}" if needle else f"needle {NOTHING}"
    fitted += f", {contrast}" if contrast else f", contrast {NOTHING}"
    yield f"   {fitted}"
    yield from (f"   {change}" for change in changes(level))
    for run in level.runs:
        yield from _run(run)
    if len(injections(level)) > 1:
        in_all = volume(delivered_in_all_nl(level))
        yield f"   delivered by the plunger, all injections together: {in_all}"
    answers = (*level.earlier_responses, level.response)
    for at, response in enumerate(answers):
        quote = f' "{response.quote}"' if response is not None and response.quote else ""
        of = _of(level, level.responses_of, at, answers)
        yield f"   response {_response(response)}{of}{quote}"
    images = (*level.earlier_findings, level.finding)
    for at, found in enumerate(images):
        yield f"   images   {_finding(found)}{_of(level, level.findings_of, at, images)}"
    yield from (f"   note     {note}" for note in level.notes)


def _response(said: Response | None) -> str:
    if said is None:
        return NOTHING
    intensity = "intensity not recorded" if said.intensity is None else f"{said.intensity}/10"
    lasted = "" if said.persisted_s is None else f", for {said.persisted_s:g} s"
    return f"{said.concordance}, {intensity}{lasted}"


def _finding(found: Finding | None) -> str:
    dallas = NOTHING if found is None or found.dallas is None else str(found.dallas)
    pattern = found.pattern if found and found.pattern else NOTHING
    return f"{pattern}; Dallas {dallas}"


def _of(level: Level, of_runs: Sequence[int], at: int, answers: Sequence[object]) -> str:
    """Which run an answer was for, where there are several; the last of them counts."""
    several = len(injections(level)) > 1 or len(answers) > 1
    of = f", {to_run(of_runs[at])}" if several and at < len(of_runs) else ""
    return of if at + 1 == len(answers) else f"{of} (earlier)"


def _run(run: Run) -> Iterator[str]:
    dose = run.prescription
    yield (
        f"   run {run.number}: {run.kind}, {rate(dose.rate_nl_s)}, {volume(dose.volume_nl)}, "
        f"{pressure(dose.limit_above_pa)} above opening, {pressure(dose.limit_line_pa)} line"
    )
    uncertain = "DELIVERY UNCERTAIN, at most " if run.uncertain else ""
    ended = f"{run.reason}, {run.fault}" if run.fault else run.reason
    locked = "; THE LEVEL IS LOCKED" if run.locked else ""
    yield f"     {ended}: {uncertain}{volume(run.volume_nl)}, peak {_pa(run.peak_pa)}{locked}"
    if run.opening_pa is not None:
        yield f"     opening {pressure(run.opening_pa)} ({run.opening_how})"
    elif run.kind in INTO_DISC:
        how = "" if run.opening_how in ("", "none") else f": {run.opening_how}"
        yield f"     no opening pressure{how}"
    for plateau in run.plateaus:
        settled = "did not settle" if plateau.pressure_pa is None else pressure(plateau.pressure_pa)
        yield f"     at rest after {volume(plateau.volume_nl)}: {settled}"
    for mark in run.marks:
        yield f"     {_mark(mark)}"
    yield from _derived(run)


def _derived(run: Run) -> Iterator[str]:
    """What was derived at the press or the last stop, and why what is missing was not."""
    at = "at the press" if run.marks else "at the last stop"
    values = [value for value in run.derived if value.inputs.get("before_ms") == 0]
    for value in values:
        said = derived(value.value, value.low, value.high, value.unit)
        moment = moment_of(value, run)
        yield f"     {value.name.replace('_', ' ')} at {moment}: {said}"
    for reason in run.not_derived:
        yield f"     not derived: {reason}"
    if run.kind in INTO_DISC and not values and not run.not_derived:
        yield f"     nothing was derived {at}, and no reason is recorded"


def _mark(mark: PainMark) -> str:
    if not mark.points:
        return f"pain pressed at {mark.at_ms / 1000:.2f} s"
    at = mark.points[0]
    above = (
        f"opening {NOTHING}" if at.above_pa is None else f"{pressure(at.above_pa)} above opening"
    )
    moving = "" if mark.moving else ", at rest"
    return (
        f"pain pressed at {pressure(at.pressure_pa)} line, {above}, {volume(at.volume_nl)}{moving}"
    )


def _pa(value: int | None) -> str:
    return NOTHING if value is None else pressure(value)


def _yes(value: bool | None) -> str:
    return NOTHING if value is None else "yes" if value else "no"
