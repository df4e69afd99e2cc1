"""Items: the records in lists that events carry, one below the other as columns of their own."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sla_rules.evaluators.columnar.columns import Column, Ints
from sla_rules.evaluators.columnar.lists import flattened


@dataclass(frozen=True)
class Items:
    """The items of the lists of some records, list after list.

    Attributes:
        of: for each record, the number of its list, -1 where it has none; records may share one.
        bounds: for each list, the place of its first item, and after the last list the number of items.
        field: gives what the items say of a field by its name.
    """

    of: Ints
    bounds: Ints
    field: Callable[[str], Column]

    @property
    def owner(self) -> Ints:
        """For each item, the number of its list."""
        return np.repeat(np.arange(len(self.bounds) - 1), np.diff(self.bounds))

    @property
    def lengths(self) -> Ints:
        """For each record, how many items its list has."""
        return np.append(np.diff(self.bounds), 0)[self.of]

    def __len__(self) -> int:
        return int(self.bounds[-1])


def items_of(lists: Column) -> Items:
    """Return the items of a column of lists; an item that is no record says nothing."""
    coded = lists.coded()
    assert coded.values is not None
    distinct, places = np.unique(coded.data[coded.present], return_inverse=True)
    of = np.full(len(lists), -1, np.int64)
    of[coded.present] = places
    bounds, field = flattened(coded.values, distinct)
    return Items(of, bounds, field)
