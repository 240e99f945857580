"""What the published rules say, on the first page: suspects with their look-back, then controls."""

from collections.abc import Iterable, Iterator, Sequence

from manostat_tools.report import cells
from manostat_tools.report.cells import NO_PRESS
from manostat_tools.report.model import Cell, Lines, Part, Table
from manostat_tools.report.units import Unit
from manostat_tools.session.grading import GradedLevel
from manostat_tools.session.levels import told_apart
from manostat_tools.session.model import Grade, Level, Role
from manostat_tools.session.provoked import provoked
from manostat_tools.session.rules import NOT_MET, RULES

NO_RESULT = "no result"


def verdicts(graded: Sequence[GradedLevel], unit: Unit) -> Iterator[Part]:
    """Look-back points and rules of the suspects, and what the controls did."""
    ordered = sorted(graded, key=lambda pair: pair[0].order)
    names = [level.name for level, _ in ordered]
    suspects = [pair for pair in ordered if pair[0].role is Role.SUSPECT]
    controls = [pair for pair in ordered if pair[0].role is Role.CONTROL]
    if suspects:
        yield _before(suspects, names, unit)
        yield _suspects(suspects, names)
    yield _controls(controls, names, unit)


def _called(level: Level, names: Sequence[str]) -> str:
    return told_apart(level.name, level.order, names)


def _before(suspects: Sequence[GradedLevel], names: Sequence[str], unit: Unit) -> Table:
    """What was felt lies before the press, so the points before it stand beside it."""
    rows = []
    for level, _grades in suspects:
        found = provoked(level)
        before = [found.before_pa.get(ms) for ms in _BEFORE_MS]
        alerts = () if found.run is None else cells.doubt(found.run)
        if found.run is None:
            said = [cells.text("no injection")] * (1 + len(_BEFORE_MS))
        elif found.mark is None:
            none = None if found.run.uncertain else NO_PRESS
            others = [one[1] for one in cells.presses_elsewhere(level, found.run, unit)]
            said = [cells.text(none, *alerts, *others)]
            said += [cells.text(none, *alerts)] * len(_BEFORE_MS)
        else:
            at_rest = () if found.mark.moving else ("PRESSED AT REST",)
            said = [cells.pressure(found.above_pa, unit, *at_rest, *alerts, strong=True)]
            said += [cells.pressure(above_pa, unit, *alerts) for above_pa in before]
        rows.append((cells.text(_called(level, names), strong=True), *said))
    return Table(
        f"Suspect levels: line pressure above opening ({unit.name}), at the press and before it",
        ("Level", "At the press", *(f"{ms / 1e3:g} s before" for ms in _BEFORE_MS)),
        tuple(rows),
        (20, 16, 16, 16, 16, 16),
        "The rules use the press. What was felt lies before it: a judgement of pain takes 0.5-3 s "
        "under light sedation (E).",
    )


_BEFORE_MS = (500, 1000, 2000, 3000)


def _suspects(suspects: Sequence[GradedLevel], names: Sequence[str]) -> Table:
    share = 68 / len(suspects)
    common = [_common(grades) for _level, grades in suspects]
    rows = [
        (
            cells.text(f"{rule.name} ({rule.letter})"),
            *(
                _answer(named(grades, rule.name), known)
                for (_level, grades), known in zip(suspects, common, strict=True)
            ),
        )
        for rule in RULES
    ]
    if any(common):
        none = (Cell("missing for all rules" if known else "", known) for known in common)
        rows.insert(0, (cells.text("All of these rules"), *none))
    return Table(
        "What each published rule says of the suspect levels (advisory)",
        ("Rule (letter)", *(_called(level, names) for level, _ in suspects)),
        tuple(rows),
        (32, *(share for _ in suspects)),
        'The rules in full, their inputs and what is missing stand with each level. "not met" '
        "is no finding that a disc is sound.",
    )


def _common(grades: Iterable[Grade]) -> tuple[str, ...]:
    """What is missing for every rule of a suspect, told once."""
    asked = [named(grades, rule.name).missing for rule in RULES]
    return tuple(text for text in asked[0] if all(text in missing for missing in asked))


def named(grades: Iterable[Grade], rule: str) -> Grade:
    """The grade by one rule."""
    return next(grade for grade in grades if grade.rule == rule)


def _answer(grade: Grade, known: Sequence[str]) -> Cell:
    if grade.result is None:
        fresh = tuple(text for text in grade.missing if text not in known)
        return Cell(NO_RESULT, fresh, faint=True)
    stands = grade.result != NOT_MET
    return Cell(grade.result, (*grade.unmet, *grade.cautions), strong=stands)


def _controls(controls: Sequence[GradedLevel], names: Sequence[str], unit: Unit) -> Part:
    if not controls:
        return Lines(("No control disc is recorded: no rule can give a result.",), "Control discs")
    rows = []
    for level, grades in controls:
        grade = named(grades, "control disc")
        tested_pa = grade.inputs["peak_above_opening_pa"]
        rows.append(
            (
                cells.text(_called(level, names), strong=True),
                Cell(
                    grade.result or "proves nothing",
                    (*grade.missing, *grade.cautions),
                    strong=not grade.missing,
                ),
                cells.pressure(tested_pa if isinstance(tested_pa, int) else None, unit),
            )
        )
    columns = ("Level", "Was", f"Tested up to, above opening ({unit.name})")
    return Table("Control discs", columns, tuple(rows), (20, 48, 32))
