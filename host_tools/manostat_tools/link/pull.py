"""The journal and the traces, whole, however often the answer breaks off."""

import time
from collections.abc import Callable
from functools import partial

from manostat_tools.journal.page import PAGE_BYTES, Kind, kind_of, read_record
from manostat_tools.link.errors import BrokenOffError, LinkError
from manostat_tools.link.requests import BrokenError, Requests

Say = Callable[[str], None]


def pull_pages(
    requests: Requests, ask: Callable[[int, int], bytes], first: int, patience_s: float, say: Say
) -> bytes:
    """Pages from the record with the number `first` on; `ask` makes the request from a sequence
    number of the link and such a number.

    What broke off is asked for again from the last whole page on. That page is asked for once more
    and left out, so that none is lost where the pump wrote a record twice. BrokenOffError, with
    the pages that came, when none has come for `patience_s` seconds.
    """
    pages: list[bytes] = []
    ends_s = time.monotonic() + patience_s
    with requests.turn(ends_s):
        while True:
            first = read_record(pages[-1], 0).sequence if pages else first
            answer = bytearray()
            broken = _ask(requests, partial(_from, ask, first), answer, ends_s, say, len(pages))
            came = _new(answer, pages[-2:])
            pages += came
            if not broken:
                return b"".join(pages)
            if came:
                ends_s = time.monotonic() + patience_s
            if time.monotonic() >= ends_s:
                raise BrokenOffError(
                    f"the answer broke off after {len(pages)} pages: {broken}; pull again",
                    b"".join(pages),
                )
            say(f"{len(pages)} pages; {broken}; waits to go on")


def pull_whole(
    requests: Requests, ask: Callable[[int], bytes], patience_s: float, say: Say
) -> bytes:
    """An answer that begins anew when it broke off. BrokenOffError after `patience_s` seconds."""
    ends_s = time.monotonic() + patience_s
    with requests.turn(ends_s):
        while True:
            answer = bytearray()
            broken = _ask(requests, ask, answer, ends_s, say, 0)
            if not broken:
                return bytes(answer)
            if time.monotonic() >= ends_s:
                raise BrokenOffError(f"the answer broke off: {broken}; ask again")


def _from(ask: Callable[[int, int], bytes], first: int, sequence: int) -> bytes:
    return ask(sequence, first)


def _ask(
    requests: Requests,
    ask: Callable[[int], bytes],
    answer: bytearray,
    ends_s: float,
    say: Say,
    pages: int,
) -> str:
    """Why it broke off, "" if it is whole."""
    try:
        requests.await_rest(ends_s)
        requests.bulk(ask, answer, lambda count: say(_so_far(pages, count)))
    except BrokenError as broken:
        return broken.why
    except LinkError as late:
        if not pages:
            raise
        return str(late)
    return ""


def _so_far(pages: int, count: int) -> str:
    return f"{pages + count // PAGE_BYTES} pages" if pages or count else "waits"


def _new(answer: bytearray, last: list[bytes]) -> list[bytes]:
    """The whole pages of an answer that are not those it began anew with."""
    whole = [bytes(answer[at : at + PAGE_BYTES]) for at in range(0, len(answer), PAGE_BYTES)]
    return [page for page in whole if len(page) == PAGE_BYTES and page not in last and _is(page)]


def _is(page: bytes) -> bool:
    return kind_of(page) is Kind.RECORD
