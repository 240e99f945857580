"""A motion of the plunger, from a new level to what it came to: the operator starts it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from manostat.core import codes
from manostat_sim.telemetry import TickFrame
from manostat_tools.guide.follower import Do, NewLevel, RunFollower, Seen, is_under_way, readings_pa
from manostat_tools.guide.provisioned import calibration_of
from manostat_tools.guide.questions import Question, one_of
from manostat_tools.guide.screen import LiveView, Screen
from manostat_tools.guide.talk import Talk, now, retried
from manostat_tools.link import LinkError
from manostat_tools.link.subscription import Item, Subscription
from manostat_tools.session.calibration import Calibration
from manostat_tools.session.model import RunKind

TICKS = 50_000
"""That may wait while something else is done: 100 s."""
_TURN_S = 0.1
_SECOND = 500
_TRIES = 5
_HELLO_S = 10.0
_TRACE_WAITS = 32
"""Of the notices in a hello: part of the trace is in memory only (docs/protocol.md)."""
_TRACE_TURN_S = 0.5
_TRACE_TURNS = 60
_STOP_KEY = "s"
_ASKED = Question(
    "interrupt",
    "Ctrl-C: (s)top the pump, (w)atch on, or (q)uit and let it work",
    one_of("stop", "watch", "quit"),
    "stop",
)


class Motion:
    """`meet`: called before each run of a level, for trials with another simulated disc."""

    def __init__(self, talk: Talk, screen: Screen, meet: Callable[[], None] = lambda: None) -> None:
        self._talk = talk
        self._screen = screen
        self._meet = meet

    def second_at_rest(self) -> list[float]:
        """Gauge pressures of a second without any zero, Pa. ValueError if it is not at rest."""
        frames: list[TickFrame] = []
        with self._talk.pump.subscribe(TICKS) as ticks:
            while len(frames) < _SECOND:
                item = ticks.get(_TURN_S)
                if isinstance(item, TickFrame):
                    frames.append(item)
                elif item is not None or not self._talk.pump.connected:
                    frames = []
                self._screen.link(not self._talk.pump.connected)
        return readings_pa(frames)

    def line_pa(self) -> int:
        """What the line has now; waits for a link that is lost."""
        found: list[int] = []
        pump = self._talk.pump
        retried(pump, lambda: found.append(pump.state().frame.pressure_pa), self._screen.link)
        return found[-1]

    def set_for(self, order: int | None, kind: RunKind, unit: Sequence[int]) -> None:
        """A new level at the pump, then its prescription, seen to hold. LinkError after a few
        refusals."""
        if order is not None:
            self._meet()
        for left in reversed(range(_TRIES)):
            self._await_new_level()
            try:
                retried(self._talk.pump, self._talk.pull_journal, self._screen.link)
                retried(self._talk.pump, lambda: self._set(unit), self._screen.link)
                break
            except LinkError as refused:
                if not left:
                    raise
                self._screen.warn(str(refused))
        self._talk.arm(order, kind)

    def _set(self, unit: Sequence[int]) -> None:
        self._talk.set_unit(unit)
        self._screen.say("the pump has taken it, restarted and tested itself")
        hello = self._talk.pump.hello(_HELLO_S)
        if hello.verdict:
            raise LinkError(f"self test: {hello.words}: it does not move; power it off and on")

    def _await_new_level(self) -> None:
        level = NewLevel()
        told = 0
        with self._talk.pump.subscribe(TICKS) as ticks:
            while not level.begun:
                for item in self._items(ticks):
                    level.feed(item)
                    if level.begun:
                        break
                self._screen.link(not self._talk.pump.connected)
                if self._talk.pump.connected and not level.begun:
                    self._screen.tell(level.do, level.missed > told)
                    told = level.missed
        self._screen.say("a new level: volume and opening begin anew")

    def acknowledge(self) -> None:
        """Until the operator has acknowledged what stopped the pump."""
        with self._talk.pump.subscribe(TICKS) as ticks:
            while True:
                for item in self._items(ticks):
                    if isinstance(item, TickFrame) and item.state != codes.STOPPED:
                        return
                self._screen.link(not self._talk.pump.connected)
                if self._talk.pump.connected:
                    self._screen.tell(Do.ACKNOWLEDGE)

    def watch(self, title: str, unit: Sequence[int], rest_s: float) -> tuple[Seen, datetime | None]:
        """From the proof of the button to the stop and `rest_s` seconds of the decay after it;
        with the host's time of the first motion."""
        follower = RunFollower()
        began: datetime | None = None
        live = self._screen.live(title, unit, rest_s)
        with self._talk.pump.subscribe(TICKS) as ticks, live as view:
            while not (follower.ended and follower.rest_us >= rest_s * 1e6):
                with self._interruptible(follower, view):
                    for item in self._items(ticks):
                        follower.feed(item)
                    if not self._talk.pump.connected:
                        follower.is_lost = True
                    began = began or (now() if follower.moved else None)
                    view.update(follower)
                    if self._screen.answers.key() == _STOP_KEY:
                        view.by_session |= self._stop()
                if follower.ended and _goes_on(follower.newest):
                    break
        self._screen.tell(Do.LET_GO)
        return follower.seen(), began

    def _items(self, ticks: Subscription) -> Iterator[Item]:
        """What waits; after a tenth of a second without anything, nothing."""
        item = ticks.get(_TURN_S)
        for _ in range(_SECOND):
            if item is None:
                return
            yield item
            item = ticks.get(0.0)
        if item is not None:
            yield item

    def _stop(self) -> bool:
        """Whether the pump was moving and has stopped for it."""
        try:
            has_stopped = self._talk.pump.stop()
        except LinkError as problem:
            self._screen.warn(str(problem))
            return False
        self._screen.say("STOP was sent: it has stopped" if has_stopped else "it was at rest")
        return has_stopped

    @contextmanager
    def _interruptible(self, follower: RunFollower, view: LiveView) -> Iterator[None]:
        """Ctrl-C asks while the plunger may move; at rest it ends the program."""
        try:
            yield
        except KeyboardInterrupt:
            if not follower.moved or follower.ended:
                raise
            view.end()
            answer = self._screen.ask(_ASKED)
            if answer == "quit":
                raise
            if answer == "stop":
                view.by_session |= self._stop()
            view.begin()

    def under_way(self) -> tuple[int, ...] | None:
        """The unit of a run that pauses, or goes on; else None."""
        found: list[TickFrame] = []
        pump = self._talk.pump
        retried(pump, lambda: found.append(pump.state().frame), self._screen.link)
        return self.held() if is_under_way(found[-1]) else None

    def held(self) -> tuple[int, ...] | None:
        """The unit that is stored in the pump; waits for a link that is lost."""
        found: list[tuple[int, ...] | None] = []
        pump = self._talk.pump
        retried(pump, lambda: found.append(pump.settings().unit), self._screen.link)
        return found[-1]

    def calibration(self) -> Calibration | None:
        """That service stored in the pump; waits for a link that is lost."""
        found: list[Calibration | None] = []
        pump = self._talk.pump

        def ask() -> None:
            found.append(calibration_of(pump.settings().identity))

        retried(pump, ask, self._screen.link)
        return found[-1]

    def await_trace(self) -> None:
        """Until the pump's trace is stored, with the line of ten seconds after the stop; half a
        minute at most."""
        held: list[bool] = []

        def ask() -> None:
            held.append(bool(self._talk.pump.hello(_HELLO_S).notices & _TRACE_WAITS))

        for turn in range(_TRACE_TURNS):
            retried(self._talk.pump, ask, self._screen.link)
            if not held[-1]:
                return
            if turn == 0:
                self._screen.say("waiting for the pump's own trace of the line ...", "dim")
            time.sleep(_TRACE_TURN_S)

    def pull(self) -> None:
        """What the pump has recorded; waits for a link that is lost."""
        self._screen.say("reading the pump's record ...", "dim")
        retried(self._talk.pump, self._talk.pull, self._screen.link)


def _goes_on(frame: TickFrame | None) -> bool:
    """Acknowledged and used again: what comes belongs to something else."""
    return frame is not None and frame.state not in (codes.STOPPED, codes.IDLE, codes.READY)
