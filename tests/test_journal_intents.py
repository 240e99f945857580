"""Requirements on what the next boot reads of the newest intent and outcome."""

import pytest

from manostat.journal import BOOT, INTENT, NOTE, OUTCOME, PAIN_MARK

from .journal_pages import new_flash, opened, spoil


@pytest.mark.req("L-04")
@pytest.mark.parametrize("between", [(), (PAIN_MARK, NOTE), (BOOT,)])
def test_an_intent_without_outcome_is_seen_at_the_next_boot(between):
    flash = new_flash()
    journal = opened(flash)
    journal.append(INTENT, b"first")
    journal.append(OUTCOME, b"first done")
    journal.append(INTENT, b"second")
    for kind in between:
        journal.append(kind, b"-")
    newest, note, whole = opened(flash).last_words()
    assert (newest.kind, newest.payload, whole) == (INTENT, b"second", True)
    assert (note is not None) == (NOTE in between)


@pytest.mark.req("L-04")
def test_an_intent_with_outcome_is_matched():
    flash = new_flash()
    journal = opened(flash)
    journal.append(INTENT, b"level")
    journal.append(OUTCOME, b"done")
    journal.append(NOTE, b"-")
    newest, note, whole = opened(flash).last_words()
    assert (newest.kind, note.payload, whole) == (OUTCOME, b"-", True)


@pytest.mark.req("L-02", "L-04")
@pytest.mark.parametrize("spoilt", range(6))
def test_a_record_that_is_missing_behind_the_newest_intent_or_outcome_is_noticed(spoilt):
    flash = new_flash()
    journal = opened(flash)
    for kind in (BOOT, OUTCOME, PAIN_MARK, INTENT, PAIN_MARK, NOTE):
        journal.append(kind, bytes((kind,)))
    for offset in (2, 4, 17):  # what it was may be wrong in it, too
        spoil(flash, spoilt, offset)
    newest, _, whole = opened(flash).last_words()
    assert newest.kind == (OUTCOME if spoilt == 3 else INTENT)
    assert whole == (spoilt not in (3, 4)), "the last page may as well have been cut off"


@pytest.mark.req("L-02", "L-04")
def test_a_journal_whose_only_intent_is_missing_is_not_whole():
    flash = new_flash()
    journal = opened(flash)
    for kind in (INTENT, BOOT):
        journal.append(kind, b"-")
    spoil(flash, 0)
    assert opened(flash).last_words() == (None, None, False)
