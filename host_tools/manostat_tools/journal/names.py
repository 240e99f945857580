"""Words for the codes of docs/journal.md."""

MODES = {1: "inject", 2: "step", 3: "prime", 4: "comply", 5: "sham", 6: "relieve"}
STATES = {
    0: "idle", 1: "ready", 2: "seeking", 3: "settling", 4: "injecting", 5: "holding", 6: "stopped",
}  # fmt: skip
REASONS = {
    0: "none", 1: "pain", 2: "limit above opening", 3: "line limit", 4: "volume",
    5: "opening too high", 6: "STOP", 7: "release", 8: "fault", 9: "leak", 10: "relieved",
}  # fmt: skip
FAULTS = {
    0: "none", 1: "sensor status", 2: "sensor silent", 3: "sensor range", 4: "sensors disagree",
    5: "ceiling", 6: "steps extra", 7: "steps missing", 8: "wiring", 9: "contacts", 10: "late",
    11: "end empty", 12: "sensor stuck", 13: "occlusion", 14: "detached", 15: "rise",
    16: "too fast", 17: "too much", 18: "end full",
}  # fmt: skip
OPENINGS = {
    0: "none", 1: "read", 2: "set", 3: "refused", 4: "unsettled", 5: "no bend",
    6: "lost by a restart",
}  # fmt: skip
VERDICTS = {
    0: "passed", 1: "line sensor", 2: "second sensor", 3: "sensors disagree", 4: "unit invalid",
    5: "image", 6: "clock", 7: "key held", 8: "watchdog", 9: "sounder or lamp pin",
    10: "driver enable pin", 11: "journal",
}  # fmt: skip
RESETS = {
    0: "power-on", 1: "a reset by the watchdog", 2: "a forced restart", 3: "a reset by the RUN pin",
    4: "a reset by a debugger",
}  # fmt: skip
REQUESTS = {
    0: "sent what is no request", 72: "asked for the hello", 74: "asked for the journal",
    80: "sent a setting", 82: "asked for the stored traces", 83: "sent STOP",
    84: "asked for the trace in memory", 85: "asked for the unit",
}  # fmt: skip
SERVICES = {
    1: "service mode opened", 2: "unit to be stored", 3: "identity to be stored",
    4: "key to be stored",
}  # fmt: skip
KEYS = {
    0: "no key, nothing is sealed",
    1: "the unit's key",
    2: "the public key of the bench image, which proves nothing",
    3: "a spoilt key, nothing is sealed",
}

_STOP_OK, _PAIN_OK, _PERMIT, _PAIN_NO, _END_FULL, _END_EMPTY = (1 << bit for bit in range(6))
_HELD = 64
_SELF_TEST = 128


def named(names: dict[int, str], code: int) -> str:
    """The word, or the number itself."""
    return names.get(code, f"code {code}")


def switches(bits: int) -> str:
    """What is pressed, as the taps tell: behind an open STOP the others cannot be seen."""
    said = []
    if not bits & _STOP_OK:
        said.append("STOP pressed or cut")
    elif not bits & _PAIN_OK:
        said.append("PAIN pressed or cut")
    else:
        said.append("RUN closed" if bits & _PERMIT else "RUN open")
    if bits & _PAIN_NO and (bits & _PAIN_OK or not bits & _STOP_OK):
        said.append("second contact of PAIN closed")
    if not bits & _END_FULL:
        said.append("end switch full")
    if not bits & _END_EMPTY:
        said.append("end switch empty")
    return ", ".join(said)


def alarm(cause: int) -> str:
    """What an alarm is about."""
    if cause == 0:
        return "none"
    if cause == _HELD:
        return "a button is held"
    if cause >= _SELF_TEST:
        return f"self test: {named(VERDICTS, cause - _SELF_TEST)}"
    return named(FAULTS, cause)
