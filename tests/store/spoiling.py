"""Change a store as somebody does who knows SQLite, and hear what `verify` says of it."""

import sqlite3
from contextlib import closing

from manostat_tools.store.verify import verify


def spoil(file, change):
    """Change the file as somebody does who knows SQLite: triggers away, change, triggers back."""
    with closing(sqlite3.connect(file)) as raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = triggers.fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        change(raw)
        for _, sql in triggers:
            raw.execute(sql)
        raw.commit()


def said(file, **how):
    return [str(wrong) for wrong in verify(file, **how).wrong]
