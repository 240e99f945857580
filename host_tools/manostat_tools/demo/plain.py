"""The view without a terminal: one line per event and one per virtual second, no escape codes."""

from typing import TextIO

from manostat_tools import words
from manostat_tools.demo.pace import pace
from manostat_tools.demo.session import Session


class PlainView:
    """Prints to `out` as the session goes."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._events = 0
        self._second = 0

    def start(self, session: Session) -> None:
        """Nothing to prepare."""

    def update(self, session: Session) -> None:
        """Print what is new; cheap when nothing is."""
        events = session.story.events
        for event in events[self._events :]:
            self._print(f"{event.at_us / 1e6:8.3f} s  {event.text}")
        self._events = len(events)
        second = int(session.virtual_s)
        if second > self._second:
            self._second = second
            self._print(f"{session.virtual_s:8.3f} s  {self._numbers(session)}")

    def stop(self, session: Session) -> None:
        """Print how fast it went."""
        self.update(session)
        self._print(pace(session.bench.name, session.virtual_s, session.wall_s))

    def _numbers(self, session: Session) -> str:
        frames = session.bench.frames()
        if not frames:
            return session.story.now
        frame, volume_nl = frames[-1], session.history.volume_nl[-1]
        above = ""
        if frame.opening_pa >= 0:
            above = f", {words.pressure(frame.pressure_pa - frame.opening_pa)} above opening"
        return (
            f"  {words.pressure(frame.pressure_pa)} line{above}, {words.volume(volume_nl)}; "
            f"{words.state_name(frame.state)}"
        )

    def _print(self, line: str) -> None:
        print(line, file=self._out, flush=True)
