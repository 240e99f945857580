"""Preparation: equipment, levels, zero at disc height, priming, compliance of the line."""

from collections.abc import Sequence

from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools import words
from manostat_tools.guide import questions as q
from manostat_tools.guide.derived import compliance_of
from manostat_tools.guide.follower import Do, Seen
from manostat_tools.guide.plan import (
    comply_dose,
    dose_of,
    drop_warnings,
    plan_warnings,
    prime_dose,
    unit_of,
    zero_of,
)
from manostat_tools.guide.progress import NO_COMPLIANCE, NO_ZERO, PLANNED
from manostat_tools.guide.provisioned import line_of
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.talk import now
from manostat_tools.session import entries as e
from manostat_tools.session.calibration import Calibration
from manostat_tools.session.levels import region_of
from manostat_tools.session.model import Quantity
from manostat_tools.session.presets import PRESETS, Preset

_SYRINGE = Question("syringe", "Syringe, by brand: bd-3, bd-5, bd-10, bd-20", q.syringe)
NEEDLE = Question("needle", "Needle, gauge x length in mm, such as 22x152", q.needle)
CONTRAST = Question("contrast", "Contrast, mg iodine/mL and its temperature in C", q.contrast)
_LEVEL = Question("level", 'Level and role, such as "L4-5 suspect"; empty: no more', q.level)
_AT_HEIGHT = Question(
    "at-height", "Sensor at the height of the disc, line open to air? (n: no zero)", q.yes
)
_PRIME = Question(
    "prime", "Prime the line: by the pump, by hand, or not", q.one_of("pump", "hand", "not"), "not"
)
_PRIMED = {
    "pump": "the line was primed by the pump",
    "hand": "the line was primed by hand",
    "not": "the line was not primed",
}
_PRIME_ML = Question("prime-volume", "mL to prime with", q.number(0.001, 20, "mL"))
_COMPLY = Question(
    "comply",
    "Measure the line's compliance, off the needle, against a closed stopcock?",
    q.yes,
    "y",
)
_READY = Question("ready", "Done? Enter", q.text)
_REST_S = 2.0
_LET_OUT_PA = 5 * PA_PER_PSI
"""Less than this is what a sensor may be off, without any zero."""


def equipment(scene: Scene) -> None:
    """Syringe, needle, contrast."""
    scene.screen.head("Equipment")
    scene.add(
        e.Equipment(
            host_utc=now(),
            syringe=scene.screen.ask(_SYRINGE),
            needle=scene.screen.ask(NEEDLE),
            contrast=scene.screen.ask(CONTRAST),
        )
    )


def levels(scene: Scene) -> None:
    """In the order in which they will be tested, each with the preset of its region."""
    scene.screen.head("Levels, in the order in which they are tested")
    shown: set[str] = set()
    while (said := scene.screen.ask(_LEVEL)) is not None or not scene.session.levels:
        if said is None:
            scene.screen.warn("no level yet: allowed one or more")
            continue
        name, role = said
        if name in [level.name for level in scene.session.levels]:
            scene.screen.warn(f"{name} is planned already")
            continue
        preset = PRESETS[region_of(name)]
        if preset.name not in shown:
            shown.add(preset.name)
            _show(scene, preset)
        confirmed_by = _confirmed(scene, preset, name)
        if preset.needs_confirmation and confirmed_by != scene.session.operator:
            scene.screen.warn(f"{name} is not planned: it was not confirmed by the operator's name")
            continue
        scene.add(
            e.LevelPlanned(
                host_utc=now(),
                name=name,
                role=role,
                order=len(scene.session.levels) + 1,
                preset=preset.name,
                confirmed_by=confirmed_by,
            )
        )
    for warning in plan_warnings(scene.session.levels):
        scene.screen.warn(warning)
    first = scene.session.levels[0]
    if first.needle is not None and first.contrast is not None:
        for preset_name in dict.fromkeys(level.preset for level in scene.session.levels):
            dose = dose_of(PRESETS[preset_name])
            for warning in drop_warnings(first.needle, first.contrast, dose):
                scene.screen.warn(f"preset {preset_name}: {warning}")
    scene.talk.event(PLANNED)


def _show(scene: Scene, preset: Preset) -> None:
    """The figures with their letters and sources."""
    rows = [
        (name, f"{figure.value:g} {figure.unit}  [{figure.letter}] {figure.source}")
        for name, figure in preset.figures.items()
    ]
    scene.screen.table(f"preset {preset.name}, with its sources:", rows)


