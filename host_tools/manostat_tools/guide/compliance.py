"""The compliance of the line: measured against a closed stopcock, or that of the unit."""

from manostat_tools import words
from manostat_tools.guide import questions as q
from manostat_tools.guide.derived import compliance_of
from manostat_tools.guide.follower import Do, Seen
from manostat_tools.guide.line import LET_OUT_PA, READY, let_out
from manostat_tools.guide.plan import comply_dose, unit_of
from manostat_tools.guide.progress import NO_COMPLIANCE
from manostat_tools.guide.provisioned import line_of
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.talk import now
from manostat_tools.session import entries as e
from manostat_tools.session.calibration import Calibration
from manostat_tools.session.model import Quantity, Run, RunKind
from manostat_tools.store.traces import recording_of

_COMPLY = Question(
    "comply",
    "Measure the line's compliance, off the needle, against a closed stopcock?",
    q.yes,
    "y",
)
_REST_S = 2.0


def comply(scene: Scene) -> None:
    """Against a closed stopcock: what the line takes for a psi."""
    scene.screen.head("Compliance of the line")
    if _is_told_by_an_earlier_run(scene):
        return
    if not scene.screen.ask(_COMPLY):
        _no_compliance(scene, scene.calibration())
        return
    dose = comply_dose(scene.preset(None))
    unit = unit_of(dose, scene.syringe, scene.zero_pa, scene.mechanics)
    ratio = (unit[6], unit[7])
    if scene.motion.line_pa() > LET_OUT_PA:  # of a run that the program did not see the end of
        let_out(scene, None, ratio)
    scene.screen.tell(Do.CLOSE_STOPCOCK)
    scene.screen.ask(READY)
    done = scene.run(None, dose, _REST_S)
    let_out(scene, done, ratio)
    if done is None:
        return
    found = _found(scene, done, ratio)
    if not isinstance(found, Quantity):
        scene.screen.warn(f"no compliance: {found}")
        return
    _add(scene, found)


def _is_told_by_an_earlier_run(scene: Scene) -> bool:
    """Of a run whose end this program did not see, the pump's own trace tells the compliance."""
    run = _recorded(scene)
    if run is None:
        return False
    ratio = (run.prescription.nl_num, run.prescription.nl_den)
    found = _found(scene, None, ratio)
    if not isinstance(found, Quantity):
        return False
    if scene.motion.line_pa() > LET_OUT_PA:
        let_out(scene, None, ratio)
    scene.screen.say("a run was made already; from the pump's own trace of it:")
    _add(scene, found)
    return True


def _recorded(scene: Scene) -> Run | None:
    """The newest such run of the session with this pump."""
    runs = [
        run
        for run in scene.session.preparation.runs
        if run.kind is RunKind.COMPLY and run.source and run.source.serial == scene.talk.unit
    ]
    return runs[-1] if runs else None


def _found(scene: Scene, seen: Seen | None, ratio: tuple[int, int]) -> Quantity | str:
    """As the host has seen the run, else as the pump's trace tells it; or why it is not known."""
    run = _recorded(scene)
    return compliance_of(
        seen, lambda: None if run is None else recording_of(scene.talk.store, run), ratio
    )


def _add(scene: Scene, found: Quantity) -> None:
    told = words.derived(found.value, found.low, found.high, found.unit)
    scene.screen.say(f"compliance of the line: {told}")
    scene.add(e.Prepared(host_utc=now(), line_compliance=found))


def _no_compliance(scene: Scene, calibration: Calibration | None) -> None:
    """That of the unit, if it has one; else none."""
    if calibration is None:
        scene.screen.warn("without it nothing can be derived: no disc pressure, no disc volume")
        scene.talk.event(NO_COMPLIANCE)
        return
    line = line_of(calibration)
    said = words.derived(line.value, line.low, line.high, line.unit)
    scene.screen.warn(f"{line.rule}: {said}; derived values are as wrong as it is")
    scene.talk.event(f"{NO_COMPLIANCE}: as provisioned on {calibration.date}, {said}")
    scene.add(e.Prepared(host_utc=now(), line_compliance=line))
