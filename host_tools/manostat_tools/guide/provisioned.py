"""What service stored of the pump's calibration: it stands in where a session measures nothing."""

from typing import Any

from pydantic import ValidationError

from manostat_tools.derive.compliance import as_quantity
from manostat_tools.derive.equipment import Compliance
from manostat_tools.session.calibration import Calibration
from manostat_tools.session.model import Quantity

HALF = 0.3
"""Half-width of the interval of a stored compliance, as a share (E): none is stored with it, and
the syringe and the air in the line may be others by now."""


def calibration_of(identity: dict[str, Any] | None) -> Calibration | None:
    """Of the identity that the pump tells (docs/service.md); None if there is none, or none that
    has all of it."""
    held = identity or {}
    try:
        return Calibration.model_validate(
            {
                "date": held.get("cal"),
                "by": held.get("by"),
                "zero_pa": held.get("zero_pa"),
                "line_nl_mpa": held.get("line_nl_mpa"),
            }
        )
    except ValidationError:
        return None


def line_of(calibration: Calibration) -> Quantity:
    """The stored compliance, as a session keeps one: uL/psi, with the interval of `HALF`."""
    nl_per_pa = calibration.line_nl_mpa / 1e6
    return as_quantity(Compliance(nl_per_pa, HALF * nl_per_pa)).model_copy(
        update={
            "rule": f"line compliance as provisioned on {calibration.date} by {calibration.by}, "
            f"not measured in this session; interval of {HALF:.0%} either way (E)",
            "inputs": {"line_nl_mpa": calibration.line_nl_mpa},
        }
    )
