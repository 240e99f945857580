"""The live view in a terminal: numbers with bars, a curve, what is happening, events."""

import time

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from manostat.core import codes
from manostat_sim.plant.tables import PA_PER_PSI
from manostat_tools import words
from manostat_tools.demo.curve import curve
from manostat_tools.demo.pace import pace
from manostat_tools.demo.session import Session

LEAST_SIZE = (72, 22)
"""Columns and rows below which this view would cut its text."""

_EVERY_S = 0.1
_SHARE = 20
"""Drawing takes at most one part in this many of the wall time."""
_STYLES = {
    codes.SEEKING: "bold black on yellow",
    codes.SETTLING: "bold black on green",
    codes.INJECTING: "bold white on blue",
    codes.STOPPED: "bold white on red",
}
_NUMBERS_WIDTH = 34


class LiveView:
    """Draws at most ten times a wall second, and less often where drawing is slow."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, screen=True, auto_refresh=False)
        self._next_s = 0.0
        self._dots = "utf" in console.encoding.lower()

    def start(self, session: Session) -> None:
        """Take the screen."""
        self._live.start()
        self._draw(session)

    def update(self, session: Session) -> None:
        """Draw if it is time to."""
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._draw(session)
            done_s = time.monotonic()
            self._next_s = done_s + max(_EVERY_S, (done_s - now_s) * _SHARE)

    def stop(self, session: Session) -> None:
        """Give the screen back and leave the events and the pace on it."""
        self._live.stop()
        for event in session.story.events:
            self._say(f"{event.at_us / 1e6:8.3f} s  {event.text}")
        self._say(pace(session.bench.name, session.virtual_s, session.wall_s))

    def screen(self, session: Session) -> Layout:
        """The whole screen as it is now."""
        width, height = self._console.size
        layout = Layout()
        curve_height = max(10, min(height - 12, height * 11 // 20))
        layout.split_column(
            Layout(self._title(session), size=1),
            Layout(name="middle", size=curve_height),
            Layout(self._phrase(session), size=1),
            Layout(self._events(session, height - curve_height - 5), name="events"),
            Layout(self._foot(session, width), size=1),
        )
        layout["middle"].split_row(
            Layout(self._numbers(session), size=_NUMBERS_WIDTH),
            Layout(self._curve(session, width - _NUMBERS_WIDTH - 4, curve_height - 2)),
        )
        return layout

    def _say(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False)

    def _draw(self, session: Session) -> None:
        self._live.update(self.screen(session), refresh=True)

    def _title(self, session: Session) -> Text:
        of = session.bench.world.scenario
        title = Text(f" {of.name}, {session.bench.name} bench", style="bold")
        title.append(f"  {words.NOTICE}", style="dim")
        title.truncate(self._console.width, overflow="ellipsis")
        return title

    def _phrase(self, session: Session) -> Text:
        frames = session.bench.frames()
        style = _STYLES.get(frames[-1].state, "bold") if frames else "bold"
        phrase = Text(f" {session.story.now} ", style=style)
        phrase.truncate(self._console.width, overflow="ellipsis")
        return phrase

    def _foot(self, session: Session, width: int) -> Text:
        foot = Text(f" {pace(session.bench.name, session.virtual_s, session.wall_s)}")
        hint = "Ctrl-C stops "
        gap = width - len(foot) - len(hint)
        if gap > 0:
            foot.append(" " * gap + hint, style="dim")
        return foot

    def _numbers(self, session: Session) -> Panel:
        unit, frames = session.bench.unit, session.bench.frames()
        pressure_pa, opening_pa, volume_nl = 0, -1, 0
        if frames:
            pressure_pa, opening_pa = frames[-1].pressure_pa, frames[-1].opening_pa
            volume_nl = session.history.volume_nl[-1]
        above_pa = pressure_pa - opening_pa if opening_pa >= 0 else None
        return Panel(
            Group(
                *self._gauge("line", pressure_pa, unit[4], "blue"),
                *self._gauge("above opening", above_pa, unit[3], "cyan"),
                *self._volume_gauge(volume_nl, unit[2]),
            ),
            title="as the pump reads it",
        )

    def _gauge(self, name: str, pressure_pa: int | None, limit_pa: int, colour: str) -> list[Text]:
        said = "opening not known yet" if pressure_pa is None else ""
        if pressure_pa is not None:
            said = f"{pressure_pa / PA_PER_PSI:6.1f} psi  {pressure_pa / 1e3:5.0f} kPa"
        share = (pressure_pa or 0) / limit_pa
        return [
            Text(f"{name}, limit {limit_pa / PA_PER_PSI:.0f} psi"),
            Text(said, style="bold" if pressure_pa is not None else "dim"),
            self._bar(share, colour),
        ]

    def _volume_gauge(self, volume_nl: int, most_nl: int) -> list[Text]:
        return [
            Text(f"volume, of {words.volume(most_nl)}"),
            Text(f"{volume_nl / 1e6:8.3f} mL", style="bold"),
            self._bar(volume_nl / most_nl, "green"),
        ]

    def _bar(self, share: float, colour: str) -> Text:
        width = _NUMBERS_WIDTH - 4
        full = round(min(max(share, 0.0), 1.0) * width)
        filled, empty = ("█", "░") if self._dots else ("#", ".")
        bar = Text(filled * full, style="red" if share > 0.9 else colour)
        return bar.append(empty * (width - full), style="dim")

    def _curve(self, session: Session, width: int, height: int) -> Panel:
        history = session.history
        opening_pa = session.bench.frames()[-1].opening_pa if session.bench.frames() else -1
        stride = max(1, len(history.tick_us) // 2000)
        lines = curve(
            [volume_nl / 1e6 for volume_nl in history.volume_nl[::stride]],
            [words.psi(pressure_pa) for pressure_pa in history.pressure_pa[::stride]],
            width,
            height,
            least_x=0.1,
            least_y=20.0,
            mark_y=words.psi(opening_pa) if opening_pa >= 0 else None,
            dots=self._dots,
        )
        return Panel(Text("\n".join(lines), no_wrap=True), title="psi against mL")

    def _events(self, session: Session, most: int) -> Panel:
        text = Text(no_wrap=True, overflow="ellipsis")
        for event in session.story.events[-max(1, most) :]:
            text.append(f"{event.at_us / 1e6:8.3f} s  ", style="dim")
            text.append(event.text + "\n")
        return Panel(text, title="events, virtual time")
