"""`manostat watch`: one line that lives."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from manostat_sim.telemetry import TickFrame
from manostat_tools import words
from manostat_tools.devices.errors import DeviceError
from manostat_tools.inputs import seconds
from manostat_tools.link.errors import LinkError
from manostat_tools.link.held import about, working_unit
from manostat_tools.link.pump import Pump, connect
from manostat_tools.link.state import State
from manostat_tools.link.subscription import LinkLost, Subscription

_LIVE_S, _PLAIN_S = 0.1, 1.0
_RATE_S = 0.5
_ASK_S = 0.5
_SLOW = 50
"""Frames a second below which the link, or this computer, does not keep up."""
_TICKS = 1 << 16


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the command line."""
    parser = subparsers.add_parser(
        "watch",
        help="one live line of a pump: state, pressure, volume",
        description="State, pressure, volume of this level, frames a second and frames lost so "
        "far, until Ctrl-C. In a pipe one line a second. Sends nothing that changes the pump. "
        "Not a certified medical device.",
    )
    parser.add_argument("unit", nargs="?", metavar="UNIT", help="name, port or serial number")
    parser.add_argument("--seconds", type=seconds, metavar="S", help="end after so long")
    parser.set_defaults(run=run)


@dataclass
class Count:
    """Frames that came, and those whose numbers are missing between them."""

    frames: int = 0
    lost: int = 0
    losses: int = 0
    """How often the link was lost."""
    rate: float = 0.0
    _tick: int | None = None
    _since_s: float | None = None
    _then: int = 0

    def take(self, frame: TickFrame, now_s: float) -> None:
        """One more. `rate` is that of the last half second, in frames a second."""
        if self._tick is not None:
            self.lost += (frame.tick - self._tick - 1) % _TICKS
        self._tick = frame.tick
        self.frames += 1
        if self._since_s is None:
            self._since_s, self._then = now_s, self.frames
        elif now_s - self._since_s >= _RATE_S:
            self.rate = (self.frames - self._then) / (now_s - self._since_s)
            self._since_s, self._then = now_s, self.frames

    def break_off(self) -> None:
        """The link was lost: what comes next does not follow the last."""
        self.losses += 1
        self._tick = None


def run(options: argparse.Namespace) -> int:
    """0 after Ctrl-C or its time; 1 if there is no pump."""
    count = Count()
    began_s = time.monotonic()
    lasts_s: float = float("inf") if options.seconds is None else options.seconds
    try:
        with connect(options.unit) as pump:
            print(_who(pump), flush=True)
            unit = None if (moves := pump.state().moves) else _unit(pump)
            with pump.subscribe() as ticks:
                began_s = time.monotonic()
                ask = (lambda: _unit(pump)) if moves else None
                _watch(ticks, unit, ask, count, began_s + lasts_s)
    except KeyboardInterrupt:
        pass
    except DeviceError as problem:
        print(problem, file=sys.stderr)
        return 1
    if sys.stdout.isatty():
        print()
    print(
        f"watched {time.monotonic() - began_s:.0f} s: {count.frames} frames, {count.lost} lost, "
        f"link lost {count.losses} times"
    )
    return 0


def line(state: State, unit: tuple[int, ...] | None, count: Count) -> str:
    """All in one line."""
    what = state.name
    if state.frame.reason:
        what += f" ({state.reason})"
    volume = f"{state.steps} steps"
    if unit is not None:
        volume = words.volume(state.steps * unit[6] / unit[7])
    rate = f"{count.rate:.0f} frames/s" if count.rate else "- frames/s"
    slow = " SLOW" if 0 < count.rate < _SLOW else ""
    return f"{what}  {words.pressure(state.pressure_pa)}  {volume}  {rate}{slow}  {count.lost} lost"


def _watch(
    ticks: Subscription,
    unit: tuple[int, ...] | None,
    ask: Callable[[], tuple[int, ...] | None] | None,
    count: Count,
    ends_s: float,
) -> None:
    """`ask` for the unit once it is at rest: once, for the pump keeps each request on record."""
    every_s = _LIVE_S if sys.stdout.isatty() else _PLAIN_S
    shown_s = time.monotonic()
    while (now_s := time.monotonic()) < ends_s:
        item = ticks.get(min(every_s, ends_s - now_s))
        if isinstance(item, LinkLost):
            count.break_off()
            _show(f"link lost: {item.why}", last=True)
        elif isinstance(item, TickFrame):
            now_s = time.monotonic()
            count.take(item, now_s)
            if now_s - shown_s >= every_s:
                state = State(item, now_s)
                _show(line(state, unit, count))
                shown_s = now_s
                if ask is not None and not state.moves:
                    unit, ask = ask(), None


def _show(text: str, last: bool = False) -> None:
    if sys.stdout.isatty():
        print(f"\r\x1b[K{text}", end="\n" if last else "", flush=True)
    else:
        print(text, flush=True)


def _who(pump: Pump) -> str:
    try:
        return about(pump, pump.hello(1.0))
    except LinkError:
        return f"{pump.name}: does not say who it is while it moves"


def _unit(pump: Pump) -> tuple[int, ...] | None:
    """For the volume; None if there is none, or it is not said soon: then steps are shown."""
    try:
        return working_unit(pump.hello(_ASK_S), pump.settings(_ASK_S))
    except LinkError:
        return None
