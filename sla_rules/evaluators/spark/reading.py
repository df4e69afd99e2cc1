"""Rows of a Spark frame read as the columnar evaluator takes them, on whichever machine they are."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl
import pyarrow as pa

from sla_rules.agreement import Agreement
from sla_rules.sources.columns import Renaming
from sla_rules.sources.native import NativePart, of_frame
from sla_rules.sources.parts import Asked
from sla_rules.sources.refusals import Refusals

Batches = Iterator[pa.RecordBatch]


@dataclass(frozen=True)
class Reader:
    """Reads rows of a frame that has our names.

    Attributes:
        agreement: by which is judged.
        encoded: the columns beside `data` that are JSON text.
        zone: that of times without an offset.
    """

    agreement: Agreement
    encoded: tuple[str, ...]
    zone: ZoneInfo | None

    def events(self, rows: pa.Table, refusals: Refusals) -> list[pl.DataFrame]:
        """Return the events among some rows, as `sla_rules.sources.Incoming` gives them.

        Args:
            rows: of the frame.
            refusals: takes the rows that are no events.
        """
        nowhere = pl.Series("@file", [""], pl.Enum([""]))
        frames = [frame for _, frame in self.part(rows).frames(refusals)]
        return [frame.insert_column(4, nowhere.new_from_index(0, len(frame))) for frame in frames if len(frame)]

    def part(self, rows: pa.Table) -> NativePart:
        """Return rows as a part of a source. Raises `InputError` where a column is not what it must be."""
        # Spark names the zone of its session, in ways that Polars does not know.
        frame = pl.DataFrame(rows.cast(pa.schema([in_utc(field) for field in rows.schema])))
        encoded = [name for name in self.encoded if name in frame.columns]
        return of_frame(frame, encoded, Asked(self.agreement, Renaming(), self.zone, None))


def in_utc(field: pa.Field) -> pa.Field:
    """Return a column, or a part of one, with its instants in UTC."""
    kind = field.type
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        return field.with_type(pa.timestamp(kind.unit, "UTC"))
    if pa.types.is_list(kind):
        return field.with_type(pa.list_(in_utc(kind.value_field)))
    if pa.types.is_large_list(kind):
        return field.with_type(pa.large_list(in_utc(kind.value_field)))
    if pa.types.is_struct(kind):
        return field.with_type(pa.struct([in_utc(each) for each in kind]))
    return field


def table_of(batches: Iterable[pa.RecordBatch]) -> pa.Table | None:
    """Return all rows of a partition, None where it has none."""
    some = [batch for batch in batches if batch.num_rows]
    return pa.Table.from_batches(some) if some else None


class OfPlace(ABC):
    """A task that takes all rows of a place together, and has nothing to say of one without any."""

    def __call__(self, batches: Batches) -> Batches:
        """Take a partition."""
        rows = table_of(batches)
        if rows is not None:
            yield from self.of(rows)

    @abstractmethod
    def of(self, rows: pa.Table) -> Batches:
        """Yield what there is to say of some rows, at least one."""
