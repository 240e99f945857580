"""The step lease on RP2040: four PIO state machines between the processor and STEP.

*lease* asks for the granted steps of one word, one by one, then waits for the next word: a
processor that says nothing moves nothing (T-03). *pulse* makes each step that is asked for: it
waits while the latch flag is set, tests PERMIT, and one cycle later raises STEP. *latch* watches
PERMIT at the full clock and sets the flag on any low; only `start` clears it: pain, STOP and a
release of RUN need no processor (B-01, B-05, B-06). *count* counts rising edges on the STEP pin
itself: it shares nothing with what grants.

The four sit in one block because flags are shared there (RP2040 datasheet 3.2.6, M).
"""

import machine
import micropython
import rp2
from micropython import const

_BLOCK = const(0)
_LEASE = const(0)
_LATCH = const(1)
_COUNT = const(2)
_PULSE = const(3)
_LEASE_HZ = const(4_000_000)  # slow, so that 1 ms of waiting is only 125 turns of 32 cycles
_TURN_SHIFT = const(3)  # a turn is 8 us
_PULSE_HZ = const(62_500_000)  # 16 ns from the test of PERMIT to the edge of STEP
_LATCHED = const(0x10)  # flag 4; flags 4 to 7 are for state machines alone
_ASKED = const(0x20)  # flag 5: a step is asked for
_IRQ = const(0x50200030)  # PIO0 IRQ: flags; writing 1 clears
_FLEVEL = const(0x5020000C)  # PIO0 FLEVEL: fill of the FIFOs, 4 bits each, TX of machine 0 lowest
_LEASE_TXF = const(0x50200010)  # PIO0 TXF0
_COUNT_RXF = const(0x50200028)  # PIO0 RXF2
_COUNT_RX_LEVEL = const(0xF00000)  # of machine 2 in FLEVEL
_PUSH_TRIES = const(8)
_CTRL_SET = const(0x50202000)  # PIO0 CTRL through its setting alias: 1 enables a machine
_CTRL_CLEAR = const(0x50203000)  # PIO0 CTRL through its clearing alias: 1 disables a machine
_LEASE_INSTR = const(0x502000D8)  # PIO0 SM0_INSTR
_COUNT_INSTR = const(0x50200108)  # PIO0 SM2_INSTR: an instruction written here runs at once
_PULSE_INSTR = const(0x50200120)  # PIO0 SM3_INSTR
_FIFO_DEPTH = const(4)

_PULL_NOBLOCK = const(0x8080)
_STEP_LOW = const(0xE000)  # set(pins, 0)
_PUSH_X = const(0x4020)  # in_(x, 32), pushed at once by autopush
_CLEAR_X = const(0xE020)  # set(x, 0)

# A word must end before the word after the next may be put, or grants would pile up: what is
# running plus what is queued then never reaches further than two ticks of 2000 us.
_WORD_US = const(1900)
_WORD_COUNT_BITS = const(8)


@rp2.asm_pio(out_shiftdir=rp2.PIO.SHIFT_RIGHT)
def _lease_program():
    """Word: steps - 1 in the low 8 bits, above them the turns to wait after each step, less 1."""
    wrap_target()
    pull(block)
    out(x, 8)
    label("step")
    irq(5)
    mov(y, osr)
    label("low")
    jmp(y_dec, "low")[31]
    jmp(x_dec, "step")
    wrap()


def _pulse_program(pulse_us):
    turns = (pulse_us * 125 + 63) // 64  # of 32 cycles of 16 ns

    @rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
    def program():
        wrap_target()
        wait(1, irq, 5)
        wait(0, irq, 4)
        jmp(pin, "permitted")
        label("dead")
        jmp("dead")
        label("permitted")
        set(pins, 1)
        set(y, turns - 1)
        label("high")
        jmp(y_dec, "high")[31]
        set(pins, 0)
        wrap()

    return program


@rp2.asm_pio()
def _latch_program():
    wrap_target()
    wait(0, pin, 0)
    irq(4)
    wait(1, pin, 0)
    wrap()


@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_LEFT, autopush=True, push_thresh=32)
def _count_program():
    wrap_target()
    label("again")
    wait(0, pin, 0)
    wait(1, pin, 0)
    jmp(x_dec, "again")
    wrap()


# The registers are read and written by compiled code: a third of the time of the objects of
# `machine`, and no word of 32 bits ever becomes a heap integer.
@micropython.viper
def _latched() -> int:
    return int(ptr32(_IRQ)[0] >> 4 & 1)


