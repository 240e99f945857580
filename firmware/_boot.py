"""First Python code after reset: nothing but frozen code may be imported from here on (S-03).

MicroPython's own _boot.py mounts the flash as a file system and formats it when that fails. This
one mounts nothing and formats nothing: the record lives in raw flash (docs/design.md), and with no
file system and this sys.path there is no place from which a file could shadow or precede frozen
code. MicroPython looks for boot.py and main.py among the frozen modules first.
"""

import sys

sys.path[:] = [".frozen"]
