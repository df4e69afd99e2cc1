"""Which rows selectors mean, as seen from start events, without asking for each pair of a start and a row.

A start event comes last within its instant. So the fields that it shares with others of that instant are its own for
its case from there until an event of a later instant has them, and only for that stretch its view is one of its own.
"""

from collections.abc import Iterable

import numpy as np

from sla_rules.evaluators.columnar.cases import Cases, Selectors
from sla_rules.evaluators.columnar.columns import Flags, Ints
from sla_rules.evaluators.columnar.needs import outside
from sla_rules.language.selectors import types_of


class Seen:
    """The rows that selectors mean, as seen from some starts.

    Attributes:
        plain: those meant where no start is the one that counts, in order.
    """

    def __init__(
        self, cases: Cases, selectors: Selectors, starts: Ints, roles: frozenset[str], among: Ints | None = None
    ) -> None:
        """Take start rows, and the only rows that come into question, in order (all unless given)."""
        if among is None:
            among = np.flatnonzero(cases.of_types(types_of(selectors)))
        self.plain = cases.chosen(selectors, among, None, roles)
        self._size = len(cases) + 1
        self._begin = cases.begin[starts]
        self._until = self._begin - 1
        self._own = np.zeros(0, np.int64)
        names = outside(selectors or (), cases.declared)
        touchy = np.flatnonzero(sensitive(cases, names, starts))
        if len(touchy):
            self._until[touchy] = stretches(cases, names, starts[touchy])
            low = np.searchsorted(among, self._begin[touchy])
            times = np.searchsorted(among, self._until[touchy], side="right") - low
            owner = np.repeat(touchy, times)
            rows = among[np.arange(len(owner)) - np.repeat(np.cumsum(times) - times - low, times)]
            meant = cases.meant(selectors, rows, starts[owner], roles)
            self._own = owner[meant] * self._size + rows[meant]

    def first(self, low: Ints, high: Ints) -> Ints:
        """Return, for each start, the first row within bounds that is meant; -1 for none."""
        offset = np.arange(len(self._begin)) * self._size
        before = following(self.plain, low, np.minimum(high, self._begin - 1))
        own_low = offset + np.maximum(low, self._begin)
        own = following(self._own, own_low, offset + np.minimum(high, self._until))
        after = following(self.plain, np.maximum(low, self._until + 1), high)
        return np.where(before >= 0, before, np.where(own >= 0, own - offset, after))


def stretches(cases: Cases, names: Iterable[str], starts: Ints) -> Ints:
    """Return the last row up to which some of the named fields may be those of each start event."""
    until = cases.end[starts]
    for name in names:
        present = cases.own(name).present
        anew = following(np.flatnonzero(present), cases.end[starts] + 1, cases.last[starts])
        held = np.where(anew >= 0, cases.begin[anew] - 1, cases.last[starts])
        until = np.where(present[starts], np.maximum(until, held), until)
    return until


def following(rows: Ints, low: Ints, high: Ints) -> Ints:
    """Return the first of some rows, which are in order, within each pair of bounds; -1 for none."""
    if not len(rows):
        return np.full(len(low), -1, np.int64)
    found = rows[np.minimum(np.searchsorted(rows, low), len(rows) - 1)]
    return np.where((found >= low) & (found <= high), found, -1)


def sensitive(cases: Cases, names: Iterable[str], starts: Ints) -> Flags:
    """Say of which starts it matters to some fields of the case that they are starts: others of the instant have them.

    A start event comes last within its instant, so what its case is then and later depends on which event is the start.
    """
    found = np.zeros(len(starts), np.bool_)
    if not cases.tied or not len(starts):
        return found
    shared = np.flatnonzero(~cases.alone[starts])
    rows = starts[shared]
    for name in names:
        present = cases.own(name).present
        before = np.concatenate(([0], np.cumsum(present)))
        several = before[cases.end[rows] + 1] - before[cases.begin[rows]] > 1
        found[shared] |= present[rows] & several
    return found
