"""Prohibitions, by the columnar evaluator."""

import numpy as np

from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import Ints
from sla_rules.evaluators.columnar.judged import BREACHED, EXEMPT, MET, Columns, starts_of, where
from sla_rules.evaluators.columnar.seen import Seen
from sla_rules.language.policies import Never
from sla_rules.language.selectors import types_of
from sla_rules.verdict import Terms


def never(policy: Never, terms: Terms, judging: Judging) -> Columns:
    """Judge each event that the prohibition holds for, or each violation where it names none."""
    cases = judging.cases
    starts = judging.applying(cases.chosen(policy.beginnings))
    if policy.for_each is None:
        violation = starts
    else:
        if policy.occurrence == "first":
            starts = starts[np.diff(cases.case[starts], prepend=-1) != 0]
        violation = first_violations(policy, judging, starts)
    inside = judging.in_force(starts)
    return decide(terms, policy, judging, starts[inside], violation[inside])


def first_violations(policy: Never, judging: Judging, starts: Ints) -> Ints:
    """Return the first violation of each start: at or after it, no later than `until`, and before the next start.

    At one instant a violation belongs to the last start of that instant; a violation that is itself a start
    belongs to itself.
    """
    cases = judging.cases
    found = np.where(cases.meant(policy.violated_by, starts, starts, policy.roles), starts, -1)
    final = np.ones(len(starts), np.bool_)
    final[:-1] = cases.begin[starts[1:]] != cases.begin[starts[:-1]]
    starts = starts[final]
    violating = np.flatnonzero(cases.of_types(types_of(policy.violated_by)))
    later = Seen(cases, policy.violated_by, starts, policy.roles, violating)
    high = last_rows(policy, judging, starts)
    if policy.occurrence == "each":
        others = violating[~cases.meant(policy.for_each, violating)]
        here = Seen(cases, policy.violated_by, starts, policy.roles, others)
    else:
        here = later
    begin, end = cases.begin[starts], cases.end[starts]
    own, other = found[final], here.first(begin, end)
    at_once = np.where((own >= 0) & ((other < 0) | (own < other)), own, other)
    found[final] = np.where(at_once >= 0, at_once, later.first(end + 1, high))
    return found


def last_rows(policy: Never, judging: Judging, starts: Ints) -> Ints:
    """Return the last row at which each start, the last of its instant, can be violated.

    Within an instant `until` ends what was open before first.
    """
    cases = judging.cases
    last, begin = cases.last[starts], cases.begin[starts]
    related = cases.case[starts[1:]] == cases.case[starts[:-1]]
    high = last.copy()
    high[:-1][related] = begin[1:][related] - 1
    if policy.until is None:
        return high
    until = Seen(cases, policy.until, starts, policy.roles)
    open_before = np.zeros(len(starts), np.bool_)
    ended = np.searchsorted(until.plain, begin)
    open_before[1:] = related & (ended[1:] == ended[:-1])

    def another(low: Ints) -> Ints:
        """Return the first `until` from some rows on; a start does not end itself."""
        found = until.first(low, last)
        return np.where((found >= 0) & (found == starts), until.first(starts + 1, last), found)

    found = another(begin)
    used = open_before & (found >= 0) & (found <= cases.end[starts])
    found = np.where(used, another(found + 1), found)
    return np.where(found >= 0, np.minimum(high, cases.end[found]), high) if len(starts) else high


def decide(terms: Terms, policy: Never, judging: Judging, starts: Ints, violation: Ints) -> Columns:
    """Met until violated."""
    cases = judging.cases
    violated = violation >= 0
    at = cases.at[violation] if len(starts) else starts
    exempted = judging.exemptions(starts, np.where(violated, at, judging.world.now))
    return Columns(
        terms,
        starts_of(cases, starts),
        np.select([exempted.any, violated], [EXEMPT, BREACHED], MET),
        cases.at[starts],
        stop_at=where(violated, at),
        period=judging.periods(starts, cases.attributes(cases.last[starts], starts, policy.roles)),
        exempted=exempted,
        evidence=[*map(cases.place, exempted.grounds), cases.place(violation)],
    )
