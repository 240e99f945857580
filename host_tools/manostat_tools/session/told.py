"""Host events that mean something to more than their reader, told from their text.

The guide writes them (docs/guided-session.md): the pump was set for a level, a level is done, a
value could not be derived. Here they become what a person reads: levels by name, no record numbers,
no paths of the host.
"""

import re

_SETTING = re.compile(r"set for level (\d+|none): (\w+), after record (\d+) of the pump")


def is_setting(text: str) -> bool:
    """Whether the pump was set for something: what it records from here on is of this session."""
    return _SETTING.fullmatch(text) is not None
