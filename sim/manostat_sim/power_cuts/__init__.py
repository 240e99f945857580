"""Power cuts at every flash operation of a recorded session (L-03).

A session runs once, on a bench whose flash tells each erase and program (`Recorder`). Every
operation then gives four flashes that a cut may leave: before it, half way in two ways, and after
it (`Recording.points`). A board boots on each of them, and `judge` compares what is stored there
then with what was stored before the operation. How a page looks is the reader's business; this is
about operations and records.
"""

from manostat_sim.power_cuts.judge import Boot, Reader, Stored, StoredRecord, judge
from manostat_sim.power_cuts.recording import CutPoint, Recorder, Recording

__all__ = (
    "Boot",
    "CutPoint",
    "Reader",
    "Recorder",
    "Recording",
    "Stored",
    "StoredRecord",
    "judge",
)
