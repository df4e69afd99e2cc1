"""Histories of what any kind of policy can have: exemptions, `applies`, and being in force."""

from collections.abc import Iterator
from typing import Any

from sla_rules.instants import HOUR, SECOND
from sla_rules.language.conditions import fields_of
from sla_rules.language.exemptions import Backlog, Exemption
from sla_rules.language.policies import Availability
from sla_rules.language.selectors import Selector
from sla_rules.testing.directed.history import Draft, Told
from sla_rules.testing.directed.plays import play
from sla_rules.testing.directed.stage import Stage

OUTCOMES = ("met", "breached", "pending")
MOST = 2_000
"""The largest backlog that is played."""


def plain(stage: Stage[Any]) -> Iterator[Draft]:
    """Yield one instance of each outcome, and two subjects side by side."""
    for outcome in OUTCOMES:
        told = play(stage, "S1", stage.base, outcome)
        if told:
            yield Draft(f"{outcome}", told)
    both = [play(stage, f"S{number}", stage.base + number, outcome) for number, outcome in enumerate(OUTCOMES[:2], 1)]
    if all(both):
        yield Draft("two subjects", [event for each in both for event in each or ()])


def applying(stage: Stage[Any]) -> Iterator[Draft]:
    """Yield instances that the policy does not apply to."""
    if stage.policy.applies is None:
        return
    for outcome in OUTCOMES:
        told = play(stage, "S1", stage.base, outcome, applies=False)
        if told:
            yield Draft(f"does not apply, otherwise {outcome}", told)


def neighbouring(stage: Stage[Any]) -> Iterator[Draft]:
    """Yield cases that differ in one field from those that the policy applies to, or that an exemption holds of.

    Every field that a condition on the case reads takes every value that some condition names, the next ones on both
    sides, and none.
    """
    policy, at = stage.policy, stage.base
    conditions = [policy.applies, policy.beginnings[0].where, *(each.when for each in policy.exemptions)]
    conditions += [selector.when for selector in policy.named_events]
    names = sorted({name for each in conditions if each is not None for name in fields_of(each)} - {"time"})
    seen: set[str] = set()
    for exempt in (None, *(each.id for each in policy.exemptions if each.when is not None)):
        basis = stage.facts(at, exempt=exempt) or {}
        for name in names:
            for value in (None, *stage.values.candidates(name, at, policy.beginnings[0].type)):
                fixed = {key: each for key, each in basis.items() if key not in stage.needed} | {name: value}
                if repr(sorted(fixed.items())) in seen:
                    continue
                seen.add(repr(sorted(fixed.items())))
                for outcome in OUTCOMES[:2]:
                    told = play(stage, "S1", at, outcome, fixed=fixed, judged=False)
                    if told:
                        yield Draft(f"{name} {value}, {exempt or 'no exemption'} nearby, otherwise {outcome}", told)


def starting(stage: Stage[Any]) -> Iterator[Draft]:
    """Yield instances whose start has every value of every field by which it is chosen."""
    selector = stage.policy.beginnings[0]
    names = sorted(fields_of(selector.where) & stage.own(selector.type)) if selector.where is not None else []
    for outcome in OUTCOMES:
        told = play(stage, "S1", stage.base, outcome) or []
        place = next((number for number, each in enumerate(told) if each.type == selector.type), None)
        for name in names if place is not None else ():
            for value in (None, *stage.values.candidates(name, stage.base, selector.type)):
                start = told[place or 0]
                data = {key: each for key, each in start.data.items() if key != name}
                if value is not None:
                    data[name] = stage.values.raw(name, value, selector.type)
                changed = [start._replace(data=data) if each is start else each for each in told]
                yield Draft(f"started with {name} {value}, otherwise {outcome}", changed)


def exempting(stage: Stage[Any]) -> Iterator[Draft]:
    """Yield each exemption with the instance kept, broken and open."""
    for exemption in stage.policy.exemptions:
        if exemption.when is not None:
            for outcome in OUTCOMES:
                told = play(stage, "S1", stage.base, outcome, exempt=exemption.id)
                if told:
                    yield Draft(f"exempt by {exemption.id}, otherwise {outcome}", told)
        elif exemption.backlog is not None:
            yield from backlog(stage, exemption.id, exemption.backlog)
        else:
            yield from preceded(stage, exemption)


