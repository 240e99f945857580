"""The single-cycle I/O block with its busiest registers first.

MicroPython divides at each lookup of a name, and the divider is a peripheral: nearly all accesses
to this block are divisions. The result is worked out when it is read, in whole numbers.
"""

from rp2040py.sio import (
    CPUID,
    DIV_CSR,
    DIV_QUOTIENT,
    DIV_REMAINDER,
    DIV_SDIVIDEND,
    DIV_SDIVISOR,
    DIV_UDIVIDEND,
    DIV_UDIVISOR,
    RPSIO,
)

_DIVIDENDS = (DIV_UDIVIDEND, DIV_SDIVIDEND)
_DIVISORS = (DIV_UDIVISOR, DIV_SDIVISOR)
_READY_DIRTY = 0b11  # DIV_CSR, RP2040 datasheet 2.3.1.7
_READY = 0b01
_UNSIGNED_MAX = 0xFFFFFFFF


class Sio(RPSIO):
    """RPSIO with a lazy divider; all other registers are inherited."""

    _signed = False
    _pending = False

    def read_uint32(self, offset: int) -> int | float:
        if offset == DIV_CSR:
            return self.div_csr
        if offset == DIV_REMAINDER:
            if self._pending:
                self._divide()
            return self.div_remainder
        if offset == DIV_QUOTIENT:
            if self._pending:
                self._divide()
            self.div_csr = _READY
            return self.div_quotient
        if offset == CPUID:
            return 0
        return super().read_uint32(offset)

    def write_uint32(self, offset: int, value: int) -> None:
        if offset in _DIVIDENDS:
            self.div_dividend = value
            self._signed = offset == DIV_SDIVIDEND
        elif offset in _DIVISORS:
            self.div_divisor = value
            self._signed = offset == DIV_SDIVISOR
        else:
            if self._pending:
                self._divide()
            super().write_uint32(offset, value)
            return
        self._pending = True
        self.div_csr = _READY_DIRTY

    def reset(self) -> None:
        super().reset()
        self._pending = False

    def _divide(self) -> None:
        self._pending = False
        dividend, divisor = self.div_dividend & _UNSIGNED_MAX, self.div_divisor & _UNSIGNED_MAX
        if self._signed:
            dividend -= (dividend & 0x80000000) << 1
            divisor -= (divisor & 0x80000000) << 1
        if divisor == 0:  # RP2040 datasheet 2.3.1.5
            self.div_quotient = 1 if dividend < 0 else -1
            self.div_remainder = dividend
            return
        quotient = abs(dividend) // abs(divisor)
        self.div_quotient = -quotient if (dividend < 0) != (divisor < 0) else quotient
        self.div_remainder = dividend - self.div_quotient * divisor
