"""What an answer may be: text from a person or a script, checked, as a value."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from manostat_sim.plant.tables import SYRINGE_BORE_MM
from manostat_tools.session.levels import check
from manostat_tools.session.model import Concordance, Contrast, Needle, Role, Syringe

T = TypeVar("T")
Level = tuple[str, Role]
MOST_LETTERS = 1500
"""Of a text: with six letters for each, as JSON writes what cannot be shown, it still fits with
other answers into the 10 000 of an entry (`session/entries.py`)."""


@dataclass(frozen=True)
class Question(Generic[T]):
    """`id`: a word for scripts; `text`: for people; `read` makes a value of a stripped answer, or
    raises ValueError with what is allowed; `usual`: what an empty answer stands for, None: an empty
    answer is read as it is."""

    id: str
    text: str
    read: Callable[[str], T]
    usual: str | None = None

    def value(self, answer: str) -> T:
        """Of one line. ValueError, with what is allowed, for an answer that is none."""
        said = self.said(answer)
        _check_letters(said)
        return self.read(self.usual if not said and self.usual is not None else said)

    def said(self, answer: str) -> str:
        """The answer alone: a script may put the name of its question before it."""
        return answer.strip().removeprefix(f"{self.id}:").strip()


def _check_letters(said: str) -> None:
    """Bytes of a terminal or a pipe that are no UTF-8 become letters that cannot be stored."""
    for letter in said:
        if "\ud800" <= letter <= "\udfff":
            raise ValueError(f"U+{ord(letter):04X}: allowed text in UTF-8")


def text(said: str) -> str:
    """Anything, also nothing, of at most 1500 letters."""
    if len(said) > MOST_LETTERS:
        raise ValueError(f"{len(said)} letters: allowed at most {MOST_LETTERS}")
    return said


def words(said: str) -> str:
    """Anything; "-" or nothing: none."""
    return "" if said == "-" else text(said)


def name(said: str) -> str:
    """Something of at most 200 letters."""
    if not said or len(said) > 200:
        raise ValueError("allowed 1 to 200 letters")
    return said


def yes(said: str) -> bool:
    """y or n, also in full."""
    if said.lower() in ("y", "yes"):
        return True
    if said.lower() in ("n", "no"):
        return False
    raise ValueError(f"{said or 'nothing'}: allowed y or n")


def one_of(*allowed: str) -> Callable[[str], str]:
    """One of these words, or a beginning that only one of them has."""

    def read(said: str) -> str:
        found = [word for word in allowed if said and word.startswith(said.lower())]
        if said.lower() in allowed:
            return said.lower()
        if len(found) != 1:
            raise ValueError(f"{said or 'nothing'}: allowed {', '.join(allowed)}")
        return found[0]

    return read


def number(low: float, high: float, unit: str) -> Callable[[str], float]:
    """A number from `low` to `high`."""

    def read(said: str) -> float:
        allowed = f"allowed {low:g} to {high:g} {unit}".rstrip()
        try:
            value = float(said.replace(",", "."))
        except ValueError:
            raise ValueError(f"{said or 'nothing'}: {allowed}") from None
        if not low <= value <= high:
            raise ValueError(f"{said}: {allowed}")
        return value

    return read


def whole(low: int, high: int, unit: str = "") -> Callable[[str], int]:
    """A whole number from `low` to `high`; nothing is rounded."""

    def read(said: str) -> int:
        value = number(low, high, unit)(said)
        if value != int(value):
            raise ValueError(f"{said}: allowed whole numbers, {low} to {high} {unit}".rstrip())
        return int(value)

    return read


def or_none(read: Callable[[str], T]) -> Callable[[str], T | None]:
    """The same, or "-" or nothing: not recorded."""

    def read_or_none(said: str) -> T | None:
        return None if said in ("", "-") else read(said)

    return read_or_none


def syringe(said: str) -> Syringe:
    """By brand: bd-10 and the like, or maker, mL and inner diameter in mm, as "Acme 10 15.8".

    A brand is part of the choice: another maker's barrel of the same volume has another bore.
    """
    known = {_short(row): row for row in SYRINGE_BORE_MM}
    if row := known.get(said.lower()):
        maker, nominal_ml, _unit = row.split(" ")
        return Syringe(
            maker=maker, nominal_ml=float(nominal_ml), inner_diameter_mm=SYRINGE_BORE_MM[row]
        )
    allowed = f"allowed {', '.join(known)}, or: MAKER ML INNER-DIAMETER-MM"
    words = said.rsplit(maxsplit=2)
    if len(words) != 3:
        raise ValueError(f"{said or 'nothing'}: {allowed}")
    nominal_ml_ = number(1, 20, "mL")(words[1])
    bore_mm = number(4, 30, "mm")(words[2])
    return Syringe(maker=words[0], nominal_ml=nominal_ml_, inner_diameter_mm=bore_mm)


def _short(row: str) -> str:
    return row.lower().removesuffix(" ml").replace(" ", "-")


def needle(said: str) -> Needle:
    """Gauge x length in mm, such as 22x152."""
    gauge, _, length_mm = said.lower().replace("g", "").replace("mm", "").partition("x")
    return Needle(
        gauge=whole(18, 30, "gauge")(gauge.strip()),
        length_mm=whole(25, 250, "mm")(length_mm.strip()),
    )


def contrast(said: str) -> Contrast:
    """Iodine in mg/mL and, if it is known, its temperature in C: "240 20", or "240"."""
    iodine, _, celsius = said.partition(" ")
    return Contrast(
        iodine_mg_ml=whole(140, 400, "mg iodine/mL")(iodine),
        temperature_c=number(10, 40, "C")(celsius.strip()) if celsius.strip() else None,
    )


def level(said: str) -> Level | None:
    """A disc and its role, such as "L4-5 suspect"; nothing or "done": there are no more."""
    if said.lower() in ("", "done"):
        return None
    disc, _, role = said.partition(" ")
    return check(disc.upper()), Role(one_of(*Role)(role.strip()))


def concordance(said: str) -> Concordance:
    """concordant, discordant or absent, or how it begins."""
    return Concordance(one_of(*Concordance)(said))