@micropython.viper
def _count() -> int:
    ptr32(_COUNT_INSTR)[0] = _PUSH_X
    tries = 0
    while not int(ptr32(_FLEVEL)[0]) & _COUNT_RX_LEVEL and tries < _PUSH_TRIES:
        tries += 1  # the push takes a few cycles; a read before it would come one call late
    return int(ptr32(_COUNT_RXF)[0] & 0xFFFF)


@micropython.viper
def _put_if_empty(word: int) -> int:
    if int(ptr32(_FLEVEL)[0]) & 15:
        return 0
    ptr32(_LEASE_TXF)[0] = word
    return 1


@micropython.viper
def _disable(machines: int):
    """Disable these machines, the lease among them, and empty its FIFO."""
    ptr32(_CTRL_CLEAR)[0] = machines
    for _ in range(_FIFO_DEPTH):
        ptr32(_LEASE_INSTR)[0] = _PULL_NOBLOCK


@micropython.viper
def _enable_afresh():
    """Clear the flags, then enable: the latch first, then what makes steps."""
    ptr32(_IRQ)[0] = _LATCHED | _ASKED
    ptr32(_CTRL_SET)[0] = 1 << _LATCH
    ptr32(_PULSE_INSTR)[0] = _STEP_LOW
    ptr32(_CTRL_SET)[0] = 1 << _PULSE | 1 << _LEASE


class StepLease:
    """Leased steps on STEP while PERMIT is high. GPIO numbers; `pulse_us` 1 to 16.

    Nothing moves before the first `start`, which also sets DIR: high is towards the patient.
    """

    def __init__(self, step_gpio: int, dir_gpio: int, permit_gpio: int, pulse_us: int = 5):
        if not 1 <= pulse_us <= 16:
            raise ValueError("pulse_us: %d, allowed 1 to 16" % pulse_us)
        self._dir = machine.Pin(dir_gpio, machine.Pin.OUT, value=1)
        step = machine.Pin(step_gpio, machine.Pin.OUT, value=0)
        permit = machine.Pin(permit_gpio, machine.Pin.IN, None)
        block = rp2.PIO(_BLOCK)
        block.remove_program()
        latch = block.state_machine(_LATCH, _latch_program, in_base=permit)
        count = block.state_machine(_COUNT, _count_program, in_base=step)
        pulse = block.state_machine(
            _PULSE, _pulse_program(pulse_us), freq=_PULSE_HZ, set_base=step, jmp_pin=permit
        )
        lease = block.state_machine(_LEASE, _lease_program, freq=_LEASE_HZ)
        self._restart_latch = latch.restart
        self._restart_pulse = pulse.restart
        self._restart_lease = lease.restart
        self._least_turns = pulse_us >> _TURN_SHIFT
        # 1 if PERMIT has been low since `start`; nothing steps until the next `start`.
        self.latched = _latched
        self._seen = 0
        self.stop()
        count.exec(_CLEAR_X)
        count.active(1)

    def start(self, back: int = 0):
        """Everything off and empty, latch cleared, then on again: latch first.

        `back` 1 draws the plunger out, as only a relief does (P-08). If PERMIT is low at this
        moment the latch sets its flag before a step can be made.
        """
        # The pulse is off before the flags are cleared: it may hold a step that waits for that.
        _disable(1 << _LEASE | 1 << _PULSE | 1 << _LATCH)
        self._dir(0 if back else 1)
        self._restart_latch()
        self._restart_pulse()
        self._restart_lease()
        _enable_afresh()

    def stop(self):
        """No more steps from now on. A pulse that is high ends; what was queued is gone."""
        _disable(1 << _LEASE)

    def renew(self, count: int, interval_us: int) -> int:
        """Grant `count` (1 to 3) steps, the first at once, `interval_us` apart.

        The interval is shortened so that the word ends within a tick. 1 if taken, 0 if a word
        already waits, or for a count of 0.
        """
        if count < 1:
            return 0
        if interval_us * count > _WORD_US:
            interval_us = _WORD_US // count
        turns = (interval_us >> _TURN_SHIFT) - 2  # one more than is counted, and single cycles
        if turns < self._least_turns:
            turns = self._least_turns
        return _put_if_empty(turns << _WORD_COUNT_BITS | count - 1)

    def made(self) -> int:
        """Steps seen on the STEP pin since the last call (modulo 65536)."""
        seen = _count()
        made = self._seen - seen & 0xFFFF  # X counts down
        self._seen = seen
        return made
