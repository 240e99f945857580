"""The picture of an injection: pressure against volume, and pressure against time."""

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from manostat.core import codes
from manostat_tools import words
from manostat_tools.demo.session import Session

_PUMP = "#1f5fa8"
_PLANT = "#d98032"
_STOP = "#b3202c"
_PAIN = "#8a2be2"
_SHADES = {
    codes.READY: "#e8eef5",
    codes.SEEKING: "#fdf0c4",
    codes.SETTLING: "#d9ecd9",
    codes.INJECTING: "#cfe2f7",
    codes.HOLDING: "#e5e5e5",
    codes.STOPPED: "#f6d5d5",
}
_MOST_POINTS = 4000


def save_picture(session: Session, outcome: dict[str, Any], path: Path) -> None:
    """Draw the session and write it to `path` as PNG."""
    figure = Figure(figsize=(9.0, 7.2), layout="constrained")
    FigureCanvasAgg(figure)
    top, bottom = figure.subplots(2, 1, height_ratios=(5, 2))
    scenario = outcome["scenario"]
    figure.suptitle(
        f"{scenario['name']}: pressure against volume ({outcome['bench']} bench)", fontsize=13
    )
    top.set_title(words.NOTICE, fontsize=9, color="#555555")
    _draw_volume(top, session, outcome)
    _draw_time(bottom, session, outcome)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100)


def _psi(values: list[Any]) -> list[float]:
    return [words.psi(value) for value in values]


def _ml(values: list[Any]) -> list[float]:
    return [value / 1e6 for value in values]


def _thin(values: list[Any]) -> list[Any]:
    return values[:: max(1, len(values) // _MOST_POINTS)]


def _draw_volume(axes: Axes, session: Session, outcome: dict[str, Any]) -> None:
    history = session.history
    pump_ml, pump_psi = _ml(_thin(history.volume_nl)), _psi(_thin(history.pressure_pa))
    disc_ml, disc_psi = _ml(_thin(history.delivered_nl)), _psi(_thin(history.disc_pa))
    axes.plot(pump_ml, pump_psi, color=_PUMP, lw=1.3, label="line, as the pump reads it")
    axes.plot(disc_ml, disc_psi, color=_PLANT, lw=1.2, ls="--", label="in the disc (plant)")
    recorded = outcome["recorded"] or {}
    _mark_opening(axes, session, recorded)
    _mark_pain(axes, recorded.get("pain"))
    if session.story.stop_us >= 0:
        _mark_stop(axes, session, recorded)
    axes.set_xlabel("volume delivered (mL)")
    axes.set_ylabel("pressure (psi, gauge)")
    axes.set_xlim(left=0.0)
    _from_zero(axes, pump_psi)
    kilopascals = axes.secondary_yaxis("right", functions=(_to_kpa, _from_kpa))
    kilopascals.set_ylabel("kPa")
    axes.grid(alpha=0.25)
    axes.legend(loc="best", fontsize=9)


def _from_zero(axes: Axes, values_psi: list[float]) -> None:
    axes.set_ylim(min(0.0, *values_psi), max(10.0, *values_psi) * 1.12)


def _to_kpa(psi: Any) -> Any:
    return psi * words.PA_PER_PSI / 1e3


def _from_kpa(kpa: Any) -> Any:
    return kpa * 1e3 / words.PA_PER_PSI


def _mark_opening(axes: Axes, session: Session, recorded: dict[str, Any]) -> None:
    opening_pa = recorded.get("opening_pa", -1)
    history = session.history
    if opening_pa < 0 or codes.SETTLING not in history.state:
        return
    at = history.state.index(codes.SETTLING)
    axes.axhline(words.psi(opening_pa), color="#3c8d40", lw=0.9, ls=":")
    axes.plot(
        [history.volume_nl[at] / 1e6],
        [words.psi(opening_pa)],
        "s",
        color="#3c8d40",
        ms=7,
        label=f"opening: {words.pressure(opening_pa)}, {recorded['opening_words']}",
    )


def _mark_pain(axes: Axes, pain: dict[str, Any] | None) -> None:
    if not pain:
        return
    press, *before = pain["points"]
    axes.plot(
        _ml([point["volume_nl"] for point in before]),
        _psi([point["pressure_pa"] for point in before]),
        "o",
        color=_PAIN,
        mfc="white",
        ms=5,
        label="0.5, 1, 2 and 3 s before the press",
    )
    axes.plot(
        [press["volume_nl"] / 1e6],
        [words.psi(press["pressure_pa"])],
        "o",
        color=_PAIN,
        ms=12,
        label=f"pain: {words.pressure(press['pressure_pa'])} at {words.volume(press['volume_nl'])}",
    )


def _mark_stop(axes: Axes, session: Session, recorded: dict[str, Any]) -> None:
    truth = session.history.plant_at(session.story.stop_us)
    stop_pa = recorded.get("stop_pa", truth["line_pa"])
    volume_nl = recorded.get("delivered_nl", truth["delivered_nl"])
    axes.plot(
        [volume_nl / 1e6],
        [words.psi(stop_pa)],
        "X",
        color=_STOP,
        ms=8,
        mec="white",
        label="stop: " + recorded.get("reason_words", "no record").split(":")[0],
    )


def _draw_time(axes: Axes, session: Session, outcome: dict[str, Any]) -> None:
    history = session.history
    shown = set()
    for from_us, to_us, state in history.spans():
        if state not in _SHADES:
            continue
        axes.axvspan(
            from_us / 1e6,
            to_us / 1e6,
            color=_SHADES[state],
            lw=0,
            label=None if state in shown else words.state_name(state),
        )
        shown.add(state)
    line_psi = _psi(_thin(history.pressure_pa))
    axes.plot([at_us / 1e6 for at_us in _thin(history.tick_us)], line_psi, color=_PUMP, lw=1.1)
    _from_zero(axes, line_psi)
    if outcome["measured"]["pain"]:
        axes.axvline(outcome["measured"]["pain"]["press_s"], color=_PAIN, lw=1.2)
    axes.set_xlabel("time since power-on (s, virtual)")
    axes.set_ylabel("line (psi)")
    axes.margins(x=0.0)
    axes.grid(alpha=0.25)
    if shown:
        axes.legend(
            loc="upper left",
            fontsize=8,
            ncols=len(shown),
            bbox_to_anchor=(0.0, 1.22),
            frameon=False,
        )
