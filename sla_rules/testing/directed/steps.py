"""Histories of procedures: in order, with each step skipped, with what results ask for done or not, and each end."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sla_rules.instants import HOUR, MINUTE
from sla_rules.language.conditions import fields_of
from sla_rules.language.policies import Procedure
from sla_rules.language.selectors import types_of
from sla_rules.testing.directed.history import Draft, Told, woven
from sla_rules.testing.directed.stage import Stage
from sla_rules.testing.directed.values import Facts, Wish

Taken = tuple[str | None, Mapping[str, Any]]
"""A step and what else its event carries."""


def procedure(stage: Stage[Procedure]) -> Iterator[Draft]:
    """Yield the histories of a procedure."""
    return woven((in_order(stage), skipping(stage), asked(stage), conditional(stage), odd(stage)))


def due_steps(stage: Stage[Procedure], facts: Mapping[str, Any]) -> list[str]:
    """Return the steps that are due for a case with these attributes."""
    return [step.name for step in stage.policy.steps if step.when is None or step.when.holds(facts)]


def path_of(stage: Stage[Procedure], facts: Mapping[str, Any]) -> list[str]:
    """Return the steps that are due after the one that counts as reached."""
    due = due_steps(stage, facts)
    return due[due.index(stage.policy.begin_at) + 1 :] if stage.policy.begin_at in due else due


def step_events(
    stage: Stage[Procedure],
    subject: str,
    at: int,
    facts: Facts,
    steps: Sequence[Taken],
    end: str | None,
    *,
    gap: int = MINUTE,
) -> list[Told] | None:
    """Return a procedure with these steps, a start that is a step itself being the first; `end` as declared, or none.

    None where it has no such end to be ended by.
    """
    policy = stage.policy
    own = policy.beginnings[0].type in types_of(policy.step.event)
    left = list(steps)
    begun = dict(facts)
    if own:
        name, more = left.pop(0) if left else (None, {})
        begun = {**facts, **more, policy.step.field: name}
        begun = {key: value for key, value in begun.items() if value is not None}
    told = stage.begin(subject, at, begun)
    if own and policy.step.field not in begun:
        told[-1].data.pop(policy.step.field, None)
    for number, (name, more) in enumerate(left, 1):
        carried = {**stage.key(subject, at), **more, **({} if name is None else {policy.step.field: name})}
        told.append(stage.event(policy.step.event[0].type, subject, at + number * gap, carried))
    ends = None if policy.end is None else {"reached": policy.end.reached, "closed": policy.end.closed}
    if end is not None and ends is not None:
        selectors = ends[end] or next((each for each in ends.values() if each is not None), None)
        event = stage.chosen(selectors[0], subject, at + (len(left) + 1) * gap, facts) if selectors else None
        if event is None:
            return None
        told.append(event)
    return told


def ends_of(stage: Stage[Procedure]) -> list[str | None]:
    """Return the ways in which a procedure can end, going on among them."""
    end = stage.policy.end
    if end is None:
        return [None]
    return [*(name for name in ("closed", "reached") if getattr(end, name) is not None), None]


def drafted(
    stage: Stage[Procedure], name: str, facts: Facts, steps: Sequence[Taken], gap: int = MINUTE
) -> Iterator[Draft]:
    """Yield some steps with each end."""
    for end in ends_of(stage):
        told = step_events(stage, "S1", stage.base, facts, steps, end, gap=gap)
        if told is not None:
            as_of = max(each.at for each in told) + (HOUR if end is None else 0)
            yield Draft(f"{name}, {end or 'going on'}", told, as_of)


def plain(steps: Sequence[str]) -> list[Taken]:
    """Return steps that carry nothing else."""
    return [(step, {}) for step in steps]


def in_order(stage: Stage[Procedure]) -> Iterator[Draft]:
    """Yield the steps in order, as far as each of them, all at one instant, and back again."""
    facts = stage.facts(stage.base)
    if facts is None:
        return
    path = path_of(stage, facts)
    for number in range(len(path), -1, -1):
        yield from drafted(stage, f"{number} of {len(path)} steps", facts, plain(path[:number]))
    yield from drafted(stage, "all steps at one instant", facts, plain(path), gap=0)
    yield from drafted(stage, "all steps backwards", facts, plain(path[::-1]))
    yield from drafted(stage, "every step twice", facts, plain([step for each in path for step in (each, each)]))
    yield from drafted(stage, "back to the first", facts, plain([*path, *path[:1]]))


def skipping(stage: Stage[Procedure]) -> Iterator[Draft]:
    """Yield the steps without each of them, and with each of them made up for afterwards."""
    facts = stage.facts(stage.base)
    if facts is None:
        return
    path = path_of(stage, facts)
    for number, step in enumerate(path):
        rest = [*path[:number], *path[number + 1 :]]
        yield from drafted(stage, f"{step} skipped", facts, plain(rest))
        yield from drafted(stage, f"{step} skipped and made up for", facts, plain([*rest, step]))


def asked(stage: Stage[Procedure]) -> Iterator[Draft]:
    """Yield every result with what it asks for done, left undone, done in part, and done too late."""
    facts = stage.facts(stage.base)
    path = [] if facts is None else path_of(stage, facts)
    if facts is None or not path:
        return
    for field, by_value in stage.policy.asks.items():
        for value, wanted in by_value.items():
            first: list[Taken] = [(path[0], {field: value})]
            variants = {"done": list(wanted), "done backwards": [*wanted][::-1], "undone": []}
            variants |= {f"{each} undone": [other for other in wanted if other != each] for each in wanted}
            for said, done in variants.items():
                steps = [*first, *plain(done), *plain(path[1:])]
                yield from drafted(stage, f"{value} {said}", facts, steps)
                yield from drafted(stage, f"{value} {said}, nothing more", facts, [*first, *plain(done)])
            late = [*first, *plain(path[1:]), *plain(wanted)]
            yield from drafted(stage, f"{value} done too late", facts, late)


def conditional(stage: Stage[Procedure]) -> Iterator[Draft]:
    """Yield each step that is due on a condition, with the condition holding or not, taken or not."""
    for step in stage.policy.steps:
        if step.when is None:
            continue
        for holds in (True, False):
            found = [stage.facts(stage.base, wishes=[Wish(step.when, holds)])]
            found.append(stage.facts(stage.base, fixed=dict.fromkeys(fields_of(step.when))))
            for facts in found:
                if facts is None:
                    continue
                path = [each.name for each in stage.policy.steps]
                yield from drafted(stage, f"{step.name} due ({holds}), taken", facts, plain(path))
                rest = [each for each in path if each != step.name]
                yield from drafted(stage, f"{step.name} due ({holds}), not taken", facts, plain(rest))


def odd(stage: Stage[Procedure]) -> Iterator[Draft]:
    """Yield an unknown step, one without a name, a second start, and steps before the start."""
    facts = stage.facts(stage.base)
    if facts is None:
        return
    path = path_of(stage, facts)
    yield from drafted(stage, "an unknown step", facts, [*plain(path[:1]), ("of no list", {}), *plain(path[1:])])
    yield from drafted(stage, "a step without a name", facts, [(None, {}), *plain(path)])
    once = step_events(stage, "S1", stage.base, facts, plain(path), "closed")
    twice = step_events(stage, "S1", stage.base + HOUR, facts, plain(path[1:]), "closed")
    if once is not None and twice is not None:
        yield Draft("begun twice", [*once, *twice])
        yield Draft("begun again", [*once, *twice[:1]], stage.base + 2 * HOUR)
    only = [event for event in once or () if event.type in types_of(stage.policy.step.event)]
    if only:
        early = [event._replace(at=event.at - HOUR) for event in only]
        yield Draft("steps before the start", [*early, *stage.begin("S1", stage.base, facts)])
