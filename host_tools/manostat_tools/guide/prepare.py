"""Preparation: equipment, levels, zero at disc height, priming."""

from manostat_tools import words
from manostat_tools.guide import questions as q
from manostat_tools.guide.follower import Do
from manostat_tools.guide.plan import (
    dose_of,
    drop_warnings,
    plan_warnings,
    prime_dose,
    zero_of,
)
from manostat_tools.guide.progress import NO_ZERO, PLANNED
from manostat_tools.guide.questions import Question
from manostat_tools.guide.scene import Scene
from manostat_tools.guide.talk import now
from manostat_tools.session import entries as e
from manostat_tools.session.calibration import Calibration
from manostat_tools.session.levels import region_of
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
_READY = Question("ready", "Done? Enter", q.text)
_REST_S = 2.0


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
