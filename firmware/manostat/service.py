"""What a service session does, at the prompt (docs/service.md): `mpremote exec`, one call each.

Each prints one line of JSON: what came of it, or `{"error": ...}`. What is stored is on record
before it is stored (L-01), and read back.
"""

import json
from struct import pack
from time import ticks_ms

import manostat_board as board
import manostat_unit
import rp2
from micropython import const

from manostat import copies, identity_page, seal, unit_page
from manostat.core.prescription import validate
from manostat.journal import SERVICE, Journal
from manostat.link.codes import PROTOCOL

OPENED = const(1)
UNIT = const(2)
IDENTITY = const(3)
KEY = const(4)

_BLOCK_BYTES = const(4096)
_JOURNAL_PAGES = const(16)  # of a block
_BOOTS = const(65535)


def who():
    """Print which unit and which image this is, and what it has stored."""
    journal = _journal()
    identity = identity_page.read(_flash(board.IDENTITY_FLASH_OFFSET, copies.BYTES))
    serial = identity_page.serial_of(identity).rstrip(b"\0").decode()
    key = _key()
    pages = board.JOURNAL_FLASH_BYTES // _BLOCK_BYTES * _JOURNAL_PAGES
    _say(
        protocol=PROTOCOL,
        image=manostat_unit.IMAGE_HASH,
        version=manostat_unit.VERSION,
        bench=manostat_unit.BENCH,
        serial=serial,
        unit=_is_there(unit_page.read(_flash(board.UNIT_FLASH_OFFSET, copies.BYTES))),
        identity=_is_there(identity),
        key=_is_there(key),
        key_name=seal.name_of(key).hex() if key else "",
        journal_pages=pages - journal.room,
    )


def store_unit(values):
    """Store nine integers, validated, as the prescription of this unit: both copies."""
    try:
        values = tuple(values)
        validate(values)
    except (TypeError, ValueError) as problem:
        _say(error=str(problem))
        return
    if _log(UNIT, pack("<9i", *values)):
        flash = _flash(board.UNIT_FLASH_OFFSET, copies.BYTES)
        _finish("unit", unit_page.store(flash, values))


def store_identity(identity):
    """Store a dict that has at least a `serial`: both copies."""
    try:
        identity_page.encode(identity)
    except (TypeError, ValueError) as problem:
        _say(error=str(problem))
        return
    if _log(IDENTITY, identity_page.serial_of(identity)):
        flash = _flash(board.IDENTITY_FLASH_OFFSET, copies.BYTES)
        _finish("identity", identity_page.store(flash, identity))


def store_key(key):
    """Store the 32 bytes of the unit's key. There is one copy: a power cut leaves none, and then
    this is to be done again."""
    if not isinstance(key, (bytes, bytearray)) or len(key) != seal.KEY_BYTES:
        _say(error="key: allowed 32 bytes")
        return
    if _log(KEY, seal.name_of(key)):
        flash = _flash(board.KEY_FLASH_OFFSET, _BLOCK_BYTES)
        _finish("key", copies.replace(flash, 0, seal.encode(key)))


def log_opened():
    """Record that service mode was opened, at the door. The prompt opens even if that fails, as
    with a full journal: it may be why service is needed."""
    journal = _journal()
    journal.append(SERVICE, bytes((OPENED,)), ticks_ms())


def _log(what, about) -> bool:
    """Record what is about to be stored, in the boot of the record before, which is of this
    session too: the prompt keeps nothing from one `mpremote` to the next."""
    journal = _journal()
    journal.boot = (journal.boot - 2) % _BOOTS + 1
    if journal.append(SERVICE, bytes((what,)) + about, ticks_ms()):
        return True
    _say(error="nothing was stored: the journal took no record of it")
    return False


def _finish(what, turns):
    try:
        for _ in turns:
            pass
    except OSError as problem:
        _say(error=str(problem))
        return
    _say(stored=what)


def _journal():
    length = board.JOURNAL_FLASH_BYTES
    journal = Journal(_flash(board.JOURNAL_FLASH_OFFSET, length), 0, length // _BLOCK_BYTES)
    journal.scan()
    return journal


def _key():
    """As `read` of the pages in two copies: the key, None where all is blank, else ()."""
    page = bytearray(copies.PAGE_BYTES)
    _flash(board.KEY_FLASH_OFFSET, _BLOCK_BYTES).readblocks(0, page, 0)
    key = seal.decode(page)
    if key is None and page != b"\xff" * copies.PAGE_BYTES:
        return ()
    return key


def _is_there(found):
    if found is None:
        return "none"
    return "stored" if found else "spoilt"


def _flash(offset, length):
    return rp2.Flash(start=offset, len=length)


def _say(**what):
    print(json.dumps(what))
