"""Policies judged one by one in a world: every instance, and the periods that their counts come to."""

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import polars as pl

from sla_rules.agreement import Agreement
from sla_rules.evaluators.columnar.availability import availability
from sla_rules.evaluators.columnar.circumstances import Judging, note_caseless
from sla_rules.evaluators.columnar.classification import classification
from sla_rules.evaluators.columnar.deadline import deadline
from sla_rules.evaluators.columnar.findings import Findings
from sla_rules.evaluators.columnar.judged import BREACHED, MET, OUTCOMES, PENDING, Columns, Periods
from sla_rules.evaluators.columnar.needs import families
from sla_rules.evaluators.columnar.never import never
from sla_rules.evaluators.columnar.no_overlap import no_overlap
from sla_rules.evaluators.columnar.procedure import procedure
from sla_rules.evaluators.columnar.required_fields import required_fields
from sla_rules.evaluators.columnar.sharing import wide_policies
from sla_rules.evaluators.columnar.world import World
from sla_rules.events import Finding
from sla_rules.judged import terms_of
from sla_rules.language.policies import Policy
from sla_rules.periods import Period, bounds
from sla_rules.verdict import Tally, Terms

KINDS: dict[str, Callable[[Any, Terms, Judging], Columns]] = {
    "deadline": deadline,
    "never": never,
    "no_overlap": no_overlap,
    "procedure": procedure,
    "required_fields": required_fields,
    "classification": classification,
    "availability": availability,
}
"""The function that judges each kind of policy."""

AT_ONCE = 1 << 19
"""Events that are judged together."""

Found = dict[str, Columns]
"""The instance verdicts of the policies of a version, by id."""

Counts = dict[str, dict[str, Any]]
"""How many instances came to each outcome, by policy and label of the period."""


def judge_all(world: World, ids: Collection[str]) -> tuple[list[Found], list[World]]:
    """Judge some policies of a version, large worlds in parts that fit the processor's cache.

    Returns:
        The instance verdicts of each part, and the worlds that hold what is remarkable.
    """
    apart = wide_policies(world.agreement)
    if len(world.log) <= AT_ONCE or apart.issuperset(ids):
        return [judge_world(world, ids)], [world]
    judged = [judge_world(world, apart & frozenset(ids))]
    parts = world.parts(AT_ONCE)
    with ThreadPoolExecutor(pl.thread_pool_size()) as pool:
        judged += pool.map(partial(judge_part, ids=frozenset(ids) - apart), parts)
    # Whichever part asked first for windows made the remarks about them.
    world.remarks.sort(key=lambda each: (each.kind, each.policy or "", int(each.events[0])))
    return judged, [world, *parts]


def judge_part(part: World, ids: Collection[str]) -> Found:
    """Judge some policies on a part of a world."""
    found = judge_world(part, ids)
    part.forget()
    return found


def findings_of(worlds: Iterable[World]) -> list[Finding]:
    """Return what is remarkable about some worlds."""
    findings = Findings()
    worlds = list(worlds)
    for each in worlds:
        findings.add(each.findings)
        findings.unknown(each.unknown)
    for each in worlds:
        findings.remark(each.remarks)
    return findings.written()


def judge_world(world: World, ids: Collection[str]) -> Found:
    """Judge some policies of a version."""
    agreement = world.agreement
    types = families(agreement, ids)
    terms = terms_of(agreement, world.as_of)
    found: Found = {}
    for id, policy in agreement.policies.items():
        if id in ids:
            judging = Judging(policy, world.cases(policy.match, types[id]), types[id], world)
            note_caseless(judging)
            found[id] = KINDS[policy.kind](policy, terms[id, agreement.version], judging)
    world.settle()
    return found


def periods_of(parts: Iterable[Found], agreement: Agreement, as_of: int | None) -> dict[str, Periods]:
    """Judge the periods of all policies with an objective by the outcomes of their instances in all parts."""
    counts: Counts = {}
    count(parts, agreement, counts)
    return judged_periods(counts, agreement, as_of)


def count(parts: Iterable[Found], agreement: Agreement, counts: Counts) -> None:
    """Add up the outcomes of the instances of policies with an objective."""
    for found in parts:
        for id, columns in found.items():
            if agreement.policies[id].objective is not None:
                count_periods(columns, counts.setdefault(id, {}))


def count_periods(columns: Columns, counts: dict[str, Any]) -> None:
    """Add up the outcomes of instances by the label of their period."""
    period = columns.period
    assert period is not None
    names = period.values or ()
    cells = period.data[period.present] * len(OUTCOMES) + columns.outcome[period.present]
    table = np.bincount(cells, minlength=len(names) * len(OUTCOMES)).reshape(-1, len(OUTCOMES))
    for name, row in zip(names, table, strict=False):
        counts[name] = counts.get(name, 0) + row


def judged_periods(counts: Counts, agreement: Agreement, as_of: int | None) -> dict[str, Periods]:
    """Judge the periods of policies by the counts of their outcomes."""
    terms = terms_of(agreement, as_of)
    return {
        id: periods(agreement.policies[id], Periods(terms[id, agreement.version]), by_label, agreement, as_of or 0)
        for id, by_label in counts.items()
    }


def periods(policy: Policy, judged: Periods, counts: dict[str, Any], agreement: Agreement, now: int) -> Periods:
    """Judge each period of a policy with an objective by the outcomes of its instances."""
    objective = policy.objective
    assert objective is not None
    for label in sorted(counts):
        tally = Tally(*counts[label].tolist())
        if not (tally.met or tally.breached or tally.pending):
            continue
        over = now >= end_of(label, objective.per, agreement, now)
        at_best = objective.kept(tally.met + tally.pending, tally.breached)
        at_worst = objective.kept(tally.met, tally.breached + tally.pending)
        outcome = PENDING
        if over and at_best == at_worst:
            outcome = MET if at_best else BREACHED
        judged.labels.append(label)
        judged.outcomes.append(outcome)
        judged.tallies.append(tally)
    return judged


def end_of(label: str, per: Period, agreement: Agreement, now: int) -> int:
    """Return the instant at which a period is over; the whole is what is known, while the agreement has no end."""
    if per == "whole":
        after = agreement.in_force[1]
        return now if after is None else after
    return bounds(label, per, agreement.zone)[1]
