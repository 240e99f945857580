"""The level record as lines of text, at most 80 columns wide."""

import textwrap
from typing import Any

from manostat_tools import words

WIDTH = 80
_LABEL = 18
_COLUMN = 22


def report(outcome: dict[str, Any]) -> list[str]:
    """Lines for people, from `demo.outcome.outcome`."""
    scenario = outcome["scenario"]
    lines = [
        f"Level record: {scenario['name']} on the {outcome['bench']} bench",
        f"({words.NOTICE})",
        "",
        *_field("Scenario", scenario["summary"]),
        *_field("Prescription", prescription(outcome["prescription"])),
    ]
    recorded, measured = outcome["recorded"], outcome["measured"]
    if recorded is None:
        lines += _field("No record", outcome["no_record"])
    else:
        lines += _field("Stopped by", recorded["reason_words"])
    pain = measured["pain"]
    if pain:
        lines += _field("", _press_words(pain))
    lines += ["", _row("", "recorded by the pump:", "measured on the plant:")]
    lines += _pressures(recorded or {}, measured)
    lines += _pain_points(recorded or {}, measured)
    return lines


def prescription(rx: dict[str, int]) -> str:
    """A prescription in one sentence."""
    return (
        f"{words.mode(rx['mode'])} {words.volume(rx['volume_nl'])} at "
        f"{words.rate(rx['rate_nl_s'])}; limits {words.pressure(rx['limit_above_pa'])} above "
        f"opening, {words.pressure(rx['limit_line_pa'])} line"
    )


def _press_words(pain: dict[str, Any]) -> str:
    return (
        f"{words.steps(pain['steps_after_press'])} after the press; the pain had begun "
        f"{pain['began_before_ms'] / 1e3:.2f} s before it, with the disc "
        f"{words.pressure(pain['began_disc_above_pa'])} above its own opening"
    )


def _field(label: str, text: str) -> list[str]:
    wrapped = textwrap.wrap(text, WIDTH - _LABEL)
    return [
        f"{label if number == 0 else '':<{_LABEL}}{line}" for number, line in enumerate(wrapped)
    ]


def _row(label: str, recorded: str, measured: str) -> str:
    return f"{label:<{_LABEL}}{recorded:<{_COLUMN + 4}}{measured}".rstrip()


def _pressures(recorded: dict[str, Any], measured: dict[str, Any]) -> list[str]:
    def pa(value: float | None) -> str:
        return "-" if value is None else words.pressure(value)

    opening_pa = recorded.get("opening_pa", -1)
    known = opening_pa is not None and opening_pa >= 0
    rest = "-"
    if measured["opening_pa"] is not None:
        rest = f"{pa(measured['opening_pa'])} disc at that rest"
    lines = [
        _row(
            "Opening pressure",
            pa(opening_pa) if known else "-",
            rest,
        ),
        _row(
            "",
            recorded.get("opening_words", ""),
            f"{pa(measured['disc_opening_pa'])} disc untouched",
        ),
        _row("Peak, line", pa(recorded.get("peak_pa")), pa(measured["peak_pa"])),
        _row("At the stop, line", pa(recorded.get("stop_pa")), pa(measured["stop_pa"])),
        _row("At the end, line", "", pa(measured["end_pa"])),
    ]
    delivered_nl = recorded.get("delivered_nl")
    said = (
        "" if delivered_nl is None else f"{words.volume(delivered_nl)}, {recorded['steps']} steps"
    )
    pushed = f"{words.volume(measured['delivered_nl'])}, {measured['steps']} pulses on STEP"
    lines.append(_row("Delivered", said, pushed))
    lines.append(_row("", "", f"{words.volume(measured['disc_nl'])} in the disc"))
    lost_nl = measured["leaked_nl"] + measured["spilled_nl"]
    if lost_nl >= 500.0:
        lines.append(_row("", "", f"{words.volume(lost_nl)} leaked or spilled"))
    return lines


def _pain_points(recorded: dict[str, Any], measured: dict[str, Any]) -> list[str]:
    marked, true = recorded.get("pain"), measured["pain"]
    if not marked and not true:
        return ["", "Pain              none"]
    when = "" if not marked else ("while moving" if marked["moving"] else "at rest")
    lines = ["", f"{'Pain ' + when:<{_LABEL}}{'line':<20}{'above opening':<20}{'volume':<10}from"]
    tables = (("pump", marked), ("plant", true))
    for index in range(5):
        for source, mark in tables:
            if not mark:
                continue
            point = mark["points"][index]
            before_s = point["before_ms"] / 1e3
            label = f"{before_s:g} s before" if before_s else "at the press"
            if source == "plant" and marked:
                label = ""
            lines.append(
                f"  {label:<{_LABEL - 2}}{words.pressure(point['pressure_pa']):<20}"
                f"{words.pressure(point['above_pa']):<20}{words.volume(point['volume_nl']):<10}"
                f"{source}"
            )
    return lines
