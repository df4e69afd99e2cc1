"""Parquet files, read in slices."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

from sla_rules.errors import InputError, SlaError
from sla_rules.sources.columns import Renaming
from sla_rules.sources.rows import Rows

SLICE = 500_000
"""Rows that are held at a time."""
_FARTHEST = 8_000_000_000_000_000
"""Milliseconds from 1970 to about as far as Polars can write a date."""


@contextmanager
def legible(what: str) -> Iterator[None]:
    """Turn what Polars refuses into `InputError`; `what` is being read."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{what}: cannot be read: {reason}") from None


def of_stream(source: Any, what: str) -> pl.DataFrame:
    """Return what comes by the Arrow C stream interface.

    Raises:
        InputError: it cannot be read; `what` begins the message.
    """
    try:
        return pl.DataFrame(source)
    except SlaError:
        raise
    except Exception as error:  # noqa: BLE001 - every library has its own: DuckDB where a query fails on its rows
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{what}: cannot be read: {reason}") from None


def schema_of(path: Path) -> pl.Schema:
    """Return the columns of a file with their types. Raises `InputError` where it cannot be read."""
    with legible(str(path)):
        return pl.scan_parquet(path, glob=False).collect_schema()


def height_of(path: Path) -> int:
    """Return how many rows a file has. Raises `InputError` where it cannot be read."""
    with legible(str(path)):
        return int(pl.scan_parquet(path, glob=False).select(pl.len()).collect().item())


def slices(path: Path, columns: Sequence[pl.Expr], size: int = SLICE) -> Iterator[pl.DataFrame]:
    """Yield the rows of a file, `size` at a time and in order.

    Slices, not Polars' own batches, which hold a whole row group at a time.

    Raises:
        InputError: the file cannot be read.
    """
    with legible(str(path)):
        file = pl.scan_parquet(path, glob=False)
        for start in range(0, height_of(path), size):
            yield file.select(columns).slice(start, size).collect()


def parquet_rows(path: Path) -> Rows:
    """Read a file row by row; null is missing. Raises `InputError` where it cannot be read or lacks a column."""
    schema = schema_of(path)
    Renaming().header(schema, f"{path}: ")
    kind = schema["time"]
    columns = [pl.all()]
    if isinstance(kind, pl.Datetime):
        if kind.time_zone is None:
            raise InputError(f"{path}: column `time` has no time zone")
        columns = [pl.exclude("time"), time_as_text(kind)]
    number = 0
    for frame in slices(path, columns):
        for row in frame.iter_rows(named=True):
            number += 1
            yield number, {name: value for name, value in row.items() if value is not None}


def time_as_text(kind: pl.Datetime) -> pl.Expr:
    """Return column `time` as ISO text, since a Python `datetime` cannot hold the years that a frame can."""
    time = pl.col("time")
    if kind.time_unit == "ms":
        time = time.to_physical().clip(-_FARTHEST, _FARTHEST).cast(pl.Datetime("ms"))
    elif kind.time_zone is not None:
        time = time.dt.convert_time_zone("UTC")
    return time.dt.to_string("%Y-%m-%dT%H:%M:%S%.6fZ").alias("time")
