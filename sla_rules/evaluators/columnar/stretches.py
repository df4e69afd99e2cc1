"""Stretches of time, joined where they overlap, and how much of them lies before an instant."""

from collections.abc import Sequence

import numpy as np

from sla_rules.evaluators.columnar.columns import Ints

LASTING = int(np.iinfo(np.int64).max)
"""Stands for the end of what still lasts; lies behind every instant."""


class Stretches:
    """Disjoint stretches `[start, end)` in order."""

    def __init__(self, start: Ints, end: Ints) -> None:
        """Join stretches, given in any order, that overlap or touch."""
        there = end > start
        order = np.argsort(start[there], kind="stable")
        start, reach = start[there][order], np.maximum.accumulate(end[there][order])
        apart = np.ones(len(start) + 1, np.bool_)
        apart[1:-1] = start[1:] > reach[:-1]
        self.start, self.end = start[apart[:-1]], reach[apart[1:]]

    def before(self, at: Ints, but: "Stretches | None" = None) -> Ints:
        """Return how much of them lies before instants, what lies in other ones left out."""

        def measured(instants: Ints) -> Ints:
            return instants if but is None else instants - but.before(instants)

        if not len(self.start):
            return np.zeros(len(at), np.int64)
        end = measured(self.end)
        total = np.concatenate(([0], np.cumsum(end - measured(self.start))))
        begun = np.searchsorted(self.start, at, side="left")
        last = np.maximum(begun - 1, 0)
        beyond = np.where((begun > 0) & (self.end[last] > at), end[last] - measured(at), 0)
        return total[begun] - beyond


def stretches(start: Sequence[int] | Ints, end: Sequence[int] | Ints, now: int) -> Stretches:
    """Return what of some stretches, `LASTING` ones among them, lies before an instant."""
    return Stretches(np.asarray(start, np.int64), np.minimum(np.asarray(end, np.int64), now))
