"""The control channel: one line asks, one line answers, over a Unix socket.

    press RUN | STOP | PAIN | END_FULL | END_EMPTY     and keep pressed
    release SWITCH
    unplug, plug            the USB cable; the pump has a supply of its own
    power off, power on     the supply
    bootsel hold, bootsel release
    reset                   pull the RUN pin of the Pico
    fault ID, mend ID       a fault of manostat_sim.faults, such as occlusion
    meet SCENARIO           another disc and patient
    await WHAT SECONDS      answers when it is so: port, no-port, boot-loader, moving, still,
                            blocks:N (the boot loader has that many), starts:N (power-ons
                            and resets so far), virtual:S (that much virtual time from now
                            on); SECONDS are of the wall
    status                  a JSON object
    end                     end the process

Answers are `ok`, `ok JSON` or `error TEXT`.
"""

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path

from manostat_sim.emulated.board import BOOT_LOADER, EmulatedBoard
from manostat_sim.faults import FAULTS
from manostat_sim.wiring import SWITCHES

_VERBS = (
    *("press SWITCH", "release SWITCH", "plug", "unplug", "power on", "power off"),
    *("bootsel hold", "bootsel release", "reset", "fault ID", "mend ID", "meet SCENARIO"),
    *("await WHAT SECONDS", "status", "end"),
)
_STILL_US = 100_000
_LINE_BYTES = 4096


class Ended(Exception):  # noqa: N818 - no error: someone asked for the end
    """The process was asked to end."""


class Control:
    """Serves any number of clients between two slices of virtual time."""

    def __init__(self, path: Path, board: EmulatedBoard) -> None:
        self._board = board
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen()
        self._clients: dict[socket.socket, bytes] = {}
        self._waiting: dict[socket.socket, tuple[Callable[[], bool], str, float]] = {}
        self._moved_us = -_STILL_US
        self._step_edges = 0

    def sockets(self) -> list[socket.socket]:
        """What to wait for."""
        return [self._listener, *self._clients]

    def serve(self, ready: list) -> None:
        """Answer those who have asked. Raises Ended."""
        for client in ready:
            if client is self._listener:
                self._clients[client.accept()[0]] = b""
            elif client in self._clients:
                self._take(client)

    def look(self) -> None:
        """Answer those who wait for something that is so by now, or have waited long enough."""
        edges = self._board.bench.edges("STEP")
        if edges and edges[-1].at_us > self._moved_us:
            self._moved_us = int(edges[-1].at_us)
        for client, (is_so, what, until_s) in list(self._waiting.items()):
            if is_so():
                del self._waiting[client]
                self._answer(client, "ok")
            elif time.monotonic() >= until_s:
                del self._waiting[client]
                self._answer(client, f"error {what} did not come in time")

    def close(self) -> None:
        """Hang up on everybody."""
        for each in self.sockets():
            each.close()

    def _take(self, client: socket.socket) -> None:
        try:
            data = client.recv(_LINE_BYTES)
        except OSError:
            data = b""
        if not data:
            del self._clients[client]
            self._waiting.pop(client, None)
            client.close()
            return
        *lines, self._clients[client] = (self._clients[client] + data).split(b"\n")
        for line in lines:
            words = line.decode("utf-8", "replace").split()
            if words and words[0] == "await":
                self._await(client, words[1:])
            else:
                self._answer(client, self._obey(words))

    def _answer(self, client: socket.socket, text: str) -> None:
        try:
            client.sendall(text.encode() + b"\n")
        except OSError:  # it has hung up: its next read says so
            return

    def _obey(self, words: list[str]) -> str:
        board = self._board
        match words:
            case ["press", switch] if switch in SWITCHES:
                board.bench.press(switch)
            case ["release", switch] if switch in SWITCHES:
                board.bench.release(switch)
            case ["press" | "release", switch]:
                return f"error no switch {switch}: allowed {', '.join(SWITCHES)}"
            case ["plug"] | ["unplug"]:
                board.plug(words[0] == "plug")
            case ["power", "on"]:
                board.power_on()
            case ["power", "off"]:
                board.power_off()
            case ["bootsel", "hold" | "release"]:
                board.bootsel = words[1] == "hold"
            case ["reset"]:
                board.reset()
            case ["fault" | "mend", name] if name in FAULTS:
                return self._fault(words[0], name)
            case ["fault" | "mend", name]:
                return f"error no fault {name}: allowed {', '.join(sorted(FAULTS))}"
            case ["meet", scenario]:
                return self._meet(scenario)
            case ["status"]:
                return f"ok {json.dumps(self._status())}"
            case ["end"]:
                raise Ended
            case _:
                return f"error not understood: {' '.join(words)}: allowed {', '.join(_VERBS)}"
        return "ok"

    def _fault(self, verb: str, name: str) -> str:
        try:
            (self._board.fault if verb == "fault" else self._board.mend)(name)
        except Exception as problem:  # a fault may need a state that this pump is not in
            return f"error {name}: {problem}"
        return "ok"

    def _meet(self, scenario: str) -> str:
        try:
            self._board.bench.meet(scenario)
        except KeyError as unknown:
            return f"error {unknown.args[0]}"
        return "ok"

    def _await(self, client: socket.socket, words: list[str]) -> None:
        if len(words) != 2 or not words[1].replace(".", "", 1).isdecimal():
            self._answer(client, "error await WHAT SECONDS")
            return
        what, seconds = words
        tests: dict[str, Callable[[], bool]] = {
            "port": lambda: self._board.port.present,
            "no-port": lambda: not self._board.port.present,
            "boot-loader": lambda: self._board.mode == BOOT_LOADER,
            "moving": self._moves,
            "still": lambda: not self._moves(),
        }
        kind, _, number = what.partition(":")
        if number.replace(".", "", 1).isdecimal():
            least = float(number)
            until_us = self._board.now_us + 1e6 * least
            counts: dict[str, Callable[[], bool]] = {
                "blocks": lambda: self._board.received[0] >= least,
                "starts": lambda: self._board.starts >= least,
                "virtual": lambda: self._board.now_us >= until_us,
            }
            if kind in counts:
                tests[what] = counts[kind]
        if what not in tests:
            self._answer(client, f"error cannot wait for {what}: allowed {', '.join(tests)}")
            return
        self._waiting[client] = (tests[what], what, time.monotonic() + float(seconds))

    def _moves(self) -> bool:
        return self._board.now_us - self._moved_us < _STILL_US

    def _status(self) -> dict[str, object]:
        board = self._board
        world = board.bench.world
        return {
            "mode": board.mode,
            "virtual_s": round(board.now_us / 1e6, 3),
            "plugged": board.plugged,
            "bootsel": board.bootsel,
            "pressed": [switch for switch in SWITCHES if world.wiring.pressed(switch)],
            "moving": self._moves(),
            "starts": board.starts,
            "line_pa": round(world.plant.line_pa),
            "blocks": list(board.received),
        }
