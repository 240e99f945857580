"""Pressure, rate and volume of a tick as bars. What is shown has as many rows at rest as in motion,
and fits 80 columns."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from manostat.core import codes
from manostat.core.cutoff import BAND_PA
from manostat_sim.telemetry import TickFrame
from manostat_tools import words

INTO_DISC = (codes.INJECT, codes.STEP, codes.SHAM)
SLOWED = "slowed near a limit"
BY_SESSION = "STOP sent by this session"
_STEPPING = (codes.SEEKING, codes.INJECTING)
_NAME, _VALUE, _GAP = 16, 30, 2
_BAR = 40
_HIGH = 0.9


def reason_line(frame: TickFrame, by_session: bool = False) -> str:
    """Why it stopped or pauses, in words, "" if it did not. `by_session`: a STOP that was sent: the
    pump takes it for the same as its button."""
    if frame.reason == codes.NO_REASON:
        return ""
    if by_session and frame.reason == codes.STOP:
        return BY_SESSION
    return words.reason(frame.reason, frame.fault)


def state_line(frame: TickFrame, by_session: bool = False) -> str:
    """State and reason in words."""
    said = words.state(frame.state)
    reason = reason_line(frame, by_session)
    return f"{said} ({reason})" if reason else said


def is_slowed(frame: TickFrame, unit: Sequence[int]) -> bool:
    """Whether the flow is lowered: by less room to the lowest limit than the pump's rule has
    (firmware/manostat/core/cutoff.py)."""
    if frame.state not in _STEPPING or unit[0] == codes.RELIEVE:
        return False
    limit_pa = unit[4]
    if unit[0] in INTO_DISC:
        limit_pa = min(limit_pa, unit[3] + max(frame.opening_pa, 0))
    return limit_pa - frame.pressure_pa < BAND_PA


def gauges(
    frame: TickFrame, unit: Sequence[int], steps_per_s: float | None = None, width: int = 96
) -> Table:
    """Line pressure, pressure above opening, rate and volume, each with its limit in `unit`, the
    nine integers that hold. `width`: columns that there are."""
    columns = min(max(width - _NAME - _VALUE - 2 * _GAP, 8), _BAR)
    table = Table.grid(padding=(0, _GAP))
    for least in (_NAME, _VALUE, columns):
        table.add_column(no_wrap=True, min_width=least, overflow="crop")
    table.add_row("line", *_pressure(frame.pressure_pa, unit[4], "blue", columns))
    if unit[0] in INTO_DISC:
        if frame.opening_pa >= 0:
            above_pa = frame.pressure_pa - frame.opening_pa
            table.add_row("above opening", *_pressure(above_pa, unit[3], "cyan", columns))
            table.add_row("opening, at rest", Text(words.pressure(frame.opening_pa)), "")
        else:
            table.add_row("above opening", Text("no opening yet", style="dim"), "")
            table.add_row("opening, at rest", Text("-", style="dim"), "")
    table.add_row("rate", *_rate(frame, unit, steps_per_s))
    volume_nl = frame.steps * unit[6] // unit[7]
    told = f"{words.volume(volume_nl)} of {words.volume(unit[2])}"
    table.add_row("volume", told, bar(volume_nl / unit[2], "green", columns))
    return table


def _rate(frame: TickFrame, unit: Sequence[int], steps_per_s: float | None) -> tuple[Text, Text]:
    if frame.state not in _STEPPING or steps_per_s is None:
        return Text("-", style="dim"), Text("")
    ml_s = steps_per_s * unit[6] / unit[7] / 1e6
    slowed = Text(SLOWED, style="yellow") if is_slowed(frame, unit) else Text("")
    return Text(f"{ml_s:.3f} mL/s of {words.rate(unit[1])}"), slowed


def _pressure(pressure_pa: int, limit_pa: int, colour: str, columns: int) -> tuple[Text, Text]:
    said = f"{words.pressure(pressure_pa)} of {words.psi(limit_pa):.0f} psi"
    return Text(said, style="bold"), bar(pressure_pa / limit_pa, colour, columns)


def bar(share: float, colour: str, columns: int = _BAR) -> Text:
    """A share of 0 to 1, red from 0.9 on."""
    full = round(min(max(share, 0.0), 1.0) * columns)
    found = Text("#" * full, style="red" if share >= _HIGH else colour)
    return found.append("." * (columns - full), style="dim")
