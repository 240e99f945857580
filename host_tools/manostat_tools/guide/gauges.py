"""Pressure and volume of a tick as bars."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from manostat.core import codes
from manostat_sim.telemetry import TickFrame
from manostat_tools import words

INTO_DISC = (codes.INJECT, codes.STEP, codes.SHAM)
_BAR = 40
_HIGH = 0.9


def state_line(frame: TickFrame) -> str:
    """State and reason in words."""
    said = words.state(frame.state)
    if frame.reason != codes.NO_REASON:
        said += f" ({words.reason(frame.reason, frame.fault)})"
    return said


def gauges(frame: TickFrame, unit: Sequence[int]) -> Table:
    """Line pressure, pressure above opening and volume, each with its limit in `unit`, the nine
    integers that hold."""
    table = Table.grid(padding=(0, 2))
    table.add_row("line", *_pressure(frame.pressure_pa, unit[4], "blue"))
    if frame.opening_pa >= 0:
        above_pa = frame.pressure_pa - frame.opening_pa
        table.add_row("above opening", *_pressure(above_pa, unit[3], "cyan"))
        table.add_row("opening, at rest", Text(words.pressure(frame.opening_pa)), "")
    elif unit[0] in INTO_DISC:
        table.add_row("above opening", Text("no opening yet", style="dim"), "")
    volume_nl = frame.steps * unit[6] // unit[7]
    told = f"{words.volume(volume_nl)} of {words.volume(unit[2])}"
    table.add_row("volume", told, bar(volume_nl / unit[2], "green"))
    return table


def _pressure(pressure_pa: int, limit_pa: int, colour: str) -> tuple[Text, Text]:
    said = f"{words.pressure(pressure_pa)} of {words.psi(limit_pa):.0f} psi"
    return Text(said, style="bold"), bar(pressure_pa / limit_pa, colour)


def bar(share: float, colour: str) -> Text:
    """A share of 0 to 1, red from 0.9 on."""
    full = round(min(max(share, 0.0), 1.0) * _BAR)
    found = Text("#" * full, style="red" if share >= _HIGH else colour)
    return found.append("." * (_BAR - full), style="dim")
