"""What runs after boot, and what remains if it ever ends: nothing that can move.

Frozen into the image. The console is taken from the prompt before anything else is imported, and
there is no way out of this file: a failure disables the driver and stays here, with no prompt
(S-01, S-03). But for service mode, which has no pump: there the file ends, and inert.c lets the
prompt follow (S-04).
"""

import sys

sys.path[:] = [".frozen"]  # a folder on a file system must not shadow frozen code

import micropython

micropython.kbd_intr(-1)
micropython.alloc_emergency_exception_buf(128)

from manostat import reset

reset.begin()  # at power-on this ends in a reset: the proof of the watchdog

from manostat import service_door

if not service_door.is_opened():
    from manostat import app

    app.run_for_ever()
