"""The first rows of a file, as its columns have them."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from sla_rules.errors import InputError, quoted
from sla_rules.sources.columns import DATA
from sla_rules.sources.encoding import to_json
from sla_rules.sources.files import PARQUET, suffix_of
from sla_rules.sources.parquet import legible
from sla_rules.sources.rows import TEXT_READERS, Rows, csv_header, data_of, readable

MOST = 5_000
"""Rows that are looked at before the whole file is read."""
_LONGEST = 200
"""Characters of a value that are looked at."""


@dataclass(frozen=True)
class Sample:
    """The first rows of a file.

    Attributes:
        rows: as its columns have them; what is text there, or in a document, as text. What is no row is left out.
        lacking: why there are none, in a sentence; None where there are some.
        empty: whether that is because nothing stands there.
    """

    rows: pl.DataFrame
    lacking: str | None
    empty: bool


def sample_of(path: Path, rows: Callable[[Path], Rows] | None = None) -> Sample:
    """Return the first rows of a file.

    Args:
        path: of the file.
        rows: reads it, where it is a document of its own format.

    Raises:
        InputError: the file cannot be read.
    """
    suffix = None if rows is not None else suffix_of(path)
    if suffix == PARQUET:
        with legible(str(path)):
            table = pl.scan_parquet(path, glob=False).head(MOST).collect()
        return Sample(table, _why_none([]) if table.is_empty() else None, table.is_empty())
    reader = rows or TEXT_READERS[str(suffix)]
    with readable(path):
        names = csv_header(path) if suffix == ".csv" else []
        read = [row for _, row in islice(reader(path), MOST)]
    found = [_flat(row) for row in read if isinstance(row, Mapping)]
    columns = dict.fromkeys([*names, *(name for row in found for name in row)])
    table = pl.DataFrame([pl.Series(name, [row.get(name) for row in found], pl.String) for name in columns])
    return Sample(table, None if found else _why_none(read), not read)


def _why_none(read: list[Any]) -> str:
    if not read:
        return "the file has no rows"
    first = read[0] if isinstance(read[0], InputError) else f"{quoted(read[0])} is not an object"
    return f"no row can be read: {first}"


def _flat(row: Mapping[str, Any]) -> dict[str, str | None]:
    fields = dict(row)
    with suppress(InputError):  # the count of the whole file says so, with its place
        fields |= data_of(fields.pop(DATA)) if fields.get(DATA) not in (None, "") else {}
    return {name: _text(value) for name, value in fields.items()}


def _text(value: object) -> str | None:
    if value is None:
        return None
    return (value if isinstance(value, str) else to_json(value))[:_LONGEST]
