"""All that a store keeps, as text."""

import json
from typing import Any

from sla_rules.errors import StoreError, did_you_mean, quoted
from sla_rules.monitoring.stores.changes import TABLES, Changes, Store

FORMAT = "sla_rules store"
VERSION = 1


def snapshot(store: Store) -> str:
    """Return all that a store keeps, as JSON in ASCII; the same text for equal rows, whichever store has them.

    Raises:
        StoreError: the store is closed or cannot be read.
    """
    tables = {table: list(store.rows(table)) for table in TABLES}
    return json.dumps({"format": FORMAT, "version": VERSION, "tables": tables})


def restore(text: str, store: Store) -> None:
    """Put what `snapshot` gave into an empty store, all or nothing.

    Raises:
        StoreError: the text is no snapshot, only a part of one, or of another version; or the store is not empty, is
            closed or cannot be written.
    """
    changes = _changes(text)
    for table in TABLES:
        for _ in store.rows(table):
            raise StoreError(f"the store has rows in {quoted(table)} already; restore into a new one")
    store.write(changes)


def _changes(text: str) -> Changes:
    tables = _tables(text)
    unknown = next((name for name in tables if name not in TABLES), None)
    if unknown is not None:
        raise StoreError(f"snapshot: unknown table {quoted(unknown)}{did_you_mean(unknown, TABLES)}")
    changes = Changes()
    for table in TABLES:
        rows = tables.get(table)
        if not isinstance(rows, list):
            raise StoreError(f"snapshot: {quoted(table)} must be a list of rows, found {quoted(rows)}")
        for number, row in enumerate(rows, 1):
            if not (isinstance(row, list) and len(row) == 2 and all(isinstance(part, str) for part in row)):
                raise StoreError(f"snapshot: {quoted(table)}, row {number}: not a key and a value, found {quoted(row)}")
            if isinstance(changes.get(table, row[0]), str):
                raise StoreError(f"snapshot: {quoted(table)}, row {number}: key {quoted(row[0])} comes twice")
            changes.put(table, *row)
    return changes


def _tables(text: str) -> dict[str, Any]:
    if not isinstance(text, str):
        raise StoreError(f"a snapshot is text, found {quoted(text)}")
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StoreError(f"no snapshot, or only a part of one: {error}") from None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise StoreError(f"no snapshot: `format` must be {quoted(FORMAT)}; give the text that `snapshot` returned")
    version, tables = whole.get("version"), whole.get("tables")
    if type(version) is not int or version != VERSION:
        raise StoreError(
            f"a snapshot of version {quoted(version)}, and this version of sla_rules reads version {VERSION}; "
            "use the version that wrote it"
        )
    if not isinstance(tables, dict):
        raise StoreError(f"snapshot: `tables` must hold tables by name, found {quoted(tables)}")
    return tables
