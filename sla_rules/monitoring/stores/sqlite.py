"""A store in a file, kept by SQLite."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sla_rules.errors import StoreError, quoted
from sla_rules.monitoring.stores.changes import Changes, check_table, closed, written_meanwhile

FORMAT = 1
"""Of the tables in the file."""
APPLICATION = int.from_bytes(b"SLAr")
"""Tells the file from those of other applications."""

_HEADER = 100  # bytes that every SQLite database has
_PATIENCE = 0.2  # seconds, for another monitor that is about to close
_CREATE = """
    create table rows (part text not null, key text not null, value text not null, primary key (part, key))
    without rowid
"""
_READ = "select value from rows where part = ? and key = ?"
_ROWS = "select key, value from rows where part = ? order by key"
_PUT = "replace into rows (part, key, value) values (?, ?, ?)"
_DELETE = "delete from rows where part = ? and key = ?"

_UNWRITABLE = "cannot be written; let the monitor write the file and its folder"
_USELESS = "cannot be used as a store; restore a snapshot into a new file"
_SAID = {
    sqlite3.SQLITE_BUSY: "is in use by another monitor; close that one, or give each its own file",
    sqlite3.SQLITE_NOTADB: "is no SQLite database, or only the rest of one; name another file",
    sqlite3.SQLITE_CORRUPT: "is truncated or corrupt; restore a snapshot into a new file",
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: _UNWRITABLE,
    sqlite3.SQLITE_IOERR_LOCK: f"{_UNWRITABLE}, on a local disk",
    sqlite3.SQLITE_FULL: "the disk is full; what was kept before is unharmed, make room and write again",
    sqlite3.SQLITE_IOERR: "the disk refuses; what was kept before is unharmed, mend it and write again",
}
"""What is wrong and what to do, by SQLite's code; the lowest byte of a code is the kind of error."""


class SqliteStore:
    """A store in a file, which one monitor at a time has open; see `Store`.

    What was written survives the end of the process, `kill -9` included. A power failure may lose the last writes,
    each as a whole, and never corrupts the file (write-ahead log, `synchronous=NORMAL`). While the store is open, the
    file with the same name and `-wal` at its end is part of it.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the store in a file on a local disk; a missing or empty file becomes an empty store.

        Raises:
            StoreError: the file is in use by another monitor, is none of this library or of a newer version of it, is
                truncated or corrupt, or cannot be written. What was in it stays.
        """
        self._path = _checked(path)
        self._connection: sqlite3.Connection | None = _connected(self._path)
        self._writes = 0

    def read(self, table: str, key: str) -> str | None:
        """Return the value of a row; see `Store.read`."""
        check_table(table)
        with _told(self._path):
            row = self._open().execute(_READ, (table, key)).fetchone()
        return None if row is None else str(row[0])

    def rows(self, table: str) -> Iterator[tuple[str, str]]:
        """Yield the rows of a table, sorted by key; see `Store.rows`."""
        check_table(table)
        self._open()
        return self._each(table, self._writes)

    def write(self, changes: Changes) -> None:
        """Make all of these changes in one transaction; see `Store.write`."""
        put: list[tuple[str, str, str]] = []
        delete: list[tuple[str, str]] = []
        for table, key, value in changes:
            if value is None:
                delete.append((table, key))
            else:
                put.append((table, key, value))
        self._writes += 1
        with _told(self._path), self._open() as transaction:
            transaction.executemany(_PUT, put)
            transaction.executemany(_DELETE, delete)

    def close(self) -> None:
        """Close the file; see `Store.close`."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with _told(self._path):
                connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise closed(self._path)
        return self._connection

    def _each(self, table: str, writes: int) -> Iterator[tuple[str, str]]:
        self._unwritten(table, writes)
        with _told(self._path):
            for row in self._open().execute(_ROWS, (table,)):
                yield row
                self._unwritten(table, writes)

    def _unwritten(self, table: str, writes: int) -> None:
        self._open()
        if self._writes != writes:
            raise written_meanwhile(self._path, table)


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Say what SQLite refuses in our words."""
    try:
        yield
    except sqlite3.Error as error:
        # What Python's module itself refuses, text that is no UTF-8, has no code.
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        said = _SAID.get(code) or _SAID.get(code & 0xFF, _USELESS)
        raise StoreError(f"{path}: {said} ({error})") from error


def _checked(path: str | os.PathLike[str]) -> str:
    """Return a path as it is for SQLite, which gives some names a meaning, or refuse it."""
    if not isinstance(path, (str, os.PathLike)):
        raise StoreError(f"{quoted(path)} is not the path of a file")
    if path == ":memory:":
        raise StoreError("`:memory:` is no file; use `MemoryStore()`")
    whole = Path(path).absolute()
    if not os.path.isdir(whole.parent):
        raise StoreError(f"{whole.parent}: no such folder; make it first")
    if os.path.isdir(whole):
        raise StoreError(f"{whole}: a folder; name a file in it")
    if os.path.exists(whole) and not os.path.isfile(whole):
        raise StoreError(f"{whole}: not a file; name another one")
    size = _size(whole)
    # SQLite would take such files for new ones: one byte for none, and a log without its file for rubbish.
    if 0 < size < _HEADER:
        raise StoreError(f"{whole}: {_SAID[sqlite3.SQLITE_NOTADB]} ({size} bytes)")
    if not size and _size(f"{whole}-wal"):
        raise StoreError(f"{whole}: {_SAID[sqlite3.SQLITE_CORRUPT]} (it is empty, `{whole.name}-wal` is not)")
    return str(whole)


def _size(path: str | Path) -> int:
    # Not by opening it: to close a file lets go of the locks that this process has on it.
    return os.path.getsize(path) if os.path.isfile(path) else 0


def _connected(path: str) -> sqlite3.Connection:
    """Open the file of a store. Raises `StoreError` where it is none or cannot be one."""
    with _told(path):
        try:
            connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level="IMMEDIATE", check_same_thread=False)
        except ValueError as error:
            raise StoreError(f"{quoted(path)} is not the path of a file: {error}") from None
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare(connection: sqlite3.Connection, path: str) -> None:
    """Take the file for this monitor alone, and make it a store where it is new."""
    connection.execute("pragma locking_mode = exclusive")
    with connection:
        connection.execute("begin immediate")
        application, version = _number(connection, "application_id"), _number(connection, "user_version")
        if not application and not version and not connection.execute("select 1 from sqlite_schema").fetchone():
            connection.execute(_CREATE)
            connection.execute(f"pragma application_id = {APPLICATION}")
            connection.execute(f"pragma user_version = {FORMAT}")
        elif application != APPLICATION:
            raise StoreError(f"{path}: a database of another application; name another file")
        elif version != FORMAT:
            raise StoreError(
                f"{path}: of format {version}, and this version of sla_rules reads format {FORMAT}; "
                "use the version that wrote it, or another file"
            )
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    (found,) = connection.execute("pragma quick_check(1)").fetchone()
    if found != "ok":
        raise StoreError(f"{path}: {_SAID[sqlite3.SQLITE_CORRUPT]} ({found})")
    connection.execute(_ROWS, ("",)).close()  # the table is there, as it should be


def _number(connection: sqlite3.Connection, name: str) -> int:
    return int(connection.execute(f"pragma {name}").fetchone()[0])
