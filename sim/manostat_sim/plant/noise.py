"""Noise from an integer hash of seed and counter: no state, the same on every runtime.

Every intermediate stays below 2**63, so that wrapping and unbounded integers agree.
"""

_MASK = 0xFFFFFFFF
_SIXTEEN = 0xFFFF

# Four summed 16 bit uniforms have this mean and standard deviation (4 x the uniform's variance).
_SUM_MEAN = 131070.0
_SUM_SD = 37837.22713521236
MOST_SD = _SUM_MEAN / _SUM_SD
"""`gauss` is never beyond this, 3.464."""


def hash32(value: int) -> int:
    """A 32 bit integer mixed so that each input bit sways each output bit.

    Shifts and multipliers: C. Wellons' published search for low-bias 32 bit mixers (M).
    """
    x = value & _MASK
    x = ((x ^ (x >> 16)) * 0x21F0AAAD) & _MASK
    x = ((x ^ (x >> 15)) * 0x735A2D97) & _MASK
    return x ^ (x >> 15)


def uniform(seed: int, counter: int) -> float:
    """The `counter`-th number of the stream `seed`, in [0, 1)."""
    return hash32(hash32(seed) + counter) / 4294967296.0


def gauss(seed: int, counter: int) -> float:
    """The `counter`-th nearly normal number of the stream: mean 0, sd 1, never beyond +-3.47.

    A sum of four uniforms: no logarithm or cosine, whose last bit differs between machines.
    """
    key = hash32(seed)
    a = hash32(key + 2 * counter)
    b = hash32(key + 2 * counter + 1)
    total = (a & _SIXTEEN) + (a >> 16) + (b & _SIXTEEN) + (b >> 16)
    return (total - _SUM_MEAN) / _SUM_SD
