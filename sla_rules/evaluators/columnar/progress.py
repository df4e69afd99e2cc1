"""How far procedures came: the steps taken in each, in order, and the first of them that was wrong.

Whether a step is wrong depends only on how far those before it came and on what the last due one asks for, as long as
none before it was wrong. So every step is looked at as if none were, and the first wrong one tells.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sla_rules.evaluators.columnar.cases import Cases
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import Flags, Ints, groups
from sla_rules.evaluators.columnar.courses import Courses
from sla_rules.evaluators.columnar.instances import patterns
from sla_rules.language.policies import Procedure

NOTHING, SKIPPED, ASKED, LEFT = 0, 1, 2, 3
"""What went wrong: a step was skipped, what a result asks for was not done, or something was left at the close."""


@dataclass
class Steps:
    """The steps that a procedure knows, in order.

    Attributes:
        row: where each stands.
        name: the place of its name in `names`.
        asks: the place in `asking` of what its results ask for; the first asks for nothing.
    """

    row: Ints
    name: Ints
    asks: Ints
    names: tuple[str, ...]
    asking: list[tuple[str, ...]]


def known_names(policy: Procedure) -> tuple[str, ...]:
    """Return the names of the steps that a procedure lists or asks for."""
    asked = (name for by_value in policy.asks.values() for names in by_value.values() for name in names)
    return tuple(dict.fromkeys((*(step.name for step in policy.steps), *asked)))


def steps_of(policy: Procedure, cases: Cases, rows: Ints) -> Steps:
    """Return those of the rows of steps that a procedure knows."""
    names = known_names(policy)
    places = {name: place for place, name in enumerate(names)}
    name = cases.own(policy.step.field).take(rows).lookup(lambda value: places.get(value, -1), np.int64, -1)
    rows, name = rows[name >= 0], name[name >= 0]
    results = [asked_by(by_value, field, cases, rows) for field, by_value in policy.asks.items()]
    combined = groups([places for places, _ in results], len(rows))
    distinct, first = np.unique(combined, return_index=True)
    asking = [tuple(name for places, lists in results for name in lists[places[row]]) for row in first.tolist()]
    known = {names: place for place, names in enumerate(dict.fromkeys(((), *asking)))}
    table = np.zeros(len(distinct), np.int64)
    table[:] = [known[names] for names in asking]
    return Steps(rows, name, table[combined], names, list(known))


def asked_by(
    by_value: Mapping[str, tuple[str, ...]], field: str, cases: Cases, rows: Ints
) -> tuple[Ints, list[tuple[str, ...]]]:
    """Return, for some steps, the place of what a field of them asks for in a list, and that list."""
    places = {value: place for place, value in enumerate(by_value, 1)}
    # A result that is missing reads `None`.
    missing = places.get(str(None), 0)
    found = cases.own(field).take(rows).lookup(lambda value: places.get(str(value), 0), np.int64, missing)
    return found, [(), *by_value.values()]


class Progress:
    """How far each of some courses came.

    Attributes:
        wrong: what went wrong.
        at_fault: the row of the step that did, or of the end; -1 where nothing is wrong.
    """

    def __init__(self, policy: Procedure, judging: Judging, courses: Courses, rows: Ints) -> None:
        """Follow courses through the rows of steps."""
        self._steps = steps_of(policy, judging.cases, rows)
        self._complete = policy.complete
        self._find_due(policy, judging, courses.start)
        self._lay_out(judging.cases, courses)
        self._follow()
        self._finish()
        wrong, fault = self._wrong[self._which], self._fault[self._which]
        left = courses.closed & (wrong == NOTHING) & self._unfinished[self._which]
        self.wrong = np.where(left, LEFT, wrong)
        self.at_fault = np.where(left, courses.end, -1)
        stepped = fault >= 0
        self.at_fault[stepped] = self._steps.row[self._token[self._due[fault[stepped]]]]

    def _find_due(self, policy: Procedure, judging: Judging, starts: Ints) -> None:
        """Find which steps are due for each course, as its case is at its start."""
        # Where there is no course nothing is said of any step.
        whens = [step.when for step in policy.steps if step.when is not None]
        truths, self._pattern = patterns(judging, whens, starts)
        self._listed = [
            tuple(step.name for step in policy.steps if step.when is None or said.get(id(step.when))) for said in truths
        ]
        self._places = np.array(
            [[due.index(name) if name in due else -1 for name in self._steps.names] for due in self._listed], np.int64
        )
        begun_at = [due.index(policy.begin_at) if policy.begin_at in due else -1 for due in self._listed]
        self._begun_at = np.array(begun_at, np.int64)

    def _lay_out(self, cases: Cases, courses: Courses) -> None:
        """Lay out the steps of the courses as sequences, one after the other, and find which is that of each course.

        A start that is a step comes first. Courses that begin and end in one instant, and whose starts are no steps,
        take the same steps: one sequence stands for all of them.
        """
        rows, start, end = self._steps.row, courses.start, courses.end
        after = np.where(end >= 0, cases.end[end], cases.last[start]) if len(start) else start
        low = np.searchsorted(rows, np.where(courses.free, cases.begin[start], cases.end[start] + 1))
        high = np.searchsorted(rows, after, side="right")
        own = np.minimum(np.searchsorted(rows, start), max(len(rows) - 1, 0))
        stepping = rows[own] == start if len(rows) else np.zeros(len(start), np.bool_)

        stands_for = np.arange(len(start))
        brief = np.flatnonzero((after == cases.end[start]) & ~stepping)
        kinds = groups([cases.begin[start[brief]], self._pattern[brief]], len(brief))
        stands_for[brief] = brief[np.unique(kinds, return_index=True)[1]][kinds]
        chosen, self._which = np.unique(stands_for, return_inverse=True)
        low, own, stepping = low[chosen], own[chosen], stepping[chosen]
        self._pattern = self._pattern[chosen]
        times = np.maximum(high[chosen] - low, 0)
        owner = np.repeat(np.arange(len(chosen)), times)
        token = np.arange(len(owner)) - np.repeat(np.cumsum(times) - times - low, times)
        others = ~(stepping[owner] & (token == own[owner]))
        owner = np.concatenate((np.flatnonzero(stepping), owner[others]))
        order = np.argsort(owner, kind="stable")
        self._owner = owner[order]
        self._token = np.concatenate((own[stepping], token[others]))[order]

    def _follow(self) -> None:
        """Find the first wrong step of each sequence, and how far it came."""
        begin = self._begun_at[self._pattern]
        place = self._places[self._pattern[self._owner], self._steps.name[self._token]]
        self._due = due = np.flatnonzero(place >= 0)
        owner, place = self._owner[due], place[due]
        head = np.diff(owner, prepend=-1) != 0
        # The running maximum begins anew with every sequence, since each lies above the one before it.
        base = owner * (len(self._steps.names) + 1) + 1
        reached = np.maximum.accumulate(base + np.maximum(place, begin[owner])) - base
        self._before = np.where(head, begin[owner], np.concatenate(([-1], reached[:-1]))[: len(due)])
        self._last_due = np.where(head, -1, np.concatenate(([-1], due[:-1]))[: len(due)])
        asked = self._lacking(self._last_due, due + 1)
        wrong = np.flatnonzero(asked | (place > self._before + 1))
        at_fault, first = np.unique(owner[wrong], return_index=True)
        self._fault, self._wrong = np.full(len(begin), -1, np.int64), np.full(len(begin), NOTHING)
        self._fault[at_fault] = wrong[first]
        self._wrong[at_fault] = np.where(asked[wrong[first]], ASKED, SKIPPED)
        self._furthest, self._final = begin, np.full(len(begin), -1, np.int64)
        last = np.flatnonzero(np.diff(owner, append=-1) != 0)
        self._furthest[owner[last]], self._final[owner[last]] = reached[last], due[last]

    def _finish(self) -> None:
        """Find where a close would leave something: what the last step asks for, or steps where all are demanded."""
        self._after = np.searchsorted(self._owner, np.arange(len(self._pattern)), side="right")
        self._unfinished = self._lacking(self._final, self._after)
        if self._complete:
            due = np.array([len(names) for names in self._listed], np.int64)
            self._unfinished |= self._furthest + 1 < due[self._pattern]

    def _lacking(self, step: Ints, until: Ints) -> Flags:
        """Say where something that a step (-1 for none) asks for is not taken after it and before a place."""
        found = np.zeros(len(step), np.bool_)
        asks = np.zeros(len(step), np.int64)
        asks[step >= 0] = self._steps.asks[self._token[step[step >= 0]]]
        for code in np.unique(asks[asks > 0]).tolist():
            here = np.flatnonzero(asks == code)
            for name, count in Counter(self._steps.asking[code]).items():
                named = self._steps.name[self._token] == self._steps.names.index(name)
                taken = np.concatenate(([0], np.cumsum(named)))
                found[here] |= taken[until[here]] - taken[step[here] + 1] < count
        return found

    def details(self, which: Ints) -> list[tuple[str, ...]]:
        """Return what went wrong in some courses, or how far they came, in the words of the agreement."""
        number = self._which[which]
        reached = [[(), *(("reached", name) for name in due)] for due in self._listed]
        pairs = zip(self._pattern[number].tolist(), self._furthest[number].tolist(), strict=True)
        told: list[tuple[str, ...]] = [reached[pattern][furthest + 1] for pattern, furthest in pairs]
        said: dict[tuple[int, int], tuple[str, ...]] = {}
        for place in np.flatnonzero(self.wrong[which]).tolist():
            key = int(self.wrong[which[place]]), int(number[place])
            if key not in said:
                said[key] = self._told(*key)
            told[place] = said[key]
        return told

    def _told(self, wrong: int, number: int) -> tuple[str, ...]:
        due = self._listed[self._pattern[number]]
        if wrong == LEFT:
            rest = self._rest(int(self._final[number]), int(self._after[number]))
            return ("left", *rest, *(due[self._furthest[number] + 1 :] if self._complete else ()))
        fault = int(self._fault[number])
        step = int(self._due[fault])
        name = self._steps.names[self._steps.name[self._token[step]]]
        if wrong == ASKED:
            return ("asked", name, *self._rest(int(self._last_due[fault]), step + 1))
        return ("skipped", name, *due[self._before[fault] + 1 : due.index(name)])

    def _rest(self, step: int, until: int) -> list[str]:
        """Return what a step asks for and was not taken after it and before a place."""
        rest = [] if step < 0 else list(self._steps.asking[self._steps.asks[self._token[step]]])
        for name in self._steps.name[self._token[step + 1 : until]].tolist() if rest else ():
            if self._steps.names[name] in rest:
                rest.remove(self._steps.names[name])
        return rest
