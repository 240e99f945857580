"""What a needle eats of the line pressure, for the needle and contrast that were written down."""

from manostat_sim.plant.tables import NEEDLES
from manostat_tools.needle_drop import NeedleDrop, known_needles, row_of
from manostat_tools.session.model import Contrast, Needle


def drop_of(needle: Needle, contrast: Contrast, rate_ml_s: float) -> NeedleDrop | None:
    """The drop at this rate, with contrast at 20 C whatever its temperature: the most it can be.

    None where no resistance is known for the two.
    """
    row = NEEDLES.get(row_of(needle.gauge, needle.length_mm, contrast.iodine_mg_ml))
    return None if row is None else NeedleDrop(row.cold, rate_ml_s)


def needle_warning(needle: Needle, contrast: Contrast, rate_ml_s: float) -> str:
    """What the operator should know before this rate is used, or "".

    Above 25 psi: the rate that fits. For a needle or contrast without a known resistance: that
    nothing can be said.
    """
    drop = drop_of(needle, contrast, rate_ml_s)
    if drop is not None:
        return drop.warning
    name, iodine = row_of(needle.gauge, needle.length_mm, contrast.iodine_mg_ml)
    return (
        f"{name} mm with {iodine}: no resistance is known, so the drop cannot be foretold; "
        f"known: {known_needles()}"
    )
