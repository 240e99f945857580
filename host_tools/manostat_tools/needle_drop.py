"""The pressure that a needle eats, R x Q, and when that is too much of the window."""

from dataclasses import dataclass

from manostat_sim.plant.tables import NEEDLES

DROP_WARNING_PSI = 25.0
"""Expected needle drop above which a rate is flagged with the one that fits."""


def row_of(gauge: int, length_mm: int, contrast: int) -> tuple[str, int]:
    """The name of a row in the simulator's table of needles; `contrast` is mg of iodine per mL."""
    return f"{gauge}G x {length_mm}", contrast


def known_needles() -> str:
    """All rows of that table, in words."""
    return "; ".join(f"{name} mm with {contrast}" for name, contrast in NEEDLES)


@dataclass(frozen=True)
class NeedleDrop:
    """`resistance` in psi/(mL/s) is that of contrast at 20 C, as it enters (C): it falls as
    contrast warms up, so the drop is at most this."""

    resistance: float
    rate_ml_s: float

    @property
    def psi(self) -> float:
        """The drop at this rate."""
        return self.resistance * self.rate_ml_s

    @property
    def said(self) -> str:
        """The rate with its drop."""
        return f"{self.rate_ml_s:g} mL/s (a needle drop of {self.psi:.0f} psi)"

    @property
    def fits(self) -> str:
        """The rate that keeps the drop at what is not flagged."""
        most_ml_s = DROP_WARNING_PSI / self.resistance
        return f"{most_ml_s:.2g} mL/s keeps the drop at {DROP_WARNING_PSI:g} psi"

    @property
    def warning(self) -> str:
        """What to say of it, or ""."""
        return f"{self.said}: {self.fits}" if self.psi > DROP_WARNING_PSI else ""
