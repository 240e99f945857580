"""Why the chip was reset (T-05), and the proof at power-on that the watchdog resets it (T-01).

The proof is a reset of its own, so the reason is put away before. The watchdog's scratch registers
outlive its resets, but neither power-off nor the RUN pin (RP2040 datasheet 4.7.4, M):

    0 stage: _PROVING while the watchdog is waited for, _PROVEN once it has come, else neither
    1 the reason of the reset before the proof
    2 resets since the proof

After the third of those the pump stays inert until power is cut, and the watchdog stays off: what
hangs again and again does not start again and again.
"""

import machine
from micropython import const

from manostat import watchdog

POWER = const(0)  # or brown-out
TIME_OUT = const(1)  # of the watchdog
FORCED = const(2)  # by firmware or boot loader, through the watchdog
RUN_PIN = const(3)
DEBUGGER = const(4)

_CTRL_CLEAR = const(0x4005B000)  # WATCHDOG CTRL through its clearing alias (datasheet 2.1.2, M)
_ENABLE = const(1 << 30)
_REASON = const(0x40058008)  # bit 0 time-out, bit 1 forced; 0 after power or RUN
_STAGE = const(0x4005800C)  # SCRATCH0; MicroPython and the boot ROM use 4 to 7
_FIRST_REASON = const(0x40058010)
_RESETS = const(0x40058014)
_CHIP_RESET = const(0x40064008)  # VREG_AND_CHIP_RESET (datasheet 2.10.7, M)
_HAD_RUN = const(1 << 16)
_HAD_PSM_RESTART = const(1 << 20)

_PROVING = const(0x2A3C51B7)
_PROVEN = const(0x15D2AE69)
_PROOF_MS = const(2)
_PROOF_TURNS = const(50_000)  # counted, for the clock may stand still too: about 50 ms
_MOST_RESETS = const(2)

reason = POWER
"""Of the newest reset, the proof not counted."""
at_power_on = True
"""Whether nobody can have been using the pump before this reset."""
watchdog_failed = True
"""Whether it did not come, or came too often since power-on."""


def begin():
    """Find the reason; call before anything else. At power-on this ends in a reset, the proof.

    The watchdog runs when this returns, unless `watchdog_failed`.
    """
    global reason, at_power_on, watchdog_failed  # noqa: PLW0603 - facts of this boot, set once
    memory = machine.mem32
    memory[_CTRL_CLEAR] = _ENABLE
    reason = _reason(memory)
    stage = memory[_STAGE]
    at_power_on = reason not in (TIME_OUT, FORCED) or stage != _PROVEN
    if not at_power_on:
        memory[_RESETS] += 1
        watchdog_failed = memory[_RESETS] > _MOST_RESETS
    elif stage == _PROVING and reason in (TIME_OUT, FORCED):
        watchdog_failed = reason != TIME_OUT
        reason = memory[_FIRST_REASON]
        memory[_STAGE] = _PROVEN
    else:
        _prove(memory)
    if not watchdog_failed:
        watchdog.start(watchdog.REST_MS)


def forget_proof():
    """The next reset is as one of power, whatever it is: with the proof and the whole self test."""
    machine.mem32[_STAGE] = 0


def restart():
    """Begin anew as after power-on. Call at rest; does not return. What was counted of resets is
    forgotten: an inert pump must not call this."""
    forget_proof()
    machine.reset()


def _prove(memory):
    """Let it come. This returns only if it does not."""
    memory[_FIRST_REASON] = reason
    memory[_RESETS] = 0
    memory[_STAGE] = _PROVING
    watchdog.start(_PROOF_MS)
    for _ in range(_PROOF_TURNS):
        pass
    memory[_CTRL_CLEAR] = _ENABLE
    memory[_STAGE] = 0


def _reason(memory):
    asked = memory[_REASON]
    if asked:
        return TIME_OUT if asked & 1 else FORCED
    chip = memory[_CHIP_RESET]
    if chip & _HAD_RUN:
        return RUN_PIN
    return DEBUGGER if chip & _HAD_PSM_RESTART else POWER
