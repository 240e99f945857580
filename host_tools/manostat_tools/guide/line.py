"""The pressure that the line holds at rest: let out before it can get into a disc at once."""

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools import words
from manostat_tools.guide import questions as q
from manostat_tools.guide.follower import Do, Seen
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene

READY = Question("ready", "Done? Enter", q.text)
LET_OUT_PA = 5 * PA_PER_PSI
"""Less than this is what a sensor may be off, without any zero."""


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
