"""Histories of what must never happen: violations before, at and after everything that matters."""

from collections.abc import Iterator, Mapping
from typing import Any

from sla_rules.instants import HOUR, MINUTE
from sla_rules.language.policies import Never
from sla_rules.language.selectors import Selector
from sla_rules.testing.directed.history import Draft, woven
from sla_rules.testing.directed.stage import Stage
from sla_rules.testing.directed.values import Facts, Wish


def never(stage: Stage[Never]) -> Iterator[Draft]:
    """Yield the histories of a prohibition."""
    if stage.policy.for_each is None:
        return alone(stage)
    return woven((begun(stage), violated(stage), until(stage), repeated(stage)))


def alone(stage: Stage[Never]) -> Iterator[Draft]:
    """Yield each violation by itself, twice, and events that are none."""
    at = stage.base
    for selector in stage.policy.violated_by:
        facts = stage.facts(at, start=selector)
        if facts is None:
            continue
        told = stage.begin("S1", at, facts, selector)
        yield Draft(f"{selector.type}", told)
        yield Draft(f"{selector.type} twice at one instant", [*told, told[-1]])
        yield Draft(f"{selector.type} again", [*told, told[-1]._replace(at=at + HOUR)])
        for said, other in stage.variants(selector, "S1", at, facts):
            yield Draft(f"{selector.type} with {said}", [*told[:-1], other])


def begun(stage: Stage[Never]) -> Iterator[Draft]:
    """Yield starts that are violations themselves where they can be, and that are none."""
    at = stage.base
    for selector in stage.policy.for_each or ():
        same = [each for each in stage.policy.violated_by if each.type == selector.type and each.where is not None]
        for holds in (False, True) if same else (False,):
            facts = stage.facts(at, start=selector, wishes=[Wish(each.where, holds) for each in same if each.where])
            if facts is not None:
                told = stage.begin("S1", at, facts, selector)
                yield Draft(f"{selector.type}{' that is a violation' if holds else ''}", told)
                yield Draft(f"{selector.type}, looked at later", told, at + HOUR)


def moments(stage: Stage[Never], facts: Mapping[str, Any]) -> list[int]:
    """Return the start and every instant among the facts, each with the microseconds beside it."""
    at = stage.base
    instants = [value for name, value in sorted(facts.items()) if stage.values.kind(name) == "instant"]
    return sorted({each + offset for each in (at, at + MINUTE, *instants) for offset in (-1, 0, 1)})


def violated(stage: Stage[Never]) -> Iterator[Draft]:
    """Yield each violation, and events of its type that are none, at every instant that matters."""
    facts = stage.facts(stage.base, wishes=innocent(stage))
    if facts is None:
        return
    told = stage.begin("S1", stage.base, facts)
    for selector in stage.policy.violated_by:
        for at in moments(stage, facts):
            for holds in (True, False):
                event = stage.chosen(selector, "S1", at, facts, holds=holds)
                if event is not None:
                    said = "violated" if holds else "not violated"
                    yield Draft(f"{said} by {selector.type} {at - stage.base} µs after the start", [*told, event])
        last = moments(stage, facts)[-1]
        for said, other in stage.variants(selector, "S1", last, facts):
            yield Draft(f"{selector.type} with {said}", [*told, other])


def innocent(stage: Stage[Never]) -> list[Wish]:
    """Return the wish that the first start is no violation itself."""
    type = stage.policy.beginnings[0].type
    return [Wish(each.where, False) for each in stage.policy.violated_by if each.type == type and each.where]


def until(stage: Stage[Never]) -> Iterator[Draft]:
    """Yield violations before, at and after each end, and ends before, at and after the start."""
    facts = stage.facts(stage.base, wishes=innocent(stage))
    if facts is None:
        return
    told = stage.begin("S1", stage.base, facts)
    last = moments(stage, facts)[-1] + MINUTE
    for end in stage.policy.until or ():
        for at in (last, stage.base, stage.base - 1, stage.base + 1):
            ending = stage.chosen(end, "S1", at, facts)
            for offset in (0, 1, -1):
                event = violation(stage, stage.policy.violated_by[0], at + offset, facts)
                if ending is not None and event is not None:
                    name = f"{end.type} {at - stage.base} µs after the start, violated {offset:+} µs from it"
                    yield Draft(name, [*told, ending, event])


def violation(stage: Stage[Never], selector: Selector, at: int, facts: Facts) -> Any:
    """Return a violation at an instant; None where it cannot be one then."""
    return stage.chosen(selector, "S1", at, facts)


def repeated(stage: Stage[Never]) -> Iterator[Draft]:
    """Yield two starts with a violation before, between, at the second and after both."""
    facts = stage.facts(stage.base, wishes=innocent(stage))
    again = stage.facts(stage.base + HOUR, wishes=innocent(stage))
    if facts is None or again is None:
        return
    second = stage.begin("S1", stage.base + HOUR, again)
    told = [*stage.begin("S1", stage.base, facts), *second]
    yield Draft("begun twice", told)
    for at in (
        stage.base - 1,
        stage.base + MINUTE,
        stage.base + HOUR,
        stage.base + HOUR + MINUTE,
        second[-1].at + 5 * HOUR,
    ):
        event = violation(stage, stage.policy.violated_by[0], at, again)
        if event is not None:
            yield Draft(f"begun twice, violated {at - stage.base} µs after the first", [*told, event])
