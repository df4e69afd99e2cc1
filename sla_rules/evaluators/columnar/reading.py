"""Frames read as an agreement declares their fields: each distinct value once, what is plainly of its kind at once.

A column of a frame is of the type that its source gave it, or JSON text. What it says in the rows of one type of event
is read by the declaration of that type; what cannot be read is a finding and counts as missing.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import polars as pl

from sla_rules.errors import SlaError
from sla_rules.evaluators.columnar.columns import Column, Flags, absent, identity
from sla_rules.evaluators.columnar.lists import Lists, distinct_values
from sla_rules.instants import FIRST, LAST
from sla_rules.language.declarations import FieldDeclaration

JSON = "json:"
_ISO = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?Z$"


@dataclass
class Read:
    """A column as a declaration reads it.

    Attributes:
        column: the values, one for each row.
        given: where the source says anything at all.
        wrong: what cannot be read, with the message, by row.
    """

    column: Column
    given: Flags
    wrong: Callable[[], dict[int, str]]


def read(series: pl.Series, field: FieldDeclaration) -> Read:
    """Return a column of a frame as a declaration reads it."""
    written = series.name.startswith(JSON)
    given = series.is_not_null().to_numpy()
    if not given.any():
        return Read(absent(len(series)), given, dict)
    quick = _QUICK.get(field.kind)
    column = None if quick is None or (field.values is not None and field.kind != "text") else quick(series, written)
    if column is not None:
        column = _allowed(column, field)
        lacking = given & ~column.present
        return Read(column, given, lambda: _messages(series, field, lacking, written))
    return _one_by_one(series, field, given, written)


def _one_by_one(series: pl.Series, field: FieldDeclaration, given: Flags, written: bool) -> Read:
    """Read each distinct value."""
    places, distinct = distinct_values(series)
    values: list[Any] = []
    table = np.full(len(distinct) + 1, -1, np.int64)
    wrong: dict[int, str] = {}
    for place, raw in enumerate(distinct):
        try:
            value = field.read(decoded(raw) if written else raw)
        except SlaError as error:
            wrong[place] = str(error)
        else:
            table[place] = len(values)
            values.append(value)
    codes = table[np.where(given, places, len(distinct))]

    def messages() -> dict[int, str]:
        bad = np.flatnonzero(given & (codes < 0))
        return {row: wrong[int(places[row])] for row in bad.tolist()}

    if values and all(type(value) is int for value in values):
        numbers = np.array(values, np.int64)
        return Read(Column(numbers[np.maximum(codes, 0)], codes >= 0), given, messages)
    return Read(merged_values(Column(np.maximum(codes, 0), codes >= 0, values)), given, messages)


def merged_values(column: Column) -> Column:
    """Return a column with equal values as one; floats and texts of one number come to be the same."""
    places: dict[object, int] = {}
    kept: list[Any] = []
    table = []
    for value in column.values or ():
        code = places.setdefault(identity(value), len(kept))
        if code == len(kept):
            kept.append(value)
        table.append(code)
    return Column(np.array(table or [0], np.int64)[column.data], column.present, kept)


def decoded(text: str) -> Any:
    """Return what JSON text says, numbers with a fraction exactly."""
    return json.loads(text, parse_float=Decimal)


def _allowed(column: Column, field: FieldDeclaration) -> Column:
    """Take values outside of the allowed ones as missing."""
    if field.allowed is None:
        return column
    inside = column.lookup(field.allowed.__contains__, np.bool_, False)
    return Column(column.data, column.present & inside, column.values)


def _messages(series: pl.Series, field: FieldDeclaration, rows: Flags, written: bool) -> dict[int, str]:
    """Return why the values of some rows cannot be read."""
    said: dict[int, str] = {}
    known: dict[object, str] = {}
    for row in np.flatnonzero(rows).tolist():
        raw = series[row]
        key = raw if raw.__hash__ is not None else id(raw)
        if key not in known:
            try:
                field.read(decoded(raw) if written else raw)
            except SlaError as error:
                known[key] = str(error)
        said[row] = known[key]
    return said


def _text(series: pl.Series, written: bool) -> Column | None:
    """Read texts."""
    if series.dtype in (pl.Categorical, pl.Enum):
        series = series.cast(pl.String)
    if series.dtype != pl.String:
        return None
    places, distinct = distinct_values(series)
    present = series.is_not_null().to_numpy()
    if not written:
        return Column(places, present, distinct)
    values = [decoded(text) for text in distinct]
    texts = np.array([isinstance(value, str) for value in values] or [False], np.bool_)
    return Column(places, present & texts[places], [value if isinstance(value, str) else "" for value in values])


def _integer(series: pl.Series, written: bool) -> Column | None:
    """Read whole numbers of at most 64 bits."""
    if written:
        plain = series.str.contains(r"^-?(?:0|[1-9]\d{0,17})$")
        return _numbers(series.set(~plain, None).cast(pl.Int64)) if plain.all() else None
    if series.dtype.is_float():
        whole = (series.floor() == series) & (series.abs() < 2.0**53)
        return _numbers(series.cast(pl.Int64)) if whole.drop_nulls().all() else None
    return _numbers(series.cast(pl.Int64)) if series.dtype.is_integer() and series.dtype != pl.UInt64 else None


def _boolean(series: pl.Series, written: bool) -> Column | None:
    """Read true and false."""
    if written or series.dtype != pl.Boolean:
        return None
    return Column(series.fill_null(False).cast(pl.Int64).to_numpy(), series.is_not_null().to_numpy(), [False, True])


def _instant(series: pl.Series, written: bool) -> Column | None:
    """Read instants that name UTC or another zone."""
    if isinstance(series.dtype, pl.Datetime):
        if series.dtype.time_zone is None:
            return None
        # Digits finer than a microsecond are cut off.
        micros = series.to_physical()
        micros = micros // 1000 if series.dtype.time_unit == "ns" else micros
        column = _numbers(micros * 1000 if series.dtype.time_unit == "ms" else micros)
        inside = (column.data >= FIRST) & (column.data <= LAST)
        return column if inside[column.present].all() else None
    if series.dtype != pl.String:
        return None
    text = series.str.strip_chars('"') if written else series
    if not text.str.contains(_ISO).all():
        return None
    parsed = text.str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="us", strict=False)
    return _numbers(parsed.to_physical()) if parsed.null_count() == series.null_count() else None


def _list(series: pl.Series, written: bool) -> Column | None:
    """Keep lists as they are."""
    if written or not isinstance(series.dtype, pl.List):
        return None
    there = series.is_not_null().to_numpy()
    return Column(np.maximum(np.cumsum(there) - 1, 0), there, Lists(series.drop_nulls()))


def _numbers(series: pl.Series) -> Column:
    return Column(series.fill_null(0).cast(pl.Int64).to_numpy(), series.is_not_null().to_numpy())


_QUICK: dict[str, Callable[[pl.Series, bool], Column | None]] = {
    "text": _text,
    "integer": _integer,
    "boolean": _boolean,
    "instant": _instant,
    "list": _list,
}
"""By kind: what reads a whole column at once; None where a column needs to be read value by value."""


def joined(columns: Sequence[Column]) -> Column:
    """Return several columns as one, one after the other."""
    if len(columns) == 1:
        return columns[0]
    present = np.concatenate([column.present for column in columns])
    if all(column.values is None for column in columns):
        return Column(np.concatenate([column.data for column in columns]), present)
    coded = [column.coded() for column in columns]
    lists = [column.values for column in coded if isinstance(column.values, Lists)]
    if len(lists) == len(coded):
        starts = np.cumsum([0, *map(len, lists)])
        data = np.concatenate([column.data + start for column, start in zip(coded, starts, strict=False)])
        if len({each.series.dtype for each in lists}) == 1:
            return Column(np.where(present, data, 0), present, Lists(pl.concat([each.series for each in lists])))
    values: list[Any] = []
    parts = []
    for column in coded:
        parts.append(column.data + len(values))
        values += column.values or ()
    data = np.where(present, np.concatenate(parts), 0)
    return merged_values(Column(data, present, values))
