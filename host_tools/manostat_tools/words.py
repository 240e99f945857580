"""Words for codes and quantities, one place for every tool that speaks to people.

Codes are those of manostat.core.codes; quantities are integers or floats with the unit in the
name of the parameter. Pressures are gauge and are shown in psi with kPa beside.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from math import floor, log10

from manostat.core import codes
from manostat_sim.plant.tables import PA_PER_PSI

_SERIAL = re.compile(r"[A-Z0-9-]{1,8}")
_SERIAL_HEX = 16
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
NOTICE = "simulated; not a certified medical device"

MODES = {
    codes.INJECT: "inject",
    codes.STEP: "step",
    codes.PRIME: "prime",
    codes.COMPLY: "comply",
    codes.SHAM: "sham",
    codes.RELIEVE: "relieve",
}

STATES = {
    codes.IDLE: "idle, the pain button is not yet proven",
    codes.READY: "ready, waits for RUN",
    codes.SEEKING: "seeking the opening pressure",
    codes.SETTLING: "line settling at rest",
    codes.INJECTING: "injecting",
    codes.HOLDING: "holding, RUN goes on from here",
    codes.STOPPED: "stopped",
}

STATE_NAMES = {
    codes.IDLE: "idle",
    codes.READY: "ready",
    codes.SEEKING: "seeking",
    codes.SETTLING: "settling",
    codes.INJECTING: "injecting",
    codes.HOLDING: "holding",
    codes.STOPPED: "stopped",
}

REASONS = {
    codes.NO_REASON: "none",
    codes.PAIN: "pain: the patient pressed the button",
    codes.PRESSURE_ABOVE: "pressure: the limit above opening was reached",
    codes.PRESSURE_LINE: "pressure: the line limit was reached",
    codes.VOLUME: "volume: all that was prescribed is delivered",
    codes.OPENING_HIGH: "opening over 30 psi: tip in annulus or endplate?",
    codes.STOP: "STOP pressed by the operator",
    codes.RELEASE: "RUN released: a pause",
    codes.FAULT: "fault",
    codes.LEAK: "leak: volume went in and the pressure did not rise",
    codes.RELIEVED: "relieved: the line is at zero",
}

FAULTS = {
    codes.NO_FAULT: "none",
    codes.SENSOR_STATUS: "line sensor reports command mode, stale data or a diagnostic fault",
    codes.SENSOR_SILENT: "line sensor does not answer",
    codes.SENSOR_RANGE: "line sensor reads outside its range",
    codes.SENSORS_DISAGREE: "the two pressure sensors disagree",
    codes.CEILING: "frozen pressure ceiling reached",
    codes.STEPS_EXTRA: "steps were counted that nobody granted",
    codes.STEPS_MISSING: "granted steps were not made",
    codes.WIRING: "the switch wires show a pattern that no switch position gives",
    codes.CONTACTS: "the two contacts of the pain button contradict each other",
    codes.LATE: "the control loop came too late while moving",
    codes.END_EMPTY: "plunger at the end of its travel, or that wire cut",
    codes.SENSOR_STUCK: "one pressure sensor stands still while the other moves",
    codes.OCCLUSION: "occlusion: the pressure rises and nothing opens",
    codes.DETACHED: "volume goes and no pressure comes: is the line off?",
    codes.RISE: "the pressure rises with the plunger at rest",
    codes.TOO_FAST: "more steps in a time than were prescribed",
    codes.TOO_MUCH: "more steps in the level than were prescribed",
    codes.END_FULL: "plunger drawn out to its end, or that wire cut",
}

OPENINGS = {
    codes.OPENING_NONE: "not found",
    codes.OPENING_READ: "read at rest",
    codes.OPENING_SET: "set by the operator",
    codes.OPENING_REFUSED: "refused: over 30 psi",
    codes.OPENING_UNSETTLED: "line did not settle",
    codes.OPENING_NO_KNEE: "not found: no bend",
    codes.OPENING_LOST: "lost at a restart: counts as zero",
}


def _look_up(table: Mapping[int, str], code: int, what: str) -> str:
    return table.get(code, f"{what} {code} (unknown to this version)")


def mode(code: int) -> str:
    """A prescription's mode."""
    return _look_up(MODES, code, "mode")


def state(code: int) -> str:
    """A state as a sentence fragment."""
    return _look_up(STATES, code, "state")


def state_name(code: int) -> str:
    """A state in one word."""
    return _look_up(STATE_NAMES, code, "state")


def reason(code: int, fault_code: int = codes.NO_FAULT) -> str:
    """Why it stopped; a fault is named."""
    if code == codes.FAULT:
        return f"fault: {fault(fault_code)}"
    return _look_up(REASONS, code, "reason")


