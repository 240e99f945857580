"""What a figure needs of a run: its whole trace, a thinned one to draw, and where it opened."""

from dataclasses import dataclass

from manostat_tools.report.trace import Trace, rests, volume_ml
from manostat_tools.session.model import Run


@dataclass(frozen=True)
class Curve:
    """`seen` is `trace` with fewer samples; both None: only the record is there."""

    run: Run
    trace: Trace | None
    seen: Trace | None

    def opening_ml(self, opening_pa: int) -> float | None:
        """Volume in mL at the rest in which the opening was read: the first rest of the trace, if
        the line ended it within 1 kPa of what was read; else None, and only the level is drawn."""
        stops = rests(self.trace) if self.trace is not None else []
        if self.trace is None or not stops:
            return None
        last = stops[0][1]
        if abs(float(self.trace.pressure_pa[last]) - opening_pa) > 1000.0:
            return None
        return float(volume_ml(self.trace, self.run.prescription)[last])
