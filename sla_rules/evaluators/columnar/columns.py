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
        if len(coded.values) > len(coded):
            # The values are those of many more events than these.
            places, data = np.unique(coded.data[coded.present], return_inverse=True)
            said = np.full(len(coded), missing, dtype)
            said[coded.present] = np.array([say(coded.values[place]) for place in places.tolist()], dtype)[data]
            return said
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


def alike(column: Column) -> Ints:
    """Return a small number for each value, the same for values that compare equal."""
    if column.values is None:
        return np.unique(column.data, return_inverse=True)[1]
    numbers: dict[object, int] = {}
    return column.lookup(lambda value: numbers.setdefault(value, len(numbers)), np.int64, -1)


def absent(size: int) -> Column:
    """Return a column without any value."""
    return Column(np.zeros(size, np.int64), np.zeros(size, np.bool_))


def numbers(data: Ints) -> Column:
    """Return a column of numbers that are all there."""
    return Column(data, np.ones(len(data), np.bool_))


def encoded(values: Sequence[Any]) -> Column:
    """Return a column of values that are all there."""
    present = np.ones(len(values), np.bool_)
    if all(type(value) is int and -(2**63) <= value < 2**63 for value in values):
        return Column(np.array(values, np.int64), present)
    distinct: dict[object, int] = {}
    kept: list[Any] = []
    codes = []
    for value in values:
        code = distinct.setdefault(identity(value), len(kept))
        if code == len(kept):
            kept.append(value)
        codes.append(code)
    return Column(np.array(codes, np.int64), present, kept)


def scattered(places: Ints, values: Column, size: int) -> Column:
    """Return the column that has some values at some places."""
    column = absent(size)
    column.data[places], column.present[places], column.values = values.data, values.present, values.values
    return column


def identity(value: Any) -> object:
    """Return what tells a value from others: `1.0` and `1.00` are written differently, lists cannot be compared."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return type(value), str(value) if isinstance(value, Decimal) else value


def groups(columns: Iterable[Ints], size: int) -> Ints:
    """Return a number for each combination of numbers that occurs, counted from zero."""
    combined = np.zeros(size, np.int64)
    for column in columns:
        part = dense(column)
        combined = dense(combined * (int(part.max(initial=0)) + 1) + part)
    return combined


def firsts(groups: Ints) -> Ints:
    """Return the place of the first member of each group, of numbers counted from zero."""
    found = np.zeros(int(groups.max(initial=-1)) + 1, np.int64)
    found[groups[::-1]] = np.arange(len(groups))[::-1]
    return found


def dense(numbers: Ints) -> Ints:
    """Return, for each number, how many lesser ones occur."""
    if not len(numbers):
        return numbers
    low, high = int(numbers.min()), int(numbers.max())
    if high - low > len(numbers) + 1_000:
        return np.unique(numbers, return_inverse=True)[1].reshape(-1)
    occurs = np.zeros(high - low + 1, np.bool_)
    occurs[numbers - low] = True
    return (np.cumsum(occurs) - 1)[numbers - low]


def flagged(size: int, rows: Ints) -> Flags:
    """Return flags that are true at some rows."""
    flags = np.zeros(size, np.bool_)
    flags[rows] = True
    return flags
