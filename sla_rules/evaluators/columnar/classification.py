"""Recorded values that must be those of a decision table, by the columnar evaluator."""

import operator
from functools import partial
from typing import Any

import numpy as np

from sla_rules.evaluators.columnar.allowance import Basis, missing
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import Column, Ints
from sla_rules.evaluators.columnar.conditions import holds
from sla_rules.evaluators.columnar.judged import BREACHED, EXEMPT, MET, UNDETERMINED, Columns, starts_of
from sla_rules.language.base import written
from sla_rules.language.policies import Classification
from sla_rules.verdict import Terms

NO_ROW = "the decision table has no row for these facts"


def said(value: object) -> str:
    """Return a value as a file writes it."""
    return str(written(value))


def classification(policy: Classification, terms: Terms, judging: Judging) -> Columns:
    """Judge each start by its own data; one that has none of the facts that the table reads is not judged."""
    cases = judging.cases
    starts = judging.applying(cases.chosen(policy.start))
    if policy.occurrence == "first":
        starts = starts[np.unique(cases.case[starts], return_index=True)[1]]
    fact, known = judging.data(starts), np.zeros(len(starts), np.bool_)
    for name in policy.facts:
        known |= fact(name).present
    starts = starts[known]
    return decide(policy, terms, judging, starts[judging.in_force(starts)])


def row_of(policy: Classification, judging: Judging, starts: Ints) -> Ints:
    """Return the number of the first row of the table that holds of each start's facts, -1 where none does."""
    found = np.full(len(starts), -1, np.int64)
    for number, row in enumerate(policy.table):
        left = np.flatnonzero(found < 0)
        if row.when is not None:
            left = left[holds(row.when, judging.data(starts[left]), len(left))]
        found[left] = number
    return found


def decide(policy: Classification, terms: Terms, judging: Judging, starts: Ints) -> Columns:
    """Compare the recorded values with those of the table."""
    cases, fact = judging.cases, judging.data(starts)
    row, recorded = row_of(policy, judging, starts), fact(policy.value)
    right = np.zeros(len(starts), np.bool_)
    for number, each in enumerate(policy.table):
        here = np.flatnonzero(row == number)
        right[here] = recorded.take(here).lookup(partial(operator.eq, each.value), np.bool_, False)
    exempted = judging.exemptions(starts, cases.at[starts])
    unknown = (row < 0) | ~recorded.present
    outcome = np.select([exempted.any, unknown, right], [EXEMPT, UNDETERMINED, MET], BREACHED)

    def detail(which: Ints) -> list[tuple[str, ...]]:
        return [compared(policy, int(row[place]), recorded.item(place)) for place in which.tolist()]

    return Columns(
        terms,
        starts_of(cases, starts),
        outcome,
        cases.at[starts],
        period=judging.periods(starts, judging.at_start(starts)),
        exempted=exempted,
        evidence=[cases.place(rows) for rows in exempted.grounds],
        basis=[Basis(name, fact(name)) for name in sorted(policy.facts)],
        cause=Column(np.where(row < 0, 0, 1), unknown, [NO_ROW, missing(policy.value)]),
        detail=detail,
    )


def compared(policy: Classification, row: int, recorded: Any) -> tuple[str, ...]:
    """Return the recorded and the expected value as a file writes them; nothing where one of them is not known."""
    if row < 0 or recorded is None:
        return ()
    expected = policy.table[row].value
    return said(recorded), said(recorded if recorded == expected else expected)
