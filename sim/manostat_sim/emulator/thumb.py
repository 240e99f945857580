"""The ARMv6-M instructions that only compute and touch memory, compiled by numba.

rp2040py spends about 250 ns on an instruction; this spends a few. Only what is plain is done here:
an instruction that reaches a peripheral, changes masks or sleeps is left to rp2040py, so that
interrupts, resets and devices stay its business. Cycles are counted as rp2040py counts them (RP2040
datasheet 2.4.3, M), so that a program takes the same time either way.

Semantics: ARMv6-M Architecture Reference Manual, A6.7 (H).
"""
# compiled, so the types are numba's
# mypy: disable-error-code="no-any-return, return-value, call-arg, var-annotated"

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numba import types
from numba.extending import intrinsic, register_jitable

from manostat_sim.emulator import core_state
from manostat_sim.emulator import thumb_decode as op
from manostat_sim.emulator.core_state import (
    FLASH,
    I2C0,
    I2C_ABORT,
    I2C_INTERRUPTS,
    I2C_RECEIVED,
    I2C_WORDS,
    PRIMASK,
    REGISTERS,
    ROM,
    SRAM,
    USB_DPRAM,
    C,
    N,
    V,
    Z,
)

_MASK = 0xFFFFFFFF
_SP, _LR, _PC = 13, 14, 15
_FLASH_BASE, _FLASH_END = 0x10000000, 0x11000000
_SRAM_BASE, _SRAM_END = 0x20000000, 0x20042000
_ROM_END = 0x4000
_USB_DPRAM_BASE, _USB_DATA_BASE, _USB_DPRAM_END = 0x50100000, 0x50100100, 0x50101000
_APB_BASE, _APB_END = 0x40000000, 0x50000000
_SIO_BASE, _SIO_END = 0xD0000000, 0xE0000000
_I2C_PAGES = (0x40044000 >> 14, 0x40048000 >> 14)
_TIMER_RAW_HIGH, _TIMER_RAW_LOW = 0x40054024, 0x40054028
_CYCLE_NS = 8
_SLOW = -1
_DECODED = op.table()


@intrinsic
def _pointer(_typing: Any, address: Any, of: Any) -> Any:
    """`_pointer(address, numba.uint8(0))`: the address as a pointer to that type."""
    signature = types.CPointer(of)(address, of)

    def generate(context: Any, builder: Any, typed: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(typed.return_type))

    return signature, generate


@register_jitable
def _signed(value: int) -> int:
    return value - ((value & 0x80000000) << 1)


@register_jitable
def _load_cycles(address: int) -> int:
    if _SIO_BASE <= address < _SIO_END:
        return 1
    return 4 if _APB_BASE <= address < _APB_END else 2


@register_jitable
def _memory(state: Any, address: int) -> int:
    """Where an address of the chip's memory is in this process, or 0."""
    if _SRAM_BASE <= address < _SRAM_END:
        return state[SRAM] + address - _SRAM_BASE
    if _FLASH_BASE <= address < _FLASH_END:
        return state[FLASH] + address - _FLASH_BASE
    if 0 <= address < _ROM_END:
        return state[ROM] + address
    if _USB_DPRAM_BASE <= address < _USB_DPRAM_END:
        return state[USB_DPRAM] + address - _USB_DPRAM_BASE
    return 0


@register_jitable
def _writable(state: Any, address: int) -> int:
    """The same for what may be written without anybody noticing."""
    if _SRAM_BASE <= address < _SRAM_END:
        return state[SRAM] + address - _SRAM_BASE
    if _USB_DATA_BASE <= address < _USB_DPRAM_END:
        return state[USB_DPRAM] + address - _USB_DPRAM_BASE
    return 0


@register_jitable
def _polled(state: Any, address: int) -> int:
    """An I2C register that is read over and over, or `_SLOW`."""
    block = I2C0 if address >> 14 == _I2C_PAGES[0] else I2C0 + I2C_WORDS
    offset = address & 0x3FFF
    if offset == 0x34:
        return state[block + I2C_INTERRUPTS]
    if offset == 0x78:
        return state[block + I2C_RECEIVED]
    if offset == 0x80:
        return state[block + I2C_ABORT]
    return _SLOW


