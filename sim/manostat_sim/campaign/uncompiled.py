"""The generated text run by CPython as it stands: slow, to look into it and to test it without a
compiler."""

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from manostat_sim.campaign import generated
from manostat_sim.campaign.filling import Filler
from manostat_sim.campaign.kernel import flat
from manostat_sim.campaign.layout import Layout


class Uncompiled:
    """Has `layout`, `records`, `run` and `tick` as `kernel.Kernel`; `text` None is the usual."""

    def __init__(self, text: str | None = None) -> None:
        self.layout = flat().layout
        self.records: Callable[[Any], Any] = Filler(self.layout).records
        text = generated.text_with_loops(flat()) if text is None else text
        scope: dict[str, Any] = {}
        exec(compile(text, "generated", "exec"), scope)
        self.run: Callable[[Any], Any] = partial(self._through, scope["run_all"])
        self.tick: Callable[[Any], Any] = partial(self._through, scope["tick_all"])

    def _through(self, function: Any, records: Any) -> None:
        plain = [plain_record(self.layout, record) for record in records]
        function(plain)
        for record, values in zip(records, plain, strict=True):
            for name, value in vars(values).items():
                record[name] = value


def plain_record(layout: Layout, record: Any) -> SimpleNamespace:
    """The state in Python's own numbers and lists."""
    return SimpleNamespace(**{name: record[name].tolist() for name in layout.dtype.names or ()})
