"""docs/figures.md, written from what was measured."""

from collections.abc import Mapping, Sequence

from manostat_tools.bench.figure import Figure, Measured
from manostat_tools.bench.views import bar, number, verdict

_HEAD = """# Figures

Measured with

    make bench ARGS=--docs

which writes this file and `build/bench.json`; `manostat bench --only NAME` measures one again. All
is emulated, no cache misses: the real image runs on an emulated RP2040 whose flash answers at once.
A real Pico loses time to its flash cache; how much has not been measured. Figures are taken from
the emulated pins, the simulated plant and the emulated memory, never from what the firmware says
of itself (only the opening pressure that it read is held against the plant's), and each is the
worst over its sweep; the mean stands beside it where it says something.
Not a certified medical device.
"""

_MACHINE = """
## Of the machine that ran it

These depend on the computer; they are processor time of one process.
"""

_HOW = """
## How, and what it does not show
"""


def figures_page(figures: Sequence[Figure], measured: Mapping[str, Measured]) -> str:
    """The whole page. `figures` are those to show, all of them measured."""
    emulated = [figure for figure in figures if not figure.wall_clock]
    machine = [figure for figure in figures if figure.wall_clock]
    parts = [_HEAD, "\n## Equal on every machine\n\n", *_table(emulated, measured)]
    parts += [_MACHINE, "\n", *_table(machine, measured), _HOW, "\n"]
    parts += [f"- `{figure.name}`: {figure.how}. {figure.note}\n" for figure in figures]
    return "".join(parts)


def _table(figures: Sequence[Figure], measured: Mapping[str, Measured]) -> list[str]:
    rows = ["| Name | Value | Mean | Samples | Bar | |\n", "|---|---|---|---|---|---|\n"]
    for figure in figures:
        value = measured[figure.name]
        mean = "" if value.mean is None else number(value.mean)
        rows.append(
            f"| `{figure.name}` | {number(value.value)} {figure.unit} | {mean} | {value.samples} | "
            f"{bar(figure)} | {verdict(figure, value)} |\n"
        )
    return rows
