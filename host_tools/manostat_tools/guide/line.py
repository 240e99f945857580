"""The pressure that the line holds at rest: let out before it can get into a disc at once."""

from manostat.core import codes
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools import words
from manostat_tools.guide import questions as q
from manostat_tools.guide.follower import Do, Seen
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.journal.names import FAULTS, REASONS
from manostat_tools.session.model import Level, Run

READY = Question("ready", "Done? Enter", q.text)
LET_OUT_PA = 5 * PA_PER_PSI
"""Less than this is what a sensor may be off, without any zero."""


_BEFORE_IT_IS_MOVED = (
    "before the needle is moved let it fall, or relieve it: take the line off the needle and open "
    "it into air"
)


def is_trapped_by(run: Run) -> bool:
    """Whether a run stopped in a way that leaves the line's pressure with nowhere to go."""
    return run.fault == FAULTS[codes.OCCLUSION] or run.reason == REASONS[codes.PRESSURE_LINE]


def look_after(scene: Scene, level: Level) -> None:
    """What the line still holds after an occlusion or a line limit: it would enter the disc at once
    where the needle comes free."""
    if not level.runs or not is_trapped_by(level.runs[-1]):
        return
    line_pa = scene.motion.line_pa()
    if line_pa > LET_OUT_PA:
        scene.screen.warn(
            f"the line still has {words.pressure(line_pa)}, which enters the disc at once where "
            f"the needle comes free: {_BEFORE_IT_IS_MOVED}"
        )


def join(scene: Scene, level: Level) -> None:
    """The line to the needle of a level, without pressure: what it holds from the level before is
    let out first, and a person is asked until it has gone. A level that has runs has its line on
    the needle already, and the pressure of its disc in it."""
    if level.runs:
        line_pa = scene.motion.line_pa()
        if line_pa > LET_OUT_PA:
            scene.screen.warn(f"the line has {words.pressure(line_pa)}: {_BEFORE_IT_IS_MOVED}")
    else:
        _free(scene)
    scene.screen.tell(Do.TO_THE_NEEDLE)


def _free(scene: Scene) -> None:
    while (line_pa := scene.motion.line_pa()) > LET_OUT_PA:
        scene.screen.warn(
            f"the line has {words.pressure(line_pa)}, which would enter the next disc at once: "
            f"{_BEFORE_IT_IS_MOVED}"
        )
        scene.screen.tell(Do.OPEN_STOPCOCK, again=True)
        if not scene.screen.answers.is_person:
            return
        scene.screen.ask(READY)


def let_out(scene: Scene, done: Seen | None, ratio: tuple[int, int]) -> None:
    """The pressure that the run has trapped, into air. A line that still has it is told; a person
    is asked until it has gone."""
    if done is not None and done.frames:
        last = done.frames[-1]
        volume = words.volume(last.steps * ratio[0] // ratio[1])
        scene.screen.warn(
            f"{words.pressure(last.pressure_pa)} and up to {volume} are trapped in the line: "
            "joined to a needle they would enter a disc at once"
        )
    scene.screen.tell(Do.OPEN_STOPCOCK)
    scene.screen.ask(READY)
    while (line_pa := scene.motion.line_pa()) > LET_OUT_PA:
        scene.screen.warn(
            f"the line still has {words.pressure(line_pa)}: do not join it to a needle"
        )
        if not scene.screen.answers.is_person:
            return
        scene.screen.tell(Do.OPEN_STOPCOCK, again=True)
        scene.screen.ask(READY)
