"""Frames and Parquet files: columns that have types, which fields keep."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from sla_rules.errors import InputError, quoted
from sla_rules.sources.columns import DATA, OWN
from sla_rules.sources.encoding import to_json
from sla_rules.sources.fields import Fields
from sla_rules.sources.parquet import SLICE, height_of, legible, schema_of, slices, time_as_text
from sla_rules.sources.parts import TEXT_ROWS, Asked
from sla_rules.sources.refusals import Refusals, place
from sla_rules.sources.rows import event_of
from sla_rules.sources.times import instants_of

Pieces = Callable[[Sequence[pl.Expr], int], Iterator[pl.DataFrame]]
"""Yields columns of a source in order, so many rows at a time, as often as it is called."""

TEXT = (pl.String, pl.Categorical, pl.Enum, pl.Null)
"""The types of columns that hold text, or nothing."""


class NativePart:
    """A part of a source whose columns have types; see `Part`."""

    open = False

    def __init__(
        self,
        pieces: Pieces,
        schema: pl.Schema,
        asked: Asked,
        *,
        label: str = "",
        where: str = "",
        encoded: Collection[str] = (),
        size: int | None = None,
    ) -> None:
        """Check the columns.

        Args:
            pieces: gives the rows.
            schema: the columns with their types.
            asked: what is asked of it.
            label: what the places of its rows begin with.
            where: what a message about a column begins with.
            encoded: those of the columns, beside `data`, that are JSON text.
            size: how many rows there are, where that is known.

        Raises:
            InputError: a column is missing, or of a type that it cannot have.
        """
        self.label = label
        self.size = size
        self.names = list(schema)
        names = asked.renaming.header(schema, where)
        kinds = {our: schema[their] for our, their in names.items()}
        for our, their in names.items():
            check_kind(our, kinds[our], f"{where}column {quoted(their)}", asked.zone)
        every = Fields.of(kinds, [our for our, their in names.items() if their in encoded])
        self.columns = every.names
        self._fields = every.only(asked.wanted)
        self._pieces = pieces
        self._asked = asked
        self._time = kinds["time"]
        self._select = [
            (pl.col(their) if our in self._fields.top else _simplified(pl.col(their), kinds[our])).alias(our)
            for our, their in names.items()
            if our in (*OWN, *self._fields.top) or (our == DATA and (self._fields.packed or self._fields.inner))
        ]

    def frames(self, refusals: Refusals) -> Iterator[tuple[int, pl.DataFrame]]:
        """Yield how many rows were read, and the events among them; `refusals` takes the other rows."""
        start = 0
        for piece in self._pieces(self._select, TEXT_ROWS if self._fields.packed else SLICE):
            if piece.height:
                yield piece.height, self._events(piece, start, refusals)
            start += piece.height

    def _events(self, piece: pl.DataFrame, start: int, refusals: Refusals) -> pl.DataFrame:
        type, subject = filled(piece["type"]), filled(piece["subject"])
        at = instants_of(piece["time"], self._asked.zone)
        columns = [
            filled(piece["id"])
            if "id" in piece.columns
            else pl.repeat(None, piece.height, dtype=pl.String, eager=True).alias("id"),
            type,
            subject,
            at.alias("at"),
            pl.int_range(start + 1, start + 1 + piece.height, eager=True).alias("row"),
        ]
        fields, refused = self._read_fields(piece)
        frame = pl.DataFrame([*(column.alias(f"@{column.name}") for column in columns), *fields])
        bad = type.is_null() | subject.is_null() | at.is_null() | refused
        if not bad.any():
            return frame
        self._refuse(piece.filter(bad), bad.arg_true().cast(pl.Int64) + start + 1, refusals)
        return frame.filter(~bad)

    def _read_fields(self, piece: pl.DataFrame) -> tuple[list[pl.Series], pl.Series]:
        if not self._fields.packed:
            return self._fields.of_struct(piece), pl.Series([False])
        fields, names, refused = self._fields.of_json(piece, self._asked.wanted)
        self.columns = list(dict.fromkeys([*self.columns, *names]))
        return fields, refused

    def _refuse(self, rows: pl.DataFrame, numbers: pl.Series, refusals: Refusals) -> None:
        refusals.unlisted += max(0, rows.height - refusals.room)
        rows = rows.head(refusals.room)
        if isinstance(self._time, pl.Datetime):
            rows = rows.with_columns(time_as_text(self._time))
        shown = pl.col(name for name in (*OWN, DATA) if name in rows.columns)
        others = pl.exclude(*OWN, DATA).is_not_null()  # only their names matter, to a message
        for number, row in zip(numbers, rows.select(shown, others).iter_rows(named=True), strict=False):
            where = place(self.label, number)
            there = {name: value for name, value in row.items() if value is not None and value is not False}
            refusals.add(self._why(there, where), where)

    def _why(self, row: Mapping[str, Any], where: str) -> InputError:
        """Return why a row is no event."""
        try:
            for value in event_of(row, where, self._asked.agreement, self._asked.zone).data.values():
                to_json(value)
        except InputError as error:
            return error
        return InputError("time is outside the years 1 to 9999")


def _simplified(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    """Return one of the columns of our own, or `data`, as text where it is not of a type of its own."""
    return column if isinstance(kind, (pl.String, pl.Datetime, pl.Struct)) else column.cast(pl.String)


def filled(texts: pl.Series) -> pl.Series:
    """Return text in which empty is null."""
    empty = texts == ""
    return texts.set(empty, None) if empty.any() else texts


def check_kind(name: str, kind: pl.DataType, what: str, zone: ZoneInfo | None) -> None:
    """Refuse a column that cannot be what our name says; `what` names it. Raises `InputError`."""
    if name == "time":
        if isinstance(kind, pl.Datetime) and kind.time_zone is None and zone is None:
            raise InputError(f"{what} has no time zone; name it with `timezone=`")
        if not isinstance(kind, pl.Datetime) and kind not in TEXT:
            raise InputError(f"{what} holds {kind}, `time` must be Datetime with a zone, or ISO text")
    elif name == DATA:
        if not isinstance(kind, pl.Struct) and kind not in TEXT:
            raise InputError(f"{what} holds {kind}, `data` must be a struct, or an object as JSON text")
    elif name in OWN and kind not in TEXT and not kind.is_integer():
        raise InputError(f"{what} holds {kind}, {quoted(name)} must be text or integers")


def of_frame(frame: pl.DataFrame | pl.LazyFrame, encoded: Collection[str], asked: Asked) -> NativePart:
    """Return a Polars frame as a part; `encoded` of its columns are JSON text. Raises `InputError` as `NativePart`."""
    with legible("the frame"):
        size = frame.height if isinstance(frame, pl.DataFrame) else None
        return NativePart(pieces_of(frame), frame.collect_schema(), asked, encoded=encoded, size=size)


def pieces_of(frame: pl.DataFrame | pl.LazyFrame) -> Pieces:
    """Return what yields the rows of a Polars frame."""

    def pieces(columns: Sequence[pl.Expr], size: int) -> Iterator[pl.DataFrame]:
        with legible("the frame"):
            if isinstance(frame, pl.LazyFrame):
                yield from frame.select(columns).collect_batches(chunk_size=size)
            elif size < SLICE:
                yield from frame.select(columns).iter_slices(size)
            else:
                yield frame.select(columns)  # in memory as it is

    return pieces


def of_parquet(path: Path, label: str, asked: Asked) -> NativePart:
    """Return a Parquet file as a part. Raises `InputError` as `NativePart`, and where it cannot be read."""
    return NativePart(
        partial(slices, path), schema_of(path), asked, label=label, where=f"{path}: ", size=height_of(path)
    )
