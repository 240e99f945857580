"""Requirements on how a provisioning ends: what is said is what is in the pump."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest

from manostat_tools.provision import job
from manostat_tools.units import registry

from .test_order import order

WHO = {"serial": "", "key": "none", "key_name": "", "image": "ab" * 16, "bench": False}
WHO |= {"journal_pages": 3, "unit": "stored", "identity": "stored"}
BOARD = SimpleNamespace(path="/dev/none", name="pump", serial="")
OPTIONS = SimpleNamespace(
    replace_serial=False, key=None, new_key=False, replace_key=False, yes=True, wait=1.0
)


@pytest.fixture
def pump(monkeypatch):
    """Takes everything, restarts, and passes its self test."""

    def store(_service, _order, _key, ledger, _say):
        ledger.stored += ["unit", "identity"]

    monkeypatch.setattr(job, "Prompt", nullcontext)
    monkeypatch.setattr(job, "Service", lambda _name, _prompt: SimpleNamespace(who=lambda: WHO))
    monkeypatch.setattr(job, "store", store)
    monkeypatch.setattr(job, "_restart", lambda *_: None)
    monkeypatch.setattr(job, "wait_for_unit", lambda *_: SimpleNamespace(words="passed"))


def provision():
    return job.provision(BOARD, order(), OPTIONS, lambda _: None)


def test_the_registry_has_the_beginning_and_the_end(data, pump):
    assert provision().result == "self test: passed"
    events = registry.read(registry.default_file()).events
    assert [event.what for event in events] == ["begun", "provisioned"]


def test_ctrl_c_while_the_end_is_written_down_does_not_deny_what_is_in_the_pump(
    data, pump, monkeypatch
):
    append = registry.append

    def interrupted_at_the_end(file, event):
        if event.what == "provisioned":
            raise KeyboardInterrupt
        append(file, event)

    monkeypatch.setattr(registry, "append", interrupted_at_the_end)
    with pytest.raises(KeyboardInterrupt, match="in the pump: unit stored, identity stored") as end:
        provision()
    assert "perhaps not in the registry" in str(end.value)
