"""A mix: what a campaign draws, read from its data file and refused as a whole when it is wrong."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import manostat_sim.campaign
from manostat_sim.campaign.breaking import KINDS
from manostat_sim.plant import tables
from manostat_tools.campaign.distributions import Distribution, Parameter
from manostat_tools.campaign.ranges import ALLOWED
from manostat_tools.refusal import Problems

MIXES = Path(manostat_sim.campaign.__file__).parent / "mixes"
SAMPLINGS = ("sobol", "latin-hypercube")
MODES = ("inject", "step", "prime", "comply", "sham")
PATIENTS = ("concordant", "discordant", "absent")
NEEDLES = tuple(f"{needle} / {contrast}" for needle, contrast in tables.NEEDLES)
_NAMES = {
    "mode": MODES,
    "syringe": tuple(tables.SYRINGE_BORE_MM),
    "needle": NEEDLES,
    "grade": tuple(tables.ELASTANCE),
    "patient": PATIENTS,
    "fault": KINDS,
}
"""What a choice of names may name."""
PARAMETERS = (
    *("mode", "rate_ml_s", "volume_ml", "limit_above_psi", "limit_line_psi", "step_volume_ml"),
    *("syringe", "needle", "bore_error_mm", "warming_s", "line_ul_psi", "air_ml", "stiction_n"),
    *("rod_ul_psi", "backlash_steps", "slack_share", "grade", "elastance_psi_ml", "opening_psi"),
    *("relaxing_share", "relaxing_s", "leak_psi", "leak_ul_s_psi", "rupture_psi"),
    *("line_offset_percent", "line_span_percent", "line_noise_counts", "zero_error_pa"),
    *("second_offset_percent", "second_span_percent", "second_noise_counts"),
    *("patient", "threshold_psi", "threshold_ml", "reaction_s", "press_s"),
    *("proof_s", "run_s", "pause_s", "pause_lasts_s", "stop_s", "bounces"),
    *("fault", "fault_s", "fault_lasts_s", "fault_amount", "settle_s", "most_s"),
)
"""All, in the order of their coordinates: a mix must have each and no other."""
_NEEDS: dict[str, tuple[str, ...]] = {
    "constant": ("value",),
    "uniform": ("low", "high"),
    "normal": ("mean", "sd"),
    "lognormal": ("mean", "sd"),
    "choice": ("values",),
}
_LETTERS = "HMLCE"
_OF_DISTRIBUTION = (
    "distribution",
    *[one.name for one in fields(Distribution) if one.name != "kind"],
)
_WORTH = ("letter", "source")
_OF_PARAMETER = ("unit", "by", "of", *_OF_DISTRIBUTION)


@dataclass(frozen=True)
class Mix:
    """A mix by its `name`; `text` is the whole file, for the record."""

    name: str
    title: str
    sampling: str
    parameters: tuple[Parameter, ...]
    text: str

    @property
    def sha256(self) -> str:
        """Hex, of the text: what a campaign calls this mix."""
        return sha256(self.text.encode()).hexdigest()


def names() -> list[str]:
    """Of all mixes that come with the simulator."""
    return sorted(path.stem for path in MIXES.glob("*.toml"))


def load(name: str) -> Mix:
    """The mix of that name, or of that file when the name ends in .toml.

    RefusedError with a line for each thing that is wrong.
    """
    path = Path(name) if name.endswith(".toml") else MIXES / f"{name}.toml"
    problems = Problems()
    if not path.is_file():
        problems.add(path, "mix", repr(name), f"{', '.join(names())}, or a file *.toml")
        problems.raise_if_any()
    return read(path.stem, path.read_text(encoding="utf-8"), path)


def lines(mix: Mix) -> Iterator[str]:
    """The mix for people: each parameter with its distribution, unit, letter and source."""
    yield f"{mix.name}: {mix.title}; {mix.sampling}"
    for one in mix.parameters:
        yield f"{one.name}, {one.unit} ({one.letter}: {one.source})"
        for when, distribution in one.of:
            names = f"{one.by} {', '.join(when)}: " if when else ""
            own = (distribution.letter, distribution.source)
            worth = f" ({': '.join(part for part in own if part)})" if any(own) else ""
            yield f"    {names}{distribution}{worth}"


def read(name: str, text: str, path: Path) -> Mix:
    """The mix with that text; `path` is what problems name. RefusedError as `load`."""
    problems = Problems()
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        problems.add(path, "text", str(wrong), "TOML")
        problems.raise_if_any()
    problems.known(path, data, ("title", "sampling", "parameters"))
    sampling = data.get("sampling", SAMPLINGS[0])
    if sampling not in SAMPLINGS:
        problems.add(path, "sampling", repr(sampling), ", ".join(SAMPLINGS))
    given = data.get("parameters", {})
    problems.known(path, given, PARAMETERS, "parameters.")
    found = []
    for one in PARAMETERS:
        if isinstance(given.get(one), dict):
            found.append(_parameter(path, one, given[one], problems))
        else:
            problems.add(path, f"parameters.{one}", "missing", "a table; see mixes/default.toml")
    problems.raise_if_any()
    return Mix(name, str(data.get("title", name)), sampling, tuple(found), text)


def _parameter(path: Path, name: str, data: dict[str, Any], problems: Problems) -> Parameter:
    at = f"parameters.{name}"
    problems.known(path, data, _OF_PARAMETER, f"{at}.")
    for field in ("unit", "source"):
        if not isinstance(data.get(field), str) or not data[field]:
            problems.add(path, f"{at}.{field}", repr(data.get(field)), "words")
    if data.get("letter") not in tuple(_LETTERS):
        problems.add(path, f"{at}.letter", repr(data.get("letter")), f"one of {_LETTERS}")
    by = data.get("by", "")
    shared = {key: data[key] for key in _OF_DISTRIBUTION if key in data and key not in _WORTH}
    if not by:
        of = [((), _distribution(path, name, at, shared, problems))]
    elif by not in _NAMES or PARAMETERS.index(by) >= PARAMETERS.index(name):
        problems.add(path, f"{at}.by", repr(by), ", ".join(_NAMES))
        of = []
    else:
        of = []
        for number, entry in enumerate(data.get("of", ())):
            where = f"{at}.of[{number}]"
            problems.known(path, entry, ("when", *_OF_DISTRIBUTION), f"{where}.")
            if entry.get("letter", "E") not in tuple(_LETTERS):
                problems.add(path, f"{where}.letter", repr(entry["letter"]), f"one of {_LETTERS}")
            when = tuple(entry.get("when", ()))
            for one in sorted(set(when) - set(_NAMES[by])) or ([] if when else ["nothing"]):
                problems.add(path, f"{where}.when", one, ", ".join(_NAMES[by]))
            merged = shared | {key: entry[key] for key in _OF_DISTRIBUTION if key in entry}
            of.append((when, _distribution(path, name, where, merged, problems)))
    return Parameter(
        name,
        str(data.get("unit")),
        str(data.get("letter")),
        str(data.get("source")),
        by,
        tuple(of),
    )


def _distribution(
    path: Path, name: str, at: str, data: dict[str, Any], problems: Problems
) -> Distribution:
    kind = data.get("distribution")
    if kind not in _NEEDS:
        problems.add(path, f"{at}.distribution", repr(kind), ", ".join(_NEEDS))
        return Distribution("constant")
    if name in _NAMES and kind != "choice":
        problems.add(path, f"{at}.distribution", repr(kind), "choice, as it is a name")
        return Distribution("constant")
    before = len(problems.lines)
    made: dict[str, Any] = {key: str(data[key]) for key in _WORTH if key in data}
    least, most = ALLOWED.get(name, (0.0, 0.0))
    for field in ("value", "low", "high", "mean"):
        if field in data or field in _NEEDS[kind]:
            made[field] = problems.number(path, data, f"{at}.{field}", least, most)
    if "sd" in data or "sd" in _NEEDS[kind]:
        made["sd"] = problems.number(path, data, f"{at}.sd", 0.0, most - least)
    if "share" in data:
        made["share"] = problems.number(path, data, f"{at}.share", 1e-6, 1.0)
    if "digits" in data:
        made["digits"] = problems.whole(path, data, f"{at}.digits", 0, 12)
    if kind == "choice":
        made |= _choice(path, name, at, data, problems)
    if len(problems.lines) > before:
        return Distribution("constant")
    if made.get("low", least) > made.get("high", most):
        problems.add(path, f"{at}.low", made["low"], f"at most high, {made['high']:g}")
    if kind in ("normal", "lognormal") and made["sd"] <= 0.0:
        problems.add(path, f"{at}.sd", made["sd"], "more than 0")
    if kind == "lognormal" and made["mean"] <= 0.0:
        problems.add(path, f"{at}.mean", made["mean"], "more than 0")
    return Distribution(kind, **made)


def _choice(
    path: Path, name: str, at: str, data: dict[str, Any], problems: Problems
) -> dict[str, Any]:
    values = tuple(data.get("values", ()))
    weights = tuple(data.get("weights", [1.0] * len(values)))
    if not values:
        problems.add(path, f"{at}.values", "none", "at least one")
    for one in values:
        if name in _NAMES and one not in _NAMES[name]:
            problems.add(path, f"{at}.values", repr(one), ", ".join(_NAMES[name]))
        if name not in _NAMES and (isinstance(one, bool) or not isinstance(one, int | float)):
            problems.add(path, f"{at}.values", repr(one), "numbers")
        elif name not in _NAMES:
            problems.number(path, {"values": one}, f"{at}.values", *ALLOWED[name])
    good = all(isinstance(one, int | float) and one >= 0 for one in weights)
    if len(weights) != len(values) or not good or not sum(weights) > 0:
        problems.add(path, f"{at}.weights", list(weights), f"{len(values)} numbers from 0 on")
    return {"values": values, "weights": weights}
