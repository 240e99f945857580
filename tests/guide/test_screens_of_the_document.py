"""What docs/guided-session.md quotes from a screen still comes out of the code."""

import ast
import re

import pytest

from manostat_tools.boards import REPOSITORY
from manostat_tools.guide.outcome import outcome_lines
from manostat_tools.session.model import Quantity

from ..session import written as w

PAGE = (REPOSITORY / "docs" / "guided-session.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```\n(.*?)```", PAGE[PAGE.index("## Screens") :], re.DOTALL)
SHOWN = " ".join(" ".join(BLOCKS).split())
SOURCES = REPOSITORY / "host_tools" / "manostat_tools"


def literals():
    """Every text of the program, whole or a part of a formatted one."""
    for file in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield " ".join(node.value.split())


CODE = "\n".join(literals())

SENTENCES = (
    "not a certified medical device",
    "reading the pump's record ...",
    "Operator, by name",
    "Code of the patient, never a name",
    "Syringe, by brand: bd-3, bd-5, bd-10, bd-20",
    "Needle, gauge x length in mm, such as 22x152",
    "Contrast, mg iodine/mL and its temperature in C",
    'Level and role, such as "L4-5 suspect"; empty: no more',
    "take the line off the needle and open it to air",
    "Sensor at the height of the disc, line open to air? (n: no zero)",
    "it goes into the pump with each level",
    "Measure the line's compliance, off the needle, against a closed stopcock?",
    "close the stopcock at its end",
    "are trapped in the line: joined to a needle they would enter a disc at once",
    "open the stopcock into air, let the pressure out",
    "no pressure limit is agreed on for cervical discs: conservative figures, no protocol",
    "pressure: the limit above opening was reached",
    "link lost: the pump works on without it; what it records will be pulled",
    "PAIN pressed",
    "Pain now, 0 to 10; - if not asked",
    "Is it the usual pain: concordant, discordant, or absent",
    "How long it lasted, s; - if not recorded",
    "The patient's own words; empty: none",
    "Contrast pattern; empty: not recorded",
    "Modified Dallas grade, 0 to 5; - if not known",
    "This level: done, go-on within its volume, again as a new level, correct answers, or a note",
    "what each published rule says; advisory: the physician decides",
    "Note of the whole session; empty: none",
    "Close the session? Then come only late runs, notes, corrections",
)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_of_a_screen_is_still_in_the_program(sentence):
    assert sentence in SHOWN, "the document no longer shows it: take it out of this list"
    assert sentence in CODE, "the program no longer says it: redo the screens of the document"


UNITS = {
    "needle_resistance": ("Pa s/nL", 0.7),
    "disc_volume": ("nL", 372_000.0),
    "disc_pressure": ("Pa", 136_000.0),
    "disc_above_opening": ("Pa", 81_000.0),
    "elastance": ("Pa/nL", 0.219),
}


def shape(line):
    """A line with its numbers taken out."""
    return re.sub(r"\d+(\.\d+)?", "#", line)


def test_derived_values_are_shown_in_the_units_and_with_the_intervals_that_they_have():
    values = tuple(
        Quantity(
            name=name, value=value, low=value * 0.99, high=value * 1.01, unit=unit, rule="r",
            inputs={"before_ms": 0},
        )
        for name, (unit, value) in UNITS.items()
    )  # fmt: skip
    told = outcome_lines(w.run().model_copy(update={"derived": values}))
    shapes = {shape(line) for line in told if line.startswith("derived ")}
    joined = re.sub(r"\n(?!derived |[A-Z ])", " ", "\n".join(BLOCKS))
    shown = {shape(line) for line in joined.splitlines() if line.startswith("derived ")}
    assert shown == shapes
