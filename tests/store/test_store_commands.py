"""Requirements on `manostat sessions` and `manostat verify`: what they say, their exit codes."""

import json
import re

import pytest

from manostat_tools.cli import main
from manostat_tools.journal.page import PAGE_BYTES
from manostat_tools.journal.seals import name_of
from manostat_tools.session.entries import Responded
from manostat_tools.session.fold import fold
from manostat_tools.session.model import (
    Concordance,
    Quantity,
    Response,
    RunKind,
    Syringe,
    UnitIdentity,
)
from manostat_tools.store.imports import import_pull
from manostat_tools.store.listing import session_lines
from manostat_tools.store.store import Store
from manostat_tools.store.units import runs_told_of, units_of
from manostat_tools.units import keys

from ..session.written import (
    START,
    corrected,
    event,
    fitted,
    found,
    noted,
    opened,
    planned,
    responded,
)
from .conftest import run_entry
from .pumps import (
    KEY,
    answer_to_j,
    complied,
    later,
    pressed_at_rest,
    resealed,
    sooner,
    with_journal_page,
)
from .spoiling import spoil

UNIT = name_of(KEY)


@pytest.fixture
def command(folder, capsys):
    """Runs `manostat ... --store FILE`; returns (code, what it said, what it said on stderr)."""

    def run(*arguments, store=folder / "store.sqlite"):
        code = main([*map(str, arguments), "--store", str(store)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def pulled(folder, content, name="pump.bin"):
    file = folder / name
    file.write_bytes(content)
    return file


def test_a_pull_is_imported_listed_and_verified(command, folder):
    code, said, _ = command("sessions", "import", pulled(folder, later()))
    assert code == 0 and re.search(r"storage: new: \d+ records, 6 pages of traces, 2 traces", said)
    assert command("sessions", "import", pulled(folder, later()))[1].count("nothing new") == 1
    code, said, _ = command("sessions", "list")
    assert code == 0 and f"unit {UNIT}: " in said and "3 runs in no session" in said
    key = pulled(folder, KEY, "key")
    code, said, _ = command("verify", "--key", key)
    assert code == 0 and "all is as it was written" in said and "seals fit the key" in said


def test_half_a_pull_says_what_is_missing_and_that_it_broke_off(command, folder):
    part = answer_to_j(later())
    part = part[: 3 * PAGE_BYTES] + part[7 * PAGE_BYTES : -50]
    code, said, _ = command("sessions", "import", pulled(folder, part), "--unit", UNIT)
    assert code == 1
    assert "MISSING: records 4 to 7: pull again" in said and "broke off: 206 bytes" in said
    assert "NOT WHOLE: pull again" in command("sessions")[1]
    code, said, _ = command("sessions", "import", pulled(folder, answer_to_j(later())))
    assert code == 0 and "new: 5 records" in said


@pytest.mark.req("L-05")
def test_a_contradiction_is_loud_and_stores_nothing(command, folder):
    command("sessions", "import", pulled(folder, sooner()))
    page = answer_to_j(later())[:PAGE_BYTES]
    other = with_journal_page(later(), 0, resealed(page, 30, 0x55))
    code, said, _ = command("sessions", "import", pulled(folder, other))
    assert code == 1
    assert "CONTRADICTION" in said and "journal, record 1: stored as" in said
    assert "1 contradiction: nothing of it was stored" in said
    assert "nothing new" in command("sessions", "import", pulled(folder, sooner()))[1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("sessions", "import", "absent.bin"), "absent.bin"),
        (("sessions", "import", __file__), "allowed a flash image of 2097152 bytes"),
        (
            ("sessions", "import", __file__, "--unit", "m17"),
            "--unit: m17: allowed a number",
        ),
        (("sessions", "show", "a"), "store.sqlite: No such file"),
        (("sessions", "list"), "store.sqlite: No such file"),
        (("verify",), "store.sqlite: No such file"),
        (("verify", "--head", "ab"), "--head: ab: allowed 64 hexadecimal digits"),
        (("verify", "--key", __file__), "64 hex digits"),
    ],
)
def test_wrong_input_ends_with_code_2_and_says_what_is_right(command, arguments, said):
    code, out, wrong = command(*arguments)
    assert code == 2 and said in wrong and out == ""


