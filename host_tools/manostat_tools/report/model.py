"""What a report is made of, whatever renders it: sections of facts, tables, figures and notices.

Text is plain: a renderer escapes it. `alerts` stand in the cell of the number they are about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from matplotlib.figure import Figure as Drawing

from manostat_tools.words import visible


class Weight(StrEnum):
    """Of a notice."""

    DANGER = "danger"
    CAUTION = "caution"
    NOTE = "note"


@dataclass(frozen=True)
class Notice:
    """A sentence that must not be overlooked."""

    weight: Weight
    text: str


@dataclass(frozen=True)
class Cell:
    """`strong`: a number that decides. `faint`: what is not recorded."""

    text: str
    alerts: tuple[str, ...] = ()
    strong: bool = False
    faint: bool = False


@dataclass(frozen=True)
class Table:
    """`widths` are shares of the width of the page; every row has as many cells as columns.
    `details`: lines for who wants to know more, on the page alone, folded away."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    note: str = ""
    details: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(self.columns), len(self.widths), *(len(row) for row in self.rows)}
        if len(lengths) != 1:
            raise ValueError(f"table {self.title}: columns, widths and rows differ in length")


@dataclass(frozen=True)
class Facts:
    """Names and values, two by two."""

    rows: tuple[tuple[str, Cell], ...]
    title: str = ""


@dataclass(frozen=True)
class Figure:
    """`draw` makes the drawing when a renderer first wants it; `says` is the same in words, for who
    cannot see it."""

    title: str
    draw: Callable[[], Drawing]
    says: str
    caption: str = ""

    @cached_property
    def drawing(self) -> Drawing:
        """Drawn once for all renderers."""
        return self.draw()


@dataclass(frozen=True)
class Lines:
    """A list of sentences."""

    lines: tuple[str, ...]
    title: str = ""


Part = Notice | Table | Facts | Figure | Lines


@dataclass(frozen=True)
class Section:
    """`new_page`: of its own on paper."""

    title: str
    parts: tuple[Part, ...]
    new_page: bool = False


@dataclass(frozen=True)
class Report:
    """`banner` stands in large letters on every page, `every_page` at its foot, `running` names
    whose report it is."""

    title: str
    banner: str
    every_page: str
    running: str
    sections: tuple[Section, ...]

    def cells(self) -> list[Cell]:
        """All cells of all tables and facts."""
        found: list[Cell] = []
        for section in self.sections:
            for part in section.parts:
                if isinstance(part, Table):
                    found += [cell for row in part.rows for cell in row]
                elif isinstance(part, Facts):
                    found += [cell for _name, cell in part.rows]
        return found


def plain(text: str) -> str:
    """Text of other people on one line, all of it visible."""
    return visible(" ".join(text.split()))
