"""A campaign's folder says what it is of, and takes no other."""

import json
import re
from dataclasses import replace

import pytest

from manostat_tools.campaign import columns, whole
from manostat_tools.campaign.folder import ABOUT
from manostat_tools.campaign.identity import identity_of
from manostat_tools.refusal import RefusedError

from .campaigns import BLOCK, MIX, RUNS, SEED, content, wanted
from .mixes import short


def test_each_block_says_what_it_is_of(kept):
    found = columns.block_metadata(kept / "block-000002.parquet")
    assert found["block"] == 2 and found["mix_text"] == MIX.text
    identity = found["identity"]
    assert identity == identity_of(MIX, SEED, RUNS, BLOCK).as_dict()
    assert identity["schema_version"] == columns.SCHEMA_VERSION
    assert all(re.fullmatch("[0-9a-f]{64}", identity[name]) for name in identity if "sha" in name)
    assert json.loads((kept / ABOUT).read_text())["identity"] == identity


@pytest.mark.parametrize(
    ("name", "mine", "said"),
    [
        ("seed", {"seed": 4}, "of another campaign; seed: 3, this command's is 4"),
        ("mix", {"mix": short("latin-hypercube")}, "mix_sha256: "),
        ("size", {"block_runs": 65}, "block_runs: 64, this command's is 65"),
    ],
)
def test_a_folder_of_another_campaign_is_refused(kept, name, mine, said):
    before = content(kept)
    with pytest.raises(RefusedError) as refused:
        whole.open_folder(replace(wanted(kept), **mine))
    assert any(said in line for line in refused.value.problems)
    assert content(kept) == before


def test_a_folder_made_with_other_firmware_is_refused(kept, tmp_path):
    about = json.loads((kept / ABOUT).read_text())
    about["identity"]["firmware_sha256"] = "0" * 64
    (tmp_path / ABOUT).write_text(json.dumps(about))
    with pytest.raises(RefusedError, match=r"firmware_sha256: 000000000000\.\.\., this command's"):
        whole.open_folder(wanted(tmp_path))


def test_a_folder_of_something_else_and_a_broken_block_are_refused(kept, tmp_path):
    (tmp_path / "letter.txt").write_text("no campaign")
    with pytest.raises(RefusedError, match=f"no {ABOUT} in it"):
        whole.open_folder(wanted(tmp_path))
    (tmp_path / "letter.txt").unlink()
    (tmp_path / ABOUT).write_bytes((kept / ABOUT).read_bytes())
    (tmp_path / "block-000001.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(RefusedError, match=r"block-000001\.parquet: .*allowed a whole block"):
        whole.open_folder(wanted(tmp_path))
