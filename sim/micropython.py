"""Stand-in for MicroPython's `micropython` module, so that CPython can import the core.

The core imports nothing but `const`, which to MicroPython's compiler means "fold this in".
"""

from typing import TypeVar

T = TypeVar("T")


def const(value: T) -> T:
    """The value itself."""
    return value