def test_a_foreign_file_is_refused_by_every_command(command, folder):
    foreign = pulled(folder, b"not a store" * 20, "foreign.sqlite")
    journal = pulled(folder, sooner())
    for arguments in (("sessions", "list"), ("sessions", "show", "a"), ("verify",),
                      ("sessions", "import", journal)):  # fmt: skip
        code, _, wrong = command(*arguments, store=foreign)
        assert code == 2 and f"refused: {foreign}: 220 bytes that begin with" in wrong
    assert foreign.read_bytes() == b"not a store" * 20


def test_with_no_store_yet_the_list_says_where_it_will_be(monkeypatch, folder, capsys):
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    assert main(["sessions"]) == 0
    assert f"nothing is stored yet: {folder}/manostat/store.sqlite" in capsys.readouterr().out
    assert list(folder.iterdir()) == []


def test_a_session_is_shown_with_everything_and_what_is_missing_is_said(command, copy):
    code, said, _ = command("sessions", "show", "other", store=copy)
    assert code == 0
    for line in (
        "session other: SIMULATED, into a plant",
        "opened    2026-11-28 09:00:00 by Dr Vega",
        "syringe   BD 10 mL, bore 14.5 mm",
        "at the height of the disc: yes",
        "primed    not recorded; pain button proven: not recorded",
        "2. L4-5, suspect, preset lumbar",
        "response concordant, 7/10",
        "Dallas 4",
        "note     slept badly",
    ):
        assert line in said
    assert "not a certified medical device" in said


def test_a_run_that_is_in_a_session_is_not_called_left_over(command, copy):
    said = command("sessions", store=copy)[1]
    assert "2 sessions" in said and ", 0 runs in no session" in said


def test_runs_and_events_of_the_pump_are_shown(command, copy):
    said = command("sessions", "show", "true", "--events", store=copy)[1]
    assert "pain pressed at" in said and "DELIVERY UNCERTAIN, at most 3.500 mL" in said
    assert re.search(r"pump  boot 1 +0\.\d\d s +ready; RUN closed", said)


def test_a_correction_is_shown_beside_what_counts_now(command, copy):
    with Store.open(copy) as store:
        store.append("other", corrected(8, responded(2, 6), wrong="misheard"))
    said = command("sessions", "show", "other", store=copy)[1]
    assert "response concordant, 6/10" in said
    assert "CORRECTED entry 8 (response, L4-5): misheard. response intensity: 7, now 6." in said


def test_a_session_that_is_not_there_is_named_with_those_that_are(command, copy):
    code, _, wrong = command("sessions", "show", "none", store=copy)
    assert code == 2 and "allowed true, other" in wrong


def test_json_is_the_session_as_programs_read_it(command, copy):
    data = json.loads(command("sessions", "show", "other", "--json", store=copy)[1])
    assert data["levels"][1]["response"]["intensity"] == 7


@pytest.mark.req("L-05")
def test_the_first_break_is_said_precisely_and_all_are_counted(command, copy):
    def change(raw):
        raw.execute("UPDATE entries SET body = replace(body, 'slept', 'SLEPT')")
        raw.execute("DELETE FROM blobs WHERE sha256 IN (SELECT sha256 FROM blobs LIMIT 2)")

    assert command("verify", store=copy)[0] == 0
    spoil(copy, change)
    code, said, _ = command("verify", store=copy)
    assert code == 1
    assert re.search(r"FIRST BREAK: entry \d+: its hash is not that of its text", said)
    assert "NOT AS IT WAS WRITTEN: 3 things are wrong (--all says all)" in said
    assert command("verify", "--all", store=copy)[1].count("WRONG: ") == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["sessions"], ("import flash.bin", "manostat verify", "Not a certified medical device")),
        (["sessions", "import"], ("picotool", "BOOTSEL", "answer to R", "Exit code")),
        (["verify"], ("--head", "--key", "Exit code", "write it anew", "SHA-256")),
    ],
)
def test_help_teaches(capsys, arguments, words):
    with pytest.raises(SystemExit):
        main([*arguments, "--help"])
    said = capsys.readouterr().out
    for word in words:
        assert word in re.sub(r"\s+", " ", said), word


