"""Columns: the values of one field for many events, as integers that NumPy compares."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = int(np.iinfo(np.int64).min)
"""Stands for a missing instant or span in an array of integers; lies before every instant."""


class Column:
    """The values of a field: whole numbers (instants too), or places in a list of distinct `values`.

    Attributes:
        data: the numbers, or the places; without meaning where nothing is present.
        present: where there is a value.
        values: the distinct values as declarations read them; None where `data` holds the numbers themselves.
    """

    __slots__ = ("data", "present", "values")

    def __init__(self, data: Ints, present: Flags, values: Sequence[Any] | None = None) -> None:
        self.data = data
        self.present = present
        self.values = values

    def __len__(self) -> int:
        return len(self.data)

    def take(self, rows: Ints) -> "Column":
        """Return the values at some places; nothing is present at the place -1."""
        if not len(self.data):
            return absent(len(rows))
        return Column(self.data[rows], self.present[rows] & (rows >= 0), self.values)

    def coded(self) -> "Column":
        """Return the same values as places in a list of distinct ones."""
        if self.values is not None:
            return self
        distinct, places = np.unique(self.data[self.present], return_inverse=True)
        data = np.zeros(len(self.data), np.int64)
        data[self.present] = places
        return Column(data, self.present, distinct.tolist())

    def lookup(self, say: Callable[[Any], Any], dtype: Any, missing: Any) -> NDArray[Any]:
        """Return what a function says of each value, asked once for each distinct one."""
        coded = self.coded()
        assert coded.values is not None
        table = np.array([*map(say, coded.values), missing], dtype)
        return table[np.where(coded.present, coded.data, len(coded.values))]

    def item(self, place: int) -> Any:
        """Return one value, None where there is none."""
        if place < 0 or not self.present[place]:
            return None
        return int(self.data[place]) if self.values is None else self.values[int(self.data[place])]

    def items(self) -> list[Any]:
        """Return all values, None where there is none."""
        if self.values is None:
            return [int(n) if there else None for n, there in zip(self.data, self.present, strict=True)]
        return [self.values[n] if there else None for n, there in zip(self.data, self.present, strict=True)]


def absent(size: int) -> Column:
    """Return a column without any value."""
    return Column(np.zeros(size, np.int64), np.zeros(size, np.bool_))


def numbers(data: Ints) -> Column:
    """Return a column of numbers that are all there."""
    return Column(data, np.ones(len(data), np.bool_))


def encoded(places: Sequence[int], values: Sequence[Any], size: int) -> Column:
    """Return the column that has some values at some places."""
    column = absent(size)
    rows = np.array(places, np.int64)
    column.present[rows] = True
    if all(type(value) is int and -(2**63) <= value < 2**63 for value in values):
        column.data[rows] = np.array(values, np.int64)
        return column
    distinct: dict[object, int] = {}
    kept: list[Any] = []
    codes = []
    for value in values:
        code = distinct.setdefault(_key(value), len(kept))
        if code == len(kept):
            kept.append(value)
        codes.append(code)
    column.data[rows] = np.array(codes, np.int64)
    column.values = kept
    return column


def _key(value: Any) -> object:
    """Return what tells a value from others: `1.0` and `1.00` are written differently, lists cannot be compared."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return type(value), str(value) if isinstance(value, Decimal) else value


def groups(columns: Iterable[Ints], size: int) -> Ints:
    """Return a number for each combination of numbers, counted from zero."""
    combined = np.zeros(size, np.int64)
    for column in columns:
        distinct, places = np.unique(column, return_inverse=True)
        combined = np.unique(combined * len(distinct) + places, return_inverse=True)[1].reshape(-1)
    return combined
