"""One instance of any kind of policy, brought to the outcome that is asked for."""

from collections.abc import Callable, Mapping
from typing import Any

from sla_rules.instants import HOUR, MINUTE
from sla_rules.language.policies import (
    Classification,
    Deadline,
    Never,
    NoOverlap,
    Policy,
    Procedure,
    RequiredFields,
)
from sla_rules.testing.directed.deadlines import usual_stop
from sla_rules.testing.directed.history import Told
from sla_rules.testing.directed.records import complete_data, recorded
from sla_rules.testing.directed.stage import Stage
from sla_rules.testing.directed.steps import due_steps, step_events
from sla_rules.testing.directed.targets import Target, due_of, judged, targets
from sla_rules.testing.directed.values import Facts, Wish

Play = list[Told]
"""The events of one instance."""


def play(stage: Stage[Any], subject: str, at: int, outcome: str, **how: Any) -> Play | None:
    """Return the events of an instance that starts at an instant and comes to `met`, `breached` or `pending`.

    Args:
        stage: where the policy is played.
        subject: whose instance it is.
        at: its start.
        outcome: what it comes to while nothing exempts it.
        how: `applies`, `exempt` and `fixed` as for `Stage.facts`.

    Returns:
        None where no such instance is found: some kinds are never pending.
    """
    kinds: dict[type[Policy], Callable[..., Play | None]] = {
        Deadline: deadline,
        Never: never,
        NoOverlap: no_overlap,
        Procedure: procedure,
        RequiredFields: required_fields,
        Classification: classification,
    }
    found = kinds.get(type(stage.policy))
    return None if found is None else found(stage, subject, at, outcome, how)


def deadline(stage: Stage[Deadline], subject: str, at: int, outcome: str, how: Mapping[str, Any]) -> Play | None:
    """Return a deadline stopped in time, stopped late or open."""
    fixed = how.get("fixed") or {}
    for target in judged(targets(stage, at)):
        if any(name in fixed and fixed[name] != value for name, value in target.fixed.items()):
            continue
        facts = stage.facts(at, subject=subject, **{**how, "fixed": {**target.fixed, **fixed}})
        if facts is None:
            continue
        told = stage.begin(subject, at, facts)
        stop = None if outcome == "pending" else stop_at(stage, target, at, outcome)
        if outcome != "pending" and stop is None:
            continue
        if stop is not None:
            ended = stage.chosen(usual_stop(stage, facts), subject, stop, facts)
            if ended is None:
                continue
            told.append(ended)
        return told
    return None


def stop_at(stage: Stage[Deadline], target: Target, at: int, outcome: str) -> int | None:
    """Return when a deadline must be stopped to be met or breached; None where there is no such instant."""
    due = due_of(stage, target, at)
    if due is None:
        return at + MINUTE if outcome == "met" else None
    return due + 1 if outcome == "breached" else due if due >= at else None


def never(stage: Stage[Never], subject: str, at: int, outcome: str, how: Mapping[str, Any]) -> Play | None:
    """Return a prohibition that holds, or is violated."""
    policy = stage.policy
    violated = outcome == "breached"
    same = [each for each in policy.violated_by if each.type == policy.beginnings[0].type]
    wishes = [Wish(each.where, violated) for each in same if each.where is not None]
    if outcome == "pending" or (not violated and (policy.for_each is None or len(wishes) < len(same))):
        return None
    for later in (MINUTE, HOUR, 2 * HOUR):
        facts = stage.facts(at, subject=subject, wishes=wishes, **how)
        if facts is None:
            return None
        told = stage.begin(subject, at, facts)
        if not violated or policy.for_each is None or wishes or same:
            return told
        event = stage.chosen(policy.violated_by[0], subject, at + later, facts)
        if event is not None:
            return [*told, event]
    return None


def no_overlap(stage: Stage[NoOverlap], subject: str, at: int, outcome: str, how: Mapping[str, Any]) -> Play | None:
    """Return a booking that overlaps none, or one that overlaps another subject's."""
    if outcome == "pending":
        return None
    policy = stage.policy
    alone = {policy.resource: own_resource(stage, subject), policy.from_: at + HOUR, policy.to: at + 2 * HOUR}
    if alone[policy.resource] is None:
        return None
    given = {**how, "fixed": {**alone, **(how.get("fixed") or {})}}
    facts = stage.facts(at, subject=subject, **given)
    if facts is None:
        return None
    told = stage.begin(subject, at, facts)
    if outcome == "met":
        return told
    other = stage.facts(at - MINUTE, subject=f"{subject}0", fixed=alone)
    return None if other is None else [*stage.begin(f"{subject}0", at - MINUTE, other), *told]


def own_resource(stage: Stage[NoOverlap], subject: str) -> Any:
    """Return a resource that no other subject books, if there are any."""
    name = stage.policy.resource
    if stage.values.kind(name) == "text" and stage.values.allows(name, f"R-{subject}"):
        return f"R-{subject}"
    number = int(subject[1:]) if subject[1:].isdigit() else 1
    if stage.values.kind(name) == "integer" and stage.values.allows(name, number):
        return number
    known = stage.values.candidates(name, stage.base, stage.policy.booked[0].type)
    return known[number - 1] if 0 < number <= len(known) else None


def procedure(stage: Stage[Procedure], subject: str, at: int, outcome: str, how: Mapping[str, Any]) -> Play | None:
    """Return a procedure followed to its end, one with a step left out, or one on its way."""
    facts = stage.facts(at, subject=subject, **how)
    if facts is None or (outcome == "pending" and stage.policy.end is None):
        return None
    due = due_steps(stage, facts)
    first = due.index(stage.policy.begin_at) + 1 if stage.policy.begin_at in due else 0
    path = due[first:]
    if outcome == "breached":
        path = path[1:]
    if outcome == "pending":
        path = path[:1]
    ended = {"met": True, "breached": True, "pending": False}[outcome]
    return step_events(stage, subject, at, facts, [(step, {}) for step in path], "closed" if ended else None)


def required_fields(
    stage: Stage[RequiredFields], subject: str, at: int, outcome: str, how: Mapping[str, Any]
) -> Play | None:
    """Return a record with everything in it, or without one field."""
    if outcome == "pending":
        return None
    facts = stage.facts(at, subject=subject, **how)
    if facts is None:
        return None
    told = stage.begin(subject, at, facts)
    data = complete_data(stage, told[-1].data)
    if data is None:
        return None
    if outcome == "breached":
        lists = [] if stage.policy.each is None else [stage.policy.each]
        required = [field.name for field in stage.policy.fields if field.when is None or field.when.holds(facts)]
        for name in required:
            data.pop(name, None)
        if not required:
            data = {**data, **{name: [{}] for name in lists}}
    return [*told[:-1], told[-1]._replace(data=data)]


def classification(
    stage: Stage[Classification], subject: str, at: int, outcome: str, how: Mapping[str, Any]
) -> Play | None:
    """Return a start whose recorded value is that of the table, or is not."""
    if outcome == "pending":
        return None
    for row in range(len(stage.policy.table)):
        facts: Facts | None = recorded(stage, row, subject, at, how, right=outcome == "met")
        if facts is not None:
            return stage.begin(subject, at, facts)
    return None
