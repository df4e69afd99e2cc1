"""Lists that a source holds as such, kept as they are until somebody asks for one."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, overload

import numpy as np
import polars as pl

from sla_rules.evaluators.columnar.columns import Column, Ints, absent, encoded, scattered
from sla_rules.language.conditions import exact


class Lists(Sequence[Any]):
    """A series of lists, none of them null, as a sequence of Python's."""

    def __init__(self, series: pl.Series) -> None:
        self.series = series

    def __len__(self) -> int:
        return len(self.series)

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        """Return one list, or those of a slice."""
        return Lists(self.series[place]) if isinstance(place, slice) else self.series[int(place)].to_list()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.series.to_list())


def flattened(values: Sequence[Any], places: Ints) -> tuple[Ints, Callable[[str], Column]]:
    """Return the bounds of some of several lists, put one after the other, and what gives a field of their items."""
    if isinstance(values, Lists):
        some = values.series.gather(places)
        lengths = some.list.len().to_numpy().astype(np.int64)
        items = some.filter(pl.Series(lengths > 0)).explode()
        return np.concatenate(([0], np.cumsum(lengths))), _of_series(items)
    known = [values[place] for place in places.tolist()]
    records = [item if isinstance(item, Mapping) else {} for items in known for item in items]
    return np.cumsum([0, *map(len, known)]), _of_records(records)


def _of_series(items: pl.Series) -> Callable[[str], Column]:
    """Return what gives a field of items that are records; others have none."""
    dtype = items.dtype
    names = {field.name for field in dtype.fields} if isinstance(dtype, pl.Struct) else set()

    def field(name: str) -> Column:
        return of_items(items.struct.field(name)) if name in names else absent(len(items))

    return field


def _of_records(records: list[Mapping[str, Any]]) -> Callable[[str], Column]:
    return lambda name: of_values([exact(record.get(name)) for record in records])


def of_values(values: list[Any]) -> Column:
    """Return a column of values, some of which may be None."""
    there = [place for place, value in enumerate(values) if value is not None]
    return scattered(np.array(there, np.int64), encoded([values[place] for place in there]), len(values))


def of_items(series: pl.Series) -> Column:
    """Return a field of items, which no declaration has read, as a column."""
    present = series.is_not_null().to_numpy()
    if series.dtype.is_integer() and series.dtype != pl.UInt64:
        return Column(series.fill_null(0).cast(pl.Int64).to_numpy(), present)
    if series.dtype == pl.Boolean:
        return Column(series.fill_null(False).cast(pl.Int64).to_numpy(), present, [False, True])
    if series.dtype == pl.String or series.dtype.is_float():
        return distinct_column(series, exact)
    return of_values([exact(value) for value in series.to_list()])


def distinct_column(series: pl.Series, say: Callable[[Any], Any]) -> Column:
    """Return a column of what a function says of each distinct value; None is no value."""
    places, distinct = distinct_values(series)
    said = [say(value) for value in distinct]
    there = np.array([value is not None for value in said] or [False], np.bool_)
    return Column(places, series.is_not_null().to_numpy() & there[places], said)


def distinct_values(series: pl.Series) -> tuple[Any, list[Any]]:
    """Return, for each row, a place in a list of values; a value that cannot be compared has a place of its own."""
    if series.dtype.is_nested() or series.dtype == pl.Object:
        there = series.is_not_null().to_numpy()
        return np.maximum(np.cumsum(there) - 1, 0), series.drop_nulls().to_list()
    distinct = series.drop_nulls().unique(maintain_order=True)
    frame = pl.DataFrame({"value": distinct, "place": np.arange(len(distinct))})
    found = pl.DataFrame({"value": series}).join(frame, on="value", how="left", maintain_order="left")["place"]
    return found.fill_null(0).to_numpy(), distinct.to_list()
