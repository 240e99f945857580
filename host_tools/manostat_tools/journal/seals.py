"""Whether seals fit, and how far they reach (docs/journal.md, "8 SEAL")."""

import hashlib
import hmac
from dataclasses import dataclass

from manostat_tools.journal.findings import Finding
from manostat_tools.journal.page import Record
from manostat_tools.journal.payloads import OUTCOME, SEAL, TRACE, fields_of

KEY_BYTES = 32
PUBLIC_KEY = b"bench key: known, proves nothing"


@dataclass(frozen=True)
class Seals:
    """`good`: seals that fit the key. `public`: those of the bench image, which prove nothing.
    `unknown`: those of a key that was not given. `sealed_to`: sequence up to which a good seal, and
    the chain below it, vouch for the records; 0 for none."""

    good: int
    public: int
    unknown: int
    sealed_to: int
    findings: list[Finding]


def check_seals(records: list[Record], key: bytes | None, breaks: list[Finding]) -> Seals:
    """`breaks`: what is wrong with the chain: a seal vouches for nothing before such a place.

    A `key` claims that the pump seals with it: then what another key seals, or none, is wrong.
    """
    keys = {name_of(known): known for known in (PUBLIC_KEY, key) if known is not None}
    good = public = unknown = sealed_to = 0
    findings = []
    others = []
    by_sequence = {record.sequence: record for record in records}
    for record in records:
        if record.kind != SEAL:
            continue
        fields = fields_of(record)
        before = by_sequence.get(record.sequence - 1)
        known = keys.get(fields.get("key", ""))
        if known != key:
            others.append(record)
        if known is None:
            unknown += 1
        elif before is None:
            what = "gap" if record.sequence > 1 else "seal"  # what is missing says nothing of it
            reason = f"seal {record.sequence}: the record that it is over is not there"
            findings.append(Finding(what, record.place, reason))
        elif not _fits(known, before.digest, fields["mac"]):
            reason = f"seal {record.sequence} does not fit record {before.sequence}"
            findings.append(Finding("seal", record.place, reason))
        elif known == key:
            good += 1
            sealed_to = before.sequence
        else:
            public += 1
    if key is not None:
        findings += _unsealed(records, sealed_to)
    if sealed_to and any(finding.serious for finding in breaks):
        sealed_to = 0
    if key is not None:
        findings += [_by_another_key(record) for record in others if record.sequence > sealed_to]
    return Seals(good, public, unknown, sealed_to, findings)


def _unsealed(records: list[Record], sealed_to: int) -> list[Finding]:
    """What the pump would have sealed, and no good seal vouches for; it seals within a few ticks.
    The last record of all may still wait for that, unless nothing at all is sealed."""
    last = records[-1] if sealed_to else None
    bare = [
        record
        for record in records
        if record.kind in (OUTCOME, TRACE) and record.sequence > sealed_to and record is not last
    ]
    if not bare:
        return []
    reason = f"no seal of the key given follows {len(bare)} outcomes or traces from here on"
    return [Finding("unsealed", bare[0].place, f"{reason}: not by this pump, or cut off at once")]


def _by_another_key(record: Record) -> Finding:
    reason = f"seal {record.sequence} is of another key than the one given"
    return Finding("seal", record.place, reason)


def name_of(key: bytes) -> str:
    """Hex of the 8 bytes by which a seal names its key."""
    return hashlib.sha256(b"manostat key " + key).digest()[:8].hex()


def read_key(content: bytes) -> bytes:
    """A key of 32 bytes, or as 64 hexadecimal digits. ValueError for anything else."""
    if len(content) == KEY_BYTES:
        return content
    text = content.decode("ascii", "replace").strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError(f"{len(content)} bytes: allowed {KEY_BYTES} bytes or 64 hex digits")
    return key


def _fits(key: bytes, digest: bytes, mac: str) -> bool:
    return hmac.compare_digest(hmac.new(key, digest, "sha256").hexdigest(), mac)