def _confirmed(scene: Scene, preset: Preset, level: str) -> str | None:
    """The name that confirms the preset, where one is needed."""
    if not preset.needs_confirmation:
        return None
    scene.screen.warn(preset.warning)
    confirm = Question(
        "confirm", f"Confirm for {level} with your name, {scene.session.operator}", q.text
    )
    return scene.screen.ask(confirm)


def zero(scene: Scene) -> None:
    """Mean of the line over a second at rest, with the sensor at the height of the disc."""
    scene.screen.head("Zero at the height of the disc")
    calibration = scene.calibration()
    scene.screen.tell(Do.OPEN_TO_AIR, again=True)
    if not scene.screen.ask(_AT_HEIGHT):
        _no_zero(scene, calibration)
        return
    try:
        zero_pa = zero_of(scene.motion.second_at_rest())
    except ValueError as wrong:
        scene.screen.warn(str(wrong))
        return  # it is asked again
    scene.add(e.Prepared(host_utc=now(), zero_pa=zero_pa, zero_at_disc_height=True))
    scene.screen.say(f"zero: {words.pressure(zero_pa)}; it goes into the pump with each level")


def _no_zero(scene: Scene, calibration: Calibration | None) -> None:
    """That of the unit, if it has one; else none."""
    if calibration is None:
        scene.screen.warn("no zero: pressures are as wrong as the sensor's offset, and its height")
        scene.talk.event(NO_ZERO)
        return
    said, zero_pa = calibration.zero_said, calibration.zero_pa
    scene.screen.warn(
        f"{said}: {words.pressure(zero_pa)}; pressures are as wrong as it has drifted since, and "
        "as the sensor's height"
    )
    scene.talk.event(f"{NO_ZERO}: {said}, {words.pressure(zero_pa)}")
    scene.add(
        e.Prepared(host_utc=now(), zero_pa=zero_pa, zero_from=said, zero_at_disc_height=False)
    )


def prime(scene: Scene) -> None:
    """Into air, by the pump or by hand."""
    scene.screen.head("Priming")
    how = scene.screen.ask(_PRIME)
    if how == "pump":
        volume_ml = scene.screen.ask(_PRIME_ML)
        scene.screen.tell(Do.INTO_AIR)
        scene.screen.ask(_READY)
        dose = prime_dose(scene.preset(None), volume_ml)
        if scene.run(None, dose, _REST_S) is None:
            return
    if how == "not":
        scene.screen.warn("a line that is not primed holds air, which goes into the disc first")
    scene.talk.event(_PRIMED[how])
    scene.add(e.Prepared(host_utc=now(), primed=how != "not"))


def comply(scene: Scene) -> None:
    """Against a closed stopcock: what the line takes for a psi."""
    scene.screen.head("Compliance of the line")
    if not scene.screen.ask(_COMPLY):
        _no_compliance(scene, scene.calibration())
        return
    dose = comply_dose(scene.preset(None))
    unit = unit_of(dose, scene.syringe, scene.zero_pa, scene.mechanics)
    if scene.motion.line_pa() > _LET_OUT_PA:  # of a run that the program did not see the end of
        _let_out(scene, None, unit)
    scene.screen.tell(Do.CLOSE_STOPCOCK)
    scene.screen.ask(_READY)
    done = scene.run(None, dose, _REST_S)
    _let_out(scene, done, unit)
    if done is None:
        return
    found = compliance_of(done, (unit[6], unit[7]))
    if not isinstance(found, Quantity):
        scene.screen.warn(f"no compliance: {found}")
        return
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


def _let_out(scene: Scene, done: Seen | None, unit: Sequence[int]) -> None:
    """The pressure that the run has trapped, into air. A line that still has it is told; a person
    is asked until it has gone."""
    if done is not None and done.frames:
        last = done.frames[-1]
        volume = words.volume(last.steps * unit[6] // unit[7])
        scene.screen.warn(
            f"{words.pressure(last.pressure_pa)} and up to {volume} are trapped in the line: "
            "joined to a needle they would enter a disc at once"
        )
    scene.screen.tell(Do.OPEN_STOPCOCK)
    scene.screen.ask(_READY)
    while (line_pa := scene.motion.line_pa()) > _LET_OUT_PA:
        scene.screen.warn(
            f"the line still has {words.pressure(line_pa)}: do not join it to a needle"
        )
        if not scene.screen.answers.is_person:
            return
        scene.screen.tell(Do.OPEN_STOPCOCK, again=True)
        scene.screen.ask(_READY)
