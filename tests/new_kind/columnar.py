"""Events that may come so often and no more, by the columnar evaluator."""

import numpy as np

from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.judged import BREACHED, EXEMPT, MET, Columns, starts_of, where
from sla_rules.language.policies import AtMost
from sla_rules.verdict import Terms


def at_most(policy: AtMost, terms: Terms, judging: Judging) -> Columns:
    """Met until there is one too many."""
    cases = judging.cases
    rows = cases.chosen(policy.counted)
    first = np.flatnonzero(np.diff(cases.case[rows], prepend=-1))
    often = np.diff(first, append=len(rows))
    many = often > policy.most
    excess = np.full(len(first), -1)
    excess[many] = rows[first[many] + policy.most]
    starts = rows[first]
    judged = np.flatnonzero(np.isin(starts, judging.applying(starts)))
    judged = judged[judging.in_force(starts[judged])]
    starts, excess, often, many = starts[judged], excess[judged], often[judged], many[judged]
    at = cases.at[excess] if len(starts) else starts
    exempted = judging.exemptions(starts, np.where(many, at, judging.world.now))
    return Columns(
        terms,
        starts_of(cases, starts),
        np.select([exempted.any, many], [EXEMPT, BREACHED], MET),
        cases.at[starts],
        stop_at=where(many, at),
        period=judging.periods(starts, cases.attributes(cases.last[starts], starts, policy.roles)),
        exempted=exempted,
        evidence=[*map(cases.place, exempted.grounds), cases.place(excess)],
        detail=lambda which: [(str(number),) for number in often[which].tolist()],
    )
