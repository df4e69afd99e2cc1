"""The rows of one file or frame as raw frames: columns under their own names, typed or text, and `@row`."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from sla_rules.adapters.roles import ROW, Roles
from sla_rules.adapters.texts import texts_of_json
from sla_rules.errors import InputError, quoted
from sla_rules.sources.cells import unpacked
from sla_rules.sources.columns import DATA
from sla_rules.sources.encoding import to_json
from sla_rules.sources.native import Pieces, check_kind
from sla_rules.sources.parquet import SLICE
from sla_rules.sources.parts import TEXT_ROWS
from sla_rules.sources.refusals import Refusals, place
from sla_rules.sources.rows import Rows, data_of, readable


class Raw(Protocol):
    """A file or a frame. `names` are its columns as far as they are known, `open` says whether reading shows more."""

    label: str
    names: list[str]
    open: bool

    def pieces(self, refusals: Refusals) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield how many rows were read, and those that could be; `refusals` takes the others."""


class TypedRaw:
    """A frame or a Parquet file. Fields in `data`, a struct or JSON text, win over columns of the same name."""

    def __init__(
        self,
        pieces: Pieces,
        schema: pl.Schema,
        roles: Roles,
        *,
        label: str = "",
        where: str = "",
        encoded: Collection[str] = (),
    ) -> None:
        """Check the columns.

        Args:
            pieces: gives the rows.
            schema: the columns with their types.
            roles: what they are to the map.
            label: what the places of its rows begin with.
            where: what a message about a column begins with.
            encoded: those of the columns that are JSON text.

        Raises:
            InputError: a column is missing, or of a type that it cannot have.
        """
        self.label = label
        data = roles.their(DATA)
        kind = schema.get(data, pl.Null())
        check_kind(DATA, kind, f"{where}column {quoted(data)}", None)
        inner = [field.name for field in kind.fields] if isinstance(kind, pl.Struct) else []
        self._packed = data if kind in (pl.String, pl.Categorical, pl.Enum) else None
        self.open = self._packed is not None
        self.names = list(dict.fromkeys([*schema, *inner]))
        if not self.open:
            roles.header(self.names, where)
        roles.check_kinds({name: kind for name, kind in schema.items() if name not in inner}, where)
        used = roles.used(self.names)
        self._select = [
            pl.col(data).struct.field(name).alias(name) if name in inner else pl.col(name) for name in used
        ] + ([pl.col(data).cast(pl.String)] if self._packed else [])
        self._encoded = [name for name in used if name in encoded and name not in inner]
        self._pieces = pieces

    def pieces(self, refusals: Refusals) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield how many rows were read, and those that could be; `refusals` takes the others."""
        start = 1
        for piece in self._pieces(self._select, SLICE if self._packed is None else TEXT_ROWS):
            read = piece.height
            rows = pl.int_range(start, start + read, eager=True).alias(ROW)
            raw = piece.with_columns(rows, *(texts_of_json(piece[name]) for name in self._encoded))
            yield read, raw if self._packed is None else self._unpacked(raw, self._packed, refusals)
            start += read

    def _unpacked(self, raw: pl.DataFrame, data: str, refusals: Refusals) -> pl.DataFrame:
        columns, names, refused = unpacked(raw[data], None)
        self.names = list(dict.fromkeys([*self.names, *names]))
        raw = raw.with_columns(texts_of_json(each).alias(name) for name, each in columns.items())
        for number, text in raw.filter(refused).select(ROW, data).iter_rows():
            try:
                data_of(text)
            except InputError as error:
                refusals.add(error, place(self.label, number))
        return raw.drop(data).filter(~refused) if data not in columns else raw.filter(~refused)


class TextRaw:
    """A file that Python reads row by row, and whose values all become text: nested ones as JSON."""

    def __init__(
        self, path: Path, rows: Callable[[Path], Rows], roles: Roles, label: str, header: list[str] | None
    ) -> None:
        """Look at the header, where there is one. Raises `InputError` where it lacks a column."""
        self.label = label
        self.names = list(header or ())
        self.open = header is None
        self._path = path
        self._rows = rows
        self._roles = roles
        self._data = roles.their(DATA)
        if self._data in self.names:
            self.open = True
        if not self.open:
            roles.header(self.names, f"{path}: ")

    def pieces(self, refusals: Refusals) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield how many rows were read, and those that could be; `refusals` takes the others."""
        with readable(self._path):
            rows = self._rows(self._path)
            while some := list(islice(rows, TEXT_ROWS)):
                yield len(some), self._frame(some, refusals)

    def _frame(self, some: list[tuple[int, Any]], refusals: Refusals) -> pl.DataFrame:
        numbers: list[int] = []
        kept: list[dict[str, Any]] = []
        for number, row in some:
            try:
                kept.append(self._flat(row))
            except InputError as error:
                refusals.add(error, place(self.label, number))
            else:
                numbers.append(number)
        if self.open:
            self.names = list(dict.fromkeys(name for row in (dict.fromkeys(self.names), *kept) for name in row))
        used = self._roles.used(self.names)
        columns = [pl.Series(name, [row.get(name) for row in kept], pl.String) for name in used]
        return pl.DataFrame([pl.Series(ROW, numbers, pl.Int64), *columns])

    def _flat(self, row: Any) -> dict[str, str | None]:
        """Return a row as text, with the fields of its `data` beside the others."""
        if isinstance(row, InputError):
            raise row
        if not isinstance(row, dict):
            raise InputError(f"{quoted(row)} is not an object")
        if not self.open:
            return row
        data = row.get(self._data)
        if data not in (None, ""):
            row = row | {self._data: None} | data_of(data)
        return {name: _as_text(value) for name, value in row.items()}


def _as_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return value.isoformat() if isinstance(value, datetime) else to_json(value)
