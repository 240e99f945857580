"""A pump on a USB port, as a program or a notebook sees it."""

import time
from collections.abc import Callable, Sequence
from types import TracebackType

from manostat_sim import wire
from manostat_sim.telemetry import Answer, Bulk
from manostat_sim.telemetry import Hello as HelloFrame
from manostat_tools.devices.port import ForbiddenError, HeldError
from manostat_tools.devices.probe import Hello, decode_hello
from manostat_tools.link.errors import LinkError
from manostat_tools.link.owner import Heard, Owner
from manostat_tools.link.place import find_pump
from manostat_tools.link.pull import pull_pages, pull_whole
from manostat_tools.link.requests import Requests
from manostat_tools.link.settings import Settings
from manostat_tools.link.state import State
from manostat_tools.link.stop import stop
from manostat_tools.link.subscription import MOST, Subscription
from manostat_tools.link.unit import ask_settings, set_unit

_LOOK_S = 0.02
_STALE_S = 0.5
_FIRST_TICK_S = 1.0
_HELLO_S = 5.0
_PATIENCE_S = 120.0


def connect(unit: str | None = None, limit_s: float = 5.0) -> "Pump":
    """Open the link to a pump; use it in a `with`.

    `unit`: the name or port of a board as `manostat boards` shows it, its USB serial number, or the
    unit's serial number; None: the only board that answers as a pump. DeviceError in one line, such
    as LinkError, if it is not there, held by another program, or silent for `limit_s` seconds.
    """
    ends_s = time.monotonic() + limit_s
    owner = Owner(find_pump(unit, limit_s))
    ends_s = max(ends_s, time.monotonic() + _FIRST_TICK_S)
    owner.start()
    try:
        _await_tick(owner, ends_s)
    except BaseException:  # also Ctrl-C: nobody could give the port back
        owner.close()
        raise
    return Pump(owner)


def _await_tick(owner: Owner, ends_s: float) -> None:
    while not owner.connected:
        problem = owner.problem
        is_final = isinstance(problem, HeldError | ForbiddenError)
        if is_final or time.monotonic() >= ends_s:
            raise problem or LinkError(
                f"{owner.place.name}: says nothing that a pump says; `manostat boards` shows who "
                "answers"
            )
        time.sleep(_LOOK_S)


class Pump:
    """Made by `connect`. Every method may be called from any thread, and waits no longer than it
    says; LinkError, one line that says what to do, when the time is over."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._requests = Requests(owner)
        self._subscriptions: list[Subscription] = []

    def __enter__(self) -> "Pump":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the port back; all subscriptions end. The pump goes on with what it does."""
        self._owner.close()
        for subscription in list(self._subscriptions):
            subscription.close()

    @property
    def name(self) -> str:
        """Of the board, as `manostat boards` shows it."""
        return self._owner.place.name

    @property
    def connected(self) -> bool:
        """Whether ticks come: the port is open, and the newest is at most 1.5 s old."""
        return self._owner.connected

    @property
    def why_lost(self) -> str:
        """Why the link was lost the last time, "" if it never was."""
        return self._owner.why_lost

    def state(self, limit_s: float = 2.0) -> State:
        """The newest tick, never older than half a second: then the next is waited for, at most
        `limit_s` seconds."""
        ends_s = time.monotonic() + limit_s
        while True:
            newest = self._owner.newest
            if newest is not None and self.connected and time.monotonic() - newest.at_s < _STALE_S:
                return newest
            if self._owner.closed or time.monotonic() >= ends_s:
                raise self._requests.late("a tick")
            time.sleep(_LOOK_S)

    def hello(self, limit_s: float = _HELLO_S) -> Hello:
        """Who it is; answered at rest."""
        ends_s = time.monotonic() + limit_s
        return decode_hello(self._requests.hello(wire.hello, ends_s))

    def stop(self, limit_s: float = 2.0) -> bool:
        """STOP, sent again until the pump has stopped or is at rest, at most `limit_s` seconds.

        True: it was moving and has stopped, as by its button. False: it was at rest, and nothing
        has changed. Does not wait for other requests.
        """
        return stop(self._owner, self._requests, limit_s)

    def subscribe(self, most: int = MOST, only_frames: bool = False) -> Subscription:
        """Every tick from now on, and the link lost and back (`only_frames`: without these two).
        `most`: how many wait, 1 or more; then the oldest are dropped and counted."""
        if self._owner.closed:
            raise LinkError(f"{self.name}: this connection was closed")

        def hear(heard: Heard) -> None:
            if not isinstance(heard, Bulk | HelloFrame | Answer):
                subscription.put(heard)

        def left(subscription: Subscription) -> None:
            self._owner.leave(hear)
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

        subscription = Subscription(most, only_frames, left)
        self._subscriptions.append(subscription)
        self._owner.listen(hear)
        return subscription

    def records(
        self,
        first: int = 0,
        patience_s: float = _PATIENCE_S,
        say: Callable[[str], None] = lambda _: None,
    ) -> bytes:
        """The pages of the journal, 256 bytes each, of the records from the number `first` on (0:
        all). Asked for at rest; what motion or the cable breaks off goes on where it was.

        `patience_s`: seconds without a new page after which a BrokenOffError has those that came.
        `say` is told how far it is.
        """
        return pull_pages(self._requests, wire.journal, first, patience_s, say)

    def traces(
        self,
        first: int = 0,
        patience_s: float = _PATIENCE_S,
        say: Callable[[str], None] = lambda _: None,
    ) -> bytes:
        """As `records`, of the pages of traces: every tick's raw pressure, of all levels that the
        pump still holds. Each is stored some ten seconds after its stop."""
        return pull_pages(self._requests, wire.ring, first, patience_s, say)

    def trace(
        self, patience_s: float = _PATIENCE_S, say: Callable[[str], None] = lambda _: None
    ) -> bytes:
        """What the pump has of the newest level in memory, two bytes a tick: empty once it is
        stored."""
        return pull_whole(self._requests, wire.trace, patience_s, say)

    def settings(self, limit_s: float = _HELLO_S) -> Settings:
        """What is stored in the pump; answered at rest."""
        return ask_settings(self._requests, limit_s)

    def set_unit(self, values: Sequence[int], key: bytes, limit_s: float = 10.0) -> Settings:
        """Store a unit with the authority of the unit's key, 32 bytes; returns what then holds.

        `values`: the nine integers mode, rate_nl_s, volume_nl, limit_above_pa, limit_line_pa,
        step_volume_nl, nl_num, nl_den, zero_pa, checked here first. Only an idle pump takes them;
        it restarts with them, and its port may go and come back. LinkError for each refusal.
        """
        return set_unit(self._owner, self._requests, values, key, limit_s)
