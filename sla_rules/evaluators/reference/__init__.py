"""The reference evaluator: the definition of every verdict, in plain Python.

Read it as the specification. `judge` puts the events in order, sorts them into cases, and lets the
function named like each kind of policy judge every case. Nothing here is fast at the price of being clear.
What a limit gives, until when is in time and how much time counted is in `sla_rules.counting`, which is part of it.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from sla_rules.agreement import Agreement
from sla_rules.evaluators.reference.availability import availability
from sla_rules.evaluators.reference.circumstances import note_caseless
from sla_rules.evaluators.reference.classification import classification
from sla_rules.evaluators.reference.deadline import deadline
from sla_rules.evaluators.reference.never import never
from sla_rules.evaluators.reference.no_overlap import no_overlap
from sla_rules.evaluators.reference.procedure import procedure
from sla_rules.evaluators.reference.required_fields import required_fields
from sla_rules.evaluators.reference.world import World
from sla_rules.events import Event, Finding, Window
from sla_rules.known import check_agreement, checked_events, checked_windows, known_events
from sla_rules.language.policies import Policy
from sla_rules.periods import Period, bounds
from sla_rules.verdict import Outcome, Tally, Terms, Verdict, Verdicts

KINDS: dict[str, Callable[[Any, Terms, World], Iterator[Verdict]]] = {
    "deadline": deadline,
    "never": never,
    "no_overlap": no_overlap,
    "procedure": procedure,
    "required_fields": required_fields,
    "classification": classification,
    "availability": availability,
}
"""The function that judges each kind of policy."""


def judge(
    agreement: Agreement, events: Iterable[Event], *, as_of: object = None, windows: Iterable[Window] = ()
) -> Verdicts:
    """Judge events by an agreement.

    Args:
        agreement: as `load` gives it.
        events: in any order.
        as_of: the instant of knowledge (ISO 8601 text or a `datetime`, with offset or zone): later events do
            not exist yet. The latest event's time unless said.
        windows: time that does not count, besides what the events tell of.

    Returns:
        A list of verdicts, by policy and start, each policy's periods last; its `findings` say what is
        remarkable about the data.

    Raises:
        SlaError: an event, a window or `as_of` is not one.
    """
    check_agreement(agreement)
    passed = checked_windows(windows, agreement)
    known = known_events(checked_events(events), as_of)
    worlds = [World(version, known, passed, agreement.versions) for version in agreement.versions]
    verdicts = Verdicts(agreement, worlds[-1].as_of)
    for id in agreement.policies:
        for world in worlds:
            verdicts += judge_policy(id, world)
    for world in worlds:
        world.settle()
        verdicts.findings += world.findings if world is worlds[0] else new_ones(world.findings, verdicts.findings)
    verdicts.given = known.given
    verdicts.attributes = partial(last_known, worlds)
    return verdicts


def last_known(worlds: list[World], name: str) -> dict[str, Any]:
    """Return the last known value of a field, by subject; where two versions read it, the later one's."""
    known: dict[str, Any] = {}
    for world in worlds:
        known |= world.last_known(name)
    return known


def new_ones(findings: list[Finding], known: list[Finding]) -> list[Finding]:
    """Return the findings of a version that an earlier one has not made already."""
    already = set(known)
    return [found for found in findings if found not in already]


def judge_policy(id: str, world: World) -> list[Verdict]:
    """Judge a policy in one version of an agreement, if it has it: every instance, by start, then its periods."""
    policy = world.agreement.policies.get(id)
    if policy is None:
        return []
    agreement = world.agreement
    terms = Terms(
        policy, agreement.clause_of(policy), agreement.zone, agreement.version, agreement.calendars, world.as_of
    )
    note_caseless(policy, world)
    instances = sorted(KINDS[policy.kind](policy, terms, world), key=lambda each: (each.start_at, each.key))
    return [*instances, *periods(policy, terms, instances, world)]


def periods(policy: Policy, terms: Terms, instances: list[Verdict], world: World) -> Iterator[Verdict]:
    """Judge each period of a policy with an objective by the outcomes of its instances."""
    objective = policy.objective
    if objective is None:
        return
    counts: dict[str, dict[str, int]] = {}
    for instance in instances:
        if instance.period is not None:
            of_period = counts.setdefault(instance.period, {})
            of_period[instance.outcome] = of_period.get(instance.outcome, 0) + 1
    for period in sorted(counts):
        tally = Tally(**counts[period])
        if not (tally.met or tally.breached or tally.pending):
            continue
        over = world.now >= end_of(period, objective.per, world)
        at_best = objective.kept(tally.met + tally.pending, tally.breached)
        at_worst = objective.kept(tally.met, tally.breached + tally.pending)
        if not over or at_best != at_worst:
            outcome = Outcome.PENDING
        else:
            outcome = Outcome.MET if at_best else Outcome.BREACHED
        yield Verdict(terms, "", (), outcome, period=period, tally=tally)


def end_of(period: str, per: Period, world: World) -> int:
    """Return the instant at which a period is over; the whole is what is known, while the agreement has no end."""
    if per == "whole":
        after = world.agreement.in_force[1]
        return world.now if after is None else after
    return bounds(period, per, world.agreement.zone)[1]