@register_jitable
def _load32(state: Any, address: int, timer_ns: int) -> int:
    if address & 3:
        return _SLOW
    at = _memory(state, address)
    if at:
        return np.int64(_pointer(at, np.uint32(0))[0])
    if _SIO_BASE <= address < _SIO_END and core_state.sio_readable(address - _SIO_BASE):
        return core_state.sio_read(state, address - _SIO_BASE)
    if address == _TIMER_RAW_LOW:
        return (timer_ns // 1000) & _MASK
    if address == _TIMER_RAW_HIGH:
        return (timer_ns // 1000) >> 32
    if address >> 14 in _I2C_PAGES:
        return _polled(state, address)
    return _SLOW


@register_jitable
def _load16(state: Any, address: int) -> int:
    at = _memory(state, address)
    if address & 1 or not at:
        return _SLOW
    return np.int64(_pointer(at, np.uint16(0))[0])


@register_jitable
def _load8(state: Any, address: int) -> int:
    at = _memory(state, address)
    return np.int64(_pointer(at, np.uint8(0))[0]) if at else _SLOW


@register_jitable
def _store32(state: Any, address: int, value: int) -> bool:
    at = _writable(state, address)
    if at and not address & 3:
        _pointer(at, np.uint32(0))[0] = np.uint32(value)
        return True
    if _SIO_BASE <= address < _SIO_END and core_state.sio_writable(address - _SIO_BASE):
        core_state.sio_write(state, address - _SIO_BASE, value)
        return True
    return False


@register_jitable
def _store16(state: Any, address: int, value: int) -> bool:
    at = _writable(state, address)
    if not at or address & 1:
        return False
    _pointer(at, np.uint16(0))[0] = np.uint16(value & 0xFFFF)
    return True


@register_jitable
def _store8(state: Any, address: int, value: int) -> bool:
    at = _writable(state, address)
    if not at:
        return False
    _pointer(at, np.uint8(0))[0] = np.uint8(value & 0xFF)
    return True


@register_jitable
def _in_sram(address: int, words: int) -> bool:
    return not address & 3 and address >= _SRAM_BASE and address + 4 * words <= _SRAM_END


@register_jitable
def _in_memory(state: Any, address: int, words: int) -> bool:
    last = address + 4 * words - 4
    return not address & 3 and _memory(state, address) != 0 and _memory(state, last) != 0


@register_jitable
def _count_bits(value: int) -> int:
    count = 0
    while value:
        value &= value - 1
        count += 1
    return count


@register_jitable
def _set_nz(state: Any, result: int) -> None:
    state[N] = result >> 31
    state[Z] = 1 if result == 0 else 0


@register_jitable
def _add(state: Any, a: int, b: int, carry: int) -> int:
    """a + b + carry, all of 32 bits, with all four flags; a - b is a + ~b + 1."""
    total = a + b + carry
    result = total & _MASK
    _set_nz(state, result)
    state[C] = total >> 32
    state[V] = ((a ^ result) & (b ^ result)) >> 31
    return result


@register_jitable
def _shift(state: Any, kind: int, value: int, amount: int) -> int:
    """LSL, LSR, ASR or ROR by `amount` of 1 to 255, with N, Z and C."""
    if kind == op.LSLS_R:
        wide = value << min(amount, 33)
        carry, result = (wide >> 32) & 1, wide & _MASK
    elif kind == op.LSRS_R:
        wide = (value << 1) >> min(amount, 34)
        carry, result = wide & 1, wide >> 1
    elif kind == op.ASRS_R:
        wide = (_signed(value) << 1) >> min(amount, 33)
        carry, result = wide & 1, (wide >> 1) & _MASK
    else:
        turn = amount & 31
        result = ((value >> turn) | (value << (32 - turn))) & _MASK
        carry = result >> 31
    state[C] = carry
    _set_nz(state, result)
    return result


@register_jitable
def _holds(state: Any, condition: int) -> bool:
    """The 14 conditions of a branch; the odd ones are the opposite of the even ones."""
    kind = condition >> 1
    if kind == 0:
        true = state[Z] != 0
    elif kind == 1:
        true = state[C] != 0
    elif kind == 2:
        true = state[N] != 0
    elif kind == 3:
        true = state[V] != 0
    elif kind == 4:
        true = state[C] != 0 and state[Z] == 0
    elif kind == 5:
        true = state[N] == state[V]
    else:
        true = state[N] == state[V] and state[Z] == 0
    return true != (condition & 1 == 1)


def compiled() -> Callable[[int, int, int], int]:
    """`run(state_address, budget, timer_ns)`: runs from the program counter on.

    It ends when `budget` cycles are reached or passed, or before, when the next instruction is not
    done here: everything is then as it was before that one. Returns the cycles it ran. `timer_ns`
    is what the chip's timer shows at the beginning, in nanoseconds.

    Compiled once (10 s) and kept on disk, for as long as no source of it changes.
    """
    digest = hashlib.sha256()
    for module in (core_state, op):
        digest.update(Path(str(module.__file__)).read_bytes())
    sources = int.from_bytes(digest.digest()[:7])

    @numba.njit(cache=True)
    def run(state_address: int, budget: int, timer_ns: int) -> int:
        _ = sources  # numba looks at this file alone, and at what is enclosed, for changes
        return _run(state_address, budget, timer_ns)

    return run


@register_jitable
def _run(state_address: int, budget: int, timer_ns: int) -> int:
    state = _pointer(state_address, np.int64(0))
    r = _pointer(state[REGISTERS], np.uint32(0))
    cycles = 0
    pc = np.int64(r[_PC])
    while cycles < budget:
        word = _load16(state, pc)
        if word < 0:
            break
        kind = _DECODED[word]
        following = pc + 2
        spent = 1
        d, n, m = word & 7, (word >> 3) & 7, (word >> 6) & 7
        imm5, rd8, imm8 = (word >> 6) & 31, (word >> 8) & 7, word & 0xFF
        high_d, high_m = (word & 7) | ((word >> 4) & 8), (word >> 3) & 15

        if kind == op.LDR_I or kind == op.LDR_SP or kind == op.LDR_PC or kind == op.LDR_R:
            target = d
            if kind == op.LDR_I:
                address = np.int64(r[n]) + (imm5 << 2)
            elif kind == op.LDR_R:
                address = np.int64(r[n]) + np.int64(r[m])
            else:
                base = np.int64(r[_SP]) if kind == op.LDR_SP else (pc + 4) & ~3
                address, target = base + (imm8 << 2), rd8
            address &= _MASK
            value = _load32(state, address, timer_ns + cycles * _CYCLE_NS)
            if value < 0:
                break
            r[target] = np.uint32(value)
            spent = _load_cycles(address)
        elif kind == op.STR_I or kind == op.STR_SP or kind == op.STR_R:
            source = d
            if kind == op.STR_I:
                address = np.int64(r[n]) + (imm5 << 2)
            elif kind == op.STR_R:
                address = np.int64(r[n]) + np.int64(r[m])
            else:
                address, source = np.int64(r[_SP]) + (imm8 << 2), rd8
            address &= _MASK
            if not _store32(state, address, np.int64(r[source])):
                break
            spent = 1 if address >= _SIO_BASE else 2
        elif kind == op.LDRB_I or kind == op.LDRB_R or kind == op.LDRSB_R:
            offset = imm5 if kind == op.LDRB_I else np.int64(r[m])
            value = _load8(state, (np.int64(r[n]) + offset) & _MASK)
            if value < 0:
                break
            if kind == op.LDRSB_R:
                value -= (value & 0x80) << 1
            r[d] = np.uint32(value & _MASK)
            spent = 2
        elif kind == op.LDRH_I or kind == op.LDRH_R or kind == op.LDRSH_R:
            offset = imm5 << 1 if kind == op.LDRH_I else np.int64(r[m])
            value = _load16(state, (np.int64(r[n]) + offset) & _MASK)
            if value < 0:
                break
            if kind == op.LDRSH_R:
                value -= (value & 0x8000) << 1
            r[d] = np.uint32(value & _MASK)
            spent = 2
        elif kind == op.STRB_I or kind == op.STRB_R:
            offset = imm5 if kind == op.STRB_I else np.int64(r[m])
            if not _store8(state, (np.int64(r[n]) + offset) & _MASK, np.int64(r[d])):
                break
            spent = 2
        elif kind == op.STRH_I or kind == op.STRH_R:
            offset = imm5 << 1 if kind == op.STRH_I else np.int64(r[m])
            if not _store16(state, (np.int64(r[n]) + offset) & _MASK, np.int64(r[d])):
                break
            spent = 2
        elif kind == op.B_COND:
            if _holds(state, (word >> 8) & 15):
                following = (pc + 4 + ((imm8 - ((imm8 & 0x80) << 1)) << 1)) & _MASK
                spent = 2
        elif kind == op.B:
            distance = word & 0x7FF
            following = (pc + 4 + ((distance - ((distance & 0x400) << 1)) << 1)) & _MASK
            spent = 2
        elif kind == op.BL:
            second = _load16(state, pc + 2)
            if second < 0 or second >> 14 != 3 or not second & 0x1000:
                break
            s = (word >> 10) & 1
            i1 = 1 - (s ^ ((second >> 13) & 1))
            i2 = 1 - (s ^ ((second >> 11) & 1))
            distance = (i1 << 23) | (i2 << 22) | ((word & 0x3FF) << 12) | ((second & 0x7FF) << 1)
            r[_LR] = np.uint32((pc + 4) | 1)
            following = (pc + 4 + distance - (s << 24)) & _MASK
            spent = 3
        elif kind == op.BARRIER:
            second = _load16(state, pc + 2)
            if second & 0xFFF0 not in (0x8F40, 0x8F50, 0x8F60):
                break
            following = pc + 4
            spent = 3
        elif kind == op.MRS:
            second = _load16(state, pc + 2)
            if second & 0xF0FF != 0x8010:
                break
            r[(second >> 8) & 15] = np.uint32(state[PRIMASK])
            following = pc + 4
            spent = 3
        elif kind == op.CPSID:
            state[PRIMASK] = 1
        elif kind == op.BX or kind == op.BLX:
            address = np.int64(r[high_m])
            if word & 7 or address >> 28 == 0xF or high_m == _PC:
                break
            if kind == op.BLX:
                r[_LR] = np.uint32((pc + 2) | 1)
            following = address & ~1
            spent = 2
        elif kind == op.PUSH:
            words = _count_bits(word & 0x1FF)
            address = np.int64(r[_SP]) - 4 * words
            if not _in_sram(address, words):
                break
            r[_SP] = np.uint32(address)
            for index in range(8):
                if word >> index & 1:
                    _store32(state, address, np.int64(r[index]))
                    address += 4
                    spent += 1
            if word & 0x100:
                _store32(state, address, np.int64(r[_LR]))
        elif kind == op.POP:
            words = _count_bits(word & 0x1FF)
            address = np.int64(r[_SP])
            if not _in_sram(address, words):
                break
            if word & 0x100:
                following = _load32(state, address + 4 * words - 4, 0)
                if following >> 28 == 0xF:
                    break
                following &= ~1
                spent += 2
            r[_SP] = np.uint32(address + 4 * words)
            for index in range(8):
                if word >> index & 1:
                    r[index] = np.uint32(_load32(state, address, 0))
                    address += 4
                    spent += 1
        elif kind == op.LDM or kind == op.STM:
            words = _count_bits(imm8)
            address = np.int64(r[rd8])
            if words == 0:
                break
            if kind == op.STM:
                if not _in_sram(address, words):
                    break
            elif not _in_memory(state, address, words):
                break
            for index in range(8):
                if word >> index & 1:
                    if kind == op.LDM:
                        r[index] = np.uint32(_load32(state, address, 0))
                    else:
                        _store32(state, address, np.int64(r[index]))
                    address += 4
                    spent += 1
            if not word >> rd8 & 1:
                r[rd8] = np.uint32(address)
        elif kind == op.MOVS:
            r[rd8] = np.uint32(imm8)
            _set_nz(state, imm8)
        elif kind == op.CMP_I:
            _add(state, np.int64(r[rd8]), imm8 ^ _MASK, 1)
        elif kind == op.ADDS_8:
            r[rd8] = np.uint32(_add(state, np.int64(r[rd8]), imm8, 0))
        elif kind == op.SUBS_8:
            r[rd8] = np.uint32(_add(state, np.int64(r[rd8]), imm8 ^ _MASK, 1))
        elif kind == op.ADDS_3:
            r[d] = np.uint32(_add(state, np.int64(r[n]), m, 0))
        elif kind == op.SUBS_3:
            r[d] = np.uint32(_add(state, np.int64(r[n]), m ^ _MASK, 1))
        elif kind == op.ADDS_R:
            r[d] = np.uint32(_add(state, np.int64(r[n]), np.int64(r[m]), 0))
        elif kind == op.SUBS_R:
            r[d] = np.uint32(_add(state, np.int64(r[n]), np.int64(r[m]) ^ _MASK, 1))
        elif kind == op.LSLS_I and imm5 == 0:
            r[d] = r[n]
            _set_nz(state, np.int64(r[d]))
        elif kind == op.LSLS_I or kind == op.LSRS_I or kind == op.ASRS_I:
            amount = imm5 if imm5 else 32
            by_register = op.LSLS_R + kind - op.LSLS_I
            r[d] = np.uint32(_shift(state, by_register, np.int64(r[n]), amount))
        elif kind == op.LSLS_R or kind == op.LSRS_R or kind == op.ASRS_R or kind == op.RORS:
            amount = np.int64(r[n]) & 0xFF
            if amount:
                r[d] = np.uint32(_shift(state, kind, np.int64(r[d]), amount))
            else:
                _set_nz(state, np.int64(r[d]))
        elif kind == op.ANDS or kind == op.TST:
            result = np.int64(r[d]) & np.int64(r[n])
            _set_nz(state, result)
            if kind == op.ANDS:
                r[d] = np.uint32(result)
        elif kind == op.EORS:
            r[d] = r[d] ^ r[n]
            _set_nz(state, np.int64(r[d]))
        elif kind == op.ORRS:
            r[d] = r[d] | r[n]
            _set_nz(state, np.int64(r[d]))
        elif kind == op.BICS:
            r[d] = np.uint32(np.int64(r[d]) & (np.int64(r[n]) ^ _MASK))
            _set_nz(state, np.int64(r[d]))
        elif kind == op.MVNS:
            r[d] = np.uint32(np.int64(r[n]) ^ _MASK)
            _set_nz(state, np.int64(r[d]))
        elif kind == op.MULS:
            r[d] = np.uint32((np.uint64(r[d]) * np.uint64(r[n])) & np.uint64(_MASK))
            _set_nz(state, np.int64(r[d]))
        elif kind == op.ADCS:
            r[d] = np.uint32(_add(state, np.int64(r[d]), np.int64(r[n]), state[C]))
        elif kind == op.SBCS:
            r[d] = np.uint32(_add(state, np.int64(r[d]), np.int64(r[n]) ^ _MASK, state[C]))
        elif kind == op.RSBS:
            r[d] = np.uint32(_add(state, 0, np.int64(r[n]) ^ _MASK, 1))
        elif kind == op.CMP_R:
            _add(state, np.int64(r[d]), np.int64(r[n]) ^ _MASK, 1)
        elif kind == op.CMN:
            _add(state, np.int64(r[d]), np.int64(r[n]), 0)
        elif kind == op.CMP_HI:
            if high_m == _PC or high_d == _PC:
                break
            _add(state, np.int64(r[high_d]), np.int64(r[high_m]) ^ _MASK, 1)
        elif kind == op.MOV_HI or kind == op.ADD_HI:
            value = pc + 4 if high_m == _PC else np.int64(r[high_m])
            if kind == op.ADD_HI:
                value += pc + 4 if high_d == _PC else np.int64(r[high_d])
            value &= _MASK
            if high_d == _PC:
                following = value & ~1
                spent = 2
            else:
                r[high_d] = np.uint32(value & ~3 if high_d == _SP else value)
        elif kind == op.ADR:
            r[rd8] = np.uint32(((pc + 4) & ~3) + (imm8 << 2))
        elif kind == op.ADD_RSP:
            r[rd8] = np.uint32((np.int64(r[_SP]) + (imm8 << 2)) & _MASK)
        elif kind == op.ADD_SP:
            r[_SP] = np.uint32((np.int64(r[_SP]) + ((word & 0x7F) << 2)) & _MASK)
        elif kind == op.SUB_SP:
            r[_SP] = np.uint32((np.int64(r[_SP]) - ((word & 0x7F) << 2)) & _MASK)
        elif kind == op.UXTB:
            r[d] = np.uint32(np.int64(r[n]) & 0xFF)
        elif kind == op.UXTH:
            r[d] = np.uint32(np.int64(r[n]) & 0xFFFF)
        elif kind == op.SXTB:
            value = np.int64(r[n]) & 0xFF
            r[d] = np.uint32((value - ((value & 0x80) << 1)) & _MASK)
        elif kind == op.SXTH:
            value = np.int64(r[n]) & 0xFFFF
            r[d] = np.uint32((value - ((value & 0x8000) << 1)) & _MASK)
        elif kind == op.REV or kind == op.REV16 or kind == op.REVSH:
            value = np.int64(r[n])
            swapped = ((value & 0xFF00FF) << 8) | ((value >> 8) & 0xFF00FF)
            if kind == op.REV:
                swapped = ((swapped << 16) | (swapped >> 16)) & _MASK
            elif kind == op.REVSH:
                swapped &= 0xFFFF
                swapped = (swapped - ((swapped & 0x8000) << 1)) & _MASK
            r[d] = np.uint32(swapped)
        elif kind == op.NOP:
            pass
        else:
            break
        pc = following
        cycles += spent
    r[_PC] = np.uint32(pc)
    return cycles
