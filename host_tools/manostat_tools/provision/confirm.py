"""The operator's word: what syringe is in the pump and which region it is for, typed."""

from typing import Any

from manostat_tools.provision.errors import ProvisionError
from manostat_tools.provision.order import Order
from manostat_tools.session.levels import NAMES, region_of
from manostat_tools.session.presets import check_preset


def confirm(order: Order, options: Any) -> None:
    """Ask, or with `--yes` take what the options said. ProvisionError if anything differs, or a
    region without an agreed pressure limit is not confirmed by the operator's own name."""
    if not options.yes:
        _typed("syringe that is in the pump", order.syringe)
        _typed("region", order.region)
    if not order.preset.needs_confirmation:
        return
    said = options.confirmed_by
    if said is None and not options.yes:
        print(f"{order.preset.warning}")
        said = _ask(f"to go on all the same type your name, as in --by ({order.operator}): ")
    level = next(name for name in NAMES if region_of(name) is order.preset.region)
    try:
        check_preset(order.preset.name, level, said, order.operator)
    except ValueError as refused:
        raise ProvisionError(f"{refused}: --confirmed-by; nothing was stored") from None


def _typed(what: str, right: str) -> None:
    said = _ask(f"type the {what} to confirm it: ")
    if said.casefold() != right:
        raise ProvisionError(f"{what}: {said!r} was typed, {right} was ordered; nothing was stored")


def _ask(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        print()
        return ""
