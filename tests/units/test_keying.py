"""Requirements on which key a unit gets: none is replaced, lost or made twice by mistake."""

import pytest

from manostat_tools.provision.errors import ProvisionError
from manostat_tools.provision.keying import choose
from manostat_tools.units import keys
from manostat_tools.units.keys import name_of

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
NONE = {"key": "none", "key_name": ""}
SPOILT = {"key": "spoilt", "key_name": ""}
HAS_KEY = {"key": "stored", "key_name": name_of(KEY)}


@pytest.fixture
def file(data, tmp_path):
    """A file with OTHER."""
    path = tmp_path / "other.key"
    path.write_bytes(OTHER)
    return path


@pytest.mark.parametrize("who", [NONE, SPOILT, HAS_KEY])
def test_nothing_happens_to_it_unasked(data, who):
    choice = choose("M-017", who, None, new=False, replace=True)
    assert (choice.key, choice.name) == (None, who["key_name"])


@pytest.mark.parametrize("who", [NONE, SPOILT])
def test_a_new_one_is_stored_where_none_is(data, who):
    choice = choose("M-017", who, None, new=True, replace=False)
    assert choice.name == name_of(choice.key)
    assert choice.key.hex() not in choice.words


def test_one_that_is_there_is_replaced_only_if_that_was_said(file):
    for arguments in ((None, True), (file, False)):
        with pytest.raises(ProvisionError, match=f"has a key, {name_of(KEY)}: --replace-key"):
            choose("M-017", HAS_KEY, *arguments, replace=False)
    assert choose("M-017", HAS_KEY, file, new=False, replace=True).key == OTHER


def test_the_same_one_is_not_stored_again(file):
    choice = choose("M-017", {"key": "stored", "key_name": name_of(OTHER)}, file, False, False)
    assert (choice.key, choice.name) == (None, name_of(OTHER))


def test_one_that_an_attempt_before_has_stored_and_nobody_has_seen_is_kept(data):
    keys.keep("M-017", KEY)
    choice = choose("M-017", HAS_KEY, None, new=True, replace=False)
    assert (choice.key, choice.name) == (None, name_of(KEY))
    keys.make_current("M-017", name_of(KEY))
    with pytest.raises(ProvisionError):
        choose("M-017", HAS_KEY, None, new=True, replace=False)
