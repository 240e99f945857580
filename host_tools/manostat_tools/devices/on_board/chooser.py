# mypy: ignore-errors
"""main.py of a development board, written by `manostat deploy`: runs the slot that /slot names."""

import sys

try:
    with open("/slot") as file:
        slot = file.read().strip()
except OSError:
    slot = ""  # nothing was ever deployed to its end
if slot in ("a", "b"):
    sys.path[:] = ["/" + slot, ".frozen"]
    import start  # noqa: F401 - it runs the pump
