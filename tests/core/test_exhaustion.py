"""The exploration is worth something: it finds each deliberate breaking, and nothing without it.

Each breaking is looked for with a few letters, from which the whole core is explored as well: all
that they reach, and nothing is found. What is found is replayed on a fresh pump.
"""

from array import array

import pytest

from manostat.core import codes, operator
from manostat.core import pump as core_pump
from manostat.core.codes import INJECT, PRIME, STEP
from manostat.core.guard import Guard
from manostat_sim.exhaustion import letters, times
from manostat_sim.exhaustion.invariants import INVARIANTS, Broken
from manostat_sim.exhaustion.letters import alphabet, small_alphabet
from manostat_sim.exhaustion.search import ROOTS, begin, explore
from manostat_sim.exhaustion.subject import Subject
from manostat_sim.exhaustion.times import REAL, SHORT
from manostat_tools import exhaust_command

from .exhaustion_breakings import CASES, START, without_guard

SHOWN = [pytest.param(*case, marks=pytest.mark.req(shows)) for *case, shows in CASES]
LETTERS = {letter.name: letter for letter in alphabet(SHORT)}


def letters_of(names):
    return tuple(LETTERS[name] for name in names)


def replay(found, mode):
    """What a fresh pump breaks on the path of a finding."""
    with SHORT.in_force():
        subject = Subject(mode, SHORT)
        begin(subject, [name for name, _, _ in ROOTS].index(found.path[0]))
        *before, last = letters_of(found.path[1:])
        for letter in before:
            subject.run(letter)
        with pytest.raises(Broken) as raised:
            subject.run(last)
    return raised.value.invariant


@pytest.mark.req("B-01", "B-05", "B-06", "D-01", "D-02", "P-03", "P-09", "T-03", "A-05", "A-06")
@pytest.mark.parametrize(
    ("mode", "end"),
    [
        (INJECT, codes.PRESSURE_ABOVE),
        pytest.param(PRIME, codes.PRESSURE_LINE, marks=pytest.mark.long),
    ],
)
def test_nothing_is_found_on_the_core_as_it_is(mode, end):
    found = explore(mode, letters=small_alphabet(SHORT), most_states=1000)
    assert found.findings == []
    assert found.states > 1000 and found.waiting and found.grants, "it must have seen motion"
    reasons = {reason for _, reason, _ in found.ends}
    assert reasons >= {codes.PAIN, codes.STOP, codes.RELEASE, codes.FAULT, end}


@pytest.mark.parametrize(("invariant", "mode", "names", "breaking"), SHOWN)
def test_a_breaking_is_found_with_a_path_that_leads_to_it(
    invariant, mode, names, breaking, monkeypatch
):
    few = letters_of(START + names)
    whole = explore(mode, letters=few)
    assert (whole.findings, whole.waiting) == ([], 0)
    breaking(monkeypatch)
    spoilt = explore(mode, letters=few, stop_at_first=True)
    found = {finding.invariant: finding for finding in spoilt.findings}
    assert invariant in found, spoilt.findings
    assert found[invariant].what.startswith(f"{invariant}: ")
    assert replay(found[invariant], mode) == invariant


def test_each_invariant_is_worth_something():
    assert {case[0] for case in CASES} == set(INVARIANTS)


def test_a_path_is_a_shortest_one(monkeypatch):
    without_guard(monkeypatch)
    (found,) = explore(INJECT, letters=letters_of(("PAIN", "RUN held, 105 psi"))).findings
    assert found.path == ["switched on", "RUN held, 105 psi"]


def test_the_same_exploration_twice_is_equal():
    first, second = (explore(STEP, letters=letters_of(START)) for _ in range(2))
    assert first.waiting == 0 and first.states > 100
    first.seconds = second.seconds
    assert vars(first) == vars(second)


def test_a_pump_that_is_brought_back_does_the_same_again():
    with SHORT.in_force():
        subject = Subject(INJECT, SHORT)
        for letter in letters_of((*START[:2], *START[:1], *START[2:4])):
            subject.run(letter)
        assert subject.pump.injector.moving
        kept, key = subject.keep(), subject.abstraction.key()
        after = []
        for _ in range(2):
            subject.bring_back(kept)
            assert subject.abstraction.key() == key
            for letter in letters_of(("RUN held", "PAIN", "RUN open, 105 psi", "STOP")):
                subject.run(letter)
            after.append(subject.keep())
    assert after[0] == after[1]


# What the abstraction rests on


def test_a_letter_that_is_spared_is_one_of_the_alphabet():
    assert set(LETTERS) >= letters._SPARED
    assert len(small_alphabet(SHORT)) == len(LETTERS) - sum(map(letters._spared, LETTERS))


