"""One provisioning from the board in service mode to its hello, with each step in the registry."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from manostat_tools.devices.attached import Attached
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.prompt import Prompt
from manostat_tools.provision import keying
from manostat_tools.provision.confirm import confirm
from manostat_tools.provision.errors import ProvisionError
from manostat_tools.provision.order import Order
from manostat_tools.provision.service_mode import Service
from manostat_tools.provision.shown import rows
from manostat_tools.provision.storing import Ledger, store, wait_for_unit
from manostat_tools.units import keys, registry
from manostat_tools.units.registry import Event

_WIDTH = 21


def provision(
    board: Attached, order: Order, options: Any, say: Callable[[str], None] = print
) -> registry.Event:
    """Show, confirm, store, read back, restart, hear what the self test says; the last event.

    ProvisionError, DeviceError, KeyFileError or RegistryError in one line, with what is stored in
    the pump by then; so does KeyboardInterrupt, once the registry has it.
    """
    with Prompt(board.path) as prompt:
        service = Service(board.name, prompt)
        who = service.who()
        _refuse_other(who, order, options.replace_serial)
        choice = keying.choose(order.serial, who, options.key, options.new_key, options.replace_key)
        say(f"{board.name} is in service mode. To be stored:\n")
        for label, value in rows(order, who, choice.words):
            say(f"  {label:<{_WIDTH}}{value}")
        say("")
        confirm(order, options)
        event = _event(board, order, who, choice)
        if choice.key is not None:
            keys.keep(order.serial, choice.key)
        registry.append(registry.default_file(), event)
        parts = ("unit", "identity") if choice.key is None else ("unit", "identity", "key")
        ledger = Ledger(parts)
        try:
            store(service, order, choice.key, ledger, say)
            if choice.name and keys.key_named(order.serial, choice.name) is not None:
                keys.make_current(order.serial, choice.name)
            say("read back: as it was ordered")
            _restart(service, options, say)
            hello = wait_for_unit(board, order, str(who["image"]), options.wait, say)
        except BaseException as problem:
            text = _words(problem, ledger)
            _close(event, "failed", ledger, text)
            if isinstance(problem, KeyboardInterrupt):
                raise KeyboardInterrupt(text) from None
            if isinstance(problem, DeviceError | keys.KeyFileError):
                raise ProvisionError(text) from None
            raise
    result = f"self test: {hello.words}"
    try:
        return _close(event, "provisioned", ledger, result)
    except KeyboardInterrupt:  # another program writes in the registry, and was waited for
        text = f"interrupted; {result}; in the pump: {ledger.words}; perhaps not in the registry"
        raise KeyboardInterrupt(text) from None


def _refuse_other(who: dict[str, Any], order: Order, replace_serial: bool) -> None:
    there = who["serial"]
    if there not in ("", order.serial) and not replace_serial:
        raise ProvisionError(
            f"this pump is unit {there}, not {order.serial}: is it the right one? --replace-serial "
            "gives it another number; nothing was stored"
        )


def _restart(service: Service, options: Any, say: Callable[[str], None]) -> None:
    if options.no_reset:
        service.leave()
        say(f"now let go of STOP and PAIN, power off and on ({options.wait:g} s to do so)")
        return
    service.await_free(options.wait, say)
    service.reset()
    say("restarting; waiting for the self test")


def _event(board: Attached, order: Order, who: dict[str, Any], choice: keying.Choice) -> Event:
    unit = {
        "syringe": order.syringe,
        "region": order.region,
        "needle": f"{order.unit.needle}, {order.unit.contrast}",
        "preset": order.preset.name if order.is_preset else "",
    }
    return Event(
        _now(),
        order.serial,
        "begun",
        order.operator,
        str(who["image"]),
        board.serial or board.name,
        list(order.unit.values),
        unit,
        order.identity,
        choice.name,
    )


def _close(event: Event, what: str, ledger: Ledger, result: str) -> Event:
    done = replace(event, utc=_now(), what=what, stored=list(ledger.stored), result=result)
    try:
        registry.append(registry.default_file(), done)
    except registry.RegistryError as problem:
        raise ProvisionError(
            f"{result}; in the pump: {ledger.words}; not in the registry: {problem}"
        ) from None
    return done


def _words(problem: BaseException, ledger: Ledger) -> str:
    if isinstance(problem, KeyboardInterrupt):
        return f"interrupted; in the pump: {ledger.words}"
    if isinstance(problem, ProvisionError):
        return str(problem)
    return f"{problem or type(problem).__name__}; in the pump: {ledger.words}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
