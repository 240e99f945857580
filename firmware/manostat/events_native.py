"""An event of the tick in which something changed, compiled: that tick has enough to do.

No constant here may need more than 16 bits: on Cortex-M0+ the compiler puts such a one between the
instructions, where it is found only if the function lies at a multiple of 4, and frozen it may not.
Found anywhere are 8 bits and a shift, and what needs more than 30, which is an object in a table:
tests/test_native_code.py looks at all of them.
"""
# ruff: noqa: F821 - ptr8 and ptr32 are types of the viper compiler

import micropython


@micropython.viper
def take_change(frame_, words_, pump):
    """As in events_portable.py."""
    frame = ptr8(frame_)
    words = ptr32(words_)
    newest = words[0]
    if newest - words[1] >= 256:
        words[2] += 1
        return
    at = 4 + 2 * (newest & 255)
    turn_ms = 1
    turn_ms = turn_ms << 30
    words[at] = int(pump.now_ms) + int(pump.part_us) // 1000 & turn_ms - 1
    words[at + 1] = 1 | (frame[44] & 63) << 8 | frame[46] << 16 | (frame[47] & 63) << 24
    words[0] = newest + 1
    words[3] = 1
