"""One level: its runs, its notes, and what comes next."""

from collections.abc import Callable
from dataclasses import replace

from manostat_tools.guide import answered, line
from manostat_tools.guide import questions as q
from manostat_tools.guide.plan import Dose, check_dose, dose_of, drop_warnings, unit_of
from manostat_tools.guide.prepare import CONTRAST, NEEDLE
from manostat_tools.guide.progress import done
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.talk import now
from manostat_tools.session import entries as e
from manostat_tools.session.model import RunKind

_HOW = Question(
    "run",
    "Run: inject (continuous), step (and hold), sham; fit another needle; or skip the level",
    q.one_of("inject", "step", "sham", "fit", "skip"),
    "inject",
)
_CHANGE = Question("change", "Change a figure of the preset?", q.yes, "n")
_STEP_ML = Question("step-volume", "mL of each press of RUN", q.number(0.001, 1, "mL"))
_SHAM = Question("sham-note", "What the patient said of the sham; empty: nothing", q.text)
_NEXT = Question(
    "next",
    "This level: done, go-on within its volume, again as a new level, correct answers, or a note",
    q.one_of("done", "go-on", "again", "correct", "note"),
    "done",
)


def run(scene: Scene, order: int) -> None:
    """The next run of a level, as the physician wants it."""
    level = scene.level(order)
    scene.screen.head(f"Level {order}: {level.name}, {level.role}, preset {level.preset}")
    how = scene.screen.ask(_HOW)
    if how == "skip":
        scene.talk.event(done(order))
        return
    if how == "fit":
        _fit(scene, order)
        return
    dose = _dose(scene, order, RunKind(how))
    if level.needle is not None and level.contrast is not None:
        for warning in drop_warnings(level.needle, level.contrast, dose):
            scene.screen.warn(warning)
    line.join(scene, level)
    is_sham = dose.kind is RunKind.SHAM
    if scene.run(order, dose, 0.0 if is_sham else scene.rest_s) is None:
        return
    line.look_after(scene, scene.level(order))
    if is_sham:
        answered.note(scene, order, _SHAM, "sham: ")


def _fit(scene: Scene, order: int) -> None:
    """Another needle or contrast than the session's, for this level alone. What the pump has run
    until now was made with the old ones: it is written down before."""
    scene.motion.pull()
    scene.collect(None, None)
    scene.add(
        e.Equipment(
            host_utc=now(),
            level=order,
            needle=scene.screen.ask(NEEDLE),
            contrast=scene.screen.ask(CONTRAST),
        )
    )


def _dose(scene: Scene, order: int, kind: RunKind) -> Dose:
    """The preset's figures, or others in whole psi; asked again where they contradict."""
    while True:
        dose = dose_of(scene.preset(order), kind)
        if kind is RunKind.STEP:
            dose = replace(dose, step_ml=scene.screen.ask(_STEP_ML))
        if not scene.screen.ask(_CHANGE):
            return dose
        dose = replace(
            dose,
            rate_ml_s=_figure(scene, "rate", "Rate", q.number(0.001, 0.2, "mL/s"), dose.rate_ml_s),
            volume_ml=_figure(scene, "volume", "Volume", q.number(0.001, 20, "mL"), dose.volume_ml),
            above_psi=int(
                _figure(scene, "above", "Above opening", q.whole(1, 100, "psi"), dose.above_psi)
            ),
            line_psi=int(
                _figure(scene, "line", "On the line", q.whole(1, 100, "psi"), dose.line_psi)
            ),
        )
        try:
            check_dose(dose)
            unit_of(dose, scene.syringe, scene.zero_pa, scene.mechanics)
        except ValueError as wrong:
            scene.screen.warn(str(wrong))
            continue
        return dose


def _figure(
    scene: Scene, name: str, text: str, read: Callable[[str], float], usual: float
) -> float:
    return scene.screen.ask(Question(name, text, read, f"{usual:g}"))


def next_of(scene: Scene, order: int) -> None:
    """What comes after an injection that was answered."""
    answer = scene.screen.ask(_NEXT)
    if answer == "done":
        scene.talk.event(done(order))
    elif answer == "note":
        answered.note(scene, order)
    elif answer == "correct":
        answered.correct(scene, order)
    elif answer == "again":
        run(scene, order)
    elif not scene.talk.is_set_for(order):
        scene.screen.warn(
            "the pump was set for something else since: allowed again, as a new level"
        )
    else:
        scene.motion.acknowledge()
        unit = scene.motion.held()
        if unit is not None:
            scene.follow(unit, scene.rest_s)
            line.look_after(scene, scene.level(order))
