"""The one thread that owns the port: it reads, sends, and opens the port again when it was gone."""

import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from manostat_sim.telemetry import TickFrame
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.port import GoneError, Port
from manostat_tools.link.frames import Frame, Frames
from manostat_tools.link.place import Place
from manostat_tools.link.state import State
from manostat_tools.link.subscription import LinkBack, LinkLost

Heard = Frame | LinkLost | LinkBack
Listener = Callable[[Heard], None]

_TURN_S = 0.02
_AGAIN_S = 0.05
_SILENT_S = 1.5
"""A pump says something 500 times a second; one that says nothing for so long is not there."""
_LATE_S = 0.5
"""A look at the port that took so long was a busy computer's: what came meanwhile waits there."""
_JOIN_S = 3.0


class Owner:
    """Runs from `start` to `close`. Listeners are called in its thread, and must not wait."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.newest: State | None = None
        self.connected = False
        self.problem: DeviceError | None = None
        """Why the port cannot be opened now."""
        self.why_lost = ""
        """Of the newest loss of the link."""
        self._listeners: tuple[Listener, ...] = ()
        self._unsent: deque[bytes] = deque()
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="manostat link", daemon=True)

    def start(self) -> None:
        """Begin; what comes goes to the listeners."""
        self._thread.start()

    def close(self) -> None:
        """Give the port back, within a few seconds."""
        self._ended.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(_JOIN_S)

    @property
    def closed(self) -> bool:
        """Whether it was closed: then nothing comes any more."""
        return self._ended.is_set()

    def listen(self, listener: Listener) -> None:
        """Tell it of every frame, and of the link lost and back."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

    def leave(self, listener: Listener) -> None:
        """No more."""
        with self._lock:
            self._listeners = tuple(each for each in self._listeners if each != listener)

    def send(self, frame: bytes, first: bool = False) -> None:
        """Hand bytes to the thread; `first`: before all that still waits. What waits while the link
        is lost is forgotten."""
        if first:
            self._unsent.appendleft(b"\0" + frame)
        else:
            self._unsent.append(b"\0" + frame)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                if not (path := self.place.path()):
                    raise GoneError(f"{self.place.name}: no port now; is it plugged in, powered?")
                with Port(path) as port:
                    self.problem = None
                    self._serve(port)
            except DeviceError as problem:
                self.problem = problem
                self._lose(str(problem))
            except Exception as problem:  # whatever a driver raises: who waits would wait in vain
                self.problem = DeviceError(f"{self.place.name}: {problem}")
                self._lose(str(self.problem))
            self._unsent.clear()
            self._ended.wait(_AGAIN_S)
        self._lose("closed")

    def _serve(self, port: Port) -> None:
        """Until it is closed. Raises GoneError when the board goes."""
        frames = Frames()
        heard_s = looked_s = time.monotonic()

        def take(data: bytes) -> bool:
            nonlocal heard_s
            for frame in frames.cut(data):
                if isinstance(frame, TickFrame):
                    heard_s = time.monotonic()
                    self._take_tick(State(frame, heard_s))
                else:
                    self._tell(frame)
            return bool(self._unsent) or self._ended.is_set()

        while not self._ended.is_set():
            with suppress(IndexError):
                port.send(self._unsent.popleft())
            port.receive(take, 0.0 if self._unsent else _TURN_S)
            now_s = time.monotonic()
            if now_s - looked_s > _LATE_S:
                heard_s = now_s
            looked_s = now_s
            if self.connected and now_s - heard_s > _SILENT_S:
                self._lose(
                    f"{self.place.name}: no tick for {_SILENT_S:g} s: a self test, a program that "
                    "ended, or a computer that is too busy"
                )

    def _take_tick(self, state: State) -> None:
        self.newest = state
        if not self.connected:
            self.connected = True
            self._tell(LinkBack(state.at_s))
        self._tell(state.frame)

    def _lose(self, why: str) -> None:
        if self.connected:
            self.connected = False
            self.why_lost = why
            self._tell(LinkLost(why, time.monotonic()))

    def _tell(self, heard: Heard) -> None:
        for listener in self._listeners:
            listener(heard)
