# Everything that is frozen into the image, and nothing else: no asyncio, no micropython-lib.
# `manostat image` copies this folder to build/stage, puts the two generated modules (manostat_board
# and manostat_unit, see docs/design.md) beside it, and has MicroPython read the manifest there.
freeze(".", ("_boot.py", "boot.py", "main.py", "manostat_board.py", "manostat_unit.py"))  # noqa: F821
package("manostat")  # noqa: F821
freeze("$(PORT_DIR)/modules", "rp2.py")  # the PIO assembler, MicroPython's own  # noqa: F821
