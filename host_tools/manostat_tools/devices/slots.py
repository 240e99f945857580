"""The two slots on a development board's file system, and the one small file that says which runs.

    /main.py   the chooser      /slot   "a" or "b"      /a, /b   a deployed firmware each

A deploy fills the slot that does not run, compares every file with what was meant, and switches by
renaming /slot.new to /slot: until then, whatever happens, the old one runs.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from manostat_tools.devices.bundle import MANIFEST, ON_BOARD
from manostat_tools.devices.errors import DeviceError
from manostat_tools.devices.prompt import BoardRaisedError, Prompt

_FIRST_LINE = b'"""main.py of a development board'
_HASH_S = 60.0
_COPY_S = 120.0

_HELPERS = """
import os,json,hashlib
def _walk(top,base):
 for name,kind,*_ in os.ilistdir(top):
  path=top+'/'+name
  if kind==0x4000:
   yield from _walk(path,base)
  else:
   yield path[len(base)+1:]
def _hash(path):
 h=hashlib.sha256();b=bytearray(1024)
 with open(path,'rb') as f:
  while n:=f.readinto(b): h.update(memoryview(b)[:n])
 return h.digest().hex()
def _hashes(slot):
 try:
  os.stat(slot)
 except OSError:
  return {}
 return {name:_hash(slot+'/'+name) for name in _walk(slot,slot)}
def _copy(old,new):
 b=bytearray(1024)
 with open(old,'rb') as f, open(new,'wb') as g:
  while n:=f.readinto(b): g.write(memoryview(b)[:n])
def _folder(path):
 try: os.mkdir(path.rstrip('./'))
 except OSError: pass
def _write(path,text):
 with open(path+'.new','w') as f: f.write(text)
 os.rename(path+'.new',path)
"""


class Slots:
    """The slots of a board at its prompt. Every call raises DeviceError."""

    def __init__(self, prompt: Prompt) -> None:
        self._prompt = prompt
        prompt.run(_HELPERS)

    def current(self) -> str:
        """ "a", "b", or "" when nothing was deployed to its end."""
        code = "try: print(open('/slot').read().strip())\nexcept OSError: print('')"
        slot = self._prompt.run(code).strip()
        return slot if slot in ("a", "b") else ""

    def hashes(self, slot: str) -> dict[str, str]:
        """SHA-256 of every file that is really in a slot, by path in it."""
        said = self._prompt.run(f"print(json.dumps(_hashes('/{slot}')))", _HASH_S)
        hashes: dict[str, str] = json.loads(said)
        return hashes

    def fill(
        self, slot: str, files: Mapping[str, bytes], progress: Callable[[int, int], None]
    ) -> int:
        """Make a slot hold exactly `files`; bytes that had to be sent. What the other slot has
        already is copied on the board. `progress` is told bytes done and bytes in all."""
        run = self._prompt.run
        other = "b" if slot == "a" else "a"
        wanted = hashes_of(files)
        here = self.hashes(slot)
        known = {hash_: name for name, hash_ in self.hashes(other).items()}
        for name in sorted(set(here) - set(wanted)):
            run(f"os.remove('/{slot}/{name}')")
        folders = {str(parent) for name in wanted for parent in PurePosixPath(name).parents}
        run(f"for f in {sorted(f'/{slot}/{folder}' for folder in folders)!r}: _folder(f)")
        missing = [name for name in wanted if here.get(name) != wanted[name]]
        copied = [name for name in missing if wanted[name] in known]
        pairs = [(f"/{other}/{known[wanted[name]]}", f"/{slot}/{name}") for name in copied]
        run(f"for f in {pairs!r}: _copy(*f)", _COPY_S)
        sent = [(f"/{slot}/{name}", files[name]) for name in missing if name not in copied]
        total = sum(len(data) for _, data in sent)
        self._prompt.put(sent, lambda done: progress(done, total))
        return total

    def verify(self, slot: str, files: Mapping[str, bytes]) -> None:
        """Raises DeviceError if a slot holds anything else than `files`."""
        wanted = hashes_of(files)
        found = self.hashes(slot)
        wrong = sorted(name for name in {*wanted, *found} if wanted.get(name) != found.get(name))
        if wrong:
            raise DeviceError(
                f"slot {slot}: {wrong[0]} is not on the board as it was sent ({len(wrong)} of "
                f"{len(wanted)} files); the old slot stays; deploy again"
            )

    def install_chooser(self, replace: bool) -> None:
        """Put main.py there if it is another one. Raises DeviceError for one that is not ours."""
        wanted = (ON_BOARD / "chooser.py").read_bytes()
        code = "try: print(_hash('/main.py'), open('/main.py').read(40))\nexcept OSError: print('')"
        found, _, first = self._prompt.run(code).strip().partition(" ")
        if found == hashlib.sha256(wanted).hexdigest():
            return
        if found and not replace and not first.encode().startswith(_FIRST_LINE):
            raise DeviceError(
                "the board has a main.py of its own, which a deploy would replace: save it, then "
                "deploy with --replace-main"
            )
        self._prompt.put([("/main.new", wanted)])
        self._prompt.run("os.rename('/main.new','/main.py')")

    def switch(self, slot: str) -> None:
        """From now on this slot runs: one rename, done whole or not at all."""
        self._prompt.run(f"_write('/slot','{slot}')")

    def deployed(self, slot: str) -> dict[str, str]:
        """The manifest of a slot; empty if it has none."""
        try:
            said = self._prompt.run(f"print(open('/{slot}/{MANIFEST}').read())")
        except BoardRaisedError:
            return {}
        manifest: dict[str, str] = json.loads(said)
        return manifest


def hashes_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of contents, by name."""
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
