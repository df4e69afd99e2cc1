"""Rows put in order by case and time, by one sort of one number wherever that can be."""

import numpy as np

from sla_rules.evaluators.columnar.columns import Flags, Ints

MOST_BITS = 63


def by_case_and_time(case: Ints, at: Ints) -> Ints | None:
    """Return the order of rows by case and time, those of one instant in any; None where they are in order already."""
    later: Flags = case[1:] > case[:-1]
    same: Flags = case[1:] == case[:-1]
    if bool(np.all(later | (same & (at[1:] >= at[:-1])))):
        return None
    first, low = int(case.min()), int(at.min())
    case_bits = (int(case.max()) - first).bit_length()
    since = (at - low) // unit(at, low)
    time_bits = int(since.max()).bit_length()
    if case_bits + time_bits > MOST_BITS:
        shift = case_bits + time_bits - MOST_BITS
        return settled(((case - first) << (MOST_BITS - case_bits)) | (since >> shift), at)
    return np.argsort(((case - first) << time_bits) | since)


def unit(at: Ints, low: int) -> int:
    """Return how many microseconds all instants are multiples of: those of a second, a millisecond, or one."""
    for size in (1_000_000, 1_000):
        # Most times that have finer digits show them early.
        if not ((at[:1000] - low) % size).any() and not ((at - low) % size).any():
            return size
    return 1


def settled(key: Ints, at: Ints) -> Ints:
    """Return the order by a key that leaves out the finest digits of the time, and by them where keys are equal."""
    order = np.argsort(key)
    key = key[order]
    alike = np.zeros(len(key) + 1, np.bool_)
    alike[1:-1] = key[1:] == key[:-1]
    close = np.flatnonzero(alike[1:] | alike[:-1])
    rows = order[close]
    order[close] = rows[np.lexsort((at[rows], key[close]))]
    return order
