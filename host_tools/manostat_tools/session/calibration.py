"""The calibration of a unit: what service measured and stored in the pump itself."""

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _iso(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError(f"{text}: allowed a date such as 2026-11-01")
    return text


class Calibration(BaseModel):
    """`date`, ISO, and `by` whom. `zero_pa`: what the line sensor read in air, Pa, at the height of
    no disc. `line_nl_mpa`: compliance of line and syringe, nL/MPa. In the pump without a range."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: Annotated[str, AfterValidator(_iso)]
    by: str = Field(min_length=1, max_length=80)
    zero_pa: int = Field(ge=-34_474, le=34_474)
    line_nl_mpa: int = Field(ge=1, le=10_000_000)

    @property
    def zero_said(self) -> str:
        """Where a zero is from, in words."""
        return f"zero of the provisioning of {self.date}, not at disc height"
