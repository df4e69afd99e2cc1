"""Judging by rules: which function judges each kind of policy, and what its periods come to."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sla_rules.agreement import Agreement
from sla_rules.evaluators.live.asking import Asker
from sla_rules.evaluators.live.availability import availability, availability_rules
from sla_rules.evaluators.live.circumstances import note_caseless
from sla_rules.evaluators.live.classification import classification, classification_rules
from sla_rules.evaluators.live.deadline import deadline, deadline_rules
from sla_rules.evaluators.live.engine import Rules, There
from sla_rules.evaluators.live.never import never, never_rules
from sla_rules.evaluators.live.no_overlap import no_overlap, no_overlap_rules
from sla_rules.evaluators.live.procedure import procedure, procedure_rules
from sla_rules.evaluators.live.required_fields import required_fields, required_fields_rules
from sla_rules.evaluators.live.shared import SharedByAll
from sla_rules.evaluators.live.world import World
from sla_rules.events import Event, Window
from sla_rules.known import check_agreement, checked_events, checked_windows, known_events
from sla_rules.language.policies import AnyPolicy, Availability
from sla_rules.language.selectors import types_of
from sla_rules.periods import bounds
from sla_rules.verdict import Outcome, Tally, Terms, Verdict, Verdicts


class Kind(NamedTuple):
    """How a kind of policy is judged.

    Attributes:
        rules: gives the rules of a policy.
        judge: asks them about all cases.
    """

    rules: Callable[[Any], Rules]
    judge: Callable[[Any, Terms, World], Iterator[Verdict]]


KINDS = {
    "deadline": Kind(deadline_rules, deadline),
    "never": Kind(never_rules, never),
    "no_overlap": Kind(no_overlap_rules, no_overlap),
    "procedure": Kind(procedure_rules, procedure),
    "required_fields": Kind(required_fields_rules, required_fields),
    "classification": Kind(classification_rules, classification),
    "availability": Kind(availability_rules, availability),
}

PERIODS: Rules = {
    Outcome.PENDING: (There("e", {"as": "period", "decided": 0}),),
    Outcome.BREACHED: (There("e", {"as": "period", "decided": 1, "kept": 0}),),
    Outcome.MET: (There("e", {"as": "period", "decided": 1, "kept": 1}),),
}
"""What a period comes to: it is decided when it is over and what is pending can no longer change the answer."""


def rules_of(policy: AnyPolicy) -> Rules:
    """Return the rules by which a policy is judged, those of its periods among them."""
    periods = {f"period: {outcome}": rule for outcome, rule in PERIODS.items()} if policy.objective else {}
    return {**KINDS[policy.kind].rules(policy), **periods}


class Compiled:
    """One version of an agreement, its policies compiled to rules.

    Attributes:
        version: the agreement.
        askers: the rules of each policy, by its id.
        services: the policies by which services are judged.
    """

    def __init__(self, version: Agreement, rules: Callable[[Any], Rules] = rules_of) -> None:
        """Compile the policies; `rules` gives those of each.

        Raises:
            SlaError: durable-rules is not installed or does not run on this Python.
        """
        self.version = version
        self.askers = {id: Asker(policy, rules(policy)) for id, policy in version.policies.items()}
        self.services = [each for each in version.policies.values() if isinstance(each, Availability)]
        self._begun_by: dict[str, list[str]] = {}
        for id, policy in version.policies.items():
            for type in types_of(policy.beginnings or policy.named_events):
                self._begun_by.setdefault(type, []).append(id)

    def concerned(self, types: Iterable[str]) -> list[str]:
        """Return the ids of the policies of which events of some types may begin an instance, in order."""
        ids = {id for type in types for id in self._begun_by.get(type, ())}
        return [id for id in self.askers if id in ids] if ids else []

    def terms(self, id: str, as_of: int | None) -> Terms:
        """Return what all verdicts of a policy have in common."""
        version, policy = self.version, self.version.policies[id]
        return Terms(policy, version.clause_of(policy), version.zone, version.version, version.calendars, as_of)

    def judge(self, id: str, world: World) -> list[Verdict]:
        """Return the verdicts of a policy on all instances, by start."""
        asker = self.askers[id]
        found = KINDS[asker.policy.kind].judge(asker, self.terms(id, world.as_of), world)
        return sorted(found, key=lambda verdict: (verdict.start_at, verdict.key))

    def period(self, id: str, period: str, tally: Tally, as_of: int | None) -> Verdict | None:
        """Return the verdict on a period; None where nothing counts in it."""
        policy = self.version.policies[id]
        objective = policy.objective
        if objective is None or not (tally.met or tally.breached or tally.pending):
            return None
        end = self.end_of(id, period)
        over = end is None or (as_of or 0) >= end
        at_best = objective.kept(tally.met + tally.pending, tally.breached)
        at_worst = objective.kept(tally.met, tally.breached + tally.pending)
        decided = over and at_best == at_worst
        outcome = self.askers[id].concludes("period", decided=decided, kept=at_best)
        return Verdict(self.terms(id, as_of), "", (), Outcome(outcome), period=period, tally=tally)

    def end_of(self, id: str, period: str) -> int | None:
        """Return when a period of a policy is over; None for the whole of what is known while there is no end to it."""
        objective = self.version.policies[id].objective
        if objective is None or objective.per == "whole":
            return self.version.in_force[1]
        return bounds(period, objective.per, self.version.zone)[1]


_COMPILED: WeakKeyDictionary[Agreement, list[Compiled]] = WeakKeyDictionary()


def compiled(agreement: Agreement) -> list[Compiled]:
    """Return each version of an agreement compiled, once. Raises `SlaError` where the rule engine is missing."""
    if agreement not in _COMPILED:
        _COMPILED[agreement] = [Compiled(version) for version in agreement.versions]
    return _COMPILED[agreement]


def judge(
    agreement: Agreement, events: Iterable[Event], *, as_of: object = None, windows: Iterable[Window] = ()
) -> Verdicts:
    """Judge events by an agreement, all at once and by rules; arguments and result as of the reference.

    Raises:
        SlaError: an event, a window or `as_of` is not one; or the rule engine is missing.
    """
    check_agreement(agreement)
    passed = checked_windows(windows, agreement)
    return judge_known(compiled(agreement), agreement, checked_events(events), as_of, passed)


def judge_known(
    versions: list[Compiled],
    agreement: Agreement,
    events: Iterable[Event],
    as_of: object,
    passed: list[Window],
    counts: Callable[[Verdict], bool] | None = None,
    gone: Mapping[tuple[str, str | None], Mapping[str, Tally]] = MappingProxyType({}),
) -> Verdicts:
    """Judge events by the compiled versions of an agreement.

    Args:
        versions: of the agreement, in order.
        agreement: the whole.
        events: in any order.
        as_of: the instant of knowledge.
        passed: windows passed in with them.
        counts: says which instances do; all unless said.
        gone: what else counts, by policy and version, then by period.
    """
    known = known_events(events, as_of)
    worlds = [World(each.version, known, passed, agreement.versions) for each in versions]
    verdicts = Verdicts(agreement, known.as_of)
    for world, each in zip(worlds, versions, strict=True):
        world.shared = SharedByAll(world, each.askers)
    for id in agreement.policies:
        for world, each in zip(worlds, versions, strict=True):
            if id in each.askers:
                note_caseless(each.version.policies[id], world)
                instances = each.judge(id, world)
                if counts is not None:
                    instances = [verdict for verdict in instances if counts(verdict)]
                verdicts += instances
                verdicts += periods(each, id, instances, gone.get((id, each.version.version), {}), world.as_of)
    for world in worlds:
        world.settle()
        already = set(verdicts.findings)
        verdicts.findings += [found for found in world.findings if world is worlds[0] or found not in already]
    verdicts.given = known.given
    verdicts.attributes = partial(last_known, worlds)
    return verdicts


def periods(
    version: Compiled, id: str, instances: list[Verdict], gone: Mapping[str, Tally], as_of: int | None
) -> Iterator[Verdict]:
    """Judge each period of a policy by the outcomes of its instances, and of those that are gone."""
    counts: dict[str, Counter[str]] = {period: Counter(asdict(tally)) for period, tally in gone.items()}
    for instance in instances:
        if instance.period is not None:
            counts.setdefault(instance.period, Counter())[instance.outcome] += 1
    for period in sorted(counts):
        verdict = version.period(id, period, Tally(**counts[period]), as_of)
        if verdict is not None:
            yield verdict


def last_known(worlds: list[World], name: str) -> dict[str, Any]:
    """Return the last known value of a field, by subject; where two versions read it, the later one's."""
    known: dict[str, Any] = {}
    for world in worlds:
        known |= world.last_known(name)
    return known
