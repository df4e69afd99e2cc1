"""Where the live monitor keeps its state: tables of text by key, in memory or in a file, written all or not at all.

A store knows nothing of what it keeps. `MemoryStore` and `SqliteStore` do the same; `snapshot` gives all that one
keeps as text, which `restore` puts into another.
"""

from sla_rules.monitoring.stores.changes import MISSING, TABLES, Changes, Missing, Store
from sla_rules.monitoring.stores.memory import MemoryStore
from sla_rules.monitoring.stores.snapshots import restore, snapshot
from sla_rules.monitoring.stores.sqlite import SqliteStore

__all__ = ["MISSING", "TABLES", "Changes", "MemoryStore", "Missing", "SqliteStore", "Store", "restore", "snapshot"]
