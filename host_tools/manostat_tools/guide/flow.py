"""The session step by step, until it is closed: each step is told by what is in the store."""

from manostat_tools.devices.errors import DeviceError
from manostat_tools.guide import answered, compliance, finish, level, prepare
from manostat_tools.guide.progress import Step, What
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.talk import now
from manostat_tools.session import entries as e

_PREPARE = {
    What.EQUIPMENT: prepare.equipment,
    What.LEVELS: prepare.levels,
    What.ZERO: prepare.zero,
    What.PRIME: prepare.prime,
    What.COMPLY: compliance.comply,
}
_LEVEL = {What.RUN: level.run, What.ANSWERS: answered.answers, What.NEXT: level.next_of}


def lead(scene: Scene) -> bool:
    """True: it is closed. False: it was left open."""
    while (step := scene.talk.progress().next_step()).what is not What.REPORT:
        if step.what is not What.CLOSE:
            _do(scene, step)
        elif finish.complete(scene):
            return finish.close(scene)
    return True


def _do(scene: Scene, step: Step) -> None:
    if step.what in _PREPARE:
        _PREPARE[step.what](scene)
    else:
        assert step.order is not None
        _LEVEL[step.what](scene, step.order)
        if step.what is What.RUN:
            _note_proof(scene)


def _note_proof(scene: Scene) -> None:
    """Nothing runs before the button is proven: a run shows that it was."""
    has_run = any(one.runs for one in scene.session.levels)
    if has_run and scene.session.preparation.pain_button_proven is None:
        scene.add(e.Prepared(host_utc=now(), pain_button_proven=True))


def recover(scene: Scene) -> None:
    """What the pump recorded while nobody watched; a run that is under way is followed."""
    if (unit := scene.motion.under_way()) is not None:
        if not scene.talk.is_set_for():
            raise DeviceError(
                "a run is under way that this session did not set: end it at the pump, or go on "
                "with the session that set it"
            )
        scene.screen.say("a run is under way: it is followed")
        scene.follow(unit, scene.rest_s)
        return
    scene.motion.await_trace()
    scene.motion.pull()
    for run in scene.collect(None, None):
        scene.screen.say(f"recovered from the pump's record: {run.kind}")
