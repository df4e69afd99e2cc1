"""Procedures, by the columnar evaluator: steps taken in order, what results ask for, and how they end."""

from collections.abc import Mapping

import numpy as np

from sla_rules.errors import did_you_mean, quoted
from sla_rules.evaluators.columnar.allowance import missing
from sla_rules.evaluators.columnar.circumstances import Judging
from sla_rules.evaluators.columnar.columns import Column, Ints
from sla_rules.evaluators.columnar.courses import Courses, courses
from sla_rules.evaluators.columnar.judged import (
    BREACHED,
    EXEMPT,
    MET,
    PENDING,
    UNDETERMINED,
    Columns,
    starts_of,
    where,
)
from sla_rules.evaluators.columnar.progress import Progress, known_names
from sla_rules.language.policies import Procedure
from sla_rules.verdict import Terms


def procedure(policy: Procedure, terms: Terms, judging: Judging) -> Columns:
    """Judge every procedure that was begun."""
    steps = judging.cases.chosen(policy.step.event)
    note_unknown_steps(policy, judging, steps)
    for field, by_value in policy.asks.items():
        note_unknown_results(policy, judging, steps, field, by_value)
    found = courses(policy, judging)
    found = found.of(judging.in_force(found.start))
    return decide(terms, policy, judging, found, steps)


def note_unknown_steps(policy: Procedure, judging: Judging, steps: Ints) -> None:
    """Note the steps that the procedure neither lists nor asks for."""
    cases, known = judging.cases, known_names(policy)
    names = cases.own(policy.step.field).take(steps)
    unknown = np.flatnonzero(names.lookup(lambda name: name not in known, np.bool_, False))

    def say(number: int) -> str:
        name = names.item(unknown[number])
        return f"{policy.id}: unknown step {quoted(name)}{did_you_mean(name, known)}"

    judging.world.remark("unknown_step", cases.place(steps[unknown]), say, policy.id)


def note_unknown_results(
    policy: Procedure, judging: Judging, steps: Ints, field: str, by_value: Mapping[str, tuple[str, ...]]
) -> None:
    """Note the results that are nearly ones that ask for something."""
    cases = judging.cases
    results = cases.own(field).take(steps)

    def hint(value: object) -> str:
        return "" if value in by_value else did_you_mean(value, by_value)

    near = np.flatnonzero(results.lookup(lambda value: hint(value) != "", np.bool_, False))

    def say(number: int) -> str:
        value = results.item(near[number])
        return f"{policy.id}: {field} {quoted(value)} asks for nothing{hint(value)}"

    judging.world.remark("unknown_result", cases.place(steps[near]), say, policy.id)


def decide(terms: Terms, policy: Procedure, judging: Judging, found: Courses, steps: Ints) -> Columns:
    """Breached at once when it can no longer be mended; with declared ends pending until one of them."""
    cases, start, end = judging.cases, found.start, found.end
    progress = Progress(policy, judging, found, steps)
    ended = end >= 0
    at = np.where(ended, cases.at[end], judging.world.now) if len(end) else end
    known = np.where(ended, end, cases.last[start])
    exempted = judging.exemptions(start, at)
    nameless = np.isin(start, steps) & ~cases.own(policy.step.field).take(start).present
    outcome = np.select(
        [exempted.any, progress.wrong > 0, nameless, ended | (policy.end is None)],
        [EXEMPT, BREACHED, UNDETERMINED, MET],
        PENDING,
    )
    undetermined = outcome == UNDETERMINED
    return Columns(
        terms,
        starts_of(cases, start),
        outcome,
        cases.at[start],
        stop_at=where(ended, at),
        period=judging.periods(start, cases.attributes(known, start, policy.roles)),
        exempted=exempted,
        evidence=[cases.place(progress.at_fault), *map(cases.place, exempted.grounds), cases.place(end)],
        cause=Column(np.zeros(len(start), np.int64), undetermined, [missing(policy.step.field)]),
        detail=progress.details,
    )
