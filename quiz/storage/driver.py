"""Which SQLite library is in use: the one that comes as a wheel where there is one, since systems ship old ones; else Python's own."""

from __future__ import annotations

from typing import Any


def sqlite_driver() -> Any:
    """Return the module that speaks to SQLite."""
    try:
        import pysqlite3.dbapi2 as driver
    except ImportError:  # no wheel for this platform
        import sqlite3 as driver
    return driver