def test_short_times_keep_the_order_of_the_real_ones():
    real, short = vars(REAL), vars(SHORT)
    us = [name for name in real if name.endswith("_us") and name != "unseen_us"]
    for one in us:
        for other in us:
            assert short[one] <= short[other] or real[one] >= real[other], (one, other)


def test_a_timer_that_has_another_name_now_is_refused(monkeypatch):
    monkeypatch.delattr(operator, "_OPEN_US")
    with pytest.raises(LookupError, match="_OPEN_US"), SHORT.in_force():
        pass


@pytest.mark.parametrize(
    ("part", "name"),
    [("watch", "steps_open"), ("leak", "window_steps"), ("injector", "seek_steps")],
)
def test_a_volume_that_has_another_name_now_is_refused(part, name, monkeypatch):
    build = core_pump.build

    def renamed(*given):
        pump = build(*given)
        held = vars(getattr(pump, part))
        held[f"{name}_now"] = held.pop(name)
        return pump

    monkeypatch.setattr(core_pump, "build", renamed)
    with pytest.raises(LookupError, match=name):
        Subject(INJECT, SHORT)


def test_a_buffer_without_a_rule_is_refused(monkeypatch):
    whole = Guard.__init__

    def with_buffer(self, *given):
        whole(self, *given)
        self.buffer = array("q", [0])

    monkeypatch.setattr(Guard, "__init__", with_buffer)
    with pytest.raises(LookupError, match=r"Guard\.buffer"):
        Subject(INJECT, SHORT)


def constants():
    return {
        (module.__name__, name): getattr(module, name)
        for name in times._CONSTANTS.values()
        for module in times._holders(name)
    }


def test_times_are_in_force_until_they_end_and_the_core_is_as_it_was():
    before = constants()
    assert before["manostat.core.injector", "_UNSEEN_US"] == REAL.unseen_us
    with pytest.raises(ZeroDivisionError), SHORT.in_force():
        assert constants()["manostat.core.injector", "_UNSEEN_US"] == SHORT.unseen_us
        assert constants()["manostat.core.opening", "_BLOCK_TICKS"] == SHORT.block_ticks
        raise ZeroDivisionError
    assert constants() == before


def test_the_real_times_are_those_of_the_core():
    of_core = {(name, value) for (_, name), value in constants().items()}
    assert of_core == {(times._constant(field), us) for field, us in vars(REAL).items()}


# What is written down


def row(**changes):
    sound = {"mode": "inject", "states": 10, "transitions": 99, "waiting": 0, "findings": []}
    return sound | changes


def verdicts(*rows):
    return {line["id"]: line["verdict"] for line in exhaust_command.evidence(list(rows))}


def test_what_was_explored_whole_without_a_finding_passes():
    said = verdicts(row(), row(mode="prime"))
    modes = {"exhaustion/mode inject", "exhaustion/mode prime"}
    assert set(said) == {f"exhaustion/{name}" for name in INVARIANTS} | modes
    assert set(said.values()) == {"passed"}


def test_a_finding_fails_its_invariant_and_its_mode_only():
    said = verdicts(row(findings=[{"invariant": "P-10"}]), row(mode="prime"))
    failing = {name for name, verdict in said.items() if verdict == "failed"}
    assert failing == {"exhaustion/P-10", "exhaustion/mode inject"}
    (line,) = [
        line
        for line in exhaust_command.evidence([row(findings=[{"invariant": "P-10"}])])
        if line["id"] == "exhaustion/P-10"
    ]
    assert (line["figure"], line["limit"]) == (1, 0)


def test_what_was_not_explored_whole_was_not_run():
    said = verdicts(row(waiting=3), row(mode="prime", waiting=1, findings=[{"invariant": "P-10"}]))
    assert said.pop("exhaustion/P-10") == said.pop("exhaustion/mode prime") == "failed"
    assert set(said.values()) == {"not run"}


def test_a_mode_that_was_explored_is_not_explored_again_until_a_source_changes(
    monkeypatch, tmp_path
):
    ran = []
    monkeypatch.setattr(exhaust_command, "REPOSITORY", tmp_path)
    monkeypatch.setattr(exhaust_command, "_explore_anew", lambda *asked: ran.append(asked) or row())
    for source in ("a = 1", "a = 1", "a = 2"):
        core = tmp_path / "firmware/manostat/core"
        core.mkdir(parents=True, exist_ok=True)
        (core / "pump.py").write_text(source)
        monkeypatch.setattr(exhaust_command._digest, "__defaults__", (tmp_path,))
        assert exhaust_command._explore("inject", False, 9) == row()
    assert ran == [("inject", False, 9)] * 2
