"""State that compiled code shares with Python: flags, the divider, the spinlocks, I2C's polls.

The divider and the spinlocks are peripherals of RP2040's SIO block, but MicroPython divides at
each lookup of a name: they have to be where the compiled instructions are. So are copies of the
three I2C registers that the firmware reads over and over while a byte is on the wire.
"""
# compiled, so the types are numba's
# mypy: disable-error-code="no-any-return"

from typing import Any

import numpy as np
from numba.extending import register_jitable

# Places in the state, all of 64 bits
N, Z, C, V = range(4)
DIVIDEND, DIVISOR, QUOTIENT, REMAINDER, DIV_CSR, DIV_SIGNED, DIV_PENDING = range(4, 11)
SPINLOCKS = 11
REGISTERS, SRAM, FLASH, ROM, USB_DPRAM = range(12, 17)  # addresses in this process
PRIMASK = 17
I2C0 = 18
"""From here, three words for each I2C block: interrupts, receive level, abort source.

Negative: not known here, or reading it changes it.
"""
I2C_WORDS = 3
I2C_INTERRUPTS, I2C_RECEIVED, I2C_ABORT = range(I2C_WORDS)
STATE_WORDS = I2C0 + 2 * I2C_WORDS

_MASK = 0xFFFFFFFF
_SIO_DIV_FIRST = 0x60
_SIO_SPINLOCK_FIRST, _SIO_SPINLOCK_LAST = 0x100, 0x17C
_UDIVIDEND, _SDIVIDEND = 0x60, 0x68
_QUOTIENT, _REMAINDER, _CSR = 0x70, 0x74, 0x78
_CSR_READY, _CSR_READY_DIRTY = 1, 3  # DIV_CSR, RP2040 datasheet 2.3.1.7


def new_state() -> Any:
    state = np.zeros(STATE_WORDS, dtype=np.int64)
    state[DIVISOR] = 1
    state[I2C0:] = -1
    return state


def reset_sio(state: Any) -> None:
    state[DIVIDEND : SPINLOCKS + 1] = 0
    state[DIVISOR] = 1


@register_jitable
def _as_signed(value: int) -> int:
    return value - ((value & 0x80000000) << 1)


@register_jitable
def divide(state: Any) -> None:
    """Works out the SIO divider's pending result (RP2040 datasheet 2.3.1.5)."""
    state[DIV_PENDING] = 0
    dividend, divisor = state[DIVIDEND] & _MASK, state[DIVISOR] & _MASK
    if state[DIV_SIGNED]:
        dividend, divisor = _as_signed(dividend), _as_signed(divisor)
    if divisor == 0:
        state[QUOTIENT] = 1 if dividend < 0 else -1
        state[REMAINDER] = dividend
        return
    quotient = abs(dividend) // abs(divisor)
    if (dividend < 0) != (divisor < 0):
        quotient = -quotient
    state[QUOTIENT] = quotient
    state[REMAINDER] = dividend - quotient * divisor


@register_jitable
def sio_readable(offset: int) -> bool:
    return (
        offset == 0
        or _SIO_DIV_FIRST <= offset <= _CSR
        or _SIO_SPINLOCK_FIRST <= offset <= _SIO_SPINLOCK_LAST
    )


@register_jitable
def sio_read(state: Any, offset: int) -> int:
    """Processor number, divider and spinlocks; `sio_readable` tells which."""
    if offset == 0:
        return 0
    if offset >= _SIO_SPINLOCK_FIRST:
        bit = 1 << ((offset - _SIO_SPINLOCK_FIRST) >> 2)
        if state[SPINLOCKS] & bit:
            return 0
        state[SPINLOCKS] |= bit
        return bit
    if offset == _CSR:
        return state[DIV_CSR]
    if offset < _QUOTIENT:
        # An interrupt that divides reads the operands back, and restores them behind itself.
        return state[DIVIDEND if offset in (_UDIVIDEND, _SDIVIDEND) else DIVISOR] & _MASK
    if state[DIV_PENDING]:
        divide(state)
    if offset == _QUOTIENT:
        state[DIV_CSR] = _CSR_READY
        return state[QUOTIENT] & _MASK
    return state[REMAINDER] & _MASK


@register_jitable
def sio_writable(offset: int) -> bool:
    return (
        _SIO_DIV_FIRST <= offset <= _REMAINDER
        or _SIO_SPINLOCK_FIRST <= offset <= _SIO_SPINLOCK_LAST
    )


@register_jitable
def sio_write(state: Any, offset: int, value: int) -> None:
    """Divider operands and results, spinlocks; `sio_writable` tells which."""
    if offset >= _SIO_SPINLOCK_FIRST:
        state[SPINLOCKS] &= ~(1 << ((offset - _SIO_SPINLOCK_FIRST) >> 2))
        return
    if offset >= _QUOTIENT:
        if state[DIV_PENDING]:
            divide(state)
        state[QUOTIENT if offset == _QUOTIENT else REMAINDER] = value
    else:
        state[DIVIDEND if offset in (_UDIVIDEND, _SDIVIDEND) else DIVISOR] = value
        state[DIV_SIGNED] = 1 if offset >= _SDIVIDEND else 0
        state[DIV_PENDING] = 1
    state[DIV_CSR] = _CSR_READY_DIRTY
