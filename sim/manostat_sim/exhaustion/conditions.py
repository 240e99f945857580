"""When an attribute is told apart at all; see `rules.py`."""

from typing import Any

from manostat.core import codes


def moves(pump: Any) -> Any:
    return pump.injector.moving


def runs(pump: Any) -> Any:
    return pump.injector.running or pump.injector.wants_start


def has_end(pump: Any) -> Any:
    return pump.injector.by_steps and in_level(pump)


def stopped(pump: Any) -> bool:
    return bool(pump.injector.state == codes.STOPPED)


def faulty(pump: Any) -> bool:
    return bool(pump.injector.fault)


def seeks(pump: Any) -> Any:
    return pump.injector.seeking


def rests(pump: Any) -> bool:
    return bool(pump.watch.begun and pump.injector.state == codes.HOLDING)


def in_level(pump: Any) -> bool:
    return bool(codes.READY <= pump.injector.state <= codes.HOLDING)


def idle(pump: Any) -> bool:
    return bool(pump.injector.state == codes.IDLE)


def in_motion(pump: Any) -> bool:
    """From the start to the stop, pauses included."""
    return bool(codes.SEEKING <= pump.injector.state <= codes.HOLDING)


def pain_told(pump: Any) -> bool:
    return idle(pump) or in_motion(pump)


def run_counts(pump: Any) -> bool:
    """Elsewhere RUN has to be seen open anew first."""
    return pump.injector.state in (codes.READY, codes.HOLDING, codes.SETTLING)


def stop_counts(pump: Any) -> bool:
    """Towards a new level, if it goes on."""
    injector, operator = pump.injector, pump.operator
    may = injector.state in (codes.IDLE, codes.READY) or injector.locked
    return bool(may and injector.hold_counts and (operator.stop or operator.stop_us))


def pained(pump: Any) -> bool:
    return bool(pump.injector.reason == codes.PAIN)


def not_locked(pump: Any) -> bool:
    return not pump.injector.locked


def untroubled(pump: Any) -> bool:
    """No fault yet in this level. What is seen with and without one is not told apart further."""
    return not pump.injector.locked and max(pump.lockout.times) < 0


def no_opening_yet(pump: Any) -> bool:
    return bool(in_level(pump) and pump.injector.opening_how == codes.OPENING_NONE)
