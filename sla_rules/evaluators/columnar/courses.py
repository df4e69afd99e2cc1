"""Which procedures the cases hold: what begins each and what ends it.

Several may begin and end within one instant: each start takes the first end that is left there and is not that event.
So the n-th start takes the n-th end, unless that is its own event.
"""

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import Flags, Ints
from sla_rules.language.policies import Procedure


@dataclass
class Courses:
    """Procedures that were begun, in the order of their starts.

    Attributes:
        start, end: rows; -1 where one lasts.
        closed: which of them were closed, not reached.
        free: whether the steps of the instant of its start are its own; otherwise one begun before has taken them.
    """

    start: Ints
    end: Ints
    closed: Flags
    free: Flags

    def of(self, some: Flags) -> "Courses":
        """Return some of them."""
        return Courses(self.start[some], self.end[some], self.closed[some], self.free[some])


class _Instants(NamedTuple):
    """The instants in which something may begin or end, in order.

    Attributes:
        head: for each, the first of those of its case.
        start, starts: its first start and their number.
        end, ends: its first end and their number.
    """

    head: Ints
    start: Ints
    starts: Ints
    end: Ints
    ends: Ints


def courses(policy: Procedure, judging: Judging) -> Courses:
    """Return the procedures of all cases.

    Within one instant: the end of the one that is open, then a start and the ends not yet used, `reached` before
    `closed`. An event never ends the procedure that it starts.
    """
    cases = judging.cases
    rows = np.flatnonzero(cases.of_types([selector.type for selector in policy.start]))
    starts = judging.applying(cases.chosen(policy.start, rows, rows, policy.roles))
    if policy.occurrence == "first":
        starts = starts[np.diff(cases.case[starts], prepend=-1) != 0]
    ends, closed = ends_of(policy, cases)
    instants, of_start = _instants(cases, starts, ends)
    ended, tangled = _in_turn(instants, of_start), _tangled(instants, of_start, starts, ends)
    _disentangle(ended, tangled, instants, starts, ends)
    open_before = _open_before(instants, ended)
    end = np.where(open_before[of_start], ended[1], ended[0])
    begun = end != NEVER_BEGUN
    starts, end, open_before = starts[begun], end[begun], open_before[of_start][begun]
    later = np.searchsorted(cases.begin[ends], cases.begin[starts], side="right")
    within = later < len(ends)
    within[within] = cases.case[ends[later[within]]] == cases.case[starts[within]]
    end = np.where(end == LASTING, np.where(within, later, -1), end)
    over = end >= 0
    last, how = np.full(len(starts), -1, np.int64), np.zeros(len(starts), np.bool_)
    last[over], how[over] = ends[end[over]], closed[end[over]]
    return Courses(starts, last, how, ~open_before)


LASTING, NEVER_BEGUN = -1, -2
"""What ends a start within its instant: nothing; or it begins nothing, since one before it lasts."""


def ends_of(policy: Procedure, cases: Cases) -> tuple[Ints, Flags]:
    """Return the rows that may end a procedure, by instant, `reached` before `closed`, and which of them close it."""
    if policy.end is None:
        return np.zeros(0, np.int64), np.zeros(0, np.bool_)
    reached, closed = cases.chosen(policy.end.reached), cases.chosen(policy.end.closed)
    rows = np.concatenate((reached, closed))
    closing = np.arange(len(rows)) >= len(reached)
    order = np.lexsort((rows, closing, cases.begin[rows]))
    return rows[order], closing[order]


def _instants(cases: Cases, starts: Ints, ends: Ints) -> tuple[_Instants, Ints]:
    """Return the instants of starts and ends, and which of them is that of each start."""
    of_start, of_end = cases.begin[starts], cases.begin[ends]
    found, first = np.unique(np.concatenate((of_start, of_end)), return_index=True)
    case = cases.case[np.concatenate((starts, ends))[first]]
    place = np.arange(len(found))
    head = np.maximum.accumulate(np.where(np.diff(case, prepend=-1) != 0, place, 0))
    start, end = np.searchsorted(of_start, found), np.searchsorted(of_end, found)
    starting, ending = np.searchsorted(of_start, found, side="right"), np.searchsorted(of_end, found, side="right")
    return _Instants(head, start, starting - start, end, ending - end), np.searchsorted(found, of_start)


def _in_turn(instants: _Instants, of_start: Ints) -> tuple[Ints, Ints]:
    """Return by which end each start ends in its instant: where nothing is open before, and where something is.

    An end is a place among the ends, `LASTING` for none or `NEVER_BEGUN`.
    """
    turn = np.arange(len(of_start)) - instants.start[of_start]
    left = instants.ends[of_start] - turn
    end = instants.end[of_start] + turn
    closed_before = np.where(left > 0, end, np.where(left == 0, LASTING, NEVER_BEGUN))
    open_before = np.where(left > 1, end + 1, np.where(left == 1, LASTING, NEVER_BEGUN))
    return closed_before, open_before


def _tangled(instants: _Instants, of_start: Ints, starts: Ints, ends: Ints) -> Ints:
    """Return the instants in which the end that would be a start's turn is its own event."""
    own = np.zeros(len(starts), np.bool_)
    for end in _in_turn(instants, of_start):
        there = np.flatnonzero(end >= 0)
        own[there] |= ends[end[there]] == starts[there]
    return np.unique(of_start[own])


def _disentangle(ended: tuple[Ints, Ints], tangled: Ints, instants: _Instants, starts: Ints, ends: Ints) -> None:
    """Give the starts of some instants, one after the other, the first end that is left and not the start itself."""
    for instant in tangled.tolist():
        first, end = int(instants.start[instant]), int(instants.end[instant])
        own = starts[first : first + int(instants.starts[instant])].tolist()
        rows = ends[end : end + int(instants.ends[instant])].tolist()
        for used, result in enumerate(ended):
            left = deque(range(used, len(rows)))
            for place, start in enumerate(own, first):
                chosen = next((each for each in left if rows[each] != start), None)
                result[place] = LASTING if chosen is None else end + chosen
                if chosen is None:
                    result[place + 1 : first + len(own)] = NEVER_BEGUN
                    break
                left.remove(chosen)


def _open_before(instants: _Instants, ended: tuple[Ints, Ints]) -> Flags:
    """Return whether something is open before each instant.

    What is open after an instant hardly ever depends on what was before it; it does where it is the same then.
    """
    closed, opened = np.zeros(len(instants.head), np.bool_), instants.ends == 0
    for after, end in zip((closed, opened), ended, strict=True):
        some = np.flatnonzero(instants.starts)
        low = instants.start[some]
        lasting = np.add.reduceat(end == LASTING, low) > 0 if len(some) else np.zeros(0, np.bool_)
        after[some] |= lasting
    place = np.arange(len(closed))
    known = np.maximum.accumulate(np.where(closed == opened, place, -1))
    before = np.concatenate(([-1], known[:-1]))[: len(place)]
    return (before >= instants.head) & closed[before]
