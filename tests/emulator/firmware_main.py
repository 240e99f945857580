"""Test firmware: runs programs that arrive over USB, each after its length in four hex digits.

Frozen as main.py of an image that serves all tests of the emulated board.
"""

import sys

print("booted")
while True:
    length = int(sys.stdin.buffer.read(4), 16)
    program = sys.stdin.buffer.read(length)
    try:
        exec(program, {})
    except Exception as error:
        sys.print_exception(error)
    print("done")