def preceded(stage: Stage[Any], exemption: Exemption) -> Iterator[Draft]:
    """Yield the event that exempts before the start, at it, at the stop and after it, and one that exempts not."""
    for outcome in OUTCOMES:
        told = play(stage, "S1", stage.base, outcome)
        if not told:
            continue
        facts: dict[str, Any] = {}
        for each in told:
            facts |= each.data
        stop = max(each.at for each in told)
        for number, selector in enumerate(exemption.preceded_by or ()):
            for at in dict.fromkeys((stage.base, *((stage.base - 1, stop - 1, stop, stop + 1) if number == 0 else ()))):
                yield from with_ground(
                    stage, selector, told, at, f"{exemption.id} {at - stop} µs from the end, {outcome}"
                )


def with_ground(stage: Stage[Any], selector: Selector, told: list[Told], at: int, name: str) -> Iterator[Draft]:
    """Yield a history with an event that exempts, and with those of its type that do or do not."""
    ground = stage.chosen(selector, "S1", at, stage.key("S1", at))
    if ground is not None:
        yield Draft(f"{name}, {selector.type}", [*told, ground])
    if at == stage.base:
        for said, other in stage.variants(selector, "S1", at, stage.key("S1", at)):
            yield Draft(f"{name}, {selector.type} with {said}", [*told, other])


def backlog(stage: Stage[Any], id: str, rule: Backlog) -> Iterator[Draft]:
    """Yield backlogs of as many members as are allowed and of one more, before, at and after their end."""
    if rule.more_than > MOST:
        return
    owner = stage.values.candidates(rule.by, stage.base)[0]
    for number in (rule.more_than + 1, rule.more_than):
        members = [member(stage, rule, owner, f"M{each}", stage.base - 2 * HOUR + each) for each in range(number)]
        if any(each is None for each in members):
            return
        told = [event for event in members if event is not None]
        done = [until(stage, rule, f"M{each}", stage.base - HOUR + each * SECOND) for each in range(number)]
        ended = [event for event in done if event is not None]
        name = f"{id}: {number} members"
        for outcome in OUTCOMES:
            own = play(stage, "S1", stage.base, outcome, fixed={rule.by: owner})
            if own:
                yield Draft(f"{name}, all open, {outcome}", [*told, *own])
                yield Draft(f"{name}, one open, {outcome}", [*told, *ended[:-1], *own])
        closed_at = max((event.at for event in ended), default=stage.base)
        for offset in (-1, 0, 1):
            own = play(stage, "S1", closed_at + offset, "breached", fixed={rule.by: owner})
            if own and ended:
                yield Draft(f"{name}, started {offset:+} µs from the end of the backlog", [*told, *ended, *own])
        others = stage.values.candidates(rule.by, stage.base)[1:2]
        elsewhere = others and play(stage, "S1", stage.base, "breached", fixed={rule.by: others[0]})
        if elsewhere:
            yield Draft(f"{name}, another owner", [*told, *elsewhere])


def member(stage: Stage[Any], rule: Backlog, owner: object, subject: str, at: int) -> Told | None:
    """Return an event that makes a subject a member of an owner's backlog."""
    event = stage.chosen(rule.members[0], subject, at, {})
    return None if event is None else event._replace(data={**event.data, rule.by: stage.values.raw(rule.by, owner)})


def until(stage: Stage[Any], rule: Backlog, subject: str, at: int) -> Told | None:
    """Return the event by which a member is done."""
    return stage.chosen(rule.until[0], subject, at, {})


def in_force(stage: Stage[Any]) -> Iterator[Draft]:
    """Yield starts at, before and after the edges of the time in which the agreement is in force."""
    if isinstance(stage.policy, Availability):
        return
    for edge, what in zip(stage.agreement.in_force, ("comes into force", "goes out of force"), strict=True):
        for offset in (-1, 0, 1) if edge is not None else ():
            for outcome in OUTCOMES[:2]:
                told = play(stage, "S1", (edge or 0) + offset, outcome)
                if told:
                    yield Draft(f"started {offset:+} µs from when it {what}, {outcome}", told)
