"""A store in memory."""

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from sla_rules.monitoring.stores.changes import TABLES, Changes, check_table, closed, written_meanwhile

_PLACE = "memory"


class MemoryStore:
    """A store that is gone when it is closed or the process ends; see `Store`."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[str, str]] = {table: {} for table in TABLES}
        self._begun: tuple[tuple[str, str, str | None], ...] = ()
        self._writes = 0
        self._closed = False

    def read(self, table: str, key: str) -> str | None:
        """Return the value of a row; see `Store.read`."""
        return self._table(table).get(key)

    def rows(self, table: str) -> Iterator[tuple[str, str]]:
        """Yield the rows of a table, sorted by key; see `Store.rows`."""
        return self._each(table, self._table(table), self._writes)

    def write(self, changes: Changes) -> None:
        """Make all of these changes; see `Store.write`.

        Where an interrupt (Ctrl-C) stops it in the middle, the next use of the store does the rest.
        """
        self._settle()
        begun = tuple(changes)
        self._writes += 1
        self._begun = begun
        self._settle()

    def close(self) -> None:
        """Forget everything; see `Store.close`."""
        self._closed = True
        self._begun = ()
        self._tables.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _table(self, table: str) -> dict[str, str]:
        check_table(table)
        self._settle()
        return self._tables[table]

    def _settle(self) -> None:
        """Make the changes that were begun. To make some of them again does no harm."""
        if self._closed:
            raise closed(_PLACE)
        for table, key, value in self._begun:
            if value is None:
                self._tables[table].pop(key, None)
            else:
                self._tables[table][key] = value
        self._begun = ()

    def _each(self, table: str, rows: dict[str, str], writes: int) -> Iterator[tuple[str, str]]:
        self._unwritten(table, writes)
        for key in sorted(rows):
            yield key, rows[key]
            self._unwritten(table, writes)

    def _unwritten(self, table: str, writes: int) -> None:
        if self._closed:
            raise closed(_PLACE)
        if self._writes != writes:
            raise written_meanwhile(_PLACE, table)
