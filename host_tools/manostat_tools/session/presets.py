"""What is proposed for a region, each figure with its source and its letter.

Letters: H read in the named source, M widely repeated, L weak, C computed, E an engineering guess.
For the neck and the chest nobody has published a pressure limit: those presets are put together
from the most careful figures there are, and the operator confirms them by name each time.

Not medical advice, and not a certified medical device: the physician decides.
"""

from dataclasses import dataclass

from manostat_tools.session.levels import Region, region_of
from manostat_tools.session.model import Level


@dataclass(frozen=True)
class Figure:
    """`unit` is that of `value`; `letter` is one of H, M, L, C, E."""

    value: float
    unit: str
    source: str
    letter: str


@dataclass(frozen=True)
class Preset:
    """`warning` is not empty where the operator has to confirm it."""

    name: str
    region: Region
    rate: Figure
    volume: Figure
    limit_above: Figure
    limit_line: Figure
    warning: str = ""

    @property
    def needs_confirmation(self) -> bool:
        """By name of the operator, before each use."""
        return bool(self.warning)

    @property
    def figures(self) -> dict[str, Figure]:
        """By name: rate, volume, limit above opening, line limit."""
        return {
            "rate": self.rate,
            "volume": self.volume,
            "limit above opening": self.limit_above,
            "line limit": self.limit_line,
        }


_HEBELKA = "Hebelka 2014"
_LOW_PRESSURE = "bound of low pressure in the lumbar grading rules (M), taken for want of a limit"
_SLOW = "rate chosen for cervical elastance (E), taken for want of a thoracic one"
_REFUSED_OPENING = "opening over 30 psi is refused (M), and 15 psi above it"

_LUMBAR = Preset(
    "lumbar",
    Region.LUMBAR,
    Figure(0.05, "mL/s", f"{_HEBELKA}; guideline: not over 0.05 mL/s", "H"),
    Figure(3.5, "mL", _HEBELKA, "H"),
    Figure(50, "psi", "guideline style: 50 psi above opening", "M"),
    Figure(80, "psi", f"{_HEBELKA}: 80 psi absolute", "H"),
)
_CERVICAL = Preset(
    "cervical",
    Region.CERVICAL,
    Figure(0.01, "mL/s", "chosen for cervical elastance of 100-200 psi/mL", "E"),
    Figure(0.4, "mL", "typically 0.2-0.4 mL; under 0.5 mL (H, cervical discography guide)", "M"),
    Figure(15, "psi", _LOW_PRESSURE, "E"),
    Figure(45, "psi", _REFUSED_OPENING, "C"),
    "no pressure limit is agreed on for cervical discs: conservative figures, no protocol",
)
_THORACIC = Preset(
    "thoracic",
    Region.THORACIC,
    Figure(0.01, "mL/s", _SLOW, "E"),
    Figure(0.5, "mL", "about 0.5-1.5 mL: the least of it", "L"),
    Figure(15, "psi", _LOW_PRESSURE, "E"),
    Figure(45, "psi", _REFUSED_OPENING, "C"),
    "no pressure limit is agreed on for thoracic discs: conservative figures, no protocol",
)

PRESETS = {preset.name: preset for preset in (_LUMBAR, _CERVICAL, _THORACIC)}


def confirmation_is_due(level: Level) -> bool:
    """Whether the preset of a level asks for the operator's name; one that is not known does."""
    preset = PRESETS.get(level.preset)
    return preset is None or preset.needs_confirmation


def check_preset(name: str, level: str, confirmed_by: str | None, operator: str) -> Preset:
    """The preset, if it may be used for this level now. ValueError, saying what is missing.

    It must be known, of the region of the level, and where it needs to be confirmed, by the
    operator's own name.
    """
    preset = PRESETS.get(name)
    if preset is None:
        raise ValueError(f"preset {name}: allowed {', '.join(PRESETS)}")
    if preset.region is not region_of(level):
        raise ValueError(f"preset {name} for level {level}: allowed {region_of(level)}")
    if preset.needs_confirmation and confirmed_by != operator:
        said = "nobody" if confirmed_by is None else confirmed_by
        raise ValueError(
            f"preset {name}, confirmed by {said}: allowed the operator, {operator}, by name, "
            f"before each use ({preset.warning})"
        )
    return preset
