"""Any source of events as Polars frames of one form."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.errors import InputError, quoted
from sla_rules.events import Finding
from sla_rules.sources.columns import Renaming
from sla_rules.sources.files import PARQUET, labels_of, name_of, paths_of, suffix_of
from sla_rules.sources.native import of_frame, of_parquet
from sla_rules.sources.pandas import is_pandas, of_pandas
from sla_rules.sources.parquet import of_stream
from sla_rules.sources.parts import Asked, Part
from sla_rules.sources.refusals import Refusals
from sla_rules.sources.text import TextPart
from sla_rules.sources.zones import zone_of

FRAME = "the source"
"""What a message calls a frame."""


class Incoming:
    """The events of a source as Polars frames, to iterate as often as needed; what is no event is in `findings`.

    A frame has the columns `@id` (text, null where there is none), `@type`, `@subject` (text), `@at` (microseconds
    since 1970 UTC), `@file` (an `Enum` of all files of the source, the empty text for a frame) and `@row` (the number
    of the line or row, from 1), none of them null but `@id`; `place` writes the last two out. Every other column is
    a field of the events: with the type that it has in the source, or, named `json:<field>`, as JSON text in ASCII. The
    frames of one source need not have the same fields, nor one field the same type in all of them.
    """

    def __init__(self, parts: Sequence[Part], check: Callable[[Iterable[str]], None], name: str) -> None:
        """Take the parts of a source, what refuses a column that none of them has, and the name of the source."""
        self._parts = parts
        self._check = check
        self._name = name
        self._refusals = Refusals()
        self._rows = 0
        self._read = False
        if not any(part.open for part in parts):
            self._check_names()

    @property
    def findings(self) -> list[Finding]:
        """A finding for each row that is no event, the first ones with their place; complete once all was read."""
        return self._refusals.findings(self._name)

    @property
    def rows(self) -> int:
        """How many rows were read, be they events or not; complete once all was read."""
        return self._rows

    @property
    def size(self) -> int | None:
        """How many rows there are, where that is known before they are read."""
        sizes = [part.size for part in self._parts]
        return None if None in sizes else sum(size for size in sizes if size is not None)

    @property
    def columns(self) -> list[str]:
        """The fields of the events, asked for or not; those in JSON text are known once they were read."""
        return list(dict.fromkeys(name for part in self._parts for name in part.columns))

    def __iter__(self) -> Iterator[pl.DataFrame]:
        """Yield the events, part by part and in order.

        Raises:
            InputError: a file cannot be read, or no row of the source is an event.
        """
        refusals, rows, events = Refusals(), 0, 0
        labels = pl.Enum(list(dict.fromkeys(part.label for part in self._parts)))
        if not self._read:
            self._refusals = refusals
        for part in self._parts:
            label = pl.Series("@file", [part.label], labels)
            for read, frame in part.frames(refusals):
                rows += read
                events += frame.height
                if not self._read:
                    self._rows = rows
                if frame.height:
                    yield frame.insert_column(4, label.new_from_index(0, frame.height))
        self._refusals, self._rows, self._read = refusals, rows, True
        if rows:
            self._check_names()
        if not events:
            refusals.need_events(self._name)

    def _check_names(self) -> None:
        self._check(dict.fromkeys(name for part in self._parts for name in part.names))


def batches(
    source: object,
    agreement: Agreement,
    *,
    columns: Mapping[str, str] | None = None,
    timezone: str | None = None,
    wanted: Container[str] | None = None,
) -> Incoming:
    """Return the events of any source but a list of `Event`.

    Args:
        source: a Polars, pandas or Arrow frame, a DuckDB relation, anything with the Arrow C stream interface, or the
            path of a Parquet, CSV or JSON Lines file, a glob, or a list of these.
        agreement: says of what kind the fields of a CSV file are.
        columns: our names with those of the source, `{"subject": "ticket_id"}`.
        timezone: the zone of times that have none; without it they are findings, or refused with their column.
        wanted: the fields that are needed; the others are left out. None is all.

    Raises:
        InputError: no such source, or one with a column missing or of a type that it cannot have.
    """
    renaming = Renaming(columns)
    asked = Asked(agreement, renaming, zone_of(timezone), wanted)
    if isinstance(source, (str, PathLike, list, tuple)):
        return _of_files(source, asked)
    return Incoming([of_frame(*frame_of(source, renaming.own), asked)], renaming.check, FRAME)


def _of_files(source: Any, asked: Asked) -> Incoming:
    paths = paths_of(source)
    parts = [_of_file(path, label, asked) for path, label in zip(paths, labels_of(paths), strict=True)]
    return Incoming(parts, asked.renaming.check, name_of(paths))


def _of_file(path: Path, label: str, asked: Asked) -> Part:
    return of_parquet(path, label, asked) if suffix_of(path) == PARQUET else TextPart(path, label, asked)


def frame_of(
    source: object, own: Callable[[list[str]], Mapping[str, str]]
) -> tuple[pl.DataFrame | pl.LazyFrame, list[str]]:
    """Return a frame of any kind as one of Polars, and which of its columns are JSON text.

    Args:
        source: what is taken for a frame.
        own: gives, for the names of its columns, those that are no fields of events, with what each is to us.

    Raises:
        InputError: no frame, or one that cannot be read.
    """
    if isinstance(source, (pl.DataFrame, pl.LazyFrame)):
        return source, []
    if is_pandas(source):
        return of_pandas(source, own)
    if hasattr(source, "__arrow_c_stream__") and not isinstance(source, pl.Series):
        return of_stream(source, FRAME), []
    raise InputError(
        f"{quoted(source)} is no source of events: a Polars, pandas or Arrow frame, a DuckDB relation, a path or a glob"
    )
