"""What every store does, and what is changed in one by one call."""

from collections.abc import Iterator
from enum import Enum
from typing import Final, Protocol

from sla_rules.errors import StoreError, did_you_mean, quoted

TABLES = ("alerts", "aside", "ids", "meta", "tallies", "units")
"""The tables of every store; each may be empty."""


class Missing(Enum):
    """Tells "not changed" from "deleted", which is `None`."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


class Changes:
    """What one call of the monitor changes in a store. Of several changes of one row the last one counts."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], str | None] = {}

    def put(self, table: str, key: str, value: str) -> None:
        """Set a row, whether it is there or not.

        Raises:
            StoreError: there is no such table; or the key or the value is no text.
        """
        check_table(table)
        for text in (key, value):
            _check_text(table, text)
        self._rows[table, key] = value

    def delete(self, table: str, key: str) -> None:
        """Remove a row, if it is there.

        Raises:
            StoreError: there is no such table; or the key is no text.
        """
        check_table(table)
        _check_text(table, key)
        self._rows[table, key] = None

    def get(self, table: str, key: str) -> str | Missing | None:
        """Return what was put, `None` for a row that was deleted, and `MISSING` for one that is not changed.

        Raises:
            StoreError: there is no such table.
        """
        check_table(table)
        return self._rows.get((table, key), MISSING)

    def read(self, store: "Store", table: str, key: str) -> str | None:
        """Return what a store will read once these changes are written.

        Raises:
            StoreError: there is no such table; or the store cannot be read.
        """
        changed = self.get(table, key)
        return store.read(table, key) if isinstance(changed, Missing) else changed

    def __iter__(self) -> Iterator[tuple[str, str, str | None]]:
        """Yield table, key and value of each changed row; the value is `None` where it is deleted."""
        return ((table, key, value) for (table, key), value in self._rows.items())

    def __len__(self) -> int:
        return len(self._rows)


class Store(Protocol):
    """Tables of text by key: dumb, exact, atomic. It is used by one thread at a time."""

    def read(self, table: str, key: str) -> str | None:
        """Return the value of a row, or `None` where there is none.

        Raises:
            StoreError: there is no such table; or the store is closed or cannot be read.
        """

    def rows(self, table: str) -> Iterator[tuple[str, str]]:
        """Yield key and value of each row of a table, sorted by key (by code points).

        The store must not be written before the last one has come.

        Raises:
            StoreError: there is no such table; or the store was written meanwhile, is closed or cannot be read.
        """

    def write(self, changes: Changes) -> None:
        """Make all of these changes. When it fails, or the process ends in the middle, none is made.

        Raises:
            StoreError: the store is closed or cannot be written.
        """

    def close(self) -> None:
        """Let go of what the store holds. Closing twice is fine, any other use afterwards is an error."""


def check_table(table: str) -> None:
    """Raise `StoreError` where there is no such table."""
    if table not in TABLES:
        raise StoreError(f"unknown table {quoted(table)}{did_you_mean(table, TABLES)}")


def closed(place: str) -> StoreError:
    """Return the error for the use of a closed store."""
    return StoreError(f"{place}: the store is closed; open a new one")


def written_meanwhile(place: str, table: str) -> StoreError:
    """Return the error for a store that was written while its rows were read."""
    return StoreError(f"{place}: written while the rows of {quoted(table)} were read; read all of them before")


def _check_text(table: str, text: str) -> None:
    """Refuse what a file cannot hold, so that every kind of store takes the same."""
    if not isinstance(text, str):
        raise StoreError(f"table {quoted(table)}: keys and values are text, found {quoted(text)}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise StoreError(
            f"table {quoted(table)}: half a character (a lone surrogate) in {quoted(ascii(text))}"
        ) from None
