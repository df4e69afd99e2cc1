"""Verdicts and findings as Spark and Arrow hold them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl
import pyarrow as pa

IN_A_BATCH = 50_000
"""Rows that are handed over together."""

TO = "@to"
"""The column that says to which place a row goes."""

Shape = Mapping[str, pl.DataType]


@dataclass(frozen=True)
class Rows:
    """Rows that tasks hand to Spark.

    Attributes:
        shape: their columns; a category is handed over as text, a span as microseconds.
    """

    shape: Shape

    @property
    def ddl(self) -> str:
        """The columns as Spark writes them."""
        return ", ".join(f"`{name}` {sql_type(dtype)}" for name, dtype in self.shape.items())

    @property
    def schema(self) -> pa.Schema:
        """The columns as Arrow has them."""
        return pa.schema([(name, arrow_type(dtype)) for name, dtype in self.shape.items()])

    def batches(self, frame: pl.DataFrame) -> Iterator[pa.RecordBatch]:
        """Yield rows as Spark takes them."""
        plain = frame.select(pl.col(name).cast(_IN_PLACE.get(type(dtype), dtype)) for name, dtype in self.shape.items())
        for piece in plain.iter_slices(IN_A_BATCH):
            yield from piece.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(self.schema).to_batches()


def sql_type(dtype: pl.DataType) -> str:
    """Return the type of Spark for a type of Polars."""
    if isinstance(dtype, pl.List):
        return f"array<{sql_type(instance(dtype.inner))}>"
    if isinstance(dtype, pl.Struct):
        return f"struct<{', '.join(f'`{each.name}`: {sql_type(instance(each.dtype))}' for each in dtype.fields)}>"
    return _PLAIN[type(dtype)][0]


def arrow_type(dtype: pl.DataType) -> pa.DataType:
    """Return the type of Arrow for a type of Polars."""
    if isinstance(dtype, pl.List):
        return pa.list_(arrow_type(instance(dtype.inner)))
    if isinstance(dtype, pl.Struct):
        return pa.struct([(each.name, arrow_type(instance(each.dtype))) for each in dtype.fields])
    return _PLAIN[type(dtype)][1]


def instance(dtype: object) -> pl.DataType:
    """Return the type that a type is made of, which Polars would have as a class too."""
    assert isinstance(dtype, pl.DataType)
    return dtype


_PLAIN: dict[type[pl.DataType], tuple[str, pa.DataType]] = {
    pl.String: ("string", pa.string()),
    pl.Enum: ("string", pa.string()),
    pl.Int64: ("bigint", pa.int64()),
    pl.Duration: ("bigint", pa.int64()),
    pl.Datetime: ("timestamp_ltz", pa.timestamp("us", "UTC")),
    pl.Boolean: ("boolean", pa.bool_()),
    pl.Binary: ("binary", pa.binary()),
}
_IN_PLACE: dict[type[pl.DataType], type[pl.DataType]] = {pl.Enum: pl.String, pl.Duration: pl.Int64}
