"""Counts of the line sensor to pascals, for the injector; the guard has a conversion of its own."""

from micropython import const

# Honeywell HSC, 0-150 psi gauge, transfer function A: 1638 counts at 0, 14746 at full scale
# (HSC datasheet); 150 psi = 1 034 214 Pa over 13 108 counts = 78.89945 Pa a count.
RAW_ZERO = const(1638)
_WHOLE_PA = const(78)
_FRACTION_PA = const(14736)  # 0.89942 * 2^14
_HALF = const(8192)

PA_PER_PSI = const(6895)
CEILING_PA = const(689476)  # 100 psi: no setting raises it


def line_pa(raw: int) -> int:
    """Gauge pressure in Pa of a 14 bit count; exact to 1 Pa for every count, fits 30 bits."""
    counts = raw - RAW_ZERO
    return counts * _WHOLE_PA + ((counts * _FRACTION_PA + _HALF) >> 14)