def fault(code: int) -> str:
    """A fault of the guard."""
    return _look_up(FAULTS, code, "fault")


def opening(code: int) -> str:
    """How the opening pressure came about."""
    return _look_up(OPENINGS, code, "opening")


def psi(pressure_pa: float) -> float:
    """Pa to psi."""
    return pressure_pa / PA_PER_PSI


def pressure(pressure_pa: float) -> str:
    """Pa as "20.3 psi (140 kPa)"."""
    return f"{_no_minus_zero(psi(pressure_pa), 1)} psi ({_no_minus_zero(pressure_pa / 1e3, 0)} kPa)"


def volume(volume_nl: float) -> str:
    """nL as "0.512 mL"."""
    return f"{_no_minus_zero(volume_nl / 1e6, 3)} mL"


def serial(unit: str) -> str:
    """A pump as it is called: "M-017" for "4d2d303137000000". What is no such text, as the name of
    the key of a pump without a number, stays as it is."""
    try:
        text = bytes.fromhex(unit).rstrip(b"\0").decode("ascii")
    except ValueError:
        return unit
    return text if _SERIAL.fullmatch(text) else unit


def unit_hex(said: str) -> str:
    """The other way: the 16 hexadecimal digits of "M-017"; of these digits themselves too."""
    if len(said) == _SERIAL_HEX or not _SERIAL.fullmatch(said):
        return said
    return said.encode().ljust(_SERIAL_HEX // 2, b"\0").hex()


def figures(*values: float) -> list[str]:
    """Numbers that stand beside each other, all with as many decimals: the largest has four digits
    or more."""
    largest = max((abs(value) for value in values), default=0.0)
    digits = 3 - floor(log10(largest)) if largest > 0.0 else 0
    return [_no_minus_zero(value, max(digits, 0)) for value in values]


def shown_as(unit: str, pascals: float = PA_PER_PSI, named: str = "psi") -> tuple[float, str]:
    """(factor, unit) that a derived value in `unit` is shown in, by a reader whose unit of pressure
    is so many pascals; volumes are mL, resistances psi s/mL, elastances psi/mL."""
    if unit not in _SHOWN_AS:
        return 1.0, unit
    factor, name = _SHOWN_AS[unit](pascals)
    return factor, name.format(named)


def derived(value: float, low: float | None, high: float | None, unit: str) -> str:
    """A derived value with its 95 % interval, in psi and mL with SI beside:
    "96.3 psi s/mL (664 kPa s/mL), 95 %: 80.0 to 112.6 psi s/mL"."""
    factor, named = shown_as(unit)
    given = [value, *(limit for limit in (low, high) if limit is not None)]
    numbers = figures(*(each * factor for each in given))
    si, kpa = shown_as(unit, 1e3, "kPa")
    beside = "" if kpa == named else f" ({figures(value * si)[0]} {kpa})"
    said = f"{numbers[0]} {named}".rstrip() + beside
    if len(given) < 3:
        return f"{said}, no interval"
    return f"{said}, 95 %: {numbers[1]} to {numbers[2]} {named}".rstrip()


_SHOWN_AS: dict[str, Callable[[float], tuple[float, str]]] = {
    "Pa": lambda pascals: (1 / pascals, "{}"),
    "nL": lambda pascals: (1e-6, "mL"),
    "nL/s": lambda pascals: (1e-6, "mL/s"),
    "nL/Pa": lambda pascals: (pascals * 1e-3, "uL/{}"),
    "uL/psi": lambda pascals: (pascals / PA_PER_PSI, "uL/{}"),
    "Pa/s": lambda pascals: (1 / pascals, "{}/s"),
    "Pa/nL": lambda pascals: (1e6 / pascals, "{}/mL"),
    "Pa s/nL": lambda pascals: (1e6 / pascals, "{} s/mL"),
    "Pa nL": lambda pascals: (1e-6 / pascals, "{} mL"),
}


def rate(rate_nl_s: float) -> str:
    """nL/s as "0.05 mL/s"."""
    return f"{rate_nl_s / 1e6:g} mL/s"


def steps(count: int) -> str:
    """A count of steps in words, for few of them."""
    few = ("no step", "one step", "two steps", "three steps")
    return few[count] if 0 <= count < len(few) else f"{count} steps"


def _no_minus_zero(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:.{digits}f}"


def visible(text: str) -> str:
    """A line with free text in it: what is invisible, steers a terminal, or turns the direction of
    writing and so the digits beside it, is made visible as a box."""
    return "".join("\ufffd" if unicodedata.category(c) in _HIDDEN else c for c in text)