M_017 = "4d2d303137000000"


def of_m_017(folder, firmware):
    file = folder / "store.sqlite"
    unit = UnitIdentity(serial=M_017, image_hash="00f8aa12", firmware=firmware, bench_image=False)
    with Store.open_or_create(file) as store:
        store.append("a", opened(unit=unit))
    return file


@pytest.mark.parametrize("named", ["M-017", M_017])
def test_a_pump_is_called_by_its_serial_number_as_text_everywhere(command, folder, named):
    said = command("sessions", "import", pulled(folder, later()), "--unit", named)[1]
    assert "unit M-017: " in said
    of_m_017(folder, "protocol 2")
    every = said
    for arguments in (("sessions",), ("sessions", "show", "a"), ("verify",)):
        every += command(*arguments)[1]
    assert every.count("M-017") == 4 and M_017 not in every


def test_a_protocol_is_not_called_a_firmware(command, folder):
    of_m_017(folder, "protocol 2")
    said = command("sessions", "show", "a")[1]
    assert "unit      M-017, image 00f8aa12, link protocol 2" in said and "firmware" not in said


def test_seals_are_checked_with_the_key_that_provision_has_kept_here(command, folder, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    command("sessions", "import", pulled(folder, later()), "--unit", "M-017")
    unknown = "4 seals of a key that this host does not keep (--key FILE): not checked"
    assert unknown in command("verify")[1]
    keys.keep("M-018", KEY)
    assert unknown in command("verify")[1], "another unit's key is none of its own"
    keys.keep("M-017", KEY)
    code, said, _ = command("verify")
    assert code == 0
    assert "4 seals fit the key that this host keeps and vouch for records 1 to" in said


def test_a_kept_key_that_cannot_be_read_is_said(command, folder, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(folder))
    command("sessions", "import", pulled(folder, later()), "--unit", "M-017")
    keys.keep("M-017", KEY).write_bytes(b"short")
    code, said, _ = command("verify")
    assert code == 0 and "its key is kept here and cannot be read: " in said


def test_answers_say_which_of_several_runs_they_were_for(copy, command):
    with Store.open(copy) as store:
        runs = unassigned_all(store)
        for entry in (opened(), planned(1, "L4-5"), run_entry(1, runs[0])):
            store.append("more", entry)
        for entry in (responded(1), found(1, 3), run_entry(1, runs[1]), found(1, None)):
            store.append("more", entry)
        before = command("sessions", "show", "more", store=copy)[1]
        store.append("more", responded(1, 0, Concordance.ABSENT))
    assert "response concordant, 7/10, of run 1\n" in before
    said = command("sessions", "show", "more", store=copy)[1]
    assert "response concordant, 7/10, of run 1 (earlier)\n   response absent, 0/10, of" in said
    assert "images   not recorded; Dallas 3, of run 1\n" in said
    assert "delivered by the plunger, all injections together: " in said


def test_a_corrected_syringe_warns_of_the_volumes_that_were_counted_with_the_old_one(copy, command):
    with Store.open(copy) as store:
        run = unassigned_all(store)[0]
        wide = Syringe(maker="other", nominal_ml=10, inner_diameter_mm=15.6)
        for entry in (opened(), planned(1, "L4-5"), run_entry(1, run), fitted(syringe=wide)):
            store.append("more", entry)
    said = command("sessions", "show", "more", store=copy)[1]
    assert "WARNING   L4-5, run 1: counted with 103.21 nL for a step" in said


def shown_with(run):
    """A level of this run, which need not be as the pump told it."""
    session = fold("more", [opened(), planned(1, "L4-5"), run_entry(1, run)])
    return "\n".join(session_lines(session))


def test_a_level_that_is_locked_out_is_called_so(copy):
    with Store.open(copy) as store:
        (run,) = unassigned_all(store)[:1]
    assert "; THE LEVEL IS LOCKED\n" in shown_with(run.model_copy(update={"locked": True}))


def test_what_people_said_cannot_steer_the_terminal_or_turn_the_digits(copy, command):
    said = "ok\x1b[2K\r   response absent, 1/10\n\u202e01/9"
    response = Response(concordance=Concordance.CONCORDANT, intensity=9, quote=said)
    with Store.open(copy) as store:
        store.append("other", noted(said, level=1))
        store.append("more", opened(patient_code=said))
        store.append("more", event(said))
        store.append("more", planned(1, "L4-5"))
        store.append("more", Responded(host_utc=START, level=1, response=response))
    for of in (("show", "other"), ("show", "more", "--events"), ("list",)):
        shown = command("sessions", *of, store=copy)[1]
        assert not {"\x1b", "\r", "\u202e"} & set(shown)
        assert "\n   response absent, 1/10\n" not in shown
    quoted = 'response concordant, 9/10 "ok\ufffd[2K\ufffd   response absent, 1/10\ufffd\ufffd01/9"'
    assert quoted in command("sessions", "show", "more", store=copy)[1]


def derived(before_ms, value):
    return Quantity(
        name="needle_resistance",
        value=value,
        low=0.9 * value,
        high=1.1 * value,
        unit="Pa s/nL",
        rule="r",
        inputs={"before_ms": before_ms},
    )


def test_what_was_derived_at_the_press_is_shown_with_its_interval_or_why_it_was_not(copy, command):
    with Store.open(copy) as store:
        runs = unassigned_all(store)
        store.append("more", opened())
        store.append("more", planned(1, "L4-5"))
        values = (derived(0, 0.6642), derived(500, 0.5))
        store.append("more", run_entry(1, runs[0].model_copy(update={"derived": values})))
        store.append("more", run_entry(1, runs[1]))
        why = f"run of record {runs[1].source.sequence}, not derived: it was too short"
        store.append("more", event(why))
        store.append("more", run_entry(1, runs[2]))
    said = command("sessions", "show", "more", store=copy)[1]
    shown = "needle resistance at the press: 96.3 psi s/mL (664.2 kPa s/mL), 95 %: 86.7 to 106.0"
    assert shown in said and said.count("needle resistance") == 1
    assert "     not derived: it was too short" in said
    assert said.count("nothing was derived at the press, and no reason is recorded") == 1


def test_what_was_derived_at_the_stop_is_not_called_the_press_because_of_a_press_at_rest(
    store, command
):
    import_pull(store, pressed_at_rest(), START)
    run = unassigned_all(store)[0]
    of_stop = derived(0, 0.6642)
    of_stop.inputs["moment"] = "stop"
    assert [mark.moving for mark in run.marks] == [False]
    changed = run.model_copy(update={"derived": (of_stop,)})
    for entry in (opened(), planned(1, "L4-5"), run_entry(1, changed)):
        store.append("more", entry)
    said = command("sessions", "show", "more", store=store.file)[1]
    assert "needle resistance at the last stop: 96.3 psi s/mL" in said


def unassigned_all(store):
    (unit,) = units_of(store).values()
    return [told.run for told in runs_told_of(store, unit)]


def test_a_run_that_has_no_opening_to_find_does_not_lack_one(store, command):
    import_pull(store, complied(), START)
    (run,) = unassigned_all(store)
    assert (run.kind, run.opening_pa) == (RunKind.COMPLY, None)
    for entry in (opened(), planned(1, "L4-5"), run_entry(None, run)):
        store.append("more", entry)
    said = command("sessions", "show", "more", store=store.file)[1]
    assert "comply" in said and "no opening" not in said and "opening not" not in said


@pytest.mark.parametrize("options", [(), ("--unit", "M-017")])
def test_a_file_that_is_refused_makes_no_store(command, folder, options):
    foreign = folder / "foreign"
    foreign.write_bytes(b"no journal" * 22)
    new = folder / "new.sqlite"
    code, _, wrong = command("sessions", "import", foreign, *options, store=new)
    assert code == 2 and wrong.startswith("refused: ")
    assert not new.exists()
