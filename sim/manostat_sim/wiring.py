"""The switches and the wires between them, as levels at the board's pins.

    3V3 -[3v3-stop]- STOP (NC) -[stop-pain]- PAIN (NC) -[pain-run]- RUN (NO) -[run-permit]- PERMIT
                         |                       |
                      STOP_OK                 PAIN_OK      (taps, each a wire of its own)

The tap is at its switch: a cut in "stop-pain" leaves STOP_OK high. PAIN_NO is the button's second
contact, fed from 3V3; END_FULL and END_EMPTY are normally closed. Every pin has a pull-down.
"""

from manostat_sim.plant.noise import hash32

SIGNALS = ("STOP_OK", "PAIN_OK", "PERMIT", "PAIN_NO", "END_FULL", "END_EMPTY")
"""Bit 0 first, as in `Inputs.switches`."""

SWITCHES = ("STOP", "PAIN", "RUN", "END_FULL", "END_EMPTY")
CHAIN_PLACES = ("3v3-stop", "stop-pain", "pain-run", "run-permit")
PLACES = CHAIN_PLACES + SIGNALS + ("ENABLE_N",)


class Wiring:
    """Switches by name, wires by place; `levels` and `bits` are what the pins see."""

    def __init__(self) -> None:
        self._pressed = dict.fromkeys(SWITCHES, False)
        self._welded = dict.fromkeys(SWITCHES, False)
        self._whole = dict.fromkeys(PLACES, True)
        self.levels: dict[str, int] = {}
        self.bits = 0
        self._update()

    def press(self, switch: str) -> None:
        """Press and keep pressed: STOP, PAIN, RUN, END_FULL, END_EMPTY. KeyError else."""
        self._set(self._pressed, switch, True)

    def release(self, switch: str) -> None:
        """Let go of a switch. KeyError when it does not exist."""
        self._set(self._pressed, switch, False)

    def pressed(self, switch: str) -> bool:
        """Whether someone presses the switch, whatever its contacts say."""
        return self._pressed[switch]

    def weld(self, switch: str) -> None:
        """A fault: the normally closed contact (RUN: the contact) stays closed for good."""
        self._set(self._welded, switch, True)

    def part(self, switch: str) -> None:
        """Part a welded contact: it does again what its switch does."""
        self._set(self._welded, switch, False)

    def cut(self, place: str) -> None:
        """Cut a wire: a place of the chain, a tap or pin by its signal, or ENABLE_N."""
        self._set(self._whole, place, False)

    def mend(self, place: str) -> None:
        """Join a cut wire again."""
        self._set(self._whole, place, True)

    def driver_enabled(self, enable_n_level: int) -> bool:
        """Whether the driver holds the motor: ENABLE_N low, and led through STOP's second pole."""
        return not enable_n_level and self._whole["ENABLE_N"] and not self._pressed["STOP"]

    def _set(self, table: dict[str, bool], key: str, value: bool) -> None:
        if key not in table:
            raise KeyError(f"{key!r} is none of {', '.join(table)}")
        table[key] = value
        self._update()

    def _closed(self, switch: str) -> bool:
        return self._welded[switch] or self._pressed[switch] == (switch == "RUN")

    def _update(self) -> None:
        whole = self._whole
        after_stop = whole["3v3-stop"] and self._closed("STOP")
        after_pain = after_stop and whole["stop-pain"] and self._closed("PAIN")
        after_run = after_pain and whole["pain-run"] and self._closed("RUN")
        nodes = (
            after_stop,
            after_pain,
            after_run and whole["run-permit"],
            self._pressed["PAIN"],
            self._closed("END_FULL"),
            self._closed("END_EMPTY"),
        )
        bits = 0
        for position, (signal, node) in enumerate(zip(SIGNALS, nodes, strict=True)):
            level = int(node and whole[signal])
            self.levels[signal] = level
            bits |= level << position
        self.bits = bits


def bounce(pressed: bool, start_us: int, seed: int, edges: int = 5) -> list[tuple[int, bool]]:
    """A bouncing contact as [(time in us, pressed)], ending in `pressed`.

    The first entry is at `start_us`; the contact changes `edges` times (made odd) with 1 to 500 us
    between (E); equal seeds bounce equally.
    """
    entries = [(start_us, pressed)]
    now_us = start_us
    for number in range(1, edges | 1):
        now_us += 1 + hash32(hash32(seed) + number) % 500
        entries.append((now_us, pressed == (number % 2 == 0)))
    return entries
