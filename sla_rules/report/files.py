"""The verdicts of a report for other tools: CSV, Parquet, Arrow, pandas."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

from sla_rules.errors import SlaError, quoted

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


Target = str | PathLike[str]
"""The path of a file to write."""
METADATA = "sla_rules"
"""The key of a Parquet file's metadata that holds the provenance."""
ISO = "%Y-%m-%dT%H:%M:%S%.fZ"


class Told(Protocol):
    """What has verdicts to write: a report, of one agreement or of many."""

    @property
    def lazy(self) -> pl.LazyFrame:
        """One row a verdict, not yet collected."""

    @property
    def verdicts(self) -> pl.DataFrame:
        """One row a verdict."""

    @property
    def provenance(self) -> dict[str, Any]:
        """By what was judged."""


@contextmanager
def writing(path: Target) -> Iterator[None]:
    """Turn what prevents a file from being written into an `SlaError` that names it."""
    if not isinstance(path, (str, PathLike)):
        raise SlaError(f"{quoted(path)} is not the path of a file")
    try:
        yield
    except OSError as error:
        raise SlaError(f"{path}: cannot be written: {error.strerror or error}") from None


def text_to(path: Target | None, text: str) -> str:
    """Return a text, written to a file if one is named."""
    if path is not None:
        with writing(path):
            Path(path).write_text(text, encoding="utf-8", errors="backslashreplace")
    return text


def need(extra: str, *packages: str) -> None:
    """Refuse to go on without packages, naming the extra they come with: Polars, which imports them, does not."""
    for package in packages:
        try:
            import_module(package)
        except ImportError as error:
            raise SlaError(f"{error.name} is not installed; `pip install sla-rules[{extra}]` installs it") from None


def to_csv(report: Told, path: Target | None) -> str | None:
    """Write the verdicts as CSV, one after the other, without holding them all; without a path return the text."""
    flattened = report.lazy.select(flat(name, dtype) for name, dtype in report.lazy.collect_schema().items())
    if path is None:
        return flattened.collect(engine="streaming").write_csv()
    with writing(path):
        flattened.sink_csv(Path(path))
    return None


def flat(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as a cell can hold it: instants as ISO 8601 text, spans as microseconds, lists as JSON."""
    column = pl.col(name)
    if isinstance(dtype, pl.Datetime):
        return column.dt.to_string(ISO)
    if isinstance(dtype, pl.Duration):
        return column.cast(pl.Int64)
    if isinstance(dtype, pl.List):
        # Polars encodes objects only: `{"x":[…]}`, of which the list is a part.
        return pl.struct(column.alias("x")).struct.json_encode().str.slice(5).str.head(-1).alias(name)
    return column


def to_parquet(report: Told, path: Target) -> None:
    """Write the verdicts as Parquet, one after the other, without holding them all."""
    told = {METADATA: json.dumps(report.provenance, ensure_ascii=False)}
    with writing(path):
        report.lazy.sink_parquet(Path(path), metadata=told)


def to_arrow(report: Told) -> "pa.Table":
    """Return the verdicts as a `pyarrow.Table`."""
    need("pandas", "pyarrow")
    return report.verdicts.to_arrow()


def to_pandas(report: Told) -> "pd.DataFrame":
    """Return the verdicts as a pandas frame."""
    need("pandas", "pandas", "pyarrow")
    return report.verdicts.to_pandas()
