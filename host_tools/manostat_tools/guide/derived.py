"""Derived values of a run, from the ticks that the host has seen of it, or the pump's own trace."""

from collections.abc import Callable, Iterator, Sequence

from manostat_tools.derive.compliance import as_quantity, from_quantity, line_compliance
from manostat_tools.derive.equipment import (
    ANY_NEEDLE,
    HSC,
    HSC_ZEROED,
    Equipment,
    NeedleRange,
    needle_range,
)
from manostat_tools.derive.recording import Recording
from manostat_tools.derive.refusal import NotDerived
from manostat_tools.derive.run import derive
from manostat_tools.guide.follower import Seen
from manostat_tools.needle_drop import row_of
from manostat_tools.session.model import Contrast, Needle, Preparation, Quantity

Found = tuple[tuple[Quantity, ...], tuple[str, ...]]
"""Values, and in words what could not be derived and why."""


_NOT_WHOLE = "not all of it was seen over the link, and the pump has no trace of it by itself"


def derived_of(
    seen: Seen | None,
    traced: Callable[[], Recording | None],
    ratio: tuple[int, int],
    preparation: Preparation,
    needle: Needle | None,
    contrast: Contrast | None,
) -> Found:
    """All values of a run into a disc; `ratio`: nL of a step. Nothing, with the reason, if the
    line's compliance is not known, or the run is nowhere whole: neither `seen` over the link, nor
    `traced` by the pump."""
    sources = list(_sources(seen, traced))
    if not sources:
        return (), (_NOT_WHOLE,)
    if preparation.line_compliance is None:
        return (), ("the line's compliance was not measured",)
    try:
        equipment = Equipment(
            *ratio,
            from_quantity(preparation.line_compliance),
            HSC_ZEROED if preparation.zero_at_disc_height else HSC,
            _range(needle, contrast),
        )
        return _first_with_volume(sources, equipment)
    except (ValueError, ArithmeticError) as wrong:
        return (), (str(wrong),)


def _first_with_volume(
    sources: Sequence[tuple[Recording, int | None]], equipment: Equipment
) -> Found:
    """Of the first source that tells the volume, else of the last."""
    said: list[str] = []
    for place, (recording, press_us) in enumerate(sources, 1):
        found = derive(recording, equipment, press_us)
        why = found.why_not("disc_volume")
        if why is None or place == len(sources):
            break
        said.append(f"disc volume, from the pump's trace of the whole level: {why}")
    return found.values, (*reasons(found.refused), *said)


def _sources(
    seen: Seen | None, traced: Callable[[], Recording | None]
) -> Iterator[tuple[Recording, int | None]]:
    """What to derive from, the best first, with the press where the host saw it: the ticks of the
    whole level; else the pump's trace of all of it, and the ticks of this run alone; else what is
    traced."""
    own = seen.recording() if seen is not None and not seen.lost else None
    told = None if own is not None and own.begins_level else traced()
    if told is not None and (own is None or told.begins_level):
        yield told, None
    if own is not None and seen is not None:
        yield own, seen.press_us()


def reasons(refused: Sequence[NotDerived]) -> tuple[str, ...]:
    """Each reason once, with the values that it keeps away."""
    by_reason: dict[str, list[str]] = {}
    for one in refused:
        by_reason.setdefault(one.reason, []).append(one.name.replace("_", " "))
    return tuple(f"{', '.join(dict.fromkeys(names))}: {why}" for why, names in by_reason.items())


def compliance_of(
    seen: Seen | None, traced: Callable[[], Recording | None], ratio: tuple[int, int]
) -> Quantity | str:
    """Of the line, from a run against a closed stopcock, as `seen` over the link, else as `traced`
    by the pump; else why it is not known."""
    recording = seen.recording() if seen is not None and not seen.lost else None
    recording = recording or traced()
    if recording is None:
        lost = f" ({seen.lost})" if seen is not None and seen.lost else ""
        return f"{_NOT_WHOLE}{lost}"
    try:
        found = line_compliance(recording, ratio[0] / ratio[1])
    except (ValueError, ArithmeticError) as wrong:
        return str(wrong)
    return found.reason if isinstance(found, NotDerived) else as_quantity(found)


def _range(needle: Needle | None, contrast: Contrast | None) -> NeedleRange:
    if needle is None or contrast is None:
        return ANY_NEEDLE
    try:
        return needle_range(*row_of(needle.gauge, needle.length_mm, contrast.iodine_mg_ml))
    except KeyError:
        return ANY_NEEDLE
