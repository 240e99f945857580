"""The level record beside what the plant measured: one dict for the report, the JSON and tests."""

from typing import Any

from manostat.core import codes
from manostat.record import BEFORE_MS, UNIT
from manostat_tools import words
from manostat_tools.demo.history import History
from manostat_tools.demo.session import Session

PRESCRIBED = UNIT


def outcome(session: Session) -> dict[str, Any]:
    """Everything worth keeping of a session; pressures in Pa gauge, volumes in nL.

    `recorded` is the pump's own level record or None; `measured` comes from the plant and the
    pins, never from what the firmware says; both have `pain` with the points of the record.
    """
    bench, of = session.bench, session.bench.world.scenario
    return {
        "notice": words.NOTICE,
        "simulated": True,
        "bench": bench.name,
        "scenario": {
            "name": of.name,
            "summary": of.summary,
            "source": of.source,
            "letter": of.letter,
            "seed": of.seed,
        },
        "prescription": dict(zip(PRESCRIBED, bench.unit, strict=True)),
        "interrupted": session.interrupted,
        "recorded": _recorded(session),
        "no_record": None if session.record else session.no_record,
        "measured": _measured(session),
        "virtual_s": round(session.virtual_s, 6),
        "wall_s": round(session.wall_s, 3),
        "events": [
            {"at_s": round(event.at_us / 1e6, 3), "text": event.text}
            for event in session.story.events
        ],
    }


def _recorded(session: Session) -> dict[str, Any] | None:
    record = session.record
    if record is None:
        return None
    kept = {name: value for name, value in record.items() if name not in PRESCRIBED}
    kept["pain"] = kept.pop("first_mark")
    kept["last_pain"] = kept.pop("last_mark")
    kept["reason_words"] = words.reason(record["reason"], record["fault"])
    kept["opening_words"] = words.opening(record["opening_how"])
    return kept


def _measured(session: Session) -> dict[str, Any]:
    bench, history, story = session.bench, session.history, session.story
    world, plant = bench.world, bench.world.plant
    read_us = _opening_read_us(history)
    opening_pa = history.plant_at(read_us)["disc_pa"] if read_us is not None else None
    stop_pa = history.plant_at(story.stop_us)["line_pa"] if story.stop_us >= 0 else None
    return {
        "opening_pa": opening_pa,
        "disc_opening_pa": plant.disc.opening_pa,
        "peak_pa": world.peak_line_pa,
        "stop_pa": stop_pa,
        "end_pa": plant.line_pa,
        "steps": bench.steps_made(),
        "delivered_nl": plant.syringe.delivered_nl,
        "disc_nl": plant.disc.volume_nl,
        "line_nl": plant.stored_nl,
        "leaked_nl": plant.disc.leaked_nl,
        "spilled_nl": plant.spilled_nl,
        "pain": _measured_pain(session, opening_pa),
    }


def _opening_read_us(history: History) -> int | None:
    """When the first rest for the opening pressure ended, or None."""
    for _from_us, to_us, state in history.spans():
        if state == codes.SETTLING:
            return to_us
    return None


def _measured_pain(session: Session, opening_pa: float | None) -> dict[str, Any] | None:
    history, press_us = session.history, session.story.press_us
    if press_us < 0:
        return None
    disc, patient = session.bench.world.plant.disc, session.bench.world.patient
    began = history.plant_at(patient.crossed_us)
    tare_pa = opening_pa or 0.0
    points = []
    for before_ms in BEFORE_MS:
        truth = history.plant_at(press_us - before_ms * 1000)
        points.append(
            {
                "before_ms": before_ms,
                "pressure_pa": truth["line_pa"],
                "above_pa": truth["line_pa"] - tare_pa,
                "volume_nl": truth["delivered_nl"],
            }
        )
    return {
        "press_s": press_us / 1e6,
        "steps_after_press": session.story.steps_after_press(),
        "began_before_ms": (press_us - patient.crossed_us) / 1e3,
        "began_disc_pa": began["disc_pa"],
        "began_disc_above_pa": began["disc_pa"] - disc.opening_pa,
        "points": points,
    }
