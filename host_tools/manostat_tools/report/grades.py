"""What each rule says of a level, with its inputs, and what it cannot say and why."""

from collections.abc import Iterator, Sequence

from manostat_tools.report.model import Cell, Facts, Lines, Part, Table, plain
from manostat_tools.report.units import NONE, Unit, named_value
from manostat_tools.session.model import Grade
from manostat_tools.session.protocols import NONE_REACHED
from manostat_tools.session.provoked import NOT_FOR_CONTROLS
from manostat_tools.session.rules import NOT_MET

ADVISORY = (
    "Advisory: the physician decides. a.o.: above opening. Letters: H read in the source, M widely "
    "repeated and not read in full, L weak, C computed, E an engineering guess."
)


def rule_parts(grades: Sequence[Grade], unit: Unit) -> Iterator[Part]:
    """A table of rules and a list of inputs for each group of rules that used the same."""
    groups: list[list[Grade]] = []
    for grade in grades:
        if NOT_FOR_CONTROLS in grade.missing:
            continue
        if groups and groups[-1][0].inputs == grade.inputs:
            groups[-1].append(grade)
        else:
            groups.append([grade])
    for number, group in enumerate(groups):
        yield _rules(group, number == 0)
        if number == 0 and any(NOT_FOR_CONTROLS in grade.missing for grade in grades):
            yield Lines(("The rules that grade suspects give no result at a control level.",))
        if group[0].inputs:
            yield _inputs(group, unit)


def _rules(group: Sequence[Grade], first: bool) -> Table:
    return Table(
        "What each published rule says" if first else "",
        ("Rule, source, letter", "As published", "Says", "What is missing or weakens it"),
        tuple(
            (
                Cell(f"{grade.rule} ({grade.source}; {grade.letter})"),
                Cell(grade.wording),
                _says(grade),
                Cell("", _why(grade)),
            )
            for grade in group
        ),
        (24, 27, 18, 31),
        ADVISORY if first else "",
    )


def _says(grade: Grade) -> Cell:
    if grade.result is None:
        return Cell("no result", faint=True)
    return Cell(plain(grade.result), strong=grade.result not in (NOT_MET, NONE_REACHED))


def _why(grade: Grade) -> tuple[str, ...]:
    return tuple(
        plain(text)
        for text in (
            *(f"missing: {missing}" for missing in grade.missing),
            *(f"not met: {unmet}" for unmet in grade.unmet),
            *(f"note: {caution}" for caution in grade.cautions),
        )
    )


def _inputs(group: Sequence[Grade], unit: Unit) -> Facts:
    rows = []
    for name, value in group[0].inputs.items():
        words, said = named_value(name, value, unit)
        rows.append((words, Cell(plain(said), faint=said == NONE)))
    names = "; ".join(grade.rule for grade in group)
    return Facts(tuple(rows), f"Inputs of: {names}")
